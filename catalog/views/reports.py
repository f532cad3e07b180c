"""The report of an import on a page: the lines in words, the rules with their counts, one rule at a time if asked."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest

from catalog.enums import FindingAction
from catalog.models import ImportRun
from catalog.selectors.imports import findings_of, rules_of
from catalog.wording import CONSEQUENCES, wording

LINES_PER_PAGE = 50


def report_context(request: HttpRequest, run: ImportRun | None) -> dict[str, Any]:
    """What `catalog/includes/import_report.html` shows; empty for a file that was not read yet."""
    if run is None:
        return {}
    rules = rules_of(run)
    asked = request.GET.get("regle", "")
    rule = asked if any(asked == known for known, _, _ in rules) else ""
    page = Paginator(findings_of(run, rule), LINES_PER_PAGE).get_page(request.GET.get("page"))
    lines = [
        (finding, wording(finding.rule), CONSEQUENCES[FindingAction(finding.action)]) for finding in page
    ]
    kept = sum(times for _, times, _ in rules)
    return {
        "rules": rules,
        "rule": rule,
        "page": page,
        "lines": lines,
        "kept": kept,
        "left_out": run.refused + run.repaired - kept,
    }
