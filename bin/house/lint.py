"""`bin/lint`: formatters in check mode, linters, types, import contracts, templates, migrations, deployment checks."""

import os
import subprocess
import sys
from pathlib import Path

from house.environment import ROOT

BIN = Path(sys.executable).parent
MANAGE = [sys.executable, "manage.py"]
BUILD = {"CPA_BUILD": "1"}

STEPS: dict[str, list[str]] = {
    "ruff format": [str(BIN / "ruff"), "format", "--check", "."],
    "ruff": [str(BIN / "ruff"), "check", "."],
    "import contracts": [str(BIN / "lint-imports")],
    "templates": [str(BIN / "djlint"), "--quiet", "--lint", "templates"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
    "compose": [
        str(BIN / "check-jsonschema"),
        "--builtin-schema",
        "vendor.compose-spec",
        "docker-compose.yml",
    ],
    "types": [str(BIN / "mypy")],
}


def main() -> None:
    failed = [name for name, command in STEPS.items() if not passes(name, command)]
    if failed:
        sys.exit(f"lint: {', '.join(failed)} failed")
    print(f"lint: {len(STEPS)} checks passed")


def passes(name: str, command: list[str]) -> bool:
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **BUILD}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(f"--- {name}\n{done.stdout}{done.stderr}", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    main()
