"""Writes the rows that searches read. The only writer of SearchEntry."""

from collections.abc import Iterable

from django.db import connection, transaction

from catalog.cells import STORED as PLACE_WORDS
from catalog.facets import stored_sql
from catalog.models import (
    Action,
    Certification,
    Commune,
    Department,
    Occupation,
    Organisation,
    Place,
    SearchEntry,
    Session,
    Training,
)
from catalog.words import NAME_PREFIX
from cpa_portal.kernel.database.statistics import measure

# Described once per training, for all its sessions. `subject`: the words of the title (A lemmas, B families), of what
# it certifies and of the names of the occupations it leads to (C, D). The document adds the codes of those
# occupations, by which job titles find it, and the organisation's name, as it is written: two names that share a
# stem are two names; and where the session is.
ROWS = f"""
WITH described AS MATERIALIZED (
    SELECT t.id, o.name AS organisation,
        setweight(to_tsvector('simple', t.search_lemmas), 'A')
        || setweight(to_tsvector('simple', t.search_families), 'B')
        || setweight(to_tsvector('simple', concat_ws(' ', c.search_lemmas, job.lemmas, job.codes)), 'C')
        || setweight(to_tsvector('simple', concat_ws(' ', c.search_families, job.families)), 'D') AS subject,
        to_tsvector('simple', (
            regexp_replace(lower(unaccent(o.name)), '([a-z0-9]+)[^a-z0-9]*', '{NAME_PREFIX}\\1 ', 'g'))) AS others,
        hashtextextended(
            concat_ws('/', o.siret, t.certification_code, lower(unaccent(t.title))), 0) AS fold_key
    FROM catalog_training t
    JOIN catalog_organisation o ON o.id = t.organisation_id
    LEFT JOIN catalog_certification c ON c.code = t.certification_id
    LEFT JOIN LATERAL (
        SELECT string_agg(occupation.search_lemmas, ' ' ORDER BY occupation.code) AS lemmas,
            string_agg(occupation.search_families, ' ' ORDER BY occupation.code) AS families,
            string_agg('xr' || lower(occupation.code), ' ' ORDER BY occupation.code) AS codes
        FROM catalog_occupation occupation
        WHERE occupation.code = ANY(t.occupation_codes) OR occupation.code IN (
            SELECT link.occupation_id FROM catalog_certification_occupations link
            WHERE link.certification_id = t.certification_id)
    ) job ON true
    WHERE t.id = ANY(%(ids)s) AND t.closed_on IS NULL
)
INSERT INTO catalog_searchentry (
    session_id, training_id, fold_key, facets, is_remote, is_permanent, level, latitude, longitude, starts_on,
    available_until, registration_starts_on, registration_ends_on, fundable_until, price_cents, hours_minutes,
    commune_code, department_code, region_code, town_key, organisation_key, subject, document)
SELECT s.id, t.id, d.fold_key, {stored_sql()}, a.modality = 'remote', a.entry_mode = 'permanent',
    coalesce(t.exit_level, c.level),
    CASE WHEN a.modality <> 'remote' THEN p.latitude END,
    CASE WHEN a.modality <> 'remote' THEN p.longitude END,
    coalesce(s.starts_on, DATE '0001-01-01'),
    CASE WHEN a.entry_mode = 'permanent' THEN coalesce(s.ends_on, DATE '9999-12-31')
         ELSE coalesce(s.starts_on, s.ends_on) END,
    s.registration_starts_on, s.registration_ends_on,
    -- Code du travail L6323-6: registered certifications, and the driving licence, which is none.
    CASE WHEN c.state <> 'inactive' THEN coalesce(c.expires_on, DATE '9999-12-31')
         WHEN t.certification_code = '' AND unaccent(lower(t.title)) ~ 'permis (de conduire )?(b|c|d)( |$|e )'
         THEN DATE '9999-12-31' END,
    a.price_cents, a.hours_minutes,
    coalesce(p.commune_id, ''), coalesce(commune.department_id, ''), coalesce(department.region_id, ''),
    left(lower(unaccent(coalesce(p.town, ''))), 80), left(lower(unaccent(d.organisation)), 250),
    d.subject, d.subject || d.others || {PLACE_WORDS}
FROM described d
JOIN catalog_training t ON t.id = d.id
LEFT JOIN catalog_certification c ON c.code = t.certification_id
JOIN catalog_action a ON a.training_id = d.id AND a.closed_on IS NULL
JOIN catalog_session s ON s.action_id = a.id AND s.closed_on IS NULL AND s.recruitment_state = 'open'
LEFT JOIN catalog_place p ON p.id = s.place_id
LEFT JOIN catalog_commune commune ON commune.code = p.commune_id
LEFT JOIN catalog_department department ON department.code = commune.department_id
WHERE a.entry_mode = 'permanent' OR s.starts_on IS NOT NULL OR s.ends_on IS NOT NULL
"""  # noqa: S608 - the pieces are constants
READ = (
    Training, Organisation, Certification, Occupation, Certification.occupations.through,
    Action, Session, Place, Commune, Department,
)  # fmt: skip
BATCH = 2_000


def measure_what_is_indexed() -> None:
    """To be called when what `refresh_search_entries` reads has grown much."""
    measure(*READ)


def refresh_search_entries(training_ids: Iterable[int]) -> None:
    """Rewrite what can be found of these trainings. Readers see the old rows until the transaction holds."""
    ids = list(training_ids)
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        with transaction.atomic(), connection.cursor() as cursor:
            SearchEntry.objects.filter(training_id__in=part).delete()
            cursor.execute(ROWS, {"ids": part})
