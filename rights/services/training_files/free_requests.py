"""Requests without a session (skills review, VAE, licence, mission…), and refusals that are sent to a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts.models import Holder
from accounts.selectors.situations import is_registered_job_seeker
from rights.enums import EventOrigin, FileOrigin, JournalEventKind, TrainingFileState, Transmission
from rights.exceptions import FileAlreadyOpen, KeyReused
from rights.models import TrainingFile
from rights.parameters import legal_values
from rights.rules.funding import Action, FundingCase, refusal_of_action
from rights.services.journal import append_event
from rights.services.training_files.guards import check_account, check_notice
from rights.services.transitions import enter_state, record_creation

TITLES = {
    Action.SKILLS_REVIEW: "Bilan de compétences",
    Action.VAE: "Validation des acquis de l’expérience (VAE)",
    Action.LIGHT_LICENCE: "Permis de conduire du groupe léger",
    Action.HEAVY_LICENCE: "Permis de conduire du groupe lourd",
    Action.BUSINESS: "Création ou reprise d’entreprise",
    Action.MISSION: "Formation à une mission bénévole ou de service civique",
}
# Until the organisation proposes its dates, the wish stands for a day.
UNKNOWN_LENGTH = timedelta(days=0)


@dataclass(frozen=True)
class FreeRequest:
    """What a person asks for, and of whom."""

    action: Action
    siret: str
    organisation_name: str
    starts_on: date
    wish: str = ""


@dataclass(frozen=True)
class Eligibility:
    """Whether the rights may pay it; else why, and what would change that."""

    refusal: str
    remedy: str = ""

    @property
    def is_eligible(self) -> bool:
        return not self.refusal


REMEDIES = {
    Action.LIGHT_LICENCE: (
        "Vous seriez éligible en étant inscrit à France Travail, ou si un tiers (employeur, Région…) paie au moins la "
        "part que la règle demande : demandez-lui d’abord son accord."
    ),
    Action.BUSINESS: (
        "Une formation certifiante (RNCP ou répertoire spécifique) qui prépare votre projet reste finançable ; votre "
        "Région et la chambre de métiers ont aussi des aides."
    ),
}
ANY_REMEDY = (
    "Un conseiller en évolution professionnelle peut chercher avec vous une formation que vos droits paient."
)


def eligibility_of(holder: Holder, action: Action, today: date) -> Eligibility:
    """The automatic answer, with its article. One query. An offer of a third party is asked for afterwards."""
    case = FundingCase(
        day=today,
        price_cents=0,
        purses=(),
        action=action,
        job_seeker=is_registered_job_seeker(holder, today),
    )
    refusal = refusal_of_action(case, legal_values())
    return Eligibility(refusal, REMEDIES.get(action, ANY_REMEDY) if refusal else "")


def open_free_request(*, key: UUID, holder: Holder, wanted: FreeRequest, today: date) -> TrainingFile:
    """Open a file that its organisation will price; what the rule refuses goes to a person, with a clock.

    The same key again returns the same file. Nothing is set aside before the holder commits.
    Raises AccountClosed, RequestTooLate, FileAlreadyOpen, KeyReused.
    """
    known = TrainingFile.objects.filter(pk=key).first()
    if known is not None:
        if known.holder_id != holder.pk:
            raise KeyReused
        return known
    check_account(holder)
    check_notice(starts_on=wanted.starts_on, requested_on=today)
    eligibility = eligibility_of(holder, wanted.action, today)
    with transaction.atomic():
        training_file = _new_file(key, holder, wanted, eligibility, today)
        _insert(training_file)
        record_creation(training_file=training_file, origin=EventOrigin.PORTAL)
        append_event(
            kind=JournalEventKind.STATE_CHANGED,
            training_file=training_file,
            origin=EventOrigin.PORTAL,
            payload={"action": "free_request", "role": "holder", "state": str(training_file.state)},
        )
    return training_file


def _new_file(
    key: UUID, holder: Holder, wanted: FreeRequest, eligibility: Eligibility, today: date
) -> TrainingFile:
    training_file = TrainingFile(
        pk=key,
        holder=holder,
        origin=FileOrigin.PORTAL,
        transmission=Transmission.NOT_APPLICABLE,
        state=TrainingFileState.REQUESTED if eligibility.is_eligible else TrainingFileState.IN_REVIEW,
        action_code=wanted.action,
        title=TITLES[wanted.action],
        organisation_siret=wanted.siret,
        organisation_name=wanted.organisation_name,
        session_starts_on=wanted.starts_on,
        session_ends_on=wanted.starts_on + UNKNOWN_LENGTH,
        price_cents=0,
        requested_on=today,
        wish=wanted.wish,
        # The file says what the rule answered, for the person who looks at it again.
        refusal_label=eligibility.refusal,
    )
    enter_state(training_file, today)
    return training_file


def _insert(training_file: TrainingFile) -> None:
    try:
        with transaction.atomic():
            training_file.save(force_insert=True)
    except IntegrityError as error:
        in_the_way = TrainingFile.objects.active().same_training_as(training_file).first()
        if in_the_way is None:
            raise
        raise FileAlreadyOpen(in_the_way) from error
