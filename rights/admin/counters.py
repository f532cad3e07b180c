from __future__ import annotations

from django.contrib import admin

from rights.admin.reading import ReadOnlyInline, RightsAdmin
from rights.models import Counter, Entry
from rights.wording.amounts import format_amount


class EntryInline(ReadOnlyInline):
    model = Entry
    ordering = ("-position",)
    fields = readonly_fields = ("position", "value_date", "kind", "moved", "left", "label", "source", "at")

    @admin.display(description="mouvement")
    def moved(self, entry: Entry) -> str:
        return format_amount(entry.amount, entry.counter.unit, signed=True)

    @admin.display(description="solde après")
    def left(self, entry: Entry) -> str:
        return format_amount(entry.balance_after, entry.counter.unit)


@admin.register(Counter)
class CounterAdmin(RightsAdmin):
    consultation_what = "Compteurs de droits à la formation"
    list_display = ("holder", "scheme", "available", "set_aside")
    list_filter = ("scheme",)
    fields = ("holder", "scheme", "available", "set_aside", "opened_at")
    inlines = (EntryInline,)

    @admin.display(description="disponible", ordering="balance")
    def available(self, counter: Counter) -> str:
        return format_amount(counter.balance, counter.unit)

    @admin.display(description="mis de côté", ordering="reserved")
    def set_aside(self, counter: Counter) -> str:
        return format_amount(counter.reserved, counter.unit)
