"""`bin/test [pytest arguments]`: the suite on real servers, two workers, a browser where one can be had."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from house.browsers import have_browser
from house.environment import ROOT, prepared
from house.orphans import adopt_orphans, children, end_of, end_orphans
from house.servers import CannotRun, stop_with_one_line

WORKERS = "2"


def main() -> None:
    arguments = sys.argv[1:]
    have_browser()
    data = Path(os.environ.get("CPA_TEST_DATA") or ROOT / ".local" / "test").resolve()
    try:
        with prepared(data, durable=False) as variables:
            sys.exit(run_pytest(arguments, variables))
    except CannotRun as problem:
        stop_with_one_line(problem)


def run_pytest(arguments: list[str], variables: dict[str, str]) -> int:
    if not any(argument.startswith("-n") or not argument.startswith("-") for argument in arguments):
        arguments = ["-n", WORKERS, "--dist", "loadgroup", *arguments]
    kept = children()
    adopt_orphans()
    signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, env={**os.environ, **variables}
    )
    # Told so, pytest puts away what its tests prepared before it leaves.
    signal.signal(signal.SIGTERM, lambda *_: os.kill(child.pid, signal.SIGINT))
    child.returncode = end_of(child.pid)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    end_orphans(kept=kept)
    return child.returncode


if __name__ == "__main__":
    main()
