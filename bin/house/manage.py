"""`bin/manage …`: manage.py in the environment of `--data` / `CPA_DATA` (default `.local/`)."""

import os
import signal
import subprocess
import sys
from pathlib import Path

from house.environment import ROOT, for_provider, prepared
from house.servers import CannotRun, stop_with_one_line


def main() -> None:
    arguments, data = split_data_option(sys.argv[1:])
    try:
        with prepared(data) as variables:
            on_agora_side = os.environ.get("AGORA_ROLE") == "provider"
            sys.exit(run(arguments, for_provider(variables) if on_agora_side else variables))
    except CannotRun as problem:
        stop_with_one_line(problem)


def split_data_option(arguments: list[str]) -> tuple[list[str], Path]:
    data = os.environ.get("CPA_DATA") or str(ROOT / ".local")
    kept = list(arguments)
    if kept[:1] == ["--data"] and len(kept) > 1:
        data, kept = kept[1], kept[2:]
    elif kept and kept[0].startswith("--data="):
        data, kept = kept[0].partition("=")[2], kept[1:]
    return kept, Path(data).resolve()


def run(arguments: list[str], variables: dict[str, str]) -> int:
    # The command gets the signals of the terminal; we wait for it, then leave the servers. A handler of ours is not
    # inherited, where "ignored" would be.
    signal.signal(signal.SIGINT, lambda *_: None)
    child = subprocess.Popen(
        [sys.executable, str(ROOT / "manage.py"), *arguments], env={**os.environ, **variables}
    )
    signal.signal(signal.SIGTERM, lambda *_: child.terminate())
    return child.wait()


if __name__ == "__main__":
    main()
