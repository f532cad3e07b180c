"""`bin/run`: everything a person needs to see the portal, from nothing but Python, until SIGINT or SIGTERM."""

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from house.environment import ROOT, Ports, for_provider, identity_provider_variables, prepared
from house.locks import alone
from house.ports import is_served, keep
from house.processes import Process, Step, Supervisor, run_side_by_side
from house.servers import CannotRun, stop_with_one_line, write_private

BIN = Path(sys.executable).parent
READY_SECONDS = 240


class Interrupted(Exception):
    """SIGINT or SIGTERM before everything was up."""


def main() -> None:
    options = parsed_options()
    data = Path(options.data).resolve()
    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)
    try:
        with alone_on(data):
            if options.fresh:
                empty(data)
            with kept_ports(options) as ports:
                write_private(data / "ports.json", json.dumps(ports.__dict__))
                with prepared(data, ports=ports) as variables:
                    serve(variables, ports, with_demo=not options.no_demo, size=options.size)
    except Interrupted:
        sys.exit(0)
    except CannotRun as problem:
        stop_with_one_line(problem)


def parsed_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/run", description="Run the portal and the AGORA side, with demo data."
    )
    parser.add_argument("--port", type=int, help="the portal's port (default 8000, else the next free one)")
    parser.add_argument(
        "--agora-port", type=int, help="AGORA's mutual-TLS port (default 8443, else the next free one)"
    )
    parser.add_argument("--data", default=os.environ.get("CPA_DATA") or str(ROOT / ".local"), metavar="DIR")
    parser.add_argument("--fresh", action="store_true", help="erase the data folder first")
    parser.add_argument("--no-demo", action="store_true", help="load no demonstration data")
    parser.add_argument("--size", choices=["small", "national"], default="small")
    return parser.parse_args()


def interrupt(*_: object) -> None:
    raise Interrupted


@contextlib.contextmanager
def alone_on(data: Path) -> Iterator[None]:
    data.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(alone(data / ".run.lock", wait=False))
        except BlockingIOError:
            raise CannotRun(
                f"another bin/run already works in {data}: stop it, or choose another --data"
            ) from None
        yield


def empty(data: Path) -> None:
    for entry in data.iterdir():
        # The test servers' folder has a life of its own.
        if entry.name in {".run.lock", "test"}:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


@contextlib.contextmanager
def kept_ports(options: argparse.Namespace) -> Iterator[Ports]:
    """The ports of this run, which no other run can take while the block lasts."""
    with contextlib.ExitStack() as kept:
        web = asked_or_next(kept, options.port, "--port", 8000)
        agora = asked_or_next(kept, options.agora_port, "--agora-port", 8443)
        provider = asked_or_next(kept, None, "", max(web, 8000) + 1)
        identity = asked_or_next(kept, None, "", provider + 1)
        yield Ports(web=web, agora=agora, provider=provider, identity=identity)


def asked_or_next(kept: contextlib.ExitStack, asked: int | None, option: str, default: int) -> int:
    for port in [asked] if asked else range(default, 65_536):
        holder = keep(port)
        if holder:
            kept.enter_context(holder)
            return port
    raise CannotRun(f"port {asked} ({option}) is taken" if asked else f"no free port from {default} on")


# Setting up -----------------------------------------------------------------------------------
def serve(variables: dict[str, str], ports: Ports, *, with_demo: bool, size: str) -> None:
    portal, provider = variables, for_provider(variables)
    data = Path(variables["CPA_DATA"])
    set_up(data, portal, provider, demo_size=size if with_demo else None)
    with Supervisor(log_folder=data / "logs") as supervisor:
        for process in [*processes(portal, provider, ports), identity_provider(portal, ports)]:
            supervisor.start(process)
        wait_for(ports, supervisor)
        announce(ports, with_demo=with_demo)
        with contextlib.suppress(Interrupted):
            supervisor.watch()


def set_up(data: Path, portal: dict[str, str], provider: dict[str, str], *, demo_size: str | None) -> None:
    """Keys, schema, static files, demo data: the two sides at the same time, each step safe to run again."""
    demo = ["--demo", demo_size] if demo_size else []
    ours = manage(portal, "set_up", *demo)
    # Only what AGORA's side loads reads the keys. Django's own checks load every page of the site: done once.
    theirs = manage(provider, "set_up", "--certificates", str(data / "pki"), *demo, "--skip-checks")
    with static_files(portal) as collecting:
        run_side_by_side([ours], [theirs, *collecting])


def manage(variables: dict[str, str], *arguments: str) -> Step:
    return [sys.executable, str(ROOT / "manage.py"), *arguments], variables


@contextlib.contextmanager
def static_files(variables: dict[str, str]) -> Iterator[list[Step]]:
    """The step that collects static files, when one of them changed: compressing them takes a while."""
    target = ROOT / "staticfiles"
    mark = target / ".sources"
    digest = hashlib.sha256((ROOT / "requirements" / "base.txt").read_bytes())
    for source in sorted((ROOT / "static").rglob("*")):
        digest.update(f"{source}{source.stat().st_mtime_ns}".encode())
    with alone(ROOT / ".venv" / ".static.lock"):
        if mark.exists() and mark.read_text() == digest.hexdigest():
            yield []
            return
        yield [manage(variables, "collectstatic", "--noinput", "--verbosity=0", "--skip-checks")]
        mark.write_text(digest.hexdigest())


def processes(portal: dict[str, str], provider: dict[str, str], ports: Ports) -> list[Process]:
    # The ports are kept by this very process: their listeners share them with it.
    gunicorn = [str(BIN / "gunicorn"), "--reuse-port", "--config", "python:cpa_portal.web_server"]
    # The checks were made while setting up, a moment ago.
    celery = [str(BIN / "celery"), "--app", "cpa_portal", "--quiet", "--skip-checks"]
    return [
        Process("web", [*gunicorn, "--bind", f"127.0.0.1:{ports.web}", "cpa_portal.wsgi:application"],
                {**portal, "PROMETHEUS_MULTIPROC_DIR": emptied(Path(portal["CPA_DATA"]) / "metrics")}),
        Process(
            "agora",
            [str(BIN / "gunicorn"), "--reuse-port", "--config", "python:cpa_portal.agora_listener",
             "--bind", f"127.0.0.1:{ports.agora}", "cpa_portal.wsgi_agora:application"],
            provider, restarted=False,
        ),
        Process("provider", [*gunicorn, "--bind", f"127.0.0.1:{ports.provider}", "cpa_portal.wsgi:application"],
                {**provider, "WEB_CONCURRENCY": "1"}),
        # The AGORA side's own tasks: one process is enough for it, beat included.
        Process("provider-worker", [*celery, "worker", "--beat", "--queues", "default,agora,batch",
                                    "--concurrency", "1", "--hostname", "provider@%h", "--without-mingle",
                                    "--without-gossip"], provider),
        Process("worker", [*celery, "worker", "--queues", "default,agora,batch", "--concurrency", "2",
                           "--hostname", "portal@%h", "--without-mingle", "--without-gossip"], portal),
        # No pid file: the lock on the data folder already keeps a second one away.
        Process("beat", [*celery, "beat", "--pidfile="], portal),
    ]  # fmt: skip


def identity_provider(portal: dict[str, str], ports: Ports) -> Process:
    """Stands in for FranceConnect in the demonstration, and is started nowhere else. One process: its sessions are
    in memory.
    """
    # --reuse-port: this run keeps the port while its server comes and goes.
    command = [str(BIN / "gunicorn"), "--no-control-socket", "--reuse-port", "--threads", "4",
               "--bind", f"127.0.0.1:{ports.identity}",
               "house.identity_provider.application:application_from_environment()"]  # fmt: skip
    return Process(
        "identity", command, {**identity_provider_variables(portal), "PYTHONPATH": str(ROOT / "bin")}
    )


def emptied(folder: Path) -> str:
    """Where the web workers of this start add up their metrics."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return str(folder)


def wait_for(ports: Ports, supervisor: Supervisor) -> None:
    deadline = time.monotonic() + READY_SECONDS
    addresses = [f"http://127.0.0.1:{ports.web}/readyz", f"http://127.0.0.1:{ports.provider}/readyz"]
    served = (ports.agora, ports.identity)
    while not (all(answers(address) for address in addresses) and all(map(is_served, served))):
        supervisor.restart_the_fallen()
        if time.monotonic() > deadline:
            raise CannotRun(
                f"the portal did not answer within {READY_SECONDS} s; see {supervisor.log_folder}"
            )
        time.sleep(0.1)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310 - our own loopback address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


DEMO_ACCOUNTS = (
    ("titulaire@demo.test", "titulaire, droits et dossiers, Ajaccio et Bastia"),
    ("nouveau@demo.test", "titulaire, compte tout juste activé"),
    ("agentpublic@demo.test", "titulaire, agent public, droits en heures"),
    ("titulaire001@demo.test", "titulaires 001 à 300"),
    ("conseiller@demo.test", "conseiller en évolution professionnelle, Ajaccio"),
    ("manager@demo.test", "manager d'un site de conseil, Ajaccio"),
    ("pilotage@demo.test", "France compétences"),
    ("region@demo.test", "agent de la Collectivité de Corse"),
    ("organisme@demo.test", "organisme de formation en Corse"),
    ("rssi@demo.test", "responsable de la sécurité"),
    ("cdc@demo.test", "Caisse des Dépôts, côté AGORA (provider)"),
    ("admin@demo.test", "administration"),
)


def announce(ports: Ports, *, with_demo: bool) -> None:
    print(f"agora: https://127.0.0.1:{ports.agora}/agora/v1/")
    print(f"provider: http://127.0.0.1:{ports.provider}")
    print(f"ready: http://127.0.0.1:{ports.web}")
    if with_demo:
        for address, who in DEMO_ACCOUNTS:
            print(f"demo: {address} / demo-cpa-2026 ({who})")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
