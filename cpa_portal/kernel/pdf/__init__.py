"""Documents as tagged PDF (PDF/UA-1), from Typst templates and data."""

from cpa_portal.kernel.pdf.rendering import PDFRenderingError, render_pdf

__all__ = ["PDFRenderingError", "render_pdf"]
