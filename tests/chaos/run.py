"""One trial; ends with 0 when everything held, with 1 and a line otherwise."""

import argparse
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
django.setup()

from tests.chaos import feeding, flows, imports, requests, traces  # noqa: E402 - Django first


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/chaos")
    trials = parser.add_subparsers(required=True)
    for trial in (requests, feeding, imports, flows, traces):
        trial.add_arguments(trials)
    options = parser.parse_args()
    try:
        options.run(options)
    except AssertionError as broken:
        sys.exit(f"chaos: {broken}")


if __name__ == "__main__":
    main()
