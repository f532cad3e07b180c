"""Two portals started at the same moment never believe they have the same port."""

import contextlib
import socket
import sys

import pytest

from house.ports import free_port, is_free, is_served, keep

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="ports are kept on Linux only")


@pytest.fixture
def port() -> int:
    return free_port()


def shared_listener(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener


def test_port_kept_by_one_start_is_taken_for_another(port: int) -> None:
    with contextlib.closing(keep(port)):
        assert keep(port) is None
        assert not is_free(port)
        assert free_port(port) > port

    assert is_free(port)


def test_port_kept_lets_its_own_server_listen_and_stop(port: int) -> None:
    with contextlib.closing(keep(port)):
        with shared_listener(port):
            assert is_served(port)

        # As on a closed port: refused at once, not left waiting.
        assert not is_served(port)
        assert keep(port) is None


def test_port_whose_connections_just_ended_can_be_kept_again(port: int) -> None:
    with shared_listener(port) as listener, socket.create_connection(("127.0.0.1", port)):
        accepted, _ = listener.accept()
        # The server closes first: the port stays in TIME_WAIT for a minute.
        accepted.close()

    with contextlib.closing(keep(port)) as kept:
        assert kept is not None
