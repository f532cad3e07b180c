import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog.generation import GenerationOrder, generate_offer
from tests.support.factories.catalog import some_communes


@pytest.fixture
def corsica(db: None) -> None:
    """Ajaccio, its neighbour Sarrola-Carcopino, Bastia, and what reaches beyond: Lyon, Paris and their likes."""
    some_communes(
        "2A004", "2A271", "2B033", "69123", "75056", "75111", "93066", "97411", "13001", "13055", "13201"
    )


@pytest.fixture
def generated(tmp_path: Path) -> Callable[..., Path]:
    """Writes an invented offer; the usual one is small and clean."""

    def make(name: str = "offre.xml", **order: object) -> Path:
        usual = {"organisations": 12, "sessions": 60, "seed": 7, "first_day": datetime.date(2026, 3, 2)}
        path = tmp_path / name
        generate_offer(path, GenerationOrder(**{**usual, **order}))  # type: ignore[arg-type]
        return path

    return make
