"""What stands in the catalogue, as one digest by table: keys that the database draws and moments are left out."""

import hashlib

import psycopg

STANDING = {
    "organisation": """
        SELECT siret, nda, name, legal_name, postal_code, town, commune_id, email, phone, website
        FROM catalog_organisation""",
    "training": """
        SELECT t.feed, t.number, t.occurrence,
            o.siret, certification_id, certification_code, occupation_codes, title, objective,
            expected_results, content, is_certifying, entry_level, exit_level, t.website, described_on,
            t.search_lemmas, t.search_families, digest, t.closed_on
        FROM catalog_training t JOIN catalog_organisation o ON o.id = t.organisation_id""",
    "action": """
        SELECT t.feed, t.number, t.occurrence,
            a.number, a.occurrence, modality, entry_mode, price_cents, hours_minutes, rhythm, conditions,
            accessibility, languages, a.closed_on,
            (SELECT array_agg(p.fingerprint ORDER BY p.fingerprint) FROM catalog_action_places l
             JOIN catalog_place p ON p.id = l.place_id WHERE l.action_id = a.id)
        FROM catalog_action a JOIN catalog_training t ON t.id = a.training_id""",
    "session": """
        SELECT t.feed, t.number, t.occurrence,
            a.number, a.occurrence, s.number, s.occurrence, p.fingerprint, starts_on, ends_on,
            registration_starts_on, registration_ends_on, recruitment_state, s.closed_on
        FROM catalog_session s JOIN catalog_action a ON a.id = s.action_id
        JOIN catalog_training t ON t.id = a.training_id LEFT JOIN catalog_place p ON p.id = s.place_id""",
    "place": """
        SELECT o.siret, p.fingerprint, p.name, p.address, p.postal_code, p.town, p.commune_id, latitude, longitude
        FROM catalog_place p JOIN catalog_organisation o ON o.id = p.organisation_id""",
    "search": """
        SELECT t.feed, t.number, t.occurrence,
            s.number, s.occurrence, e.facets, e.fold_key, e.level, e.starts_on, e.available_until,
            e.price_cents, e.hours_minutes, e.commune_code, e.town_key, e.organisation_key, e.subject, e.document
        FROM catalog_searchentry e JOIN catalog_session s ON s.id = e.session_id
        JOIN catalog_training t ON t.id = e.training_id""",
    "finding": """
        SELECT r.feed, f.path, f.identifier, f.field, f.value, f.rule, f.action
        FROM catalog_importfinding f JOIN catalog_importrun r ON r.id = f.run_id""",
    "vocabulary": "SELECT form, lemma, family, weight, is_name FROM catalog_searchword",
}  # fmt: skip
VERSIONS = {
    "organisation": "catalog_organisation", "training": "catalog_training", "action": "catalog_action",
    "session": "catalog_session", "place": "catalog_place", "search": "catalog_searchentry",
    "vocabulary": "catalog_searchword",
}  # fmt: skip


def state(url: str) -> dict[str, tuple[int, str]]:
    """Rows and digest of each table, whatever the order in which they were written."""
    return _digests(url, STANDING)


def versions(url: str) -> dict[str, tuple[int, str]]:
    """The same of the rows' versions: writing a row again changes it, even with the same values."""
    return _digests(url, {name: f"SELECT ctid, xmin FROM {table}" for name, table in VERSIONS.items()})  # noqa: S608


def _digests(url: str, queries: dict[str, str]) -> dict[str, tuple[int, str]]:
    found = {}
    with psycopg.connect(url) as connection:
        for name, query in queries.items():
            digest, count = hashlib.sha256(), 0
            with connection.cursor(f"state_{name}") as cursor:
                cursor.execute(f"SELECT row::text FROM ({query}) AS row ORDER BY 1")  # type: ignore[arg-type] # noqa: S608
                for (line,) in cursor:
                    digest.update(line.encode() + b"\n")
                    count += 1
            found[name] = count, digest.hexdigest()
    return found
