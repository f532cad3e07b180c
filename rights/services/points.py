"""Prevention points: asked for, reserved meanwhile, taken when the use is granted (R. 4163-11 to R. 4163-17)."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from accounts.models import Holder
from rights.enums import EntryKind, PointsOutcome, PointsUse, Scheme
from rights.exceptions import AlreadyAnswered, KeyReused, PointsRefused
from rights.models import Counter, Entry, PointsAnswer, PointsRequest
from rights.parameters import legal_values, value_on
from rights.rules.dates import add_months, birthday
from rights.rules.derivation import Derivation
from rights.rules.endings import points_asked, points_still_reserved
from rights.services.ledger import ensure_counter, lock_counters, post_entry
from rights.services.training_files.guards import check_account

# The decree's coefficient gives odd results for another share than a half (D. 4163-26): it is not offered.
HALF_TIME = Fraction(1, 2)
SILENCE = "Aucune réponse dans le délai"


def request_points(
    *,
    key: UUID,
    holder: Holder,
    use: PointsUse,
    points: int,
    today: date,
    coefficient: Fraction | None = None,
) -> PointsRequest:
    """Ask that points be used; they leave the balance until the answer. The same key again is the same request.

    `coefficient`: for a part time, the share of time set free. Raises AccountClosed, KeyReused, PointsRefused.
    """
    check_account(holder)
    with transaction.atomic():
        counter = _locked(holder)
        known = PointsRequest.objects.filter(pk=key).first()
        if known is not None:
            if (known.holder_id, known.use, known.points) != (holder.pk, use, points):
                raise KeyReused
            return known
        _check(counter, holder, use, points, today)
        months = value_on("c2p_answer_months", today).number
        request = PointsRequest.objects.create(
            pk=key,
            holder=holder,
            use=use,
            points=points,
            asked_on=today,
            answer_due_on=add_months(today, months),
        )
        asked = points_asked(
            points, use, day=today, born=_born(holder), coefficient=coefficient, values=legal_values()
        )
        _post(request, counter, EntryKind.HOLD, -points, today, f"Votre demande : {use.label}", "Vous", asked)
    return request


def previewed_points(*, holder: Holder, use: PointsUse, points: int, today: date) -> Derivation:
    """What a request made now would be worth; nothing is written. Raises AccountClosed, PointsRefused."""
    check_account(holder)
    counter = Counter.objects.filter(holder=holder, scheme=Scheme.C2P).first()
    if counter is None:
        raise PointsRefused("Vous n’avez pas de points : votre employeur n’a déclaré aucune exposition.")
    _check(counter, holder, use, points, today)
    return points_asked(
        points, use, day=today, born=_born(holder), coefficient=HALF_TIME, values=legal_values()
    )


def answer_points(
    *, request: PointsRequest, outcome: PointsOutcome, answered_on: date, source: str, reason: str = ""
) -> PointsAnswer:
    """End a request: granted, its points are taken; else they are free again. `source`: who answered, in words;
    `reason`: why, for the person.

    The same answer again changes nothing. Raises AlreadyAnswered when it ended otherwise.
    """
    with transaction.atomic():
        counter = _locked(request.holder)
        known = PointsAnswer.objects.filter(request=request).first()
        if known is not None:
            if known.outcome != outcome:
                raise AlreadyAnswered
            return known
        answer = PointsAnswer.objects.create(
            request=request, outcome=outcome, answered_on=answered_on, source=source, reason=reason
        )
        asked = Entry.objects.get(counter=counter, key=f"points:{request.pk}:{EntryKind.HOLD}")
        granted = outcome is PointsOutcome.GRANTED
        label = (
            "Le blocage de vos points prend fin : ils sont pris juste après"
            if granted
            else f"Votre demande de points est terminée : {outcome.label.lower()}"
        )
        _post(request, counter, EntryKind.RELEASE, request.points, answered_on, label, source)
        if granted:
            used = Derivation.from_json(asked.derivation)
            label = f"Vos points : {PointsUse(request.use).label}"
            _post(request, counter, EntryKind.DEBIT, -request.points, answered_on, label, source, used)
    return answer


def refuse_silent_requests(*, today: date) -> int:
    """Silence is a refusal once its last day has passed (R. 4163-16). Returns how many ended; restartable."""
    silent = PointsRequest.objects.filter(answer__isnull=True, answer_due_on__lt=today).order_by("pk")
    ended = 0
    for request in silent.select_related("holder"):
        answer_points(request=request, outcome=PointsOutcome.SILENCE, answered_on=today, source=SILENCE)
        ended += 1
    return ended


def _locked(holder: Holder) -> Counter:
    counter = ensure_counter(holder=holder, scheme=Scheme.C2P)
    return lock_counters([counter.pk])[0]


def _born(holder: Holder) -> date:
    if holder.birth_date is None:
        raise PointsRefused("Votre date de naissance n’est pas connue : elle décide des points réservés.")
    return holder.birth_date


def _check(counter: Counter, holder: Holder, use: PointsUse, points: int, today: date) -> None:
    """Raise PointsRefused with the first thing that stands in the way, and what is possible."""
    if points <= 0:
        raise PointsRefused("Indiquez au moins un point.")
    if use is PointsUse.TRAINING:
        _check_at_most(points, counter.balance, "disponibles")
        return
    born, values = _born(holder), legal_values()
    step = values.on("c2p_points_step", today).number
    if points % step:
        raise PointsRefused(f"Pour cet usage, les points se prennent par {step} (article R. 4163-12).")
    used = -(_used(counter, PointsUse.TRAINING))
    kept = points_still_reserved(born, used_for_training=used, values=values)
    free = max(0, counter.balance - kept) // step * step
    _check_at_most(points, free, f"utilisables ainsi, {kept} étant réservés à la formation")
    if use is PointsUse.RETIREMENT:
        age = values.on("c2p_retirement_age", today).number
        if birthday(born, age) > today:
            raise PointsRefused(f"Les trimestres de retraite se demandent à partir de {age} ans.")
        most = values.on("c2p_retirement_quarters", today).number * step
        _check_at_most(points - _used(counter, use), most, "au plus sur toute la carrière pour la retraite")
    else:
        limit = values.on("c2p_part_time_points_before_60", today).limit
        age = values.on("c2p_part_time_age", today).number
        if limit is not None and birthday(born, age) > today:
            what = f"au plus pour un temps partiel avant {age} ans"
            _check_at_most(points - _used(counter, use), limit, what)


def _check_at_most(points: int, most: int, what: str) -> None:
    if points > most:
        raise PointsRefused(f"Vous demandez {points} points : il y en a {most} {what}.")


def _used(counter: Counter, use: PointsUse) -> int:
    """Points that this use took or still reserves, as a negative number."""
    keys = [
        f"points:{pk}:{kind}"
        for pk in PointsRequest.objects.filter(holder_id=counter.holder_id, use=use).values_list(
            "pk", flat=True
        )
        for kind in (EntryKind.HOLD, EntryKind.RELEASE, EntryKind.DEBIT)
    ]
    return Entry.objects.filter(counter=counter, key__in=keys).aggregate(moved=Sum("amount"))["moved"] or 0


def _post(
    request: PointsRequest,
    counter: Counter,
    kind: EntryKind,
    amount: int,
    on: date,
    label: str,
    source: str,
    derivation: Derivation | None = None,
) -> Entry:
    return post_entry(
        counter=counter,
        kind=kind,
        amount=amount,
        value_date=on,
        label=label,
        source=source,
        key=f"points:{request.pk}:{kind}",
        derivation=derivation.as_json() if derivation else None,
    )
