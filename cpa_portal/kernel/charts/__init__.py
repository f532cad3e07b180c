"""Charts as inline SVG without style or script, never without the same figures as a table."""

from cpa_portal.kernel.charts.chart import Chart, ChartKind, draw_chart

__all__ = ["Chart", "ChartKind", "draw_chart"]
