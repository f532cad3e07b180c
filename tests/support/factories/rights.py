"""Counters that hold something, sessions that may be asked for, files in each state: made by the services."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

import factory
from factory.django import DjangoModelFactory

from catalog.models import Action, Organisation, Place, Session, Training
from rights.enums import (
    UNIT_OF_SCHEME,
    EventOrigin,
    ExitReason,
    FileOrigin,
    Scheme,
    TrainingFileState,
    Transmission,
)
from rights.models import Counter, TrainingFile
from rights.services.ledger import open_counter
from rights.services.transitions import record_creation
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.traits import Trait

# A Monday far from any change of parameters; the first session that may be requested begins on 17 March.
REQUEST_DAY = date(2026, 3, 2)
SESSION_START = date(2026, 4, 13)
SESSION_END = date(2026, 6, 12)
OPENING_DAY = date(2026, 1, 1)
ENDED = (
    TrainingFileState.LEFT,
    TrainingFileState.SERVICE_DECLARED,
    TrainingFileState.SERVICE_DONE,
    TrainingFileState.PAID,
)
BEGUN = (TrainingFileState.IN_TRAINING, *ENDED)
TRANSMITTED_AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)


class CounterFactory(DjangoModelFactory):
    """A counter whose `balance`, in its unit, comes from an opening entry (0: no entry)."""

    class Meta:
        model = Counter

    holder = factory.SubFactory(HolderFactory)
    scheme = Scheme.CPF
    balance = 0

    @classmethod
    def _create(cls, model_class: type[Counter], *args: Any, **fields: Any) -> Counter:
        scheme = Scheme(fields["scheme"])
        assert fields.get("unit", UNIT_OF_SCHEME[scheme]) == UNIT_OF_SCHEME[scheme]
        return open_counter(
            holder=fields["holder"],
            scheme=scheme,
            amount=fields["balance"],
            value_date=OPENING_DAY,
            source="Jeu d’essai",
            key=f"test-opening:{uuid.uuid4()}",
        )


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    siret = factory.Sequence(lambda n: f"{10000000000000 + n}")
    nda = factory.Sequence(lambda n: f"{93000000000 + n}")
    name = factory.Sequence(lambda n: f"Organisme {n}")


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place

    organisation = factory.SubFactory(OrganisationFactory)
    fingerprint = factory.LazyFunction(uuid.uuid4)
    name = "Atelier du port"
    postal_code = "20000"
    town = "Ajaccio"


class TrainingFactory(DjangoModelFactory):
    class Meta:
        model = Training

    feed = "test"
    number = factory.Sequence(lambda n: f"F{n}")
    organisation = factory.SubFactory(OrganisationFactory)
    certification_code = factory.Sequence(lambda n: f"RNCP{30000 + n}")
    title = "Titre professionnel soudeur assembleur industriel"


class ActionFactory(DjangoModelFactory):
    class Meta:
        model = Action

    training = factory.SubFactory(TrainingFactory)
    number = factory.Sequence(lambda n: f"A{n}")
    price_cents = 1_500_00
    hours_minutes = 140 * 60


class RequestableSessionFactory(DjangoModelFactory):
    """A session open for recruitment that begins long enough after REQUEST_DAY."""

    class Meta:
        model = Session

    action = factory.SubFactory(ActionFactory)
    number = factory.Sequence(lambda n: f"S{n}")
    place = factory.LazyAttribute(lambda o: PlaceFactory(organisation=o.action.training.organisation))
    starts_on = SESSION_START
    ends_on = SESSION_END


class TrainingFileFactory(DjangoModelFactory):
    """A file as it stands after its creation, without counters; traits for what may have happened since."""

    class Meta:
        model = TrainingFile

    class Params:
        transmitted = Trait(
            transmission=Transmission.TRANSMITTED,
            transmitted_at=TRANSMITTED_AT,
            agora_number=factory.Sequence(lambda n: f"AG{n:012d}"),
        )
        refused = Trait(
            state=TrainingFileState.REFUSED,
            transmission=Transmission.REFUSED,
            refusal_code="identite_inconnue",
            refusal_label="Le nom ne correspond pas au numéro de sécurité sociale",
        )
        cancelled = Trait(state=TrainingFileState.CANCELLED, transmission=Transmission.NOT_APPLICABLE)
        in_training = Trait(state=TrainingFileState.IN_TRAINING, entered_on=SESSION_START)
        from_agora = Trait(
            origin=FileOrigin.AGORA,
            transmission=Transmission.NOT_APPLICABLE,
            agora_number=factory.Sequence(lambda n: f"AGX{n:011d}"),
        )

    holder = factory.SubFactory(HolderFactory)
    origin = FileOrigin.PORTAL
    title = "Titre professionnel soudeur assembleur industriel"
    certification_code = factory.Sequence(lambda n: f"RNCP{40000 + n}")
    organisation_siret = "16000000900018"
    organisation_name = "Centre de formation du Golfe"
    session_starts_on = SESSION_START
    session_ends_on = SESSION_END
    hours_minutes = 140 * 60
    price_cents = 1_500_00
    place = "Atelier du port, 20000 Ajaccio"
    requested_on = REQUEST_DAY
    # Some states hold only with their dates: a test names the state, these come with it.
    entered_on = factory.LazyAttribute(lambda o: SESSION_START if o.state in BEGUN else None)
    left_on = factory.LazyAttribute(lambda o: SESSION_END if o.state in ENDED else None)
    exit_reason = factory.LazyAttribute(lambda o: ExitReason.COMPLETED if o.state in ENDED else "")
    state = TrainingFileState.REQUESTED

    @classmethod
    def _create(cls, model_class: type[TrainingFile], *args: Any, **fields: Any) -> TrainingFile:
        training_file = super()._create(model_class, *args, **fields)
        origin = EventOrigin.PORTAL if training_file.origin == FileOrigin.PORTAL else EventOrigin.AGORA
        record_creation(training_file=training_file, origin=origin)
        return training_file
