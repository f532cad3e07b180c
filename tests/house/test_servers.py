"""The private servers of a data folder: shared by leases, gone with the last one, their data kept."""

from pathlib import Path

import psycopg

from house.servers import Servers, State
from tests.support.processes import processes_of


def test_servers_stop_with_the_last_lease_and_keep_their_data(tmp_path: Path) -> None:
    data = tmp_path / "data"

    with Servers(data, durable=False).leased() as state:
        with Servers(data, durable=False).leased():
            pass
        with connected_to(state) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS number")

    assert processes_of(data) == []

    with Servers(data, durable=False, valkey=False).leased() as state:
        with connected_to(state) as connection:
            assert connection.execute("SELECT number FROM kept").fetchone() == (1,)
        assert [said for said in processes_of(data) if "valkey" in said] == []

    assert processes_of(data) == []


def connected_to(state: State) -> psycopg.Connection:
    address = f"127.0.0.1:{state.postgres_port}"
    return psycopg.connect(f"postgres://postgres:{state.superuser_password}@{address}/postgres")
