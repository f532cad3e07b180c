"""A real CalDAV server (Radicale) in a process and a folder of its own, and what a calendar does with it."""

import contextlib
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx

START_SECONDS = 60
# RFC 4791 §7.8: what stands in a span of time, as the server itself understands zones.
WITHIN = """<?xml version="1.0" encoding="utf-8"?>
<C:calendar-query xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav">
  <D:prop><D:getetag/></D:prop>
  <C:filter><C:comp-filter name="VCALENDAR"><C:comp-filter name="VEVENT">
    <C:time-range start="{since:%Y%m%dT%H%M%SZ}" end="{until:%Y%m%dT%H%M%SZ}"/>
  </C:comp-filter></C:comp-filter></C:filter>
</C:calendar-query>"""


@dataclass(frozen=True)
class SharedCalendar:
    """One collection of the server, empty at first."""

    client: httpx.Client
    path: str

    def put(self, name: str, invitation: bytes, *, replacing: str | None = None) -> httpx.Response:
        """Store what a message brought as calendars do: without its METHOD, which no collection may hold (§4.1)."""
        stored = re.sub(rb"^METHOD:[A-Z]+\r\n", b"", invitation, flags=re.MULTILINE)
        condition = {"If-None-Match": "*"} if replacing is None else {"If-Match": replacing}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        return self.client.put(f"{self.path}{name}.ics", content=stored, headers=headers)

    def get(self, name: str) -> httpx.Response:
        return self.client.get(f"{self.path}{name}.ics").raise_for_status()

    def names_within(self, since: datetime, until: datetime) -> list[str]:
        """The entries that the server finds between two instants."""
        query = WITHIN.format(since=since.astimezone(UTC), until=until.astimezone(UTC))
        answer = self.client.request("REPORT", self.path, content=query, headers={"Depth": "1"})
        return re.findall(r"([^/>]+)\.ics</", answer.raise_for_status().text)


CONFIGURATION = """[auth]
type = none
[storage]
filesystem_folder = {folder}
"""


@contextlib.contextmanager
def caldav_server(folder: Path) -> Iterator[httpx.Client]:
    """Start Radicale on a port that the system chooses, anybody being let in; stop it at the end."""
    configuration = folder / "radicale.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder / "collections"))
    command = [str(Path(sys.executable).parent / "gunicorn"), "--bind", "127.0.0.1:0", "radicale:application"]
    environment = {**os.environ, "RADICALE_CONFIG": str(configuration)}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=folder, env=environment) as server:
        killer = threading.Timer(START_SECONDS, server.kill)
        killer.start()
        try:
            port = _port_said_by(server)
            killer.cancel()
            threading.Thread(target=_read_on, args=(server,), daemon=True).start()
            address = f"http://127.0.0.1:{port}"
            with httpx.Client(base_url=address, auth=("person", ""), timeout=START_SECONDS) as client:
                yield client
        finally:
            killer.cancel()
            server.terminate()


def _port_said_by(server: "subprocess.Popen[str]") -> int:
    said = []
    assert server.stderr is not None
    for line in server.stderr:
        said.append(line)
        if found := re.search(r"Listening at: http://127\.0\.0\.1:(\d+)", line):
            return int(found[1])
    raise RuntimeError(f"the calendar server did not start: {''.join(said)}")


def _read_on(server: "subprocess.Popen[str]") -> None:
    """Nobody reads what it says, but a full pipe would stop it."""
    assert server.stderr is not None
    # It is closed at the end, perhaps while it is read.
    with contextlib.suppress(ValueError):
        for _ in server.stderr:
            pass


def new_calendar(client: httpx.Client, name: str) -> SharedCalendar:
    path = f"/person/{name}/"
    client.request("MKCALENDAR", path).raise_for_status()
    return SharedCalendar(client, path)
