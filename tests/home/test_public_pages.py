import itertools
import re

import pytest
from django.test import Client
from django.urls import reverse
from lxml import html as lxml_html

PAGES = ["home:index", "home:help", "home:accessibility", "home:legal", "home:privacy", "home:sitemap"]
PHONE_NUMBER = re.compile(
    r"(?:\+33|\b0)[\s.\u202f\u00a0]?[1-9](?:[\s.\u202f\u00a0]?\d{2}){4}\b|\b3\d[\s.]?\d{2}\b"
)


def page_of(client: Client, name: str) -> lxml_html.HtmlElement:
    response = client.get(reverse(name))
    assert response.status_code == 200
    return lxml_html.fromstring(response.content.decode())


@pytest.mark.parametrize("name", PAGES)
def test_public_page_of_a_visitor_costs_no_query(client, django_assert_num_queries, db, name):
    with django_assert_num_queries(0):
        response = client.get(reverse(name))

    assert response.status_code == 200


@pytest.mark.parametrize("name", PAGES)
def test_public_page_is_named_and_in_order(client, name):
    page = page_of(client, name)

    levels = [
        int(heading.tag[1])
        for heading in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
    ]
    assert page.get("lang") == "fr"
    assert page.findtext("head/title").endswith(" – Mon compte personnel d'activité")
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@pytest.mark.parametrize("name", PAGES)
def test_public_page_telephone_has_a_written_twin(client, settings, name):
    settings.SUPPORT_PHONE = "01 02 03 04 05"
    settings.SUPPORT_EMAIL = "aide@cpa.example"

    page = page_of(client, name)

    for paragraph in page.xpath("//main//p | //main//li"):
        if PHONE_NUMBER.search(paragraph.text_content()):
            assert paragraph.xpath(".//a[starts-with(@href, 'mailto:')]"), paragraph.text_content()


def test_help_page_without_a_written_address_shows_no_telephone_either(client, settings):
    settings.SUPPORT_PHONE = "01 02 03 04 05"
    settings.SUPPORT_EMAIL = ""

    page = page_of(client, "home:help")

    assert "01 02 03 04 05" not in page.text_content()


def test_help_page_with_support_gives_both_ways(client, settings):
    settings.SUPPORT_PHONE = "01 02 03 04 05"
    settings.SUPPORT_EMAIL = "aide@cpa.example"

    page = page_of(client, "home:help")

    assert page.xpath("//main//a[@href='mailto:aide@cpa.example']")
    assert page.xpath("//main//a[@href='tel:0102030405']")


def test_home_page_searches_the_catalogue_by_words_and_place(client):
    page = page_of(client, "home:index")

    [form] = page.xpath("//main//form")
    assert form.get("method") == "get"
    assert form.get("action") == "/formations/"
    assert [field.get("name") for field in form.xpath(".//input")] == ["q", "lieu"]


def test_home_page_of_the_agora_side_does_not_pass_for_the_portal(client, settings):
    settings.AGORA_ROLE = "provider"

    page = page_of(client, "home:index")

    assert "Mon compte personnel d'activité" not in page.text_content()
    assert "AGORA" in page.findtext("head/title")


def test_public_pages_accept_no_writing(client):
    response = client.post(reverse("home:help"))

    assert response.status_code == 405
