"""A crowd to feed, made in SQL: the same people and declarations for the same size, whatever the database.

The mix is drawn from the rank of the person alone: full time for most, part time by hours, several jobs, public
service, business, commitments, exposures, top-ups, disability and low diplomas in about the shares of the country.
"""

from typing import Any

YEAR = 2024

_PEOPLE = """
INSERT INTO accounts_holder (id, birth_date, birth_name, usual_name, first_names, sex, partial_birth_date,
                             birth_commune_code, birth_country_code, email, phone, postal_address,
                             home_commune_code, work_commune_code, refuses_calls, created_at, updated_at)
SELECT md5('foule' || i)::uuid, date '1962-01-01' + i %% 14000, 'Nom ' || i, '', 'Camille', 'unknown', '', '', '', '',
       '', '', '2A004', '2A004', false, now(), now()
FROM generate_series(%(first)s::int, %(last)s::int) AS i
"""

_SITUATIONS = """
INSERT INTO accounts_situation (holder_id, kind, starts_on, source, source_detail, details, recorded_at)
SELECT md5('foule' || i)::uuid, kind, date '2020-01-01', 'flow', '', details::jsonb, now()
FROM generate_series(%(first)s::int, %(last)s::int) AS i,
     LATERAL (VALUES ('disabled_worker', '{}', i %% 33 = 0),
                     ('diploma_level', '{"level": 2}', i %% 12 = 1)) AS said(kind, details, holds)
WHERE holds
"""

_DECLARATIONS = """
INSERT INTO rights_declaration (holder_id, kind, year, reference, version, facts, source, received_at)
SELECT md5('foule' || i)::uuid, kind, %(year)s, kind || '-' || rank || '-' || i, 1, facts, 'foule', now()
FROM generate_series(%(first)s::int, %(last)s::int) AS i,
     LATERAL (VALUES
         ('activity', 1, '{"sector": "private", "share": "1"}'::jsonb, i %% 100 < 55),
         ('activity', 1, jsonb_build_object('sector', 'private', 'hours', (200 + i %% 1400)::text, 'reference', '1607'),
          i %% 100 BETWEEN 55 AND 74),
         ('activity', 2, jsonb_build_object('sector', 'private', 'share', (1 + i %% 40)::text || '/100'), i %% 13 = 0),
         ('activity', 3, jsonb_build_object('sector', 'public', 'share', (50 + i %% 50)::text || '/100',
                                            'part_time', i %% 2 = 0), i %% 100 BETWEEN 75 AND 90),
         ('self_employment', 1, jsonb_build_object('share', (1 + i %% 12)::text || '/12'), i %% 100 > 90),
         ('commitment', 1, '{"activity": "civic_service"}'::jsonb, i %% 50 = 3),
         ('exposure', 1, jsonb_build_object('factors', jsonb_build_array('nuit'), 'months', (3 + i %% 10)::text),
          i %% 25 = 4),
         ('supplement', 1, jsonb_build_object('type', 'L6323-13', 'amount', '3000', 'received_on', '2025-02-03'),
          i %% 200 = 5)
     ) AS said(kind, rank, facts, holds)
WHERE holds
"""

TABLES = ("accounts_holder", "accounts_situation", "rights_declaration")


def add_crowd(cursor: Any, *, size: int, first: int = 0, year: int = YEAR) -> None:
    """People number `first` to `first + size - 1` with their situations and declarations, through a DB-API cursor."""
    numbers = {"first": first, "last": first + size - 1, "year": year}
    for statement in (_PEOPLE, _SITUATIONS, _DECLARATIONS):
        cursor.execute(statement, numbers)


# What a feeding leaves, without what two runs cannot share: identifiers and instants.
_DIGEST = """
SELECT encode(sha256(convert_to(string_agg(line, E'\\n' ORDER BY line), 'UTF8')), 'hex') FROM (
    SELECT md5(concat_ws('|', 'compteur', holder_id, scheme, unit, balance, reserved, last_position)) AS line
    FROM rights_counter
    UNION ALL
    SELECT md5(concat_ws('|', 'écriture', holder_id, scheme, position, kind, amount, balance_after, value_date,
                         date_is_estimated, label, source, regexp_replace(key, '^feed:[0-9]+:', 'feed:'),
                         entry.derivation))
    FROM rights_entry entry JOIN rights_counter counter ON counter.id = entry.counter_id
    UNION ALL
    SELECT md5(concat_ws('|', 'part', holder_id, scheme, year, part, posted, balance_before, rounds))
    FROM rights_yearlyfeeding fed JOIN rights_counter counter ON counter.id = fed.counter_id
) AS state
"""


def digest_of_ledger(cursor: Any) -> str:
    """One number for all counters, entries and fed parts, whatever their identifiers and instants."""
    cursor.execute(_DIGEST)
    return str(cursor.fetchone()[0])
