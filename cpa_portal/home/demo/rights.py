"""Counters and training files of the demonstration, through the services that the site itself calls."""

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.models import Holder
from catalog.enums import RecruitmentState
from catalog.models import Session
from cpa_portal.home.demo.people import DOMAIN
from rights.enums import UNIT_OF_SCHEME, EntryKind, EventOrigin, Funder, Scheme
from rights.facts import FundingFact, TrainingFileFacts
from rights.models import Counter, Entry
from rights.parameters import legal_values
from rights.rules.account import AccountCase, Movement, replay
from rights.rules.activity import FULL, NONE, YearOfWork
from rights.rules.derivation import Measure
from rights.rules.engagement import Activity, Declaration
from rights.rules.prevention import Exposure, points_of_year
from rights.services.training_files.cancelling import cancel_training_file
from rights.services.training_files.entering import declare_entry
from rights.services.training_files.receiving import register_partner_training_file
from rights.services.training_files.requesting import request_training_file

SOURCE = "Données de démonstration"
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


def movements_of(login: str, chance: random.Random, today: date) -> dict[Scheme, list[Movement]]:
    """What the rules of the site give for a made-up career, counter by counter."""
    if login == f"nouveau@{DOMAIN}":
        return {Scheme.CPF: []}
    if login == f"titulaire@{DOMAIN}":
        return {**of_career(rich_career(today), today), Scheme.C2P: points_of_last_years(3, today)}
    if login == f"agentpublic@{DOMAIN}":
        return of_career(AccountCase(works=years(2021, today, public=FULL)), today)
    begun = chance.randint(2016, today.year - 4)
    share = chance.choice((FULL, FULL, Fraction(1, 2), Fraction(3, 10)))
    return of_career(AccountCase(works=years(begun, today, employed=share)), today)


def years(
    first: int, today: date, *, employed: Fraction = NONE, public: Fraction = NONE
) -> tuple[YearOfWork, ...]:
    """Every year of work alike, up to the last whole one."""
    return tuple(YearOfWork(year, employed, public=public) for year in range(first, today.year))


def rich_career(today: date) -> AccountCase:
    """Ten years of full-time work, hours from before 2015, a year of volunteering."""
    attested_on = date(today.year - 1, 9, 1)
    volunteering = Declaration(
        Activity.VOLUNTEERING, today.year - 2, quantity=Fraction(220), attested_on=attested_on
    )
    return AccountCase(
        works=years(2015, today, employed=FULL), dif_minutes=72 * 60, engagements=(volunteering,)
    )


@cache
def of_career(case: AccountCase, today: date) -> dict[Scheme, list[Movement]]:
    """The movements in the units of the counters: hours of the private sector are told by their conversion."""
    found: dict[Scheme, list[Movement]] = defaultdict(list)
    for movement in replay(case, until=today, values=legal_values()).movements:
        if movement.unit == UNIT_OF_SCHEME[movement.scheme]:
            found[movement.scheme].append(movement)
    return dict(found)


def points_of_last_years(count: int, today: date) -> list[Movement]:
    values, points, movements = legal_values(), 0, []
    for year in range(today.year - 1 - count, today.year - 1):
        exposure = Exposure(year=year, names=("bruit", "nuit"))
        added = points_of_year(exposure, balance=points, values=values)
        points += added.result
        on = values.of_year("c2p_feeding_day", year).posting.of(year)
        label = f"Points de votre exposition de {year}"
        movements.append(
            Movement(on, Scheme.C2P, Measure.POINTS, added.result, EntryKind.CREDIT, label, added)
        )
    return movements


def entries(counter: Counter, movements: list[Movement]) -> Iterator[Entry]:
    for rank, movement in enumerate(movements):
        yield Entry(
            counter=counter,
            kind=movement.kind,
            amount=movement.amount,
            value_date=movement.on,
            date_is_estimated=movement.estimated,
            label=movement.label,
            derivation=movement.derivation.as_json() if movement.derivation else {},
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
    declare_entry(training_file=training_file, entered_on=begun_on, origin=EventOrigin.AGORA)


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
