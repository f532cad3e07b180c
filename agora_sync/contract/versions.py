"""The major versions of the contract, and what each changes in the first (`changes.toml` in its folder).

One representation serves all of them inside: that of the newest version, under the names and in the namespace of the
first one, in which answers already given are kept.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db.models import TextChoices


class Version(TextChoices):
    """A major version. The stored value is the folder of its files and the last step of its address."""

    V1 = "v1", "Version 1"
    V2 = "v2", "Version 2"

    @property
    def namespace(self) -> str:
        return f"urn:cpa:agora:{self.value.removeprefix('v')}"

    @property
    def folder(self) -> Path:
        return Path(__file__).parent / self.value

    @property
    def wsdl_file(self) -> Path:
        return self.folder / "agora.wsdl"

    @classmethod
    def of_namespace(cls, namespace: str | None) -> Version | None:
        """The version whose elements are in that namespace, None for any other."""
        return next((version for version in cls if version.namespace == namespace), None)

    def tag(self, name: str) -> str:
        """The qualified name of one of its elements."""
        return f"{{{self.namespace}}}{name}"

    def soap_action(self, operation: str) -> str:
        return f"{self.namespace}:{operation}"


NEWEST = Version.V2


@dataclass(frozen=True)
class Renamed:
    """An item of the complex type `group`, held by elements `within`, that has another name since this version."""

    group: str
    within: str
    old: str
    new: str


@dataclass(frozen=True)
class Added:
    """An item that this version adds after another one, to a complex type (`group`) or to messages (`element`).

    `item`: its line of the dictionary, for the data of a file.
    """

    within: str
    after: str
    name: str
    type: str
    label: str
    least: int = 1
    group: str = ""
    element: str = ""
    item: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Changes:
    renamed: tuple[Renamed, ...] = ()
    added: tuple[Added, ...] = ()


@lru_cache(maxsize=8)
def changes_of(version: Version) -> Changes:
    """What a version changes in the first one: nothing for the first one itself."""
    described = version.folder / "changes.toml"
    if not described.exists():
        return Changes()
    table: dict[str, Any] = tomllib.loads(described.read_text(encoding="utf-8"))
    return Changes(
        tuple(Renamed(row["group"], row["within"], row["from"], row["to"]) for row in table["renamed"]),
        tuple(Added(**row) for row in table["added"]),
    )
