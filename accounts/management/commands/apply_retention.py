"""`apply_retention [CLASS…] [--apply] [--report FILE]`: what has been kept long enough goes; else it is counted.
`--kept`: what it leaves alone, why, and on what ground.
"""

from __future__ import annotations

import csv
from datetime import date
from importlib import import_module
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from accounts.ports import Sweep

HEADER = ("classe", "données", "durée", "lignes échues", "parties", "le")


class Command(BaseCommand):
    help = "Delete or blank the data whose time is over, by class. Dry unless --apply is given."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("classes", nargs="*", help="all by default")
        parser.add_argument(
            "--apply", action="store_true", help="make the rows go; without it they are counted"
        )
        parser.add_argument("--today", type=date.fromisoformat, help="count as on that day (dry only)")
        parser.add_argument("--kept", action="store_true", help="list the tables kept as evidence, and stop")
        parser.add_argument("--report", metavar="FILE", help="write the report as CSV too")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["kept"]:
            self.say_what_is_kept()
            return
        today = options["today"] or timezone.localdate()
        if options["apply"] and options["today"]:
            raise CommandError("--today sert à compter : il ne va pas avec --apply.")
        rows = [self.swept(sweep, today, apply=options["apply"]) for sweep in chosen(options["classes"])]
        for row in rows:
            self.stdout.write("\t".join(map(str, row)))
        self.stdout.write(
            f"{sum(row[3] for row in rows)} échues, {sum(row[4] for row in rows)} parties"
            + ("" if options["apply"] else " (à blanc : rien n’est parti ; --apply pour appliquer)")
        )
        if options["report"]:
            with open(options["report"], "w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([HEADER, *rows])

    def say_what_is_kept(self) -> None:
        for kept in (kept for room in rooms() for kept in room.KEPT_FOR_PROOF):
            self.stdout.write("\t".join((", ".join(kept.models), kept.why, kept.ground, kept.afterwards)))

    def swept(self, sweep: Sweep, today: date, *, apply: bool) -> tuple[str, str, str, int, int, str]:
        due = sweep.due(today)
        count = due.count()
        gone = sweep.apply(due) if apply and count else 0
        return sweep.code, sweep.data_class, sweep.kept, count, gone, today.isoformat()


def chosen(codes: list[str]) -> list[Sweep]:
    """The sweeps of every room, or those named. Raises CommandError for a class that no room has."""
    sweeps: list[Sweep] = [sweep for room in rooms() for sweep in room.RETENTION_SWEEPS]
    unknown = set(codes) - {sweep.code for sweep in sweeps}
    if unknown:
        known = ", ".join(sweep.code for sweep in sweeps)
        raise CommandError(f"classe inconnue : {', '.join(sorted(unknown))}. Il y a : {known}.")
    return [sweep for sweep in sweeps if not codes or sweep.code in codes]


def rooms() -> list[Any]:
    """The `retention` modules, from the ground up: what names the person goes first, and the rest follows."""
    return [import_module(f"{room}.retention") for room in settings.RETENTION_ROOMS]
