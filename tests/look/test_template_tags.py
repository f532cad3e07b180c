import datetime as dt

import pytest
from django.core.paginator import Paginator
from django.template import TemplateSyntaxError, engines
from django.test import RequestFactory


def rendered(source: str, **facts: object) -> str:
    request = RequestFactory().get("/liste/?q=soudeur&page=2&tri=date")
    return engines["django"].from_string("{% load cpa %}" + source).render(facts, request)


@pytest.mark.parametrize(
    ("source", "value", "expected"),
    [
        ("{{ value|euros }}", 123456, "1\u202f234,56\u202f€"),
        ("{{ value|euros }}", None, ""),
        ("{{ value|euros_signed }}", -12000, "\u2212120,00\u202f€"),
        ("{{ value|euros_signed }}", 50000, "+500,00\u202f€"),
        ("{{ value|hours }}", 1440, "24\u202fh"),
        ("{{ value|hours_signed }}", 90, "+1\u202fh\u202f30"),
        ("{{ value|date_fr }}", dt.date(2026, 3, 3), "3 mars 2026"),
        ("{{ value|date_fr }}", dt.date(2026, 5, 1), "1er mai 2026"),
        ("{{ value|date_fr }}", None, ""),
    ],
)
def test_filter_gives_the_french_spelling(source, value, expected):
    text = rendered(source, value=value)

    assert text == expected


def test_date_fr_of_a_moment_gives_the_time_of_the_current_zone():
    summer_noon_utc = dt.datetime(2026, 7, 14, 12, 5, tzinfo=dt.UTC)

    text = rendered("{{ value|date_fr }}", value=summer_noon_utc)

    assert text == "14 juillet 2026 à 14\u00a0h\u00a005"


def test_breadcrumb_last_step_is_the_page_itself_and_no_link():
    html = rendered('{% breadcrumb "Aide" "home:help" title %}', title="Dossier <12>")

    assert '<a class="fr-breadcrumb__link" href="/aide/">Aide</a>' in html
    assert '<span class="fr-breadcrumb__link" aria-current="page">Dossier &lt;12&gt;</span>' in html


def test_breadcrumb_accepts_an_address_made_with_arguments():
    html = rendered('{% breadcrumb "Dossier" address "Détail" %}', address="/mes-dossiers/7/")

    assert 'href="/mes-dossiers/7/">Dossier</a>' in html


def test_breadcrumb_without_the_pages_own_label_is_refused():
    with pytest.raises(TemplateSyntaxError, match="breadcrumb"):
        rendered('{% breadcrumb "Aide" "home:help" %}')


def test_pagination_keeps_the_rest_of_the_query():
    html = rendered("{% pagination page %}", page=Paginator(range(95), 10).page(2))

    assert 'href="?q=soudeur&amp;page=3&amp;tri=date" rel="next"' in html
    assert 'aria-current="page" href="?q=soudeur&amp;page=2&amp;tri=date"' in html


def test_pagination_first_page_has_no_way_back():
    html = rendered("{% pagination page %}", page=Paginator(range(95), 10).page(1))

    assert 'rel="prev"' not in html
    assert '--first" aria-disabled="true"' in html


def test_pagination_single_page_shows_nothing():
    html = rendered("{% pagination page %}", page=Paginator(range(5), 10).page(1))

    assert html.strip() == ""


def test_badge_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="purple"):
        rendered('{% badge "État" "purple" %}')


def test_accordion_button_controls_its_own_text():
    html = rendered(
        '{% accordion "Pourquoi ?" h4 %}<p>{{ reason }}</p>{% endaccordion %}', reason="Parce <que>"
    )

    assert 'aria-controls="accordion-pourquoi"' in html
    assert '<div class="fr-collapse" id="accordion-pourquoi"><p>Parce &lt;que&gt;</p></div>' in html
    assert '<h4 class="fr-accordion__title">' in html
