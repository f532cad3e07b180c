from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.identity_cases import UnusableFile, computed, read_cases


class Command(BaseCommand):
    help = (
        "Tries the identity rule on the pairs of a CSV file (columns in docs/identity.md). Prints for each row "
        "id, expected, computed and ok or FAIL, then the count. Exit 1 when a row fails or cannot be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with options["file"].open(encoding="utf-8-sig", newline="") as lines:
                file = read_cases(lines)
        except (OSError, UnicodeDecodeError, UnusableFile) as problem:
            raise CommandError(f"{options['file']} : {problem}") from problem
        failures = 0
        for case in file.cases.values():
            answer = computed(case, file)
            verdict = "ok" if answer == case.expected else "FAIL"
            failures += verdict == "FAIL"
            self.stdout.write(f"{case.id}\t{case.expected}\t{answer}\t{verdict}")
        for identifier, reason in file.unreadable.items():
            self.stdout.write(f"{identifier}\t\tunreadable: {reason}\tFAIL")
        failures += len(file.unreadable)
        total = len(file.cases) + len(file.unreadable)
        self.stdout.write(f"{total - failures} ok, {failures} FAIL")
        if failures:
            raise CommandError(f"{failures} cas sur {total} ne donnent pas le résultat attendu.")
