"""What a change of the plan has done, said on the page that changed it; who loses their hour is asked at once."""

from typing import cast

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import User
from cep.services.moving import propose_replacements
from cep.services.plans import PlanReport


class PlanTeller(admin.ModelAdmin):  # type: ignore[type-arg]
    def tell(self, request: HttpRequest, report: PlanReport) -> None:
        """Once the plan stands, and not before, each person is asked in a transaction of their own."""
        self._say(request, report)
        transaction.on_commit(lambda: self._propose(request, report))

    def _say(self, request: HttpRequest, report: PlanReport) -> None:
        words = [f"{report.added} plage(s) ouverte(s), {report.removed} fermée(s)."]
        if report.public_holidays:
            days = ", ".join(f"{day:%d/%m/%Y}" for day in sorted(report.public_holidays))
            words.append(f"Jours fériés laissés fermés : {days}.")
        if report.clock_changes:
            days = ", ".join(f"{day:%d/%m/%Y}" for day in sorted(report.clock_changes))
            words.append(f"L’heure change, et ces heures n’existent pas, le {days}.")
        self.message_user(request, " ".join(words), messages.INFO)

    def _propose(self, request: HttpRequest, report: PlanReport) -> None:
        if not report.impacts:
            return
        actor = cast("User", request.user)
        proposed = propose_replacements(impacts=report.impacts, actor=actor, now=timezone.now())
        left = len(report.impacts) - proposed
        text = f"{len(report.impacts)} rendez-vous concerné(s) : {proposed} remplacement(s) proposé(s) et gardé(s)."
        if left:
            text += f" {left} sans créneau libre : voyez « Rendez-vous à replacer » et appelez ces personnes."
        self.message_user(request, text, messages.WARNING if left else messages.SUCCESS)
