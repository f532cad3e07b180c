"""Cases written as keys and numbers, read into the typed inputs of the rules: worked examples and the open API."""

from rights.scenarios.evaluation import evaluate
from rights.scenarios.reading import Unreadable
from rights.scenarios.results import Outcome

__all__ = ["Outcome", "Unreadable", "evaluate"]
