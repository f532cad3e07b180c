"""Writes the rows that searches read. The only writer of SearchEntry."""

from collections.abc import Iterable

from django.db import connection, transaction

from catalog.models import SearchEntry

# One document per training, shared by its sessions. Weights: A the title; B what it certifies and the
# occupations it leads to, each with the families of its words; C the organisation's name (never stemmed: two
# names that share a stem are two names); D the objective, a bonus that never makes a result by itself.
DOCUMENTS_AND_SESSIONS = """
WITH document AS MATERIALIZED (
    SELECT t.id,
        setweight(to_tsvector('catalog_fr', t.title), 'A')
        || setweight(to_tsvector('catalog_fr', concat_ws(' ', c.diploma, c.title,
            array_to_string(c.formacode_labels, ' '), job.words)), 'B')
        || setweight(to_tsvector('simple', unaccent(o.name)), 'C')
        || setweight(to_tsvector('simple', t.search_families), 'A')
        || setweight(to_tsvector('simple', concat_ws(' ', c.search_families, job.families)), 'B')
        || setweight(to_tsvector('catalog_fr', left(t.objective, 1000)), 'D') AS words
    FROM catalog_training t
    JOIN catalog_organisation o ON o.id = t.organisation_id
    LEFT JOIN catalog_certification c ON c.code = t.certification_id
    LEFT JOIN LATERAL (
        SELECT string_agg(occupation.search_words, ' ') AS words,
            string_agg(occupation.search_families, ' ') AS families
        FROM catalog_occupation occupation
        WHERE occupation.code = ANY(t.occupation_codes) OR occupation.code IN (
            SELECT link.occupation_id FROM catalog_certification_occupations link
            WHERE link.certification_id = t.certification_id)
    ) job ON true
    WHERE t.id = ANY(%s) AND t.closed_on IS NULL
)
INSERT INTO catalog_searchentry (
    session_id, training_id, document, is_remote, latitude, longitude, commune_code, department_code,
    region_code, starts_on, available_until, price_cents, hours_minutes)
SELECT s.id, document.id, document.words, a.modality = 'remote',
    CASE WHEN a.modality <> 'remote' THEN p.latitude END,
    CASE WHEN a.modality <> 'remote' THEN p.longitude END,
    coalesce(p.commune_id, ''), coalesce(commune.department_id, ''), coalesce(department.region_id, ''),
    coalesce(s.starts_on, DATE '0001-01-01'),
    CASE WHEN a.entry_mode = 'permanent' THEN coalesce(s.ends_on, DATE '9999-12-31')
         ELSE coalesce(s.starts_on, s.ends_on) END,
    a.price_cents, a.hours_minutes
FROM document
JOIN catalog_action a ON a.training_id = document.id AND a.closed_on IS NULL
JOIN catalog_session s ON s.action_id = a.id AND s.closed_on IS NULL AND s.recruitment_state = 'open'
LEFT JOIN catalog_place p ON p.id = s.place_id
LEFT JOIN catalog_commune commune ON commune.code = p.commune_id
LEFT JOIN catalog_department department ON department.code = commune.department_id
WHERE a.entry_mode = 'permanent' OR s.starts_on IS NOT NULL OR s.ends_on IS NOT NULL
"""
BATCH = 2_000


def refresh_search_entries(training_ids: Iterable[int]) -> None:
    """Rewrite what can be found of these trainings. Readers see the old rows until the transaction holds."""
    ids = list(training_ids)
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        with transaction.atomic(), connection.cursor() as cursor:
            SearchEntry.objects.filter(training_id__in=part).delete()
            cursor.execute(DOCUMENTS_AND_SESSIONS, [part])
