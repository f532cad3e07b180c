"""`bin/bench [prefix…] [--full]`: benchmarks on servers and data of their own, one JSON object a line."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from house.environment import ROOT, Ports, prepared
from house.ports import free_port
from house.processes import run_to_end
from house.servers import CannotRun, stop_with_one_line


def main() -> None:
    data = Path(os.environ.get("CPA_BENCH_DATA") or ROOT / ".local" / "bench").resolve()
    ports = Ports(web=free_port(), agora=free_port(), provider=free_port())
    try:
        # Durable servers: a figure without fsync would say nothing of the real thing.
        with prepared(data, ports=ports) as variables:
            quiet = {**variables, "LOG_LEVEL": "WARNING", "RATE_LIMITS": "false"}
            manage = [sys.executable, str(ROOT / "manage.py")]
            run_to_end([*manage, "migrate", "--verbosity=0"], quiet)
            run_to_end([*manage, "issue_dev_pki", str(data / "pki")], quiet)
            run_to_end([*manage, "collectstatic", "--noinput", "--verbosity=0"], quiet)
            run_to_end([*manage, "load_demo"], quiet)
            sys.exit(run(sys.argv[1:], quiet))
    except CannotRun as problem:
        stop_with_one_line(problem)


def run(arguments: list[str], variables: dict[str, str]) -> int:
    signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.run", *arguments], cwd=ROOT, env={**os.environ, **variables}
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    main()
