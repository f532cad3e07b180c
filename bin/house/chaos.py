"""`bin/chaos TRIAL [options]`: what breaks is broken on purpose, on servers and data of their own."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from house.environment import ROOT, Ports, prepared
from house.ports import free_port
from house.processes import run_to_end
from house.servers import CannotRun, stop_with_one_line

TRIALS = ("requests", "feeding", "imports", "flows", "traces")


def main() -> None:
    if len(sys.argv) < 2 or sys.argv[1] not in TRIALS:
        sys.exit(f"usage: bin/chaos {'|'.join(TRIALS)} [options]")
    data = Path(os.environ.get("CPA_CHAOS_DATA") or ROOT / ".local" / "chaos").resolve()
    ports = Ports(web=free_port(), agora=free_port(), provider=free_port())
    try:
        # Durable servers: what a kill takes away is what is being looked for.
        with prepared(data, ports=ports) as variables:
            sys.exit(run(sys.argv[1], sys.argv[2:], ready(sys.argv[1], data, variables)))
    except CannotRun as problem:
        stop_with_one_line(problem)


def ready(trial: str, data: Path, variables: dict[str, str]) -> dict[str, str]:
    """Set up what the trial needs; the environment it runs in."""
    quiet = {**variables, "LOG_LEVEL": "WARNING", "RATE_LIMITS": "false"}
    if trial in ("feeding", "imports"):
        return quiet  # It makes its databases itself, from a template.
    manage = [sys.executable, str(ROOT / "manage.py")]
    if trial in ("flows", "traces"):
        run_to_end([*manage, "issue_dev_pki", str(data / "pki")], quiet)
        return quiet  # Its databases come from a template too.
    run_to_end([*manage, "migrate", "--verbosity=0"], quiet)
    run_to_end([*manage, "issue_dev_pki", str(data / "pki")], quiet)
    run_to_end([*manage, "collectstatic", "--noinput", "--verbosity=0"], quiet)
    run_to_end([*manage, "load_demo"], quiet)
    return quiet


def run(trial: str, arguments: list[str], variables: dict[str, str]) -> int:
    signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.chaos.run", trial, *arguments],
        cwd=ROOT,
        env={**os.environ, **variables},
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    main()
