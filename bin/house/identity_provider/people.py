"""The identities that the provider knows, as FranceConnect gives them: its claim names and its codes."""

import json
from pathlib import Path
from typing import Any

FRANCE = "99100"
GENDERS = {"1": "male", "2": "female"}
# Somebody whom the portal does not know: the page that says so must be seen too.
UNKNOWN_PERSON = {
    "given_name": "Ysoline",
    "given_name_array": ["Ysoline"],
    "family_name": "Inconnue-Duportail",
    "gender": "female",
    "birthdate": "1991-11-30",
    "birthplace": "29019",
    "birthcountry": FRANCE,
}


def read_people(file: str) -> dict[str, dict[str, Any]]:
    """Claims by user name: those of a JSON file, else the people of the demonstration and one stranger."""
    if file:
        return dict(json.loads(Path(file).read_text(encoding="utf-8")))
    from cpa_portal.home.demo.people import named_people, numbered_people

    people = {person.login: claims_of(person) for person in (*named_people(), *numbered_people(DEMO_SEED))}
    return people | {"inconnue": UNKNOWN_PERSON}


# The seed with which `load_demo` draws the numbered people.
DEMO_SEED = 2026


def claims_of(person: Any) -> dict[str, Any]:
    """FranceConnect's pivot identity. Abroad: no commune, and the country's code as place."""
    return {
        "given_name": person.first_name,
        "given_name_array": [person.first_name],
        "family_name": person.birth_name,
        "gender": GENDERS[person.sex],
        "birthdate": person.birth_date.isoformat(),
        "birthplace": person.birth_commune_code,
        "birthcountry": person.birth_country_code or FRANCE,
    }
