from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rights.parameters import legal_values, registry


@pytest.fixture
def other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Reads the legal values from another text for the time of a test."""

    def use(text: str) -> None:
        path = tmp_path / "values.yaml"
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(registry, "PARAMETERS_FILE", path)
        legal_values.cache_clear()

    yield use
    monkeypatch.undo()
    legal_values.cache_clear()
