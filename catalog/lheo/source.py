"""The file as a stream of formations: any size in bounded memory, nothing fetched, nothing expanded."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from lxml import etree

from catalog.exceptions import UnreadableFile

DIALECTS = {
    "http://www.lheo.org/2.2": "lheo22",
    "http://lheo.gouv.fr/2.3": "lheo23",
    "https://www.of.moncompteformation.gouv.fr": "edof",
}
# Where the trainings stand under each root. Source: LHEO 2.3, « lheo », « lheo-plus », « lheo-index ».
RECORDS = {
    "lheo": "/lheo/offres/formation",
    "lheo-plus": "/lheo-plus/lheo/offres/formation",
    "lheo-index": "/lheo-index/resumes-offres/resume-offre",
}
# What the last two hold beside trainings, in numbers that may be large: let go unread, it is not of the offer.
BESIDE = ("organisme-formation-responsable", "resume-organisme")
GZIP_MAGIC = b"\x1f\x8b"
# An entity declared in a DTD can grow without end, or name a file of the server.
DOCTYPE_LOOKED_FOR_IN = 65_536

# Without `huge_tree`, libxml2 bounds depth (256) and text (10 MB); entities stay as they are.
SAFELY: dict[str, Any] = {
    "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False,
    "remove_comments": True, "remove_pis": True,
}  # fmt: skip


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """The bytes of the feed, unzipped when they are gzipped, whatever the name says."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == GZIP_MAGIC
            raw.seek(0)
            yield gzip.GzipFile(fileobj=raw) if zipped else raw  # type: ignore[misc]
    except (OSError, EOFError, zlib.error) as problem:
        raise UnreadableFile("file_unreadable", f"{path.name} ne se lit pas : {problem}.") from problem


class FormationStream:
    """Iterates over the `formation` elements. `dialect` is known from the first one on.

    A break in the XML ends the iteration; `problem` then says where. The elements already given are good.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.dialect = ""
        self.namespace = ""
        self.problem = ""
        self.record = RECORDS["lheo"]

    @property
    def is_index(self) -> bool:
        """Whether the file holds summaries instead of trainings."""
        return self.record == RECORDS["lheo-index"]

    def __iter__(self) -> Iterator[etree._Element]:
        refuse_doctype(self.path)
        try:
            self._recognise(self._root())
            with opened(self.path) as file:
                yield from self._formations(file)
        except etree.XMLSyntaxError as problem:
            self.problem = f"ligne {problem.lineno} : {problem.msg}"
            if not self.dialect:
                message = f"{self.path.name} n'est pas un fichier XML lisible ({self.problem})."
                raise UnreadableFile("xml_unreadable", message) from None

    def _root(self) -> etree._Element:
        with opened(self.path) as file:
            _, root = next(iter(etree.iterparse(file, events=("start",), **SAFELY)))
            return root

    def _formations(self, file: BinaryIO) -> Iterator[etree._Element]:
        # Only whole formations come up from the parser: being told of every element took longer than parsing.
        names = (self.record.rpartition("/")[2], *(() if self.record == RECORDS["lheo"] else BESIDE))
        tags = [f"{{{self.namespace}}}{name}" for name in names]
        for _, element in etree.iterparse(file, events=("end",), tag=tags, **SAFELY):
            if element.tag == tags[0]:
                yield element
            elif next(element.iterancestors(tags[0]), None) is not None:
                continue  # The organisation of a training that is still being read.
            let_go(element)

    def _recognise(self, root: etree._Element) -> None:
        name = etree.QName(root)
        self.namespace = name.namespace or ""
        if root.getroottree().docinfo.internalDTD is not None:
            # In an encoding whose letters are not bytes, or beyond what `refuse_doctype` looks at.
            raise doctype_refused(self.path)
        if name.localname not in RECORDS or self.namespace not in DIALECTS:
            message = (
                f"{self.path.name} n'est pas une offre LHEO 2.2, LHEO 2.3 ou EDOF (racine « {root.tag} »)."
            )
            raise UnreadableFile("dialect_unknown", message[:300])
        self.dialect = DIALECTS[self.namespace]
        self.record = RECORDS[name.localname]


def let_go(element: etree._Element) -> None:
    """Forget what was read, with the siblings before it, or the tree would grow with the file."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]  # type: ignore[union-attr]


def refuse_doctype(path: Path) -> None:
    with opened(path) as file:
        if b"<!DOCTYPE" in file.read(DOCTYPE_LOOKED_FOR_IN).upper():
            raise doctype_refused(path)


def doctype_refused(path: Path) -> UnreadableFile:
    return UnreadableFile("doctype_refused", f"{path.name} contient une déclaration DOCTYPE, refusée.")
