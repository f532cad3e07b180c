"""Charts: the drawing is inert under the Content-Security-Policy, and the table holds the same figures."""

import itertools

import pytest
from django.template.loader import render_to_string
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree, html

from cpa_portal.kernel.charts import ChartKind, draw_chart
from cpa_portal.kernel.charts.drawing import LOOKS
from cpa_portal.kernel.charts.scale import ticks
from cpa_portal.kernel.money import format_euros, format_hours

SVG = "{http://www.w3.org/2000/svg}"
YEARS = ["2024", "2025", "2026"]
SERIES = {"CPF": [50_000, None, 150_000], "CEC": [0, 12_000, 24_000]}


def draw(**changes):
    given = {"kind": ChartKind.BARS, "caption": "Droits par année", "label_header": "Année", "labels": YEARS,
             "series": SERIES, "format_value": format_euros, "unit": 100}  # fmt: skip
    return draw_chart(**{**given, **changes})


def parsed(chart):
    return etree.fromstring(chart.svg.encode())


@pytest.mark.parametrize("kind", list(ChartKind))
def test_draw_chart_holds_nothing_that_the_policy_forbids(kind):
    root = parsed(draw(kind=kind))

    names = {etree.QName(element).localname for element in root.iter()}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert names <= {"svg", "title", "desc", "defs", "pattern", "g", "path", "rect", "circle", "text"}
    assert not any(name in ("style", "class") or name.startswith(("on", "{")) for name in attributes)
    assert not {"href", "src", "xlink:href"} & attributes
    assert not any(isinstance(element, etree._Comment) for element in root.iter())


@pytest.mark.parametrize("kind", list(ChartKind))
def test_draw_chart_is_an_image_with_a_name_and_a_description(kind):
    chart = draw(kind=kind, description="Les droits montent chaque année.")
    root = parsed(chart)

    named_by = [root.find(f".//*[@id='{name}']").text for name in root.get("aria-labelledby").split()]

    assert root.get("role") == "img"
    assert named_by == ["Droits par année", "Les droits montent chaque année."]


def test_draw_chart_without_description_sends_to_the_table():
    assert "tableau" in parsed(draw()).find(f"{SVG}desc").text


def test_draw_chart_gives_the_same_figures_as_a_table():
    chart = draw()

    assert chart.caption == "Droits par année"
    assert chart.header == ("Année", "CPF", "CEC")
    assert chart.rows == (
        ("2024", format_euros(50_000), format_euros(0)),
        ("2025", "–", format_euros(12_000)),
        ("2026", format_euros(150_000), format_euros(24_000)),
    )


def test_draw_chart_bars_are_as_high_as_their_values():
    root = parsed(draw(series={"CPF": [50_000, 100_000, 150_000]}))

    heights = [float(bar.get("height")) for bar in root.iter(f"{SVG}rect") if bar.get("stroke")]

    assert len(heights) == 3
    assert heights[1] == pytest.approx(2 * heights[0])
    assert heights[2] == pytest.approx(3 * heights[0])


def test_draw_chart_missing_value_is_a_gap_and_no_bar():
    bars = parsed(draw())
    lines = parsed(
        draw(kind=ChartKind.LINES, series={"CPF": [100, 200, None, 400, 500]}, labels=list("abcde"))
    )

    drawn = [bar for bar in bars.iter(f"{SVG}rect") if bar.get("stroke")]
    curves = [path for path in lines.iter(f"{SVG}path") if path.get("stroke-width") == "3"]
    # Two squares of the legend stand beside the five bars.
    assert len(drawn) == 5 + 2
    assert len(list(lines.iter(f"{SVG}circle"))) == 4
    assert len(curves) == 2


def test_draw_chart_series_differ_by_more_than_colour():
    series = {f"Série {rank}": [100, 200, 300] for rank in range(4)}
    bars, lines = parsed(draw(series=series)), parsed(draw(series=series, kind=ChartKind.LINES))

    fillings = {bar.get("fill") for bar in bars.iter(f"{SVG}rect") if bar.get("stroke")}
    dashes = [
        path.get("stroke-dasharray") for path in lines.iter(f"{SVG}path") if path.get("stroke-width") == "3"
    ]

    assert len(fillings) == 4
    assert all(f"#{pattern.get('id')}" in "".join(fillings) for pattern in bars.iter(f"{SVG}pattern"))
    assert sorted(map(str, dashes)) == sorted([str(look.dashes or None) for look in LOOKS] * 2)


@pytest.mark.parametrize("background", ["#ffffff", "#161616"])
@pytest.mark.parametrize("look", LOOKS)
def test_colours_of_series_contrast_with_both_themes(look, background):
    lighter, darker = sorted([_luminance(look.colour), _luminance(background)], reverse=True)

    assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_draw_chart_twice_on_a_page_shares_no_identifier():
    first, second = parsed(draw()), parsed(draw(caption="Autre graphique"))

    ids = [element.get("id") for root in (first, second) for element in root.iter() if element.get("id")]

    assert len(ids) == len(set(ids))


def test_draw_chart_same_data_gives_the_same_drawing():
    assert draw() == draw()


@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "]]>", "a & b", '"><svg onload=x>', "\x00\x1b", "é\u202f€"]
)
def test_draw_chart_hostile_texts_stay_texts(text):
    chart = draw(
        caption=text,
        labels=[text, "b", "c"],
        series={text: [100, 200, 300], "autre": [0, 0, 0]},
        description=text,
    )
    root = parsed(chart)

    assert {etree.QName(element).localname for element in root.iter()} <= {
        "svg", "title", "desc", "defs", "pattern", "g", "path", "rect", "text",
    }  # fmt: skip
    if text.isprintable():
        assert root.find(f"{SVG}title").text == text
    assert "<script" not in chart.svg


@pytest.mark.parametrize("series", [{}, {"a": [1]}, {str(rank): [1, 2, 3] for rank in range(5)}])
def test_draw_chart_series_that_do_not_match_are_refused(series):
    with pytest.raises(ValueError, match="series"):
        draw(series=series)


@pytest.mark.parametrize("kind", list(ChartKind))
@pytest.mark.parametrize("series", [{"CPF": [None, None, None]}, {"CPF": [0, 0, 0]}, {"CPF": [-500, 0, 500]}])
def test_draw_chart_poor_data_still_draws(kind, series):
    assert parsed(draw(kind=kind, series=series)).get("role") == "img"
    assert len(draw(kind=kind, series=series).rows) == 3


def test_draw_chart_without_any_label_draws_an_empty_frame():
    chart = draw(labels=[], series={"CPF": []})

    assert chart.rows == ()
    assert not [bar for bar in parsed(chart).iter(f"{SVG}rect") if bar.get("stroke")]


def test_chart_component_shows_the_drawing_and_its_table():
    chart = draw(labels=["<b>2024</b>", "2025", "2026"])

    page = render_to_string("components/chart.html", {"chart": chart})

    table = html.fromstring(page).find(".//table")
    assert chart.svg in page
    assert "<b>2024</b>" not in page
    assert table.find("caption").text.strip() == chart.caption
    assert [cell.text for cell in table.findall("./thead/tr/th")] == list(chart.header)
    assert [[cell.text for cell in row] for row in table.findall("./tbody/tr")] == [
        list(row) for row in chart.rows
    ]
    assert {cell.get("scope") for cell in table.iter("th")} == {"col", "row"}


def test_draw_chart_many_labels_writes_only_some():
    labels = [f"mois {rank}" for rank in range(24)]
    chart = draw(labels=labels, series={"CPF": list(range(24))})

    written = [text.text for text in parsed(chart).iter(f"{SVG}text") if (text.text or "").startswith("mois")]

    assert written == labels[::3]
    assert len(chart.rows) == 24


def test_draw_chart_graduations_are_whole_hours():
    chart = draw(series={"DIF": [60, 90, 150]}, format_value=format_hours, unit=60)

    texts = [text.text for text in parsed(chart).iter(f"{SVG}text")]

    assert texts[:4] == [format_hours(hours * 60) for hours in range(4)]


@given(st.lists(st.integers(-(10**9), 10**9), max_size=20), st.sampled_from([1, 60, 100]))
def test_ticks_are_few_regular_round_and_around_the_values(values, unit):
    graduations = ticks(values, unit)

    steps = {after - before for before, after in itertools.pairwise(graduations)}
    assert 2 <= len(graduations) <= 6
    assert len(steps) == 1
    assert all(graduation % unit == 0 for graduation in graduations)
    assert 0 in graduations
    assert all(graduations[0] <= value <= graduations[-1] for value in values)


def _luminance(colour):
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
