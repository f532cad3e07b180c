"""The benchmarks whose name begins with one of the prefixes; without prefix, all."""

import argparse
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
django.setup()

from tests.bench import accounts, agora, agora_exchange, catalog, catalog_import, cep, rights, sign_in, web  # noqa: E402, F401 - they register themselves
from tests.bench.registry import ASKED, BENCHMARKS  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(prog="bin/bench")
    parser.add_argument("prefixes", nargs="*", help="such as: web, web.dashboard")
    parser.add_argument("--full", action="store_true", help="sizes of a million and more")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[], help="of the feeding: holders; of the dashboard: entries"
    )
    options = parser.parse_args()
    ASKED.extend(options.sizes)
    chosen = [run for name, run in BENCHMARKS.items() if is_wanted(name, options.prefixes)]
    if not chosen:
        sys.exit(
            f"bench: nothing begins with {', '.join(options.prefixes)}; there are {', '.join(BENCHMARKS)}"
        )
    for run in chosen:
        for figure in run(options.full):
            if not options.prefixes or any(figure.bench.startswith(prefix) for prefix in options.prefixes):
                print(figure.line(), flush=True)  # noqa: T201 - this is the command's output


def is_wanted(name: str, prefixes: list[str]) -> bool:
    return not prefixes or any(name.startswith(prefix) or prefix.startswith(name) for prefix in prefixes)


if __name__ == "__main__":
    main()
