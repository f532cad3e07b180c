"""The real listener: gunicorn with mutual TLS on a free port, on the test's own database."""

import contextlib
import os
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connections

from agora_sync import demo
from house.ports import free_port
from tests.support.databases import ROOT, running_url

START_SECONDS = 30
APPLICATION = "cpa_portal.wsgi_agora:application"
AgoraSide = Callable[[], contextlib.AbstractContextManager[None]]


@dataclass
class Listener:
    """A running listener and its database. `environment` is what it was started with, to start it again as it was."""

    port: int
    database: str
    folder: Path
    environment: dict[str, str]
    process: "subprocess.Popen[bytes]"

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/agora/v1/"

    def stop(self) -> None:
        self.process.terminate()
        # Longer than the time gunicorn leaves to the calls in hand.
        self.process.wait(timeout=60)

    def start(self) -> None:
        self.process = _started(self.port, self.environment)


@contextlib.contextmanager
def running_listener(
    pki: Path, *, database: str, application: str = APPLICATION, **environment: str
) -> Iterator[Listener]:
    """Start the listener as `bin/run` does, and stop it. Extra variables override those of the tests."""
    variables = {**os.environ, **_variables(pki, database), **environment}
    port = free_port()
    listener = Listener(port, database, pki, variables, _started(port, variables, application))
    try:
        yield listener
    finally:
        listener.stop()


@contextlib.contextmanager
def on_database(name: str) -> Iterator[None]:
    """Inside, this process reads and writes the other system's database. Not inside a transaction."""
    connection = connections["default"]
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _variables(pki: Path, database: str) -> dict[str, str]:
    return {
        "DATABASE_URL": running_url(database),
        "AGORA_ROLE": "provider",
        "AGORA_ENVIRONMENT": demo.ENVIRONMENT,
        "AGORA_RECIPIENT": demo.RECIPIENT,
        "AGORA_AUDIENCE": demo.AUDIENCE,
        "AGORA_TLS_CERTIFICATE": str(pki / "provider-tls.pem"),
        "AGORA_TLS_KEY": str(pki / "provider-tls.key"),
        "AGORA_TRUSTED_CA": str(pki / "ca.pem"),
        "AGORA_CRL": str(pki / "crl.pem"),
        "AGORA_CLIENT_CERTIFICATE_FROM": "socket",
        "AGORA_MAINTENANCE_WINDOWS": "[]",
        "LOG_LEVEL": "INFO",
    }


def _started(
    port: int, variables: dict[str, str], application: str = APPLICATION
) -> "subprocess.Popen[bytes]":
    gunicorn = str(Path(sys.executable).parent / "gunicorn")
    command = [gunicorn, "--config", "python:cpa_portal.agora_listener", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen([*command, application], cwd=ROOT, env=variables, stderr=subprocess.PIPE)
    _wait_until_listening(port, process)
    return process


def _wait_until_listening(port: int, process: "subprocess.Popen[bytes]") -> None:
    """The kernel queues a connection as soon as the socket listens: one TLS handshake says that a worker answers."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            assert process.stderr is not None
            raise AssertionError(f"the listener did not start:\n{process.stderr.read().decode()[-3000:]}")
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", port), timeout=START_SECONDS) as plain:
                context.wrap_socket(plain).close()
            return
        process_wait_briefly(process)
    raise AssertionError("the listener did not answer")


def process_wait_briefly(process: "subprocess.Popen[bytes]") -> None:
    """Let a moment pass, shorter if the process ends: there is nothing to be woken by while a port is closed."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=0.05)
