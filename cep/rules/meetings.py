"""What a first meeting is: its length, when it may begin, how far ahead it may be asked for."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from cep.enums import BookingAction, BookingStatus, MeetingKind, MeetingMode

# An hour of interview. The two hours of the contract's first level are an average over its meetings,
# neither a target nor a ceiling (framework evaluation, 2022), so they are not the length of one.
MEETING_MINUTES = 60
# Hearing how things go does not need an hour, nor a journey.
SHORT_MINUTES = 30
# A meeting begins on the hour or the half hour of the place, never on the odd end of another one.
ALIGNMENT_MINUTES = 30
# Time for the adviser to see it coming.
NOTICE_MINUTES = 120
# Longer than the thirty working days within which a first exchange is due, holidays included.
HORIZON_DAYS = 90
# How long a slot waits for the person who is reading before they confirm.
HOLD_MINUTES = 5

MEETING = timedelta(minutes=MEETING_MINUTES)
HOLD = timedelta(minutes=HOLD_MINUTES)
LENGTHS: dict[MeetingKind, timedelta] = {
    MeetingKind.FIRST: MEETING,
    MeetingKind.FOLLOW_UP: MEETING,
    MeetingKind.SHORT: timedelta(minutes=SHORT_MINUTES),
}
MODES_OF_KIND: dict[MeetingKind, frozenset[MeetingMode]] = {
    MeetingKind.FIRST: frozenset(MeetingMode),
    MeetingKind.FOLLOW_UP: frozenset(MeetingMode),
    MeetingKind.SHORT: frozenset({MeetingMode.REMOTE, MeetingMode.PHONE}),
}
ALIGNMENT = timedelta(minutes=ALIGNMENT_MINUTES)
NOTICE = timedelta(minutes=NOTICE_MINUTES)
HORIZON = timedelta(days=HORIZON_DAYS)


@dataclass(frozen=True)
class Slot:
    """A meeting that could be booked: where, with whom, how, at which UTC instant."""

    site_id: int
    adviser_id: int
    mode: str
    start: datetime
    kind: MeetingKind = MeetingKind.FIRST

    @property
    def end(self) -> datetime:
        return self.start + LENGTHS[self.kind]


def is_aligned(start: datetime, zone: ZoneInfo) -> bool:
    """Whether the instant falls on the half-hour grid of the place's clock."""
    local = start.astimezone(zone).replace(tzinfo=None)
    return (local - datetime(2000, 1, 1)) % ALIGNMENT == timedelta(0)  # noqa: DTZ001 a local clock has no zone


def bookable_period(now: datetime) -> tuple[datetime, datetime]:
    """First and last instants (UTC, last excluded) at which a meeting may begin, seen from now."""
    return (now + NOTICE).astimezone(UTC), (now + HORIZON).astimezone(UTC)


# State and action give the next state; what is not here is refused.
TRANSITIONS: dict[tuple[BookingStatus, BookingAction], BookingStatus] = {
    (BookingStatus.CONFIRMED, BookingAction.CANCEL_BY_PERSON): BookingStatus.CANCELLED_BY_PERSON,
    (BookingStatus.CONFIRMED, BookingAction.CANCEL_BY_SERVICE): BookingStatus.CANCELLED_BY_SERVICE,
    (BookingStatus.CONFIRMED, BookingAction.MARK_DONE): BookingStatus.DONE,
    (BookingStatus.CONFIRMED, BookingAction.MARK_NO_SHOW): BookingStatus.NO_SHOW,
    # A replacement waits for the person's word; silence leaves it on the list of those to call.
    (BookingStatus.PROPOSED, BookingAction.ACCEPT): BookingStatus.CONFIRMED,
    (BookingStatus.PROPOSED, BookingAction.CANCEL_BY_PERSON): BookingStatus.CANCELLED_BY_PERSON,
    (BookingStatus.PROPOSED, BookingAction.CANCEL_BY_SERVICE): BookingStatus.CANCELLED_BY_SERVICE,
    # The person came although they had not answered, or did not.
    (BookingStatus.PROPOSED, BookingAction.MARK_DONE): BookingStatus.DONE,
    (BookingStatus.PROPOSED, BookingAction.MARK_NO_SHOW): BookingStatus.NO_SHOW,
    # An adviser who ticked the wrong line may say so.
    (BookingStatus.DONE, BookingAction.MARK_NO_SHOW): BookingStatus.NO_SHOW,
    (BookingStatus.NO_SHOW, BookingAction.MARK_DONE): BookingStatus.DONE,
}

# Each action leads to one state, whatever it began from.
OUTCOMES: dict[BookingAction, BookingStatus] = {action: status for (_, action), status in TRANSITIONS.items()}
