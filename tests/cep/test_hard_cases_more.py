"""More hard cases, by their number in the domain's list: what is offered, why at a distance, who is told, once."""

from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import time_machine

from accounts.enums import NotificationChannel, NotificationState
from accounts.models import Notification
from accounts.services import notifications
from accounts.services.notifications import deliver_waiting
from cep.enums import BookingAction, BookingStatus, MeetingMode, RemoteReason, WaitingState
from cep.models import Booking, Window
from cep.selectors.double_support import supported_elsewhere_since
from cep.selectors.extended_hours import extended_weeks
from cep.services.appointments import act_on_appointment
from cep.services.booking import book_appointment, hold_slot
from cep.services.moving import move_appointment
from cep.services.reminders import write_reminders
from cep.services.waiting import wait_for_slot
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import (
    MONDAY,
    NOW,
    BookingFactory,
    OperatorFactory,
    SiteFactory,
    WindowFactory,
    at,
    demand,
    span,
)

pytestmark = pytest.mark.django_db

DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
ON_SITE, REMOTE = MeetingMode.ON_SITE, MeetingMode.REMOTE


# 25 ------------------------------------------------------------------------------------------------------------------


def evening(day: date, hours=("17:00", "19:00"), **changes) -> Window:
    return WindowFactory(span=span(*hours, day=day), **changes)


@pytest.mark.parametrize("taken", [0, 1, 2], ids=["empty", "half full", "full"])
def test_25_extended_hours_are_kept_by_what_is_offered_and_useful_by_what_is_taken(taken):
    first = evening(MONDAY)
    evening(MONDAY + DAY, site=first.site, adviser=first.adviser)
    for rank in range(taken):
        BookingFactory(site=first.site, adviser=first.adviser, start=at(MONDAY, f"{17 + rank}:00"))

    (week,) = extended_weeks(site=first.site, since=at(MONDAY, "12:00"), weeks=1)

    assert (week.days, week.days_due, week.is_kept) == (2, 2, True)
    assert (week.offered_minutes, week.used_minutes) == (240, 60 * taken)
    assert week.used_share == taken / 4


@pytest.mark.parametrize(
    ("hours", "counts"),
    [
        (("09:00", "12:00"), False),
        (("08:00", "09:00"), True),
        (("08:45", "10:00"), False),
        (("11:00", "13:00"), True),
        (("12:00", "12:30"), False),
        (("18:00", "20:00"), True),
        (("19:00", "21:00"), False),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else str(value),
)
def test_25_only_an_hour_within_a_range_makes_a_day_count(hours, counts):
    window = evening(MONDAY, hours)

    (week,) = extended_weeks(site=window.site, since=at(MONDAY, "12:00"), weeks=1)

    assert week.days == counts


def test_25_a_held_slot_a_remote_one_and_a_cancelled_one_are_no_use_of_the_hour():
    window = evening(MONDAY)
    there = {"site": window.site, "adviser": window.adviser}
    BookingFactory(**there, start=at(MONDAY, "17:00"), status=BookingStatus.HELD)
    BookingFactory(**there, start=at(MONDAY, "17:00"), status=BookingStatus.CANCELLED_BY_PERSON)
    BookingFactory(**there, start=at(MONDAY, "18:00"), mode=REMOTE)
    WindowFactory(site=window.site, span=span("17:00", "19:00", day=MONDAY + DAY), mode=REMOTE)

    (week,) = extended_weeks(site=window.site, since=at(MONDAY, "12:00"), weeks=1)

    assert (week.days, week.offered_minutes, week.used_minutes, week.is_kept) == (1, 120, 0, False)


def test_25_ranges_are_on_the_clock_of_the_place_and_a_week_of_holidays_asks_for_less():
    site = SiteFactory(reunion=True)
    WindowFactory(site=site, span=span("17:30", "19:30", zone="Indian/Reunion"))
    # 2026-12-25 is a Friday, 2027-01-01 too: four working days each. The week of 3 May 2027 has three in Paris.
    paris = SiteFactory()

    (here,) = extended_weeks(site=site, since=at(MONDAY, "12:00"), weeks=1)
    (may,) = extended_weeks(site=paris, since=at(date(2027, 5, 5), "12:00"), weeks=1)

    assert (here.days, here.offered_minutes) == (1, 120)
    assert (may.monday, may.days_due, may.days) == (date(2027, 5, 3), 2, 0)


# 26, 27 --------------------------------------------------------------------------------------------------------------


def remote_window(site, **changes) -> Window:
    return WindowFactory(site=site, mode=REMOTE, span=span("14:00", "17:00"), **changes)


def test_26_nothing_on_site_within_the_delay_is_a_shortage_and_a_freed_place_is_proposed_once():
    on_site = WindowFactory(span=span("09:00", "11:00"))
    first, second = (
        book_appointment(**demand(on_site, start=at(MONDAY, hour))) for hour in ("09:00", "10:00")
    )
    far = book_appointment(**demand(remote_window(on_site.site)))
    Notification.objects.all().delete()

    act_on_appointment(key=first.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)
    act_on_appointment(key=second.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    far.refresh_from_db()
    assert far.remote_reason == RemoteReason.SHORTAGE
    (told,) = Notification.objects.filter(kind="cep.on_site_freed")
    assert told.recipient == far.holder.email
    assert told.context["when"] == "lundi 23 novembre 2026 à 9\u00a0h"
    moved = move_appointment(
        key=uuid4(), booking=far, adviser=on_site.adviser, site=on_site.site, mode=ON_SITE,
        start=at(MONDAY, "09:00"), actor=None, now=NOW,
    )  # fmt: skip
    assert (moved.mode, moved.remote_reason, moved.calendar_uid) == (
        ON_SITE,
        RemoteReason.NONE,
        far.calendar_uid,
    )


def test_26_delay_is_that_of_the_operator_in_the_commune_and_who_waits_is_told_first():
    patient = SiteFactory(operator=OperatorFactory(code="patient", remote_after_days=30))
    hasty = SiteFactory(operator=OperatorFactory(code="hasty", remote_after_days=5))
    reasons = []
    for site in (patient, hasty):
        WindowFactory(site=site, span=span("09:00", "10:00", day=MONDAY + 14 * DAY))
        reasons.append(book_appointment(**demand(remote_window(site))).remote_reason)
    taken = WindowFactory(site=hasty, span=span("09:00", "10:00"))
    booked = book_appointment(**demand(taken))
    waiting = wait_for_slot(holder=HolderFactory(), site=hasty, mode=ON_SITE)

    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    waiting.refresh_from_db()
    assert reasons == [RemoteReason.WISH, RemoteReason.SHORTAGE]
    assert waiting.state == WaitingState.OFFERED
    assert not Notification.objects.filter(kind="cep.on_site_freed").exists()


def test_27_distance_asked_for_although_a_place_is_free_is_a_wish_and_is_left_in_peace():
    on_site = WindowFactory(span=span("09:00", "11:00"))
    other = book_appointment(**demand(on_site))
    remote = remote_window(on_site.site)
    held = demand(remote)
    hold_slot(**held)

    far = book_appointment(**held)
    act_on_appointment(key=other.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    far.refresh_from_db()
    assert far.remote_reason == RemoteReason.WISH
    assert other.remote_reason == RemoteReason.NONE
    assert not Notification.objects.filter(kind="cep.on_site_freed").exists()


# 29 ------------------------------------------------------------------------------------------------------------------

MARTIN = {"birth_date": date(1984, 3, 7), "birth_name": "Lefèvre-Gómez", "usual_name": "", "first_names": "Anne-Sophie",
          "phone": "06 12 34 56 78"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, True),
        ({"birth_name": "Lefevre Gomes", "phone": "07 00 00 00 00"}, True),
        ({"birth_name": "Lefvère-Gomez", "first_names": "Anne Sophie, Marie", "phone": ""}, True),
        ({"birth_name": "Durand", "usual_name": "LEFEVRE GOMEZ", "phone": ""}, True),
        ({"birth_date": date(1984, 7, 3), "phone": "+33612345678"}, True),
        ({"birth_name": "Durand", "phone": "06.12.34.56.78"}, True),
        ({"birth_name": "Durand", "phone": "07 00 00 00 00"}, False),
        ({"first_names": "Bernard"}, False),
        ({"birth_date": date(1985, 3, 7), "phone": "07 00 00 00 00"}, False),
    ],
    ids=["same", "typo and other phone", "letters swapped", "name in use", "days and months swapped, same phone",
         "married, same phone", "another of that day", "twin", "namesake"],
)  # fmt: skip
def test_29_person_followed_elsewhere_is_found_and_only_the_month_is_said(changes, found):
    theirs = HolderFactory(**MARTIN | changes)
    BookingFactory(holder=theirs, site=SiteFactory(operator=OperatorFactory(code="elsewhere")),
                   status=BookingStatus.DONE, start=at(date(2026, 9, 17), "09:00"))  # fmt: skip
    mine = HolderFactory(**MARTIN)

    since = supported_elsewhere_since(mine, operator=OperatorFactory(), today=MONDAY)

    assert since == (date(2026, 9, 1) if found else None)


def test_29_own_operator_old_support_and_cancelled_meetings_are_no_double_support():
    here, elsewhere = SiteFactory(), SiteFactory(operator=OperatorFactory(code="elsewhere"))
    person = HolderFactory()
    BookingFactory(holder=person, site=here, status=BookingStatus.DONE, start=at(date(2026, 10, 1), "09:00"))
    BookingFactory(
        holder=person, site=elsewhere, status=BookingStatus.DONE, start=at(date(2025, 10, 1), "09:00")
    )
    BookingFactory(holder=person, site=elsewhere, status=BookingStatus.CANCELLED_BY_PERSON)

    assert supported_elsewhere_since(person, operator=here.operator, today=MONDAY) is None


def test_29_search_costs_two_queries_whatever_is_found(django_assert_num_queries):
    holder, operator = HolderFactory(**MARTIN), OperatorFactory()
    HolderFactory(**MARTIN)

    with django_assert_num_queries(2):
        supported_elsewhere_since(holder, operator=operator, today=MONDAY)


# 39 ------------------------------------------------------------------------------------------------------------------


def broken_provider(*, number: str, text: str, reference: str) -> None:
    raise ConnectionRefusedError("the provider is down")


@pytest.fixture
def sandbox(settings, tmp_path) -> Path:
    settings.SMS_DIR = str(tmp_path)
    settings.TEXT_MESSAGE_SENDER = "accounts.services.text_messages.put_in_folder"
    return tmp_path


def a_booking(**changes) -> Booking:
    """Tuesday 24 at ten, taken a week before."""
    changes = {"start": at(MONDAY + DAY, "10:00"), "holder": HolderFactory(phone="06 12 34 56 78")} | changes
    booking = BookingFactory(**changes)
    Booking.objects.filter(pk=booking.pk).update(created_at=NOW - 7 * DAY)
    return booking


def reminders_sent_at(moment: datetime) -> None:
    with time_machine.travel(moment, tick=False):
        write_reminders(now=moment)
        deliver_waiting()


def states(channel: NotificationChannel) -> list[str]:
    return list(Notification.objects.filter(channel=channel).values_list("state", flat=True))


def test_39_reminders_leave_in_their_time_once_and_do_not_say_what_it_is_about(sandbox, mailoutbox):
    booking = a_booking()
    start = booking.starts_at

    for before in (49, 47, 46, 25, 23, 22, 3, 1):
        reminders_sent_at(start - before * AN_HOUR)

    (letter,) = mailoutbox
    (text,) = [path.read_text() for path in sandbox.iterdir()]
    assert letter.subject == "Rappel de votre rendez-vous"
    assert "ardi 24 novembre 2026 à 10\u00a0h" in letter.body
    assert text.startswith("06")
    assert "mardi 24 novembre 2026 à 10\u00a0h" in text
    for word in ("évolution", "CEP", "conseil"):
        assert word not in text


def test_39_provider_down_for_two_days_drops_the_reminder_instead_of_sending_it_late(sandbox, settings):
    booking = a_booking()
    start = booking.starts_at
    settings.TEXT_MESSAGE_SENDER = f"{__name__}.broken_provider"
    for hours in range(23, -25, -8):
        reminders_sent_at(start - hours * AN_HOUR)

    settings.TEXT_MESSAGE_SENDER = "accounts.services.text_messages.put_in_folder"
    reminders_sent_at(start + 25 * AN_HOUR)

    assert states(NotificationChannel.TEXT) == [NotificationState.DROPPED]
    assert list(sandbox.iterdir()) == []


def test_39_provider_back_before_the_deadline_sends_however_often_it_was_tried(sandbox, settings):
    start = a_booking().starts_at
    settings.TEXT_MESSAGE_SENDER = f"{__name__}.broken_provider"
    for rank in range(notifications.MAX_ATTEMPTS + 1):
        reminders_sent_at(start - 23 * AN_HOUR + rank * timedelta(minutes=40))
    tried = Notification.objects.get(channel=NotificationChannel.TEXT).attempts
    settings.TEXT_MESSAGE_SENDER = "accounts.services.text_messages.put_in_folder"

    reminders_sent_at(start - 3 * AN_HOUR)

    assert tried > notifications.MAX_ATTEMPTS
    assert states(NotificationChannel.TEXT) == [NotificationState.SENT]


def test_39_meeting_cancelled_while_the_provider_was_down_is_not_recalled(sandbox, settings, mailoutbox):
    booking = a_booking()
    moment = booking.starts_at - 23 * AN_HOUR
    settings.TEXT_MESSAGE_SENDER = f"{__name__}.broken_provider"
    reminders_sent_at(moment)
    mailoutbox.clear()
    settings.TEXT_MESSAGE_SENDER = "accounts.services.text_messages.put_in_folder"

    act_on_appointment(key=booking.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=moment)
    reminders_sent_at(moment + AN_HOUR)

    assert states(NotificationChannel.TEXT) == [NotificationState.DROPPED]
    assert [letter.subject for letter in mailoutbox] == ["Votre rendez-vous est annulé"]


@pytest.mark.parametrize(
    ("phone", "refuses", "texts"),
    [("06 12 34 56 78", False, 1), ("+33 7 12 34 56 78", False, 1), ("04 95 00 00 00", False, 0), ("", False, 0),
     ("06 12 34 56 78", True, 0)],
    ids=["mobile", "abroad", "landline", "none", "do not call"],
)  # fmt: skip
def test_39_text_goes_to_a_mobile_of_who_did_not_refuse(sandbox, phone, refuses, texts):
    booking = a_booking(holder=HolderFactory(phone=phone, refuses_calls=refuses))

    reminders_sent_at(booking.starts_at - 20 * AN_HOUR)

    assert len(states(NotificationChannel.TEXT)) == texts


def test_39_who_booked_yesterday_evening_for_tomorrow_is_not_reminded_of_what_they_have_just_read(sandbox):
    booking = a_booking()
    Booking.objects.filter(pk=booking.pk).update(created_at=booking.starts_at - 20 * AN_HOUR)

    reminders_sent_at(booking.starts_at - 10 * AN_HOUR)

    assert not Notification.objects.exists()


# Others of that kind -------------------------------------------------------------------------------------------------


def test_hour_left_by_a_move_is_told_to_who_waits_and_one_without_an_opening_is_not():
    window = WindowFactory(span=span("09:00", "11:00"))
    booked = book_appointment(**demand(window))
    waiting = wait_for_slot(holder=HolderFactory(), site=window.site, mode=ON_SITE)
    wanted = {"adviser": window.adviser, "site": window.site, "mode": ON_SITE, "actor": None, "now": NOW}

    move_appointment(key=uuid4(), booking=booked, start=at(MONDAY, "10:00"), **wanted)

    waiting.refresh_from_db()
    assert waiting.offered_start == at(MONDAY, "09:00")


def test_cancelled_meeting_whose_opening_has_gone_is_offered_to_nobody():
    window = WindowFactory()
    booked = BookingFactory(site=window.site, adviser=window.adviser, start=at(MONDAY, "15:00"))
    waiting = wait_for_slot(holder=HolderFactory(), site=window.site, mode=ON_SITE)

    act_on_appointment(key=booked.pk, action=BookingAction.CANCEL_BY_PERSON, actor=None, now=NOW)

    waiting.refresh_from_db()
    assert waiting.state == WaitingState.WAITING
