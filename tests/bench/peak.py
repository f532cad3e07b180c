"""A management command, then its peak memory in MiB on a last line."""

import os
import re
import sys
from pathlib import Path


def peak_mib() -> float:
    """Of this process alone: what getrusage says begins with what the process that started it took."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) / 1024


if __name__ == "__main__":
    import django
    from django.core.management import call_command

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
    django.setup()
    call_command(*sys.argv[1:])
    print(peak_mib())  # noqa: T201 - read by the benchmark
