"""Imports as their readers see them: administrators see those of the site, an organisation the files that it tried."""

from collections.abc import Iterator

from django.db.models import Count, F, QuerySet

from accounts.enums import StaffRole
from accounts.models import User
from accounts.selectors.staff import scope_codes
from catalog.models import ImportFinding, ImportOrder, ImportRun
from catalog.wording import Wording, wording

READ_AT_ONCE = 5_000


def import_runs() -> QuerySet[ImportRun]:
    """Imports of the site, the last one first. Trials are read through the file that they tried."""
    return ImportRun.objects.filter(is_trial=False).order_by("-started_at", "-pk")


def import_orders() -> QuerySet[ImportOrder]:
    """Files handed over to be imported, the last one first."""
    return ImportOrder.objects.filter(siret="").select_related("trial", "run", "job", "requested_by")


def tried_files(user: User) -> QuerySet[ImportOrder]:
    """Files that the organisations of the user have tried, the last one first."""
    sirets = scope_codes(user, StaffRole.TRAINING_ORGANISATION)
    return ImportOrder.objects.filter(siret__in=sirets).select_related("trial", "job")


def findings_of(run: ImportRun, rule: str = "") -> QuerySet[ImportFinding]:
    """The report, in the order of the file; of one rule if it is given."""
    found = run.findings.order_by(F("line").asc(nulls_last=True), "pk")
    return found.filter(rule=rule) if rule else found


def rules_of(run: ImportRun) -> list[tuple[str, int, Wording]]:
    """Each rule of the report with how often it spoke, the most frequent first."""
    counts = run.findings.values_list("rule").annotate(times=Count("pk")).order_by("-times", "rule")
    return [(rule, times, wording(rule)) for rule, times in counts]


def stored_findings(run: ImportRun, rule: str = "") -> Iterator[ImportFinding]:
    """The report in bounded memory, for a download."""
    return findings_of(run, rule).iterator(chunk_size=READ_AT_ONCE)
