"""At the end of a run: no NIR that the tests used is in what the run wrote, called or left in the cache server.

Looked at: every log record as the application writes it, the log files of the portals started, the addresses asked
and the redirections answered, every key and value of the cache server with the arguments of the tasks that wait there.
Faults are looked at where tests read them (tests/support/agora.py).
"""

from __future__ import annotations

import base64
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import redis
from django.core.signals import request_started
from django.db.models.signals import post_save

from cpa_portal.kernel.identifiers import InvalidIdentifier, normalise_nir
from cpa_portal.kernel.masking import mask_text

TESTS = Path(__file__).resolve().parent.parent
# Thirteen characters, with or without the key, written together or as people write them.
_GAP = r"[ .\u00a0\u202f-]?"
_WRITTEN = re.compile(
    rf"(?<![0-9A-Za-z])[1-478]{_GAP}\d\d{_GAP}\d\d{_GAP}(?:\d\d|2[ABab]){_GAP}\d{{3}}{_GAP}\d{{3}}(?:{_GAP}\d\d)?"
    r"(?![0-9A-Za-z])"
)
_SHORTEST = 13


class Hunt:
    def __init__(self) -> None:
        self.known: set[str] = set()
        self.addresses: set[str] = set()
        self.log: Path | None = None
        self.database_log: tuple[Path, int] | None = None

    # While the tests run --------------------------------------------------------------------
    def begin(self, log: Path, data: Path | None) -> None:
        """`data`: the folder of the servers of the tests, whose database has a log of its own."""
        self.log = log
        server_log = data / "postgres" / "server.log" if data else None
        if server_log and server_log.exists():
            self.database_log = (server_log, server_log.stat().st_size)
        for source in TESTS.rglob("*.py"):
            self.learn(_nirs_written_in(source.read_text()))
        post_save.connect(self._note_holder, sender="accounts.HolderNIR", weak=False)
        request_started.connect(self._note_address, weak=False)
        root = logging.getLogger()
        written = next((handler for handler in root.handlers if handler.formatter), None)
        keeper = logging.FileHandler(log, encoding="utf-8")
        # The formatter of the application: what is looked at is what would be on its standard output.
        keeper.setFormatter(written.formatter if written else None)
        root.addHandler(keeper)

    def learn(self, nirs: Iterable[str]) -> None:
        for nir in nirs:
            self.known |= {nir, nir[:_SHORTEST]}

    def _note_holder(self, instance: Any, **_: Any) -> None:
        self.learn([str(instance.nir)])

    def _note_address(self, environ: dict[str, Any] | None = None, **_: Any) -> None:
        if environ is not None:
            self.addresses.add(f"{environ.get('PATH_INFO', '')}?{environ.get('QUERY_STRING', '')}")

    # At the end -----------------------------------------------------------------------------
    def found_in(self, text: str) -> bool:
        return any(_bare(written) in self.known for written in _WRITTEN.findall(text))

    def findings(self, cache_url: str, temporary: Path) -> list[str]:
        """Where a NIR was found, masked; empty when nowhere. `temporary`: where portals have their data folders."""
        portals = (path for path in temporary.rglob("*.log") if path != self.log)
        places: list[tuple[str, Iterator[str]]] = [
            ("the logs", _lines_of(self.log) if self.log else iter(())),
            ("the logs of a portal", (line for path in portals for line in _lines_of(path))),
            ("the log of the database", _lines_of(*self.database_log) if self.database_log else iter(())),
            ("an address", iter(self.addresses)),
            ("the cache server", stored_texts(cache_url)),
        ]
        return [
            f"a NIR is in {place}: {ascii(mask_text(text))[:200]}"
            for place, texts in places
            for text in texts
            if self.found_in(text)
        ]


def stored_texts(cache_url: str) -> Iterator[str]:
    """Every key and value of the server as text, the arguments of waiting tasks decoded."""
    with redis.Redis.from_url(cache_url) as server:
        for key in server.scan_iter(count=1_000):
            yield key.decode("latin-1")
            for value in _values(server, key):
                yield value.decode("latin-1")
                yield from _task_arguments(value)


def _values(server: redis.Redis, key: bytes) -> list[bytes]:
    readers: dict[bytes, Callable[[], Any]] = {
        b"string": lambda: [server.get(key) or b""],
        b"list": lambda: server.lrange(key, 0, -1),
        b"set": lambda: server.smembers(key),
        b"zset": lambda: server.zrange(key, 0, -1),
        b"hash": lambda: [part for pair in server.hgetall(key).items() for part in pair],  # type: ignore[union-attr]
    }
    return list(readers.get(server.type(key), list)())  # type: ignore[arg-type]


def _task_arguments(value: bytes) -> Iterator[str]:
    try:
        message = json.loads(value)
        # A message that was taken and not yet done is kept in a list with its queue.
        message = message[0] if isinstance(message, list) else message
        yield base64.b64decode(message["body"]).decode("latin-1")
    except (ValueError, KeyError, TypeError, IndexError):
        return


def _lines_of(path: Path, start: int = 0) -> Iterator[str]:
    with path.open(errors="replace") as lines:
        lines.seek(start)
        yield from lines


def _nirs_written_in(source: str) -> set[str]:
    """The numbers of a source that pass the check: those of examples made to be refused are nobody's."""
    return {nir for written in _WRITTEN.findall(source) if (nir := _checked(_bare(written)))}


def _checked(nir: str) -> str:
    try:
        return normalise_nir(nir)
    except InvalidIdentifier:
        return ""


def _bare(written: str) -> str:
    return re.sub(_GAP.rstrip("?"), "", written).upper()


HUNT = Hunt()
