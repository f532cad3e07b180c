"""« Ne m'appelez pas », in every room: no call is offered, planned or shown, and whoever reads the file is told."""

import uuid

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.utils import timezone

from accounts.consent_purposes import ADVISER_READS_RIGHTS
from accounts.enums import ConsentAct, DelegatedAct, DelegateKind, StaffRole
from accounts.models import Consent, Delegation, Holder
from agora_sync.enums import Direction, ExchangeState
from agora_sync.models import Exchange
from cep.enums import BookingStatus, ImpactCause, MeetingMode
from cep.exceptions import CallsRefused
from cep.models import Booking, Impact, WaitingEntry
from cep.services.calendar_files import MeetingFacts
from cep.services.moving import move_appointment
from cep.services.waiting import wait_for_slot
from tests.cep.conftest import corsica, noon_on_friday  # noqa: F401
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.cep import AdviserFactory, BookingFactory, SiteFactory, WindowFactory
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db

PHONE, SIRET = "06 12 34 56 78", "16000000900018"
SAID = "Ne pas appeler"


def page_of(user, path):
    client = Client()
    client.force_login(user)
    answer = client.get(path, follow=True)
    assert answer.status_code == 200, path
    return answer.content.decode()


@pytest.fixture
def holder():
    return HolderFactory(phone=PHONE, refuses_calls=True)


@pytest.fixture
def booking(holder):
    """A telephone meeting taken before the person asked not to be called any more."""
    made = BookingFactory(holder=holder, mode=MeetingMode.PHONE, status=BookingStatus.CONFIRMED)
    Booking.objects.filter(pk=made.pk).update(local_date=timezone.localdate())
    return made


def test_search_of_a_meeting_offers_no_telephone(corsica, noon_on_friday, holder):  # noqa: F811
    Holder.objects.filter(pk=holder.pk).update(home_commune_code="2A004")

    page = page_of(holder.user, "/conseil/rendez-vous/")
    by_hand = page_of(holder.user, "/conseil/rendez-vous/?mode=telephone")

    assert 'value="visio"' in page
    assert 'value="telephone"' not in page
    assert "le téléphone n’est pas proposé" in page
    assert "Vous avez demandé à ne pas être appelé. Choisissez" in by_hand


def test_link_to_a_telephone_meeting_leads_back_with_the_reason(corsica, noon_on_friday, holder):  # noqa: F811
    window = WindowFactory(mode=MeetingMode.PHONE)
    address = (
        f"/conseil/rendez-vous/reserver/?site={window.site_id}&adviser={window.adviser_id}&mode=phone"
        f"&start={window.span.lower.isoformat().replace('+', '%2B')}"
    )

    page = page_of(holder.user, address)

    assert "Vous avez demandé à ne pas être appelé. Choisissez" in page
    assert "Réserver ce rendez-vous" not in page


def test_meeting_taken_before_says_that_nobody_will_call(booking):
    page = page_of(booking.holder.user, f"/mes-rendez-vous/{booking.pk}/")

    assert "personne ne vous appellera" in page
    assert PHONE not in page


@pytest.mark.parametrize("path", ["", "{key}/change/"], ids=["list", "one"])
def test_agenda_of_the_adviser_shows_no_number(booking, path):
    page = page_of(booking.adviser.user, f"/admin/cep/booking/{path.format(key=booking.pk)}")

    assert f"{SAID} : {booking.holder.email}" in page
    assert PHONE not in page


def test_list_of_meetings_to_replace_shows_no_number(booking):
    Impact.objects.create(booking=booking, cause=ImpactCause.ABSENCE)

    page = page_of(booking.adviser.user, "/admin/cep/impact/")

    assert f"{SAID} : {booking.holder.email}" in page
    assert PHONE not in page


def test_agenda_shows_the_number_again_once_calls_are_accepted(client, booking):
    client.force_login(booking.holder.user)
    client.post("/mes-donnees/appels/", {"refuses": "no"})

    page = page_of(booking.adviser.user, "/admin/cep/booking/")

    assert PHONE in page
    assert SAID not in page


def test_pages_of_the_adviser_say_so(booking):
    Consent.objects.create(
        holder=booking.holder, purpose=ADVISER_READS_RIGHTS, text_version="1", act=ConsentAct.GIVEN
    )

    assert SAID in page_of(booking.adviser.user, "/conseillers/rendez-vous/")
    assert SAID in page_of(booking.adviser.user, f"/conseillers/rendez-vous/{booking.pk}/droits/")


def test_page_of_the_regional_agent_says_so(holder):
    exchange = Exchange.objects.create(
        direction=Direction.OUTGOING,
        operation="CreerDossier",
        state=ExchangeState.DONE,
        region_code="94",
        holder=holder,
    )

    page = page_of(UserFactory(regional_agent=True, scope_code="94"), f"/agents/echanges/{exchange.pk}/")

    assert SAID in page


@pytest.mark.parametrize("role", ["training_organisation", "cdc"])
def test_page_of_a_file_says_so_to_whoever_instructs_it(holder, role):
    made = TrainingFileFactory(holder=holder, organisation_siret=SIRET)
    scope = {"scope_code": SIRET} if role == StaffRole.TRAINING_ORGANISATION else {}

    assert SAID in page_of(UserFactory(**{role: True}, **scope), f"/instruction/{made.pk}/")


def test_page_of_the_mandatary_says_so(holder):
    today, helper = timezone.localdate(), UserFactory()
    given = Delegation.objects.create(
        holder=holder,
        kind=DelegateKind.MANDATEE,
        delegate_name="Aidante",
        acts=[DelegatedAct.READ_RIGHTS],
        starts_on=today,
        ends_on=today,
        code_hash=uuid.uuid4().hex,
        code_expires_at=timezone.now(),
        delegate=helper,
        accepted_at=timezone.now(),
    )

    assert SAID in page_of(helper, f"/accompagnement/{given.pk}/")


def test_moving_and_waiting_never_end_in_a_call(holder):
    booking = BookingFactory(holder=holder, mode=MeetingMode.ON_SITE)

    with pytest.raises(CallsRefused):
        move_appointment(
            key=uuid.uuid4(),
            booking=booking,
            adviser=booking.adviser,
            site=booking.site,
            mode=MeetingMode.PHONE,
            start=booking.starts_at,
            actor=None,
            now=timezone.now(),
        )
    with pytest.raises(CallsRefused):
        wait_for_slot(holder=holder, site=booking.site, mode=MeetingMode.PHONE)

    assert not WaitingEntry.objects.exists()


@pytest.mark.parametrize(("refuses", "said"), [(True, "Nous vous écrivons"), (False, "Nous vous appelons")])
def test_message_without_replacement_promises_what_the_person_accepts(holder, refuses, said):
    holder.refuses_calls = refuses
    booking = BookingFactory.build(holder=holder, adviser=AdviserFactory(), site=SiteFactory())
    facts = MeetingFacts.of(booking, now=timezone.now())

    message = render_to_string("emails/cep/appointment_not_replaced.txt", {"facts": facts})

    assert said in message
