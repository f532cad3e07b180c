"""A management command, then its peak memory in MiB on a last line."""

import os
import resource
import sys

import django
from django.core.management import call_command

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
    django.setup()
    call_command(*sys.argv[1:])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)  # noqa: T201 - read by the benchmark
