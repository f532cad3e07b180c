"""Invented offers of training, in the shape of the real ones: for the demonstration, for tests and for load.

Certifications and communes are real, organisations, people and telephone numbers are not. The same seed and
the same first day give the same file.
"""

from catalog.generation.offer import SHOWCASE_SIRET, GenerationOrder, generate_offer

__all__ = ["SHOWCASE_SIRET", "GenerationOrder", "generate_offer"]
