"""The gaps with AGORA as agents see them, within their region, and what may be done about each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min, QuerySet

from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cdc
from accounts.selectors.staff import scope_codes
from agora_sync.contract import Operation
from agora_sync.enums import Direction, ExchangeState, GapKind
from agora_sync.mapping.items import ENTRY
from agora_sync.mapping.progress import TRANSITIONS
from agora_sync.models import Exchange, Gap, Reconciliation
from rights.enums import FileOrigin

# What to do about each, in words; the page adds the buttons that apply.
ADVICE: dict[str, str] = {
    GapKind.UNKNOWN_THERE: "AGORA n’a plus ce dossier sous ce numéro : envoyez-le à nouveau.",
    GapKind.UNKNOWN_HERE: "Un autre acteur a ouvert ce dossier chez AGORA : relisez les dossiers de la personne.",
    GapKind.STATE: "Le dossier n’en est pas au même point des deux côtés.",
    GapKind.ITEM: "La même donnée n’a pas la même valeur des deux côtés.",
    GapKind.WAITING: "Ce dossier a quelque chose à dire à AGORA qui ne part pas : voyez ses échanges.",
}


@dataclass(frozen=True)
class GapCount:
    """The open gaps of a kind; `oldest` None when there is none."""

    kind: GapKind
    count: int
    oldest: datetime | None


def gaps_for(user: User) -> QuerySet[Gap]:
    """The gaps that the user may follow, the oldest first. An agent without region sees none."""
    gaps = Gap.objects.select_related("training_file").order_by("found_at", "pk")
    if is_cdc(user):
        return gaps
    return gaps.filter(region_code__in=scope_codes(user, StaffRole.REGIONAL_AGENT))


def gap_of(user: User, key: UUID) -> Gap | None:
    """One gap that the user may follow, with the person it is about; None for any other."""
    return gaps_for(user).select_related("holder").filter(pk=key).first()


def gap_counts(user: User) -> list[GapCount]:
    """The open gaps of each kind, in the order of the kinds. One query."""
    rows = (
        gaps_for(user)
        .filter(closed_at__isnull=True)
        .order_by()
        .values_list("kind")
        .annotate(Count("pk"), Min("found_at"))
    )
    counted = {kind: (count, oldest) for kind, count, oldest in rows}
    return [GapCount(kind, *counted.get(kind, (0, None))) for kind in GapKind]


def last_reconciliation() -> Reconciliation | None:
    """The one under way, else the last one."""
    return Reconciliation.objects.order_by("-started_at", "-pk").first()


def may_be_pulled(gap: Gap) -> bool:
    """Whether reading AGORA again may end it: what AGORA opened is followed here."""
    is_theirs = gap.training_file is not None and gap.training_file.origin != FileOrigin.PORTAL
    return gap.kind == GapKind.UNKNOWN_HERE or (is_theirs and gap.kind in (GapKind.STATE, GapKind.ITEM))


def may_be_sent_again(gap: Gap) -> bool:
    """Whether we have something to tell AGORA that may end it, and nothing of the file is on its way."""
    file = gap.training_file
    if (
        file is None
        or file.origin != FileOrigin.PORTAL
        or gap.kind in (GapKind.WAITING, GapKind.UNKNOWN_HERE)
    ):
        return False
    if Exchange.objects.filter(training_file=file, state=ExchangeState.PENDING, event__isnull=False).exists():
        return False
    if gap.kind == GapKind.ITEM:
        # The entry is declared once, and nobody replaces it (dictionary of the contract).
        return gap.item != ENTRY
    return (gap.kind == GapKind.STATE or file.is_active) and bool(exchanges_to_send_again(gap))


def exchanges_to_send_again(gap: Gap) -> list[Exchange]:
    """What leaves again for a gap of state or of a lost file, in order: what AGORA needs to come to where we are."""
    if gap.kind not in (GapKind.UNKNOWN_THERE, GapKind.STATE):
        return []
    told = Exchange.objects.filter(
        training_file=gap.training_file, direction=Direction.OUTGOING, event__isnull=False
    )
    creation = told.filter(operation=Operation.CREATE_FILE).order_by("event_id").last()
    since = told.filter(event_id__gte=creation.event_id) if creation else told
    rows = list(since.exclude(state=ExchangeState.PENDING).order_by("event_id", "operation"))
    if gap.kind == GapKind.UNKNOWN_THERE:
        return [row for row in rows if row.state == ExchangeState.DONE]
    return _that_lead_on(rows, gap.there)


def _that_lead_on(rows: list[Exchange], state: str) -> list[Exchange]:
    """Of what was told, what would move the file on from the state that AGORA gives."""
    found = []
    for row in rows:
        reached = TRANSITIONS.get(Operation(row.operation), {}).get(state)
        if reached is not None:
            found.append(row)
            state = reached
    return found
