"""One operator, two sites in Corsica, advisers with open hours, a workshop in each, an appointment."""

from datetime import date, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from django.utils import timezone

from accounts.models import Holder, User
from cep.enums import MeetingKind, MeetingMode
from cep.models import Adviser, Operator, Pattern, Site
from cep.selectors.slots import nearest_slots
from cep.services.booking import book_appointment
from cep.services.groups import open_session
from cep.services.plans import record_opening
from cpa_portal.home.demo.accounts import OPERATOR, SINCE
from cpa_portal.home.demo.people import DOMAIN

MORNING, AFTERNOON = (time(9), time(12)), (time(14), time(17))


def open_network(staff: dict[str, User], *, today: date) -> Site:
    """The operator with its sites and its advisers' open hours. Returns the site of Ajaccio."""
    operator = Operator.objects.create(code=OPERATOR, name="Corse Conseil Évolution")
    ajaccio = site(
        operator, "Ajaccio centre", "12 cours des Exemples, 20000 Ajaccio", "2A004", 41.9192, 8.7386
    )
    bastia = site(operator, "Bastia gare", "3 place des Exemples, 20200 Bastia", "2B033", 42.7003, 9.4500)
    for login, place in (("conseiller", ajaccio), ("conseiller2", bastia)):
        adviser = Adviser.objects.create(user=staff[f"{login}@{DOMAIN}"], operator=operator, starts_on=SINCE)
        open_hours(adviser, place, today)
        announce_workshop(adviser, place, today)
    return ajaccio


def site(
    operator: Operator, name: str, address: str, commune_code: str, latitude: float, longitude: float
) -> Site:
    return Site.objects.create(
        operator=operator,
        name=name,
        address=address,
        commune_code=commune_code,
        latitude=latitude,
        longitude=longitude,
        time_zone="Europe/Paris",
        holiday_zone="metropole",
        wheelchair_accessible=True,
        phone="01 99 00 12 34",
        email="contact@corse-conseil.exemple.fr",
    )


def open_hours(adviser: Adviser, place: Site, today: date) -> None:
    """Regular openings, as the adviser would record them: the beat lays down each following day."""
    for weekdays, mode in (((0, 1, 3, 4), MeetingMode.ON_SITE), ((2,), MeetingMode.REMOTE)):
        for start, end in (MORNING, AFTERNOON):
            regular = Pattern(
                adviser=adviser, site=place, mode=mode, weekdays=list(weekdays), local_start=start, local_end=end,
                starts_on=today,
            )  # fmt: skip
            record_opening(opening=regular, actor=adviser.user, now=timezone.now())


def announce_workshop(adviser: Adviser, place: Site, today: date) -> None:
    """On the Tuesday of the third week to come, in the afternoon."""
    day = today + timedelta(days=21 + (1 - today.weekday()))
    open_session(
        adviser=adviser, site=place, title="Préparer un entretien professionnel", day=day, local_start=time(14),
        local_end=time(16), capacity=8, actor=adviser.user, now=timezone.now(),
    )  # fmt: skip


def book_first_appointment(holder: Holder, place: Site) -> None:
    """An appointment about ten days ahead, on site."""
    now = timezone.now()
    wanted = now + timedelta(days=10)
    slot = nearest_slots(site=place, mode=MeetingMode.ON_SITE, start=wanted, now=now, limit=1)[0]
    book_appointment(
        key=uuid5(NAMESPACE_URL, "urn:cpa:demo:appointment"),
        holder=holder,
        adviser=Adviser.objects.get(pk=slot.adviser_id),
        site=place,
        mode=MeetingMode.ON_SITE,
        start=slot.start,
        now=now,
        # They have met before: their first meeting is behind them.
        kind=MeetingKind.FOLLOW_UP,
    )
