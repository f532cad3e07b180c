"""Ports of the loopback interface: finding free ones, and keeping them while their server comes and goes."""

import contextlib
import socket
import sys


def free_port(start: int = 0) -> int:
    """A free port on the loopback interface: any, or the first from `start` on."""
    if not start:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            return int(probe.getsockname()[1])
    return next(port for port in range(start, 65_536) if is_free(port))


def is_free(port: int) -> bool:
    kept = keep(port)
    if kept:
        kept.close()
    return kept is not None


def is_served(port: int) -> bool:
    """Somebody listens there."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5):
        return True
    return False


def keep(port: int) -> socket.socket | None:
    """The port, kept from everybody but listeners that share it (SO_REUSEPORT), or None when it is taken.

    Between choosing a port and listening on it lies the whole setting up: without this, two starts at the same
    time choose the same port, and one would announce the other's portal as its own. A socket that is bound and does
    not listen takes no connection: while its server is down, callers are refused as on any closed port.
    """
    kept = socket.socket()
    # Connections that just ended must not count as somebody there.
    kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        kept.bind(("127.0.0.1", port))
    except OSError:
        kept.close()
        return None
    if sys.platform == "linux":
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 0)
        kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    return kept
