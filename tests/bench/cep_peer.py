"""The server of django-appointment, and the command that fills its database: advisers, days, share taken."""

import os
import random
import sys
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.cep_peer_settings"

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

HOURS = (9, 10, 11, 14, 15, 16)
A_DAY = timedelta(days=1)
PARIS = ZoneInfo("Europe/Paris")


def fill(advisers: int, days: int, share: float) -> None:
    """Monday to Friday from 9 to 17, an hour a meeting; the same share of six hours a day is taken as with us."""
    from appointment.models import Appointment, AppointmentRequest, Service, StaffMember, WorkingHours
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", run_syncdb=True, verbosity=0)
    draw = random.Random(4)
    service = Service.objects.create(name="Conseil", duration=timedelta(hours=1), price=0)
    users = User.objects.bulk_create(
        User(username=f"u{n}", email=f"u{n}@peer.invalid") for n in range(advisers)
    )
    staff = StaffMember.objects.bulk_create(StaffMember(user=user, slot_duration=60) for user in users)
    for member in staff:
        member.services_offered.add(service)
    WorkingHours.objects.bulk_create(
        WorkingHours(staff_member=member, day_of_week=day, start_time=time(9), end_time=time(17))
        for member in staff
        for day in range(1, 6)
    )
    today = datetime.now(tz=PARIS).date()
    coming = [day for day in (today + n * A_DAY for n in range(1, days + 1)) if day.weekday() < 5]
    requests = AppointmentRequest.objects.bulk_create(
        (
            AppointmentRequest(date=day, start_time=time(hour), end_time=time(hour + 1), service=service,
                               staff_member=member, id_request=f"{member.pk}-{day}-{hour}")
            for member in staff for day in coming for hour in HOURS if draw.random() < share
        ),
        batch_size=5_000,
    )  # fmt: skip
    Appointment.objects.bulk_create(
        (
            Appointment(client=users[0], appointment_request=row, id_request=row.id_request)
            for row in requests
        ),
        batch_size=5_000,
    )


if __name__ == "__main__":
    fill(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]))
