"""The processes that bin/run keeps alive, and takes with it when it goes."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from house.environment import ROOT
from house.servers import CannotRun

STOP_SECONDS = 20


@dataclass
class Process:
    name: str
    command: list[str]
    variables: dict[str, str]
    # AGORA is another system: when somebody stops it, it stays stopped until `bin/agora start`.
    restarted: bool = True
    running: "subprocess.Popen[bytes] | None" = field(default=None, repr=False)
    started_at: float = 0.0


class Supervisor:
    def __init__(self, log_folder: Path) -> None:
        self.log_folder = log_folder
        self.log_folder.mkdir(exist_ok=True)
        self.control = log_folder.parent / "control"
        self.control.mkdir(exist_ok=True)
        self.processes: list[Process] = []

    def __enter__(self) -> "Supervisor":
        for order in self.control.iterdir():
            order.unlink()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A second Ctrl-C must not leave half of them behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        for process in reversed(self.processes):
            ask_to_stop(process)
        for process in self.processes:
            make_sure_it_stopped(process)

    def start(self, process: Process) -> None:
        if process not in self.processes:
            self.processes.append(process)
        with (self.log_folder / f"{process.name}.log").open("ab") as log:
            process.running = subprocess.Popen(
                process.command, cwd=ROOT, env={**os.environ, **process.variables}, stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        process.started_at = time.monotonic()

    def watch(self) -> None:
        while True:
            time.sleep(0.2)
            self.obey()
            self.restart_the_fallen()

    def restart_the_fallen(self) -> None:
        for process in self.processes:
            if process.running is None or process.running.poll() is None:
                continue
            print(
                f"{process.name}: stopped ({process.running.returncode}), see {self.log_folder}",
                file=sys.stderr,
            )
            process.running = None
            if process.restarted:
                # What falls at once would otherwise fall a hundred times a second.
                time.sleep(1 if time.monotonic() - process.started_at < 5 else 0)
                self.start(process)

    def obey(self) -> None:
        """Orders left by other commands: `<data>/control/<name>` holds start or stop."""
        for process in self.processes:
            order = self.control / process.name
            if not order.exists():
                continue
            wanted = order.read_text().strip()
            if wanted == "stop" and process.running:
                ask_to_stop(process)
                make_sure_it_stopped(process)
                process.running = None
            elif wanted == "start" and process.running is None:
                self.start(process)
            order.unlink()


def ask_to_stop(process: Process) -> None:
    if process.running and process.running.poll() is None:
        process.running.terminate()


def make_sure_it_stopped(process: Process) -> None:
    if process.running is None:
        return
    try:
        process.running.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(process.running.pid, signal.SIGKILL)
        process.running.wait()
    # Whatever of its group outlived it.
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.running.pid, signal.SIGKILL)


Step = tuple[list[str], dict[str, str]]
UNDER_WAY: "set[subprocess.Popen[str]]" = set()


def run_side_by_side(*chains: list[Step]) -> None:
    """Chains of setting-up steps: each in its order, all at the same time. The first failure stops them all."""
    with ThreadPoolExecutor(len(chains)) as pool:
        runs = [pool.submit(run_chain, chain) for chain in chains]
        try:
            for run in as_completed(runs):
                run.result()
        except BaseException:
            for run in runs:
                run.cancel()
            stop_steps()
            raise


def run_chain(chain: list[Step]) -> None:
    for command, variables in chain:
        run_to_end(command, variables)


def stop_steps() -> None:
    for step in list(UNDER_WAY):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(step.pid, signal.SIGTERM)


def run_to_end(command: list[str], variables: dict[str, str]) -> None:
    """A step of the setting up. Its output is shown only when it fails."""
    step = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **variables}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, start_new_session=True,
    )  # fmt: skip
    UNDER_WAY.add(step)
    try:
        output, _ = step.communicate()
    except BaseException:
        os.killpg(step.pid, signal.SIGTERM)
        step.wait()
        raise
    finally:
        UNDER_WAY.discard(step)
    if step.returncode:
        sys.stderr.write(output[-4000:])
        raise CannotRun(f"`{' '.join(Path(part).name for part in command[1:3])}` failed (see above)")
