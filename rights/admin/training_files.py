from __future__ import annotations

from django.contrib import admin

from cpa_portal.kernel.money import format_euros, format_hours
from rights.admin.reading import ReadOnlyInline, RightsAdmin
from rights.models import TrainingFile, TrainingFileFunding, TrainingFileTransition


class FundingInline(ReadOnlyInline):
    model = TrainingFileFunding
    fields = readonly_fields = ("funder", "counter", "part")

    @admin.display(description="montant")
    def part(self, funding: TrainingFileFunding) -> str:
        return format_euros(funding.amount_cents)


class TransitionInline(ReadOnlyInline):
    model = TrainingFileTransition
    ordering = ("-id",)
    fields = readonly_fields = ("at", "action", "from_state", "to_state", "origin", "reason")


@admin.register(TrainingFile)
class TrainingFileAdmin(RightsAdmin):
    consultation_what = "Dossiers de formation"
    list_display = ("holder", "title", "session_starts_on", "state", "transmission", "agora_number")
    list_display_links = ("title",)
    list_filter = ("state", "transmission", "origin")
    search_fields = (*RightsAdmin.search_fields, "agora_number__exact")
    search_help_text = "Début du nom, ou numéro AGORA."
    inlines = (FundingInline, TransitionInline)
    fields = (
        "holder",
        "state",
        "origin",
        "partner_code",
        "title",
        "certification_code",
        "organisation_name",
        "organisation_siret",
        "nda",
        "session_starts_on",
        "session_ends_on",
        "place",
        "duration",
        "price",
        "requested_on",
        "entered_on",
        "transmission",
        "transmitted_at",
        "refusal_code",
        "refusal_label",
        "agora_number",
    )

    @admin.display(description="durée")
    def duration(self, training_file: TrainingFile) -> str:
        return format_hours(training_file.hours_minutes)

    @admin.display(description="prix")
    def price(self, training_file: TrainingFile) -> str:
        return format_euros(training_file.price_cents)
