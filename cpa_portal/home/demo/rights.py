"""Counters and training files of the demonstration, through the services that the site itself calls."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.models import Holder
from catalog.enums import RecruitmentState
from catalog.models import Session
from cpa_portal.home.demo.people import DOMAIN
from rights.enums import UNIT_OF_SCHEME, EntryKind, EventOrigin, Funder, Scheme
from rights.facts import FundingFact, TrainingFileFacts
from rights.models import Counter, Entry
from rights.services.training_files.cancelling import cancel_training_file
from rights.services.training_files.entering import declare_entry
from rights.services.training_files.receiving import register_partner_training_file
from rights.services.training_files.requesting import request_training_file

SOURCE = "Données de démonstration"
OPENED_ON = date(2019, 1, 1)
RICH_COUNTERS = (
    (Scheme.CPF, 288_000),
    (Scheme.DIF, 108_000),
    (Scheme.CEC, 24_000),
    (Scheme.C2P, 26),
)
YEARLY_CENTS = 50_000
AFFORDABLE_CENTS = 250_000


def open_counters(holders: dict[str, Holder], *, seed: int, today: date) -> None:
    """Counters and what fed them, in two statements: the database itself adds up each balance."""
    chance = random.Random(seed)  # noqa: S311 - fictitious rights need no secret
    wanted = {
        (holder, scheme): movements
        for login, holder in holders.items()
        for scheme, movements in movements_of(login, chance, today).items()
    }
    counters = Counter.objects.bulk_create(
        [Counter(holder=holder, scheme=scheme, unit=UNIT_OF_SCHEME[scheme]) for holder, scheme in wanted]
    )
    Entry.objects.bulk_create(
        entry
        for counter, movements in zip(counters, wanted.values(), strict=True)
        for entry in entries(counter, movements)
    )


@dataclass(frozen=True)
class Movement:
    kind: EntryKind
    amount: int
    value_date: date
    label: str


def movements_of(login: str, chance: random.Random, today: date) -> dict[Scheme, list[Movement]]:
    if login == f"titulaire@{DOMAIN}":
        rich = {scheme: [opening(amount)] for scheme, amount in RICH_COUNTERS}
        rich[Scheme.CPF] += worked_years(4, today)
        return rich
    if login == f"agentpublic@{DOMAIN}":
        return {Scheme.PUBLIC_HOURS: [opening(72 * 60), *public_years(today)]}
    if login == f"nouveau@{DOMAIN}":
        return {Scheme.CPF: []}
    return {Scheme.CPF: [opening(60_000), *worked_years(chance.randint(2, 5), today)]}


def opening(amount: int) -> Movement:
    return Movement(EntryKind.OPENING, amount, OPENED_ON, "Solde repris à l’ouverture du compteur")


def worked_years(count: int, today: date) -> list[Movement]:
    return [
        Movement(
            EntryKind.CREDIT, YEARLY_CENTS, date(year + 1, 4, 1), f"Droits acquis par votre travail de {year}"
        )
        for year in range(today.year - 1 - count, today.year - 1)
    ]


def public_years(today: date) -> list[Movement]:
    return [
        Movement(EntryKind.CREDIT, 25 * 60, date(year, 12, 31), f"Heures acquises au titre de {year}")
        for year in range(today.year - 2, today.year)
    ]


def entries(counter: Counter, movements: list[Movement]) -> Iterator[Entry]:
    for rank, movement in enumerate(movements):
        yield Entry(
            counter=counter,
            kind=movement.kind,
            amount=movement.amount,
            value_date=movement.value_date,
            label=movement.label,
            source=SOURCE,
            key=f"demo:{counter.holder_id}:{counter.scheme}:{rank}",
        )


def open_files(holder: Holder, *, today: date) -> None:
    """Two requests of the rich account: one on its way to AGORA, one given up. A third comes back from AGORA."""
    sent, given_up = affordable_sessions(today, 2)
    request_training_file(key=demo_key("sent"), holder=holder, session=sent, today=today)
    request_training_file(key=demo_key("given-up"), holder=holder, session=given_up, today=today)
    cancel_training_file(training_file_id=demo_key("given-up"), today=today)


def open_partner_file(holder: Holder, *, organisation_siret: str, today: date) -> None:
    """On AGORA's side: a training that a partner opened and that has begun, for the portal to bring back."""
    begun_on = today - timedelta(days=20)
    training_file, _ = register_partner_training_file(
        partner_code="partner",
        holder=holder,
        facts=TrainingFileFacts(
            title="Anglais professionnel, niveau intermédiaire",
            organisation_siret=organisation_siret,
            organisation_name="Île Langues Formation",
            session_starts_on=begun_on,
            session_ends_on=today + timedelta(days=40),
            price_cents=98_000,
            hours_minutes=35 * 60,
            place="Bastia",
            fundings=(FundingFact(Funder.EMPLOYER, 98_000),),
        ),
    )
    declare_entry(training_file=training_file, entered_on=begun_on, origin=EventOrigin.PORTAL)


def affordable_sessions(today: date, count: int) -> list[Session]:
    """Open sessions in Corsica that begin late enough, of different trainings, never the welding one of the tour."""
    candidates = (
        Session.objects.filter(
            closed_on__isnull=True,
            recruitment_state=RecruitmentState.OPEN,
            starts_on__gt=today + timedelta(days=30),
            place__commune__department__region="94",
            action__price_cents__lt=AFFORDABLE_CENTS,
        )
        .exclude(action__training__title__icontains="soud")
        .select_related("action__training")
        .order_by("action__training_id", "starts_on")
        .distinct("action__training_id")
    )
    return list(candidates[:count])


def demo_key(name: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"urn:cpa:demo:{name}")
