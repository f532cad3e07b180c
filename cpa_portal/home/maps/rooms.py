"""The rooms of the house, from the highest to the lowest: the order of every map."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings

ROOMS = ("cpa_portal.home", "agora_sync", "cep", "rights", "catalog", "accounts", "cpa_portal.kernel")
APPS = ("accounts", "catalog", "rights", "cep", "agora_sync")


def room_of(module: str) -> str:
    """The room a dotted module belongs to; empty for the composition root and for other packages."""
    return next((room for room in ROOMS if module == room or module.startswith(f"{room}.")), "")


@dataclass(frozen=True)
class Module:
    """What the maps take from a module. Its syntax tree is let go of: those of the whole house fill the memory."""

    name: str
    # The dotted modules of absolute imports; `from package import module` counts as the package.
    imported: tuple[str, ...]
    # What `wake_after_commit` is told to wake.
    woken: tuple[ast.expr, ...]


@cache
def modules_of(room: str) -> tuple[Module, ...]:
    """Each module of the room, migrations left out, in a stable order. Read once a process."""
    return tuple(_read(room))


def _read(room: str) -> Iterator[Module]:
    base = Path(settings.BASE_DIR)
    for path in sorted((base / Path(*room.split("."))).rglob("*.py")):
        if "migrations" not in path.parts:
            name = ".".join(path.relative_to(base).with_suffix("").parts).removesuffix(".__init__")
            yield _taken_from(name, ast.parse(path.read_text(encoding="utf-8")))


def _taken_from(name: str, tree: ast.Module) -> Module:
    imported: list[str] = []
    woken: list[ast.expr] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                imported += [alias.name for alias in aliases]
            case ast.ImportFrom(module=str(module), level=0):
                imported.append(module)
            case ast.Call(func=ast.Name(id="wake_after_commit"), args=[task, *_]):
                woken.append(task)
    return Module(name, tuple(imported), tuple(woken))


def table(headings: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table, or a dash when there is nothing to show."""
    if not rows:
        return "None.\n"
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"
