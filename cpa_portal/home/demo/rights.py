"""Counters and training files of the demonstration, through the services that the site itself calls."""

import random
from datetime import date, timedelta
from uuid import NAMESPACE_URL, UUID, uuid5

from accounts.models import Holder
from catalog.enums import RecruitmentState
from catalog.models import Session
from cpa_portal.home.demo.people import DOMAIN
from rights.enums import EntryKind, EventOrigin, Funder, Scheme
from rights.facts import FundingFact, TrainingFileFacts
from rights.services.ledger import ensure_counter, open_counter, post_entry
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
    chance = random.Random(seed)  # noqa: S311 - fictitious rights need no secret
    for login, holder in holders.items():
        if login == f"titulaire@{DOMAIN}":
            open_rich_counters(holder, today)
        elif login == f"agentpublic@{DOMAIN}":
            open_public_hours(holder, today)
        else:
            years = 0 if login == f"nouveau@{DOMAIN}" else chance.randint(2, 5)
            open_private_counter(holder, years, today)


def open_rich_counters(holder: Holder, today: date) -> None:
    for scheme, amount in RICH_COUNTERS:
        opened(holder, scheme, amount)
    credit_years(holder, 4, today)


def open_public_hours(holder: Holder, today: date) -> None:
    opened(holder, Scheme.PUBLIC_HOURS, 72 * 60)
    for year in range(today.year - 2, today.year):
        post_entry(
            counter=ensure_counter(holder=holder, scheme=Scheme.PUBLIC_HOURS),
            kind=EntryKind.CREDIT,
            amount=25 * 60,
            value_date=date(year, 12, 31),
            label=f"Heures acquises au titre de {year}",
            source=SOURCE,
            key=f"demo:{holder.pk}:hours:{year}",
        )


def open_private_counter(holder: Holder, years: int, today: date) -> None:
    opened(holder, Scheme.CPF, 0 if years == 0 else 60_000)
    credit_years(holder, years, today)


def opened(holder: Holder, scheme: Scheme, amount: int) -> None:
    open_counter(
        holder=holder,
        scheme=scheme,
        amount=amount,
        value_date=OPENED_ON,
        source=SOURCE,
        key=f"demo:{holder.pk}:{scheme}:opening",
    )


def credit_years(holder: Holder, years: int, today: date) -> None:
    counter = ensure_counter(holder=holder, scheme=Scheme.CPF)
    for year in range(today.year - years, today.year):
        post_entry(
            counter=counter,
            kind=EntryKind.CREDIT,
            amount=YEARLY_CENTS,
            value_date=min(date(year + 1, 4, 1), today),
            label=f"Droits acquis par votre travail de {year}",
            source=SOURCE,
            key=f"demo:{holder.pk}:cpf:{year}",
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
