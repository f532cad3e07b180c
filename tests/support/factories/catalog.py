"""A small catalogue: real communes, made-up organisations, sessions that can be found."""

import datetime
import re
import uuid
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from catalog import shipped
from catalog.enums import (
    AlertFrequency,
    CertificationState,
    ImportKind,
    ImportState,
    OrderState,
    ReportReason,
)
from catalog.models import (
    Action,
    Certification,
    Commune,
    Department,
    ImportOrder,
    ImportRun,
    Occupation,
    Organisation,
    Place,
    Region,
    SavedSearch,
    Session,
    Skill,
    Training,
    TrainingReport,
)
from catalog.services.gazetteer_import import read_communes, read_departments, read_regions
from catalog.services.search_index import refresh_search_entries
from catalog.words import families, index_text, lemmas
from cpa_portal.kernel.identifiers import fictitious_siret
from tests.support.factories.accounts import HolderFactory

TODAY = datetime.date(2026, 3, 2)
AJACCIO, BASTIA, PARIS, PARIS_11 = "2A004", "2B033", "75056", "75111"


@cache
def all_communes() -> dict[str, Commune]:
    """Of the whole country, by their INSEE codes."""
    return {row.code: row for row in read_communes(shipped.COMMUNES)}


@cache
def all_regions() -> tuple[Region, ...]:
    return tuple(read_regions())


@cache
def all_departments() -> tuple[Department, ...]:
    return tuple(read_departments())


def some_communes(*codes: str) -> dict[str, Commune]:
    """Real communes by their INSEE codes, with the regions and départements of the whole country."""
    return stored_communes(all_communes()[code] for code in codes)


def stored_communes(rows: Iterable[Commune]) -> dict[str, Commune]:
    """Arrondissements come with the row of their city, which is stored before them."""
    chosen = {row.code: row for row in rows}
    chosen |= {row.parent_id: all_communes()[row.parent_id] for row in chosen.values() if row.parent_id}
    Region.objects.bulk_create(all_regions(), ignore_conflicts=True)
    Department.objects.bulk_create(all_departments(), ignore_conflicts=True)
    Commune.objects.bulk_create(
        sorted(chosen.values(), key=lambda row: row.kind, reverse=True), ignore_conflicts=True
    )
    return chosen


def communes_of_offer(path: Path) -> dict[str, Commune]:
    """Every commune that an offer names by its code or by a postal code."""
    # Codes are plain ASCII, in every dialect and encoding.
    text = path.read_text(encoding="iso-8859-1")
    codes = set(re.findall(r"<code-INSEE-commune>(\w+)<", text))
    postal_codes = set(re.findall(r"<codepostal>(\w+)<", text))
    return stored_communes(
        row
        for row in all_communes().values()
        if row.code in codes or postal_codes.intersection(row.postal_codes)
    )


class OccupationFactory(DjangoModelFactory):
    class Meta:
        model = Occupation
        django_get_or_create = ("code",)

    code = "H2913"
    label = "Soudeur / Soudeuse"
    titles = ["Soudeur / Soudeuse à l'arc", "Chef soudeur / soudeuse"]
    search_lemmas = factory.LazyAttribute(lambda row: lemmas(row.label))
    search_families = factory.LazyAttribute(lambda row: families(row.label))


class SkillFactory(DjangoModelFactory):
    class Meta:
        model = Skill
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: str(100_000 + n))
    label = "Techniques de soudage"
    search_text = factory.LazyAttribute(lambda row: index_text(row.label))

    @factory.post_generation
    def occupations(self: Any, create: bool, extracted: Iterable[Occupation] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.occupations.set(extracted)


class CertificationFactory(DjangoModelFactory):
    class Meta:
        model = Certification
        django_get_or_create = ("code",)
        skip_postgeneration_save = True

    code = factory.Sequence(lambda n: f"RNCP{90_000 + n}")
    diploma = "Mention complémentaire"
    title = "Technicien en soudage"
    level = 4
    state = CertificationState.ACTIVE
    search_lemmas = factory.LazyAttribute(lambda row: lemmas(row.title))
    search_families = factory.LazyAttribute(lambda row: families(row.title))

    @factory.post_generation
    def occupations(self: Any, create: bool, extracted: Iterable[Occupation] | None, **kwargs: Any) -> None:
        if create and extracted:
            self.occupations.set(extracted)


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    siret = factory.Sequence(lambda n: fictitious_siret(40_000 + n))
    nda = "94202000001"
    name = factory.Sequence(lambda n: f"Organisme numéro {n}")
    email = "contact@organisme.example"
    phone = "01 99 00 00 01"


class TrainingFactory(DjangoModelFactory):
    class Meta:
        model = Training

    feed = "essai"
    number = factory.Sequence(lambda n: f"F{n}")
    organisation = factory.SubFactory(OrganisationFactory)
    title = "Soudeur à l'arc"
    objective = "Apprendre un métier."
    search_lemmas = factory.LazyAttribute(lambda row: lemmas(row.title))
    search_families = factory.LazyAttribute(lambda row: families(row.title))
    certification_code = factory.LazyAttribute(
        lambda row: row.certification.code if row.certification else ""
    )
    certification = None


class PlaceFactory(DjangoModelFactory):
    """In the commune given, at its centre. `some_communes` must hold it."""

    class Meta:
        model = Place

    organisation = factory.SubFactory(OrganisationFactory)
    fingerprint = factory.LazyFunction(uuid.uuid4)
    address = "1 rue des Écoles"
    commune = factory.LazyAttribute(lambda row: Commune.objects.get(pk=AJACCIO))
    town = factory.LazyAttribute(lambda row: row.commune.name)
    postal_code = factory.LazyAttribute(lambda row: row.commune.postal_codes[0])
    latitude = factory.LazyAttribute(lambda row: row.commune.latitude)
    longitude = factory.LazyAttribute(lambda row: row.commune.longitude)


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    training = factory.SubFactory(TrainingFactory)
    number = factory.Sequence(lambda n: f"A{n}")
    price_cents = 119_000
    hours_minutes = 70 * 60


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    action = factory.SubFactory(ActionFactory)
    number = factory.Sequence(lambda n: f"S{n}")
    starts_on = TODAY + datetime.timedelta(days=40)
    ends_on = TODAY + datetime.timedelta(days=51)


class SavedSearchFactory(DjangoModelFactory):
    """Followed every day since the day before TODAY; nothing is known of what it finds."""

    class Meta:
        model = SavedSearch

    holder = factory.SubFactory(HolderFactory)
    query = "q=soudeur"
    label = "Soudeur"
    frequency = AlertFrequency.DAILY
    told_on = TODAY - datetime.timedelta(days=1)
    changed_on = TODAY


class ImportRunFactory(DjangoModelFactory):
    """An import that is over, without a line in its report."""

    class Meta:
        model = ImportRun

    kind = ImportKind.OFFER
    feed = "essai"
    file_name = "offre.xml"
    sha256 = "0" * 64
    state = ImportState.DONE
    finished_at = factory.LazyFunction(timezone.now)


class ImportOrderFactory(DjangoModelFactory):
    """A file that was read and waits for a decision, unless said otherwise; its content is gone."""

    class Meta:
        model = ImportOrder

    kind = ImportKind.OFFER
    feed = "essai"
    file_name = "offre.xml"
    state = OrderState.CHECKED
    trial = factory.SubFactory(ImportRunFactory, is_trial=True)


class TrainingReportFactory(DjangoModelFactory):
    class Meta:
        model = TrainingReport

    training = factory.SubFactory(TrainingFactory)
    reason = ReportReason.PRICE
    text = "Le double de la fiche."


def offered(
    title: str = "Soudeur à l'arc",
    *,
    commune: str = AJACCIO,
    day: datetime.date = TODAY,
    starts_in: int = 40,
    price_cents: int | None = 119_000,
    action: dict[str, Any] | None = None,
    session: dict[str, Any] | None = None,
    **training: Any,
) -> Training:
    """A training with one session that a search of that `day` can find. `commune` must be among `some_communes`."""
    made = TrainingFactory(title=title, **training)
    given = ActionFactory(training=made, price_cents=price_cents, **(action or {}))
    place = PlaceFactory(organisation=made.organisation, commune=Commune.objects.get(pk=commune))
    starts_on = day + datetime.timedelta(days=starts_in)
    dates = {"starts_on": starts_on, "ends_on": starts_on + datetime.timedelta(days=11)}
    SessionFactory(action=given, place=place, **{**dates, **(session or {})})
    refresh_search_entries([made.pk])
    return made
