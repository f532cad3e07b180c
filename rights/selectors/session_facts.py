"""A session of the catalogue as a training file repeats it."""

from __future__ import annotations

from datetime import date

from catalog.enums import EntryMode
from catalog.models import Place, Session
from cpa_portal.kernel.working_days import UnknownTerritory, Zone, zone_of_commune
from rights.facts import TrainingFileFacts
from rights.parameters import value_on
from rights.rules.delays import first_possible_start

REMOTE = "À distance"


def session_for_request(session_id: int) -> Session:
    """The session with all that a request reads, in one query. Raises Session.DoesNotExist."""
    return Session.objects.select_related("action__training__organisation", "place").get(pk=session_id)


def first_start_for_request(requested_on: date) -> date:
    """The first day on which a training requested that day may begin."""
    notice = value_on("request_notice", requested_on).number
    return first_possible_start(requested_on=requested_on, notice_working_days=notice)


def starts_on_for_request(session: Session, requested_on: date) -> date | None:
    """The first day of the training for someone who asks that day; None when the organisation gave no date.

    A session with permanent entries that has begun is joined as soon as the notice allows.
    """
    if session.starts_on is None or session.action.entry_mode != EntryMode.PERMANENT:
        return session.starts_on
    return max(session.starts_on, first_start_for_request(requested_on))


def facts_of_session(session: Session, requested_on: date) -> TrainingFileFacts:
    """The facts of a session whose dates and price are known (see the guards of the request)."""
    action, training = session.action, session.action.training
    starts_on = starts_on_for_request(session, requested_on)
    assert starts_on is not None
    assert session.ends_on is not None
    assert action.price_cents is not None
    return TrainingFileFacts(
        title=training.title,
        certification_code=training.certification_code,
        organisation_siret=training.organisation.siret,
        organisation_name=training.organisation.name,
        nda=training.organisation.nda,
        session_starts_on=starts_on,
        session_ends_on=session.ends_on,
        hours_minutes=action.hours_minutes or 0,
        price_cents=action.price_cents,
        place=place_in_words(session.place),
    )


def asks_prerequisites(session: Session) -> bool:
    """Whether the organisation has conditions to check before it answers, which gives it more time."""
    return bool(session.action.conditions.strip())


def zone_of_place(place: Place | None) -> Zone:
    """Whose public holidays count for a training there; those of mainland France when the place is not known."""
    if place is None or place.commune_id is None:
        return Zone.METROPOLE
    try:
        return zone_of_commune(str(place.commune_id))
    except UnknownTerritory:
        return Zone.METROPOLE


def place_in_words(place: Place | None) -> str:
    """One line for a place: its name when it has one, then postal code and town."""
    if place is None:
        return REMOTE
    return ", ".join(part for part in (place.name, f"{place.postal_code} {place.town}".strip()) if part)
