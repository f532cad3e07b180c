"""bin/run itself: what it prints, what it leaves, what it keeps."""

import subprocess
from pathlib import Path

import httpx
import pytest

from tests.support.portal import ROOT, Portal, started, stop
from tests.support.processes import processes_of

pytestmark = pytest.mark.xdist_group("e2e")

NEW_USER = """
INSERT INTO accounts_user (email, password, first_name, last_name, is_staff, is_active, date_joined)
VALUES ('reste@demo.test', '!', '', '', false, true, now())
"""


def test_run_prints_its_addresses_in_order_then_the_demo_accounts(portal: Portal) -> None:
    names = [line.partition(":")[0] for line in portal.lines]

    assert names == ["agora", "provider", "ready"]
    assert httpx.get(portal.url, timeout=60).status_code == 200
    assert httpx.get(portal.provider_url, timeout=60).status_code == 200


def test_run_stopped_leaves_no_process_and_no_lock_and_keeps_the_data(portal: Portal) -> None:
    with portal.database() as connection:
        connection.execute(NEW_USER)

    code = stop(portal)

    assert code == 0
    assert processes_of(portal.data) == []
    assert not [
        path.name
        for path in portal.data.rglob("*")
        if path.suffix in {".lock", ".pid"} or path.name == ".lease"
    ]

    portal.restart()

    with portal.database() as connection:
        kept = connection.execute(
            "SELECT count(*) FROM accounts_user WHERE email = 'reste@demo.test'"
        ).fetchone()
    assert kept == (1,)
    assert httpx.get(portal.url, timeout=60).status_code == 200


def test_run_on_a_taken_port_stops_with_one_line(portal: Portal, tmp_path: Path) -> None:
    port = portal.url.rpartition(":")[2]

    refused = started(tmp_path / "data", "--port", port)
    _, said = refused.communicate(timeout=60)

    assert refused.returncode == 1
    assert said.strip().splitlines() == [f"run: port {port} (--port) is taken"]


def test_run_twice_on_the_same_data_is_refused(portal: Portal) -> None:
    refused = started(portal.data)
    _, said = refused.communicate(timeout=60)

    assert refused.returncode == 1
    assert "another bin/run already works" in said


def test_manage_works_beside_a_running_portal(portal: Portal) -> None:
    done = subprocess.run(
        [str(ROOT / "bin" / "manage"), "--data", str(portal.data), "verify_ledger"],
        capture_output=True, text=True, timeout=120, check=False,
        env={"PATH": "/usr/bin:/bin:/usr/local/bin", **portal.given},
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    assert httpx.get(f"{portal.url}/healthz", timeout=60).status_code == 200
