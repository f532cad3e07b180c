import datetime
import json

import pytest
import time_machine
from django.urls import reverse
from lxml import html

from catalog.enums import Modality
from tests.support.factories.catalog import TODAY, ActionFactory, CertificationFactory, offered

pytestmark = pytest.mark.usefixtures("corsica")
NOON = datetime.datetime.combine(TODAY, datetime.time(12), datetime.UTC)


@pytest.fixture(autouse=True)
def that_day():
    with time_machine.travel(NOON, tick=False):
        yield


def compared(client, *keys):
    response = client.get(reverse("catalog:training_comparison"), {"f": keys})
    assert response.status_code == 200
    page = html.fromstring(response.content)
    return [[" ".join(cell.text_content().split()) for cell in row] for row in page.xpath("//tbody/tr")], page


def test_comparison_says_the_same_facts_of_each_in_the_order_asked(client):
    welding = offered("Soudeur", certification=CertificationFactory(code="RNCP38311"))
    free = offered("Brasage", price_cents=0, action={"modality": Modality.REMOTE, "hours_minutes": None})

    rows, _ = compared(client, free.pk, welding.pk)

    assert rows[0][1:3] == ["Gratuit", "Non indiquée"]
    assert rows[1][0].startswith("Soudeur")
    assert rows[1][1].replace("\u202f", " ") == "1 190,00 € soit 17,00 € l'heure"
    assert "Ajaccio" in rows[1][4]
    assert "Ajaccio" not in rows[0][4]


def test_comparison_of_one_training_over_all_its_ways(client):
    training = offered("Soudeur", price_cents=90_000)
    ActionFactory(training=training, number="A9", occurrence=2, price_cents=50_000, hours_minutes=6_000)

    [row], _ = compared(client, training.pk)

    assert row[1].startswith("À partir de 500,00")


def test_comparison_four_at_most_each_may_be_taken_away(client):
    keys = [offered(f"Soudeur {rank}").pk for rank in range(5)]

    rows, page = compared(client, *keys, keys[0], "x", "²", "9" * 30)

    assert len(rows) == 4
    assert page.xpath("//td/a/@href")[0] == f"?f={keys[1]}&f={keys[2]}&f={keys[3]}"
    assert "quatre formations au plus" in page.text_content()


def test_comparison_of_nothing_says_how_to_choose(client):
    rows, page = compared(client, 404_404)

    assert rows == []
    assert "1 formation demandée n'existe pas" in page.text_content()
    assert "cochez" in page.text_content()


@pytest.mark.parametrize("count", [1, 3])
def test_comparison_costs_the_same_for_any_number(client, count, django_assert_max_num_queries):
    keys = [offered(f"Soudeur {rank}").pk for rank in range(count)]

    with django_assert_max_num_queries(6):
        compared(client, *keys)


def test_results_offer_to_compare_without_a_script(client):
    training = offered("Soudeur")

    page = html.fromstring(client.get(reverse("catalog:training_search"), {"q": "soudeur"}).content)

    [box] = page.xpath("//input[@name='f']")
    assert (box.get("value"), box.get("form")) == (str(training.pk), "comparer")
    assert page.xpath("//form[@id='comparer']/@action") == [reverse("catalog:training_comparison")]


def test_training_page_is_a_course_for_search_engines_and_ends_no_element(client):
    training = offered("Soudeur </script><script>alert(1)</script>", objective="A & B")

    response = client.get(reverse("catalog:training_detail", args=[training.pk]))

    page = html.fromstring(response.content)
    [said] = page.xpath("//head/script[@type='application/ld+json']/text()")
    course = json.loads(said)
    assert (course["@type"], course["name"], course["description"]) == ("Course", training.title, "A & B")
    assert course["offers"][0]["price"] == "1190.00"
    assert course["hasCourseInstance"][0]["location"]["address"]["addressLocality"]
    assert b"<script>alert" not in response.content


def test_training_page_says_the_price_of_an_hour_beside_the_median(client):
    certification = CertificationFactory(code="RNCP38311")
    trainings = [
        offered(f"Soudeur {rank}", price_cents=100_000 + rank * 10_000, certification=certification,
                certification_code="RNCP38311", action={"hours_minutes": 6_000})
        for rank in range(5)
    ]  # fmt: skip

    page = html.fromstring(client.get(reverse("catalog:training_detail", args=[trainings[0].pk])).content)
    [said] = page.xpath('//dt[.="Prix d\'une heure"]/following-sibling::dd')

    assert " ".join(said.text_content().split()) == (
        "10,00 € (17 % au-dessous du prix médian des formations à la même certification : 12,00 €, sur 5 offres)"
    )
