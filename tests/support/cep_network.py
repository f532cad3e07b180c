"""A network of advice of a chosen size, made in a few statements and taken away again, for figures and plans."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from cep.models import Booking, Site, Window
from cpa_portal.kernel.database.statistics import measure

SITES_PER_ADVISER = 5

# Users that cannot sign in; sites on a square of ten degrees over France; five advisers a site.
MAKE_ADVISERS = """
    WITH operator AS (
        INSERT INTO cep_operator (code, name) VALUES ('BENCH', 'Mesures')
        ON CONFLICT (code) DO UPDATE SET name = excluded.name RETURNING id
    ), users AS (
        INSERT INTO accounts_user (email, password, first_name, last_name, is_staff, is_active, date_joined)
        SELECT 'bench' || n || '@bench.invalid', '!', 'Conseiller', n::text, false, true, now()
        FROM generate_series(0, %(advisers)s - 1) n RETURNING id
    ), sites AS (
        INSERT INTO cep_site (operator_id, name, address, commune_code, latitude, longitude, time_zone, holiday_zone,
                              wheelchair_accessible, phone, email)
        SELECT operator.id, 'Mesure ' || n, '-', '2A004', 43 + random() * 6, -1 + random() * 8, 'Europe/Paris',
               'metropole', true, '0', 'x@bench.invalid'
        FROM operator, generate_series(0, (%(advisers)s - 1) / %(per_site)s) n RETURNING id
    ), advisers AS (
        INSERT INTO cep_adviser (user_id, operator_id, starts_on)
        SELECT users.id, operator.id, '2020-01-01' FROM users, operator RETURNING id
    )
    SELECT count(*) FROM advisers, (SELECT count(*) FROM sites) made
"""
# Working days from the day after `today`: 9 to 12 and 14 to 17, on site.
MAKE_WINDOWS = """
    WITH adviser AS (
        SELECT a.id, row_number() OVER (ORDER BY a.id) - 1 AS rank FROM cep_adviser a
        JOIN cep_operator o ON o.id = a.operator_id AND o.code = 'BENCH'
    ), site AS (
        SELECT s.id, row_number() OVER (ORDER BY s.id) - 1 AS rank FROM cep_site s
        JOIN cep_operator o ON o.id = s.operator_id AND o.code = 'BENCH'
    )
    INSERT INTO cep_window (adviser_id, site_id, mode, span)
    SELECT adviser.id, site.id, 'on_site',
           tstzrange((day + make_interval(hours => hour)) AT TIME ZONE 'Europe/Paris',
                     (day + make_interval(hours => hour + 3)) AT TIME ZONE 'Europe/Paris')
    FROM adviser JOIN site ON site.rank = adviser.rank / %(per_site)s,
         generate_series(%(today)s::timestamp + interval '1 day',
                         %(today)s::timestamp + make_interval(days => %(days)s), interval '1 day') day,
         unnest(array[9, 14]) hour
    WHERE extract(isodow FROM day) < 6
"""
# A small demo has not one person per adviser and instant: the meetings borrow its holders, and are marked as done, a
# state that fills the adviser's time and not the person's.
MAKE_BOOKINGS = """
    WITH people AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS rank FROM accounts_holder)
    INSERT INTO cep_booking (id, adviser_id, site_id, holder_id, mode, span, local_date, local_time, time_zone, status,
                             sequence)
    SELECT gen_random_uuid(), w.adviser_id, w.site_id, people.id, w.mode, tstzrange(s, s + interval '1 hour'),
           (s AT TIME ZONE 'Europe/Paris')::date, (s AT TIME ZONE 'Europe/Paris')::time, 'Europe/Paris', 'done', 0
    FROM cep_window w
    JOIN cep_adviser a ON a.id = w.adviser_id
    JOIN cep_operator o ON o.id = a.operator_id AND o.code = 'BENCH'
    CROSS JOIN LATERAL generate_series(lower(w.span), upper(w.span) - interval '1 hour', interval '1 hour') s
    JOIN people ON people.rank = w.id %% (SELECT count(*) FROM people)
    WHERE random() < %(fill)s
"""


@dataclass(frozen=True)
class Network:
    sites: list[Site]
    windows: int
    bookings: int


@contextmanager
def network(*, advisers: int, days: int, fill: float, now: datetime, seed: float = 0.5) -> Iterator[Network]:
    """A network of `advisers` over `days`, `fill` (0 to 1) of its hours taken; rolled back on the way out."""
    with transaction.atomic():
        yield lay_network(advisers=advisers, days=days, fill=fill, now=now, seed=seed)
        transaction.set_rollback(True)


def lay_network(*, advisers: int, days: int, fill: float, now: datetime, seed: float = 0.5) -> Network:
    """Make the network, for good unless the caller rolls it back; once per database.

    At least one account holder must exist. The same seed (0 to 1) gives the same network.
    """
    values = {
        "advisers": advisers,
        "days": days,
        "fill": fill,
        "per_site": SITES_PER_ADVISER,
        "today": now.date(),
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [seed])
        cursor.execute(MAKE_ADVISERS, values)
        cursor.execute(MAKE_WINDOWS, values)
        windows = cursor.rowcount
        cursor.execute(MAKE_BOOKINGS, values)
        bookings = cursor.rowcount
    measure(Site, Window, Booking)
    return Network(list(Site.objects.filter(operator__code="BENCH").order_by("pk")), windows, bookings)


def milliseconds(action: Callable[[], object]) -> float:
    started = time.perf_counter()
    action()
    return (time.perf_counter() - started) * 1000
