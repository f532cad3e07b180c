import pytest
from django.urls import reverse

pytestmark = pytest.mark.usefixtures("corsica")


def test_place_suggestions_are_short_json_that_may_be_kept(client):
    response = client.get(reverse("catalog:place_suggestions"), {"q": "aja"})

    assert response.json()["suggestions"][0]["texte"] == "Ajaccio, Corse-du-Sud (2A)"
    assert response["Cache-Control"] == "public, max-age=3600"


@pytest.mark.parametrize("name", ["word_suggestions", "place_suggestions"])
@pytest.mark.parametrize("text", ["", "\x00", "a" * 100_000, "🙂", "' OR 1=1"], ids=range(5))
def test_suggestions_of_anything_answer(client, name, text):
    response = client.get(reverse(f"catalog:{name}"), {"q": text})

    assert (response.status_code, response.json()) == (200, {"suggestions": []})


def test_place_around_says_the_commune_and_keeps_nothing(client):
    response = client.get(reverse("catalog:place_around"), {"latitude": "41.93", "longitude": "8.74"})

    assert response.json()["texte"] == "Ajaccio, Corse-du-Sud (2A)"
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("latitude", "longitude", "status"),
    [
        ("0", "0", 404),
        ("91", "0", 400),
        ("nan", "0", 400),
        ("x", "0", 400),
        ("", "", 400),
        ("1e400", "0", 400),
    ],
)
def test_place_around_nowhere_is_said_in_words(client, latitude, longitude, status):
    response = client.get(reverse("catalog:place_around"), {"latitude": latitude, "longitude": longitude})

    assert response.status_code == status
    assert response.json()["message"].endswith(".")
