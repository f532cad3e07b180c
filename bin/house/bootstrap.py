"""Makes the virtual environment from the hashed lock files when it is missing or out of date.

Runs under any Python >= 3.11, before anything is installed: standard library only.
Usage: python bootstrap.py base|dev|bench
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
VENV = ROOT / ".venv"
SETS = ("base", "dev", "bench")


def main() -> None:
    wanted = sys.argv[1]
    if is_current(wanted):
        return
    VENV.mkdir(exist_ok=True)
    with (VENV / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not is_current(wanted):
            install(wanted)


def is_current(wanted: str) -> bool:
    # Each set holds those before it.
    return any(
        mark(name).exists() and mark(name).read_text() == digest(name) for name in SETS[SETS.index(wanted) :]
    )


def mark(name: str) -> Path:
    return VENV / f".installed-{name}"


def digest(name: str) -> str:
    return hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()


def install(wanted: str) -> None:
    print(f"setting up .venv ({wanted}), once: about a minute …", file=sys.stderr, flush=True)
    python = VENV / "bin" / "python"
    if not python.exists():
        make_environment()
    pip = [str(python), "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        # Debian without python3-venv: the system's pip can install into our environment.
        pip = [sys.executable, "-m", "pip", "--python", str(python)]
        if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
            sys.exit(
                "setup: this Python has neither ensurepip nor pip (on Debian: apt-get install python3-venv)"
            )
    command = [*pip, "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--require-hashes"]
    command += ["--requirement", str(ROOT / "requirements" / f"{wanted}.txt")]
    done = subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.stderr.write(done.stderr)
        sys.exit("setup: pip could not install the locked packages (see above)")
    compile_all(python)
    mark(wanted).write_text(digest(wanted))


def compile_all(python: Path) -> None:
    """On every processor: left to the first start, each of its processes would compile the same modules at once."""
    command = [str(python), "-m", "compileall", "-qq", "-j", "0", str(VENV / "lib")]
    # Packages carry a few files for other versions of Python, which no one imports.
    subprocess.run(command, capture_output=True, check=False)


def make_environment() -> None:
    for extra in ([], ["--without-pip"]):
        command = [sys.executable, "-m", "venv", *extra, str(VENV)]
        if subprocess.run(command, capture_output=True, check=False, env=os.environ).returncode == 0:
            return
    sys.exit("setup: this Python cannot make a virtual environment (on Debian: apt-get install python3-venv)")


if __name__ == "__main__":
    main()
