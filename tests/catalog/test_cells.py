"""The words of places in the search index: what lies within a search is always under one of its words."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from catalog.cells import MOST_SQUARES, square_sql, square_words
from catalog.selectors.places import bounding_box

LATITUDES, LONGITUDES = st.floats(-60, 60), st.floats(-170, 170)


def at(latitude: float, longitude: float) -> dict[str, float]:
    """A box around one point alone."""
    return {
        "latitude__gte": latitude,
        "latitude__lte": latitude,
        "longitude__gte": longitude,
        "longitude__lte": longitude,
    }


@given(LATITUDES, LONGITUDES, st.sampled_from([5, 10, 20, 30, 50, 100]), st.floats(0, 1), st.floats(0, 1))
def test_every_point_of_a_box_is_in_a_square_that_is_asked_for(latitude, longitude, radius, up, right):
    box = bounding_box(latitude, longitude, radius)
    point = at(
        box["latitude__gte"] + up * (box["latitude__lte"] - box["latitude__gte"]),
        box["longitude__gte"] + right * (box["longitude__lte"] - box["longitude__gte"]),
    )

    asked = square_words(box)

    assert not asked or set(square_words(point)) <= set(asked)


@given(LATITUDES, LONGITUDES)
def test_wide_searches_name_no_square(latitude, longitude):
    assert square_words(bounding_box(latitude, longitude, 300)) == []
    assert 0 < len(square_words(bounding_box(latitude, longitude, 30))) <= MOST_SQUARES


@pytest.mark.django_db
def test_database_and_search_put_a_point_in_the_same_square():
    points = [
        (48.8566, 2.3522), (48.5, 2.5), (48.49999999999999, 2.4999999999999996), (-20.88, 55.45), (14.6, -61.07),
        (0.0, 0.0), (-0.25, -0.5), (41.9267, 8.7369), (5.0, -52.5),
    ]  # fmt: skip

    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {square_sql('latitude', 'longitude')}"  # noqa: S608 - our own text
            " FROM unnest(%s::float8[], %s::float8[]) AS point (latitude, longitude)",
            [[latitude for latitude, _ in points], [longitude for _, longitude in points]],
        )
        stored = [row[0] for row in cursor.fetchall()]

    assert stored == [square_words(at(*point))[0] for point in points]
