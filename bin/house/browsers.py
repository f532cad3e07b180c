"""The browser of the tests: which programs will do, and getting one where the platform's package manager can."""

import os
import shutil
import subprocess
import sys

# The first is Chromium without its windows: opening a page for a new visitor takes it a third of the time.
LIGHTEST = "chromium-headless-shell"
BROWSERS = (LIGHTEST, "chromium", "chromium-browser", "google-chrome")
APT_GET = (
    "apt-get", "--yes", "--no-remove", "--no-install-recommends",
    "-o", "Acquire::Retries=1", "-o", "Acquire::http::Timeout=20", "-o", "DPkg::Lock::Timeout=120",
)  # fmt: skip


def installed() -> str | None:
    """The path of the first of BROWSERS that this machine has."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def have_browser() -> None:
    """On Debian, root gets the lightest browser; anyone else is told by the browser tests which package is missing.

    Where it cannot be had (no network, an older Debian), whatever browser is there serves.
    """
    if shutil.which(LIGHTEST) or os.geteuid() or not shutil.which("apt-get"):
        return
    print(f"installing {LIGHTEST} for the browser tests …", file=sys.stderr, flush=True)
    wanted = [LIGHTEST] if installed() else [LIGHTEST, "chromium"]
    # Lists may be missing (a fresh image) or name what the mirrors no longer have.
    any(_apt_get("install", name) or (_apt_get("update") and _apt_get("install", name)) for name in wanted)


def _apt_get(*arguments: str) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return (
        subprocess.run([*APT_GET, *arguments], env=environment, capture_output=True, check=False).returncode
        == 0
    )
