"""The rooms of the house, from the highest to the lowest: the order of every map."""

import ast
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from django.conf import settings

ROOMS = ("cpa_portal.home", "agora_sync", "cep", "rights", "catalog", "accounts", "cpa_portal.kernel")
APPS = ("accounts", "catalog", "rights", "cep", "agora_sync")


def room_of(module: str) -> str:
    """The room a dotted module belongs to; empty for the composition root and for other packages."""
    return next((room for room in ROOMS if module == room or module.startswith(f"{room}.")), "")


@cache
def modules_of(room: str) -> tuple[tuple[str, ast.Module], ...]:
    """Each module of the room with its syntax tree, migrations left out, in a stable order. Read once a process."""
    return tuple(_parsed(room))


def _parsed(room: str) -> Iterator[tuple[str, ast.Module]]:
    base = Path(settings.BASE_DIR)
    for path in sorted((base / Path(*room.split("."))).rglob("*.py")):
        if "migrations" not in path.parts:
            name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
            yield name, ast.parse(path.read_text(encoding="utf-8"))


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table, or a dash when there is nothing to show."""
    if not rows:
        return "None.\n"
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
