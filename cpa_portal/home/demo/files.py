"""Training files of the demonstration at several moments of their life, through the services that the site calls."""

from dataclasses import dataclass
from datetime import date, timedelta

from accounts.models import Holder
from catalog.enums import RecruitmentState
from catalog.models import Session
from cpa_portal.home.demo.people import DOMAIN
from cpa_portal.home.demo.rights import demo_key
from rights.enums import EventOrigin, ExitReason, FileRole, Funder, TrainingFileAction
from rights.exceptions import RightsRefusal
from rights.models import TrainingFile
from rights.parties import Party
from rights.rules.funding import Action
from rights.selectors.funding import plan_of_file
from rights.services.training_files import declare_entry, request_training_file
from rights.services.training_files.free_requests import FreeRequest, open_free_request
from rights.services.training_files.messaging import send_message
from rights.services.training_files.steps import (
    ask_top_up,
    commit,
    declare_exit,
    propose,
    simple_step,
)

ORGANISATION, CDC = Party(FileRole.ORGANISATION), Party(FileRole.CDC)
PRICE_CENTS = 1_600_00
CORSICA = "94"


@dataclass(frozen=True)
class Story:
    """One file: whose it is, how long ago it was asked for, and how far it went."""

    login: str
    action: Action
    asked_days_ago: int
    until: str


STORIES = (
    Story("titulaire", Action.VAE, 1, "proposed"),
    Story("titulaire", Action.SKILLS_REVIEW, 60, "in_training"),
    Story("titulaire020", Action.SKILLS_REVIEW, 0, "requested"),
    Story("titulaire021", Action.VAE, 1, "waiting_funders"),
    Story("titulaire022", Action.SKILLS_REVIEW, 3, "accepted"),
    Story("titulaire023", Action.SKILLS_REVIEW, 70, "left"),
    Story("titulaire024", Action.VAE, 80, "service_declared"),
    Story("titulaire025", Action.SKILLS_REVIEW, 90, "service_done"),
    Story("titulaire026", Action.BUSINESS, 5, "in_review"),
)
SESSION_LOGINS = ("titulaire027", "titulaire028", "titulaire029")


def open_stories(holders: dict[str, Holder], *, siret: str, today: date) -> None:
    """A file in most states, so that every page has something to show."""
    for story in STORIES:
        _tell(story, holders[f"{story.login}@{DOMAIN}"], siret, today)
    _enrol_a_session([holders[f"{login}@{DOMAIN}"] for login in SESSION_LOGINS], siret, today)


def _tell(story: Story, holder: Holder, siret: str, today: date) -> None:
    asked_on = today - timedelta(days=story.asked_days_ago)
    starts_on = asked_on + timedelta(days=25)
    file = open_free_request(
        key=demo_key(f"{story.login}-{story.action}"),
        holder=holder,
        wanted=FreeRequest(story.action, siret, "Centre de formation de démonstration", starts_on),
        today=asked_on,
    )
    if story.until in ("requested", "in_review"):
        return
    propose(
        training_file_id=file.pk,
        party=ORGANISATION,
        today=asked_on,
        price_cents=PRICE_CENTS,
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=20 if story.until != "in_training" else 60),
    )
    if story.until == "waiting_funders":
        _ask_region(file, asked_on)
    if story.until != "proposed":
        _commit(file, asked_on)
    if story.until not in ("proposed", "waiting_funders", "accepted"):
        _follow(file, story.until, starts_on)
    if story.until == "in_training" and holder.user is not None:
        send_message(
            training_file_id=file.pk,
            role=FileRole.HOLDER,
            author=holder.user,
            body="Bonjour, le prochain entretien peut-il avoir lieu à distance ?",
        )


def _ask_region(file: TrainingFile, day: date) -> None:
    ask_top_up(
        training_file_id=file.pk, funder=Funder.REGION, payer_code=CORSICA, amount_cents=400_00, today=day
    )


def _commit(file: TrainingFile, day: date) -> None:
    file.refresh_from_db()
    commit(
        training_file_id=file.pk,
        holder=file.holder,
        today=day,
        expected_charge_cents=plan_of_file(file, day).holder_charge_cents,
    )


def _follow(file: TrainingFile, until: str, starts_on: date) -> None:
    """The entry, then as many steps as the story tells."""
    declare_entry(
        training_file=file,
        entered_on=starts_on,
        origin=EventOrigin.PORTAL,
        today=starts_on,
        party=ORGANISATION,
    )
    if until == "in_training":
        return
    left_on = starts_on + timedelta(days=20)
    declare_exit(
        training_file_id=file.pk,
        party=ORGANISATION,
        today=left_on,
        left_on=left_on,
        reason=ExitReason.COMPLETED,
    )
    for action, party, state in (
        (TrainingFileAction.DECLARE_SERVICE, ORGANISATION, "service_declared"),
        (TrainingFileAction.VALIDATE_SERVICE, CDC, "service_done"),
    ):
        if until == "left":
            return
        simple_step(training_file_id=file.pk, action=action, party=party, today=left_on)
        if until == state:
            return


def _enrol_a_session(people: list[Holder], siret: str, today: date) -> None:
    """Several people in one session of the organisation, for its sheet of entries and exits."""
    session = (
        Session.objects.filter(
            closed_on__isnull=True,
            recruitment_state=RecruitmentState.OPEN,
            starts_on__gt=today + timedelta(days=30),
            action__training__organisation__siret=siret,
            action__price_cents__gt=0,
        )
        .order_by("starts_on", "pk")
        .first()
    )
    if session is None:
        return
    for holder in people:
        try:
            file = request_training_file(
                key=demo_key(f"session-{holder.email}"), holder=holder, session=session, today=today
            )
        except RightsRefusal:
            # A person whose rights cannot pay this one is not of this story.
            continue
        propose(training_file_id=file.pk, party=ORGANISATION, today=today)
        _commit(file, today)
