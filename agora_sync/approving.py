"""Approvals in the back office: the rows ticked in a list are shown again, then one side's word is written on them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from accounts.views.requests import user_of
from agora_sync.enums import ApprovalSide
from agora_sync.exceptions import ApprovalRefused
from agora_sync.forms.approvals import ApprovalForm
from agora_sync.selectors.approvals import Mapping
from agora_sync.services.approvals import approve_mappings
from cpa_portal.kernel.templatetags.cpa import date_fr


class ApprovingAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """A list of mappings with the word of each side, and the action that writes one."""

    actions = ("approve",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("approvals")

    @admin.display(description="AGORA")
    def said_by_agora(self, mapping: Mapping) -> str:
        return _said(mapping, ApprovalSide.AGORA)

    @admin.display(description="Partenaire")
    def said_by_partner(self, mapping: Mapping) -> str:
        return _said(mapping, ApprovalSide.PARTNER)

    @admin.action(description="Approuver les lignes cochées", permissions=["change"])
    def approve(self, request: HttpRequest, queryset: QuerySet[Any]) -> TemplateResponse | None:
        form = ApprovalForm(request.POST if "side" in request.POST else None)
        if form.is_valid():
            try:
                count = approve_mappings(mappings=list(queryset), **form.said(user_of(request)))
            except ApprovalRefused as refusal:
                form.add_error(None, refusal.message)
            else:
                several = "s" if count > 1 else ""
                told = f"{count} approbation{several} inscrite{several}."
                self.message_user(request, told, messages.SUCCESS)
                return None
        context = {
            **self.admin_site.each_context(request),
            "title": "Approuver",
            "opts": self.opts,
            "form": form,
            "mappings": [(row.pk, self.described(row)) for row in queryset],
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return TemplateResponse(request, "admin/agora_sync/approve.html", context)

    def described(self, mapping: Any) -> str:
        """What is approved, in words."""
        raise NotImplementedError


def _said(mapping: Mapping, side: ApprovalSide) -> str:
    for approval in mapping.approvals.all():
        if approval.side == side:
            return f"{approval.approver}, {date_fr(approval.approved_at)}"
    return "En attente"
