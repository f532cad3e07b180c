"""Where a session is, as words of the search index: the square of half a degree, the département, the region.

Most of what the words of a search find lies elsewhere: with the place in the same index, the rows of the rest of the
country are never read. The words only narrow: the exact distance decides afterwards.
"""

from collections.abc import Mapping
from math import floor

# No word that people write begins so: those of the index all have a prefix (catalog/words.py).
REMOTE = "xkz"
_SQUARE, _DEPARTMENT, _REGION = "xks", "xkd", "xkr"
# Beyond, naming every square costs more than it spares: about 120 km around.
MOST_SQUARES = 64


def square_sql(latitude: str, longitude: str) -> str:
    """SQL of the word of the square where two columns are, NULL where they are NULL."""
    return f"'{_SQUARE}' || floor(({latitude} + 90) * 2)::int || 'x' || floor(({longitude} + 180) * 2)::int"


# SQL over p (place), commune, department and a (action), when the row is written.
STORED = f"""
array_to_tsvector(array_remove(ARRAY[
    CASE WHEN a.modality = 'remote' THEN '{REMOTE}' END,
    CASE WHEN a.modality <> 'remote' THEN {square_sql("p.latitude", "p.longitude")} END,
    '{_DEPARTMENT}' || lower(commune.department_id),
    '{_REGION}' || lower(department.region_id)
], NULL))"""


def department_word(code: str) -> str:
    return f"{_DEPARTMENT}{code.lower()}"


def region_word(code: str) -> str:
    return f"{_REGION}{code.lower()}"


def square_words(box: Mapping[str, float]) -> list[str]:
    """The squares that a bounding box touches (catalog.selectors.places.bounding_box); none when they are too many."""
    rows = range(_half_degrees(box["latitude__gte"] + 90), _half_degrees(box["latitude__lte"] + 90) + 1)
    columns = range(
        _half_degrees(box["longitude__gte"] + 180), _half_degrees(box["longitude__lte"] + 180) + 1
    )
    if len(rows) * len(columns) > MOST_SQUARES:
        return []
    return [f"{_SQUARE}{row}x{column}" for row in rows for column in columns]


def _half_degrees(degrees: float) -> int:
    # The same operations on the same doubles as in `square_sql`: a border falls in the same square on both sides.
    return floor(degrees * 2)
