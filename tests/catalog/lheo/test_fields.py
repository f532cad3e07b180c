"""Rules on single fields, one row for each spelling seen in real feeds, then properties on any text."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.enums import FindingAction
from catalog.lheo import fields

REFUSED, REPAIRED = FindingAction.REFUSED, FindingAction.REPAIRED


def outcome(read):
    value, problem = read
    return value, problem and (problem.rule, problem.action)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260901", (datetime.date(2026, 9, 1), None)),
        (None, (None, None)),
        ("  ", (None, None)),
        ("20170900", (None, ("date_impossible", REFUSED))),
        ("00000000", (None, ("date_impossible", REFUSED))),
        ("20270229", (None, ("date_impossible", REFUSED))),
        ("2026-09-01", (datetime.date(2026, 9, 1), ("date_format", REPAIRED))),
        ("01/09/2026", (datetime.date(2026, 9, 1), ("date_format", REPAIRED))),
        ("2026-09-01T00:00:00+02:00", (datetime.date(2026, 9, 1), ("date_format", REPAIRED))),
        ("septembre", (None, ("date_malformed", REFUSED))),
    ],
)
def test_day(text, expected):
    assert outcome(fields.day(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2670", (267_000, None)),
        ("2670.5", (267_050, None)),
        ("2670,50", (267_050, ("decimal_comma", REPAIRED))),
        ("2 670 €", (267_000, ("price_with_unit", REPAIRED))),
        ("1 250,00 € TTC", (125_000, ("decimal_comma", REPAIRED))),
        ("0", (0, None)),
        ("-", (None, ("placeholder", REFUSED))),
        ("-12", (None, ("price_malformed", REFUSED))),
        ("12.345", (None, ("price_malformed", REFUSED))),
        ("1.250", (None, ("price_malformed", REFUSED))),
        ("1.250,50", (125_050, ("decimal_comma", REPAIRED))),
        ("Gratuit", (0, ("price_in_words", REPAIRED))),
        ("sur devis", (None, ("price_malformed", REFUSED))),
        ("9999999", (None, ("price_out_of_range", REFUSED))),
        ("", (None, None)),
    ],
)
def test_price(text, expected):
    assert outcome(fields.price_cents(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("70", (4_200, None)),
        ("35,5", (2_130, ("decimal_comma", REPAIRED))),
        ("70 heures", (4_200, ("hours_with_unit", REPAIRED))),
        ("70h30", (4_230, ("hours_and_minutes", REPAIRED))),
        ("70:75", (None, ("hours_malformed", REFUSED))),
        ("30000", (None, ("hours_out_of_range", REFUSED))),
        ("deux jours", (None, ("hours_malformed", REFUSED))),
    ],
)
def test_hours(text, expected):
    assert outcome(fields.hours_minutes(text)) == expected


@pytest.mark.parametrize(
    ("text", "register", "expected"),
    [
        ("RNCP25730", "RNCP", ("RNCP25730", None)),
        ("25730", "RNCP", ("RNCP25730", ("certification_prefix_missing", REPAIRED))),
        ("rncp 25730", "RNCP", ("RNCP25730", ("certification_code_format", REPAIRED))),
        # The code says its register: an RS code in the place of the other one is still that RS code.
        ("RS5634", "RNCP", ("RS5634", None)),
        ("5634", "RS", ("RS5634", ("certification_prefix_missing", REPAIRED))),
        ("aucun", "RNCP", ("", ("certification_code_malformed", REFUSED))),
        ("-", "RNCP", ("", ("placeholder", REFUSED))),
        (None, "RNCP", ("", None)),
    ],
)
def test_certification(text, register, expected):
    assert outcome(fields.certification(text, register=register)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("19290076900014", ("19290076900014", None)),
        ("192 900 769 00014", ("19290076900014", ("siret_spacing", REPAIRED))),
        ("192900769000140", ("", ("siret_length", REFUSED))),
        ("19290076900015", ("", ("siret_key", REFUSED))),
        ("", ("", ("siret_missing", REFUSED))),
    ],
)
def test_siret(text, expected):
    assert outcome(fields.siret(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("94202000001", ("94202000001", None)),
        ("942A0000001", ("942A0000001", None)),
        ("99999999999", ("", ("nda_specimen", REFUSED))),
        ("9420200000", ("", ("nda_length", REFUSED))),
        ("", ("", None)),
    ],
)
def test_nda(text, expected):
    assert outcome(fields.nda(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("4", (3, None)),
        ("8", (7, None)),
        ("13", (3, None)),
        ("18", (8, None)),
        ("0", (None, None)),
        ("42", (None, ("level_unknown", REFUSED))),
    ],
)
def test_level(text, expected):
    assert outcome(fields.level(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p>Un</p><ul><li>a</li><li>b</li></ul>", ("Un\n• a\n• b", None)),
        ("&lt;p&gt;Un &amp;eacute;t&amp;eacute;&lt;/p&gt;", ("Un été", ("html_escaped_twice", REPAIRED))),
        ("Prix < 100 & > 50", ("Prix < 100 & > 50", None)),
        ("Non renseigné", ("", ("placeholder", REFUSED))),
        ("<script>alert(1)</script>", ("alert(1)", None)),
        ("a &lt; b", ("a < b", None)),
    ],
)
def test_plain_text(text, expected):
    assert outcome(fields.plain_text(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Soudeur.", ("Soudeur", ("title_trailing_dot", REPAIRED))),
        ("Soudeur...", ("Soudeur...", None)),
        ("Un\n titre", ("Un titre", None)),
        ("x" * 300, ("x" * 254 + "…", ("title_too_long", REPAIRED))),
    ],
)
def test_title(text, expected):
    assert outcome(fields.title(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://organisme.example/a?b=1", ("https://organisme.example/a?b=1", None)),
        ("organisme.example", ("http://organisme.example", ("url_scheme_missing", REPAIRED))),
        ("javascript:alert(1)", ("", ("url_malformed", REFUSED))),
        ("https://organisme.example/ onclick", ("", ("url_malformed", REFUSED))),
    ],
)
def test_website(text, expected):
    assert outcome(fields.website(text)) == expected


RULES = [
    fields.plain_text,
    fields.title,
    fields.day,
    fields.price_cents,
    fields.hours_minutes,
    fields.siret,
    fields.nda,
    fields.level,
    fields.website,
    fields.email,
    lambda text: fields.certification(text, register="RNCP"),
    lambda text: fields.degrees(text, limit=90),
]


@pytest.mark.parametrize("rule", RULES)
@given(text=st.none() | st.text() | st.text(alphabet="0123456789,. -/€<>&;ltgamp"))
def test_every_rule_any_text_never_fails_and_a_refusal_leaves_no_value(rule, text):
    value, problem = rule(text)

    if problem is not None and problem.action == REFUSED:
        assert value in (None, "")


@given(st.dates(datetime.date(1950, 1, 1), datetime.date(2999, 12, 31)))
def test_day_any_date_written_in_the_format_comes_back(date):
    assert fields.day(f"{date:%Y%m%d}".rjust(8, "0")) == (date, None)


@given(st.integers(min_value=0, max_value=100_000_000))
def test_price_any_amount_in_cents_comes_back_with_a_point_or_a_comma(cents):
    euros = f"{cents // 100}.{cents % 100:02}"

    assert fields.price_cents(euros) == (cents, None)
    assert outcome(fields.price_cents(euros.replace(".", ","))) == (cents, ("decimal_comma", REPAIRED))


@given(st.text())
def test_plain_text_any_text_read_again_says_the_same(text):
    """What is stored is stable: reading it once more, as a text of its own, changes nothing that people see."""
    value, _ = fields.plain_text(text)

    assert "\u00a0" not in value
    assert all(line == " ".join(line.split()) for line in value.splitlines())
