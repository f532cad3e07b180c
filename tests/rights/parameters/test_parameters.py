"""The file of legal values: what it says, and what it is not allowed to say."""

from datetime import date, timedelta

import pytest

from rights.checks import check_legal_values
from rights.parameters import NEEDED, PARAMETERS_FILE, InvalidParameters, legal_values, value_on
from rights.parameters.reading import read_legal_values

GOOD = """
version: "1"
parameters:
  notice:
    topic: delays
    unit: working_days
    meaning: Préavis
    values:
      - {to: 2024-05-01, value: 5, source: Ancien texte, confidence: high}
      - {from: 2024-05-02, value: 11, source: Nouveau texte, confidence: high}
"""


@pytest.mark.parametrize(
    ("day", "cents"),
    [
        (date(2019, 1, 1), 0),
        (date(2024, 5, 1), 0),
        (date(2024, 5, 2), 100_00),
        (date(2024, 12, 31), 100_00),
        (date(2025, 1, 1), 102_23),
        (date(2026, 1, 1), 103_20),
        (date(2026, 4, 1), 103_20),
        (date(2026, 4, 2), 150_00),
        (date(2030, 1, 1), 150_00),
    ],
)
def test_holder_participation_by_date_is_the_amount_in_force(day, cents):
    assert value_on("holder_participation", day).number == cents


def test_every_value_names_its_source():
    values = [value for parameter in legal_values().parameters.values() for value in parameter.values]

    assert values
    assert all(value.source for value in values)


def test_value_on_of_an_unknown_name_is_an_error_of_the_caller():
    with pytest.raises(LookupError):
        value_on("no_such_value", date(2026, 1, 1))


def test_value_read_as_what_it_is_not_is_an_error_of_the_caller():
    with pytest.raises(TypeError):
        _ = value_on("paying_schemes", date(2026, 1, 1)).number
    with pytest.raises(TypeError):
        _ = value_on("request_notice", date(2026, 1, 1)).names


def test_read_legal_values_follow_one_another_day_by_day():
    notice = read_legal_values(GOOD).parameters["notice"]

    assert notice.on(date(2024, 5, 1)).number == 5
    assert notice.on(date(2024, 5, 1) + timedelta(days=1)).number == 11


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("version:", "edition:"), "racine"),
        (("parameters:\n  notice:", "parameters:\n  - notice:"), "dictionnaire"),
        (("unit: working_days", "unit: euros"), "unité inconnue"),
        (("unit: working_days", "unit: schemes"), "liste de droits"),
        (("from: 2024-05-02", "from: 2024-05-03"), "trou ou chevauchement"),
        (("from: 2024-05-02", "from: 2024-05-01"), "trou ou chevauchement"),
        (("{from: 2024-05-02,", "{from: 2024-05-02, to: 2025-01-01,"), "pas de fin"),
        (("value: 11", "value: 11.5"), "entier"),
        (("value: 11", "value: true"), "entier"),
        (("value: 11", "value: -1"), "entier"),
        (("source: Nouveau texte", "source: ''"), "source est vide"),
        (("source: Nouveau texte, ", ""), "value, source, confidence"),
        (("from: 2024-05-02", "from: mai 2024"), "attend une date"),
        (("Nouveau texte, confidence: high", "Nouveau texte, confidence: sure"), "confidence"),
        (("Nouveau texte, confidence: high", "Nouveau texte, confidence: low"), "note"),
        (("value: 11,", "value: 11, valeur: 12,"), "au plus"),
        (("meaning: Préavis\n", "meaning: ''\n"), "meaning est vide"),
        (('version: "1"', "version: [1"), "illisible"),
    ],
)
def test_read_legal_values_that_can_be_read_two_ways_are_refused(change, complaint):
    text = GOOD.replace(*change)
    assert text != GOOD

    with pytest.raises(InvalidParameters, match=complaint):
        read_legal_values(text)


def test_system_check_is_silent_on_the_file_of_the_project():
    assert check_legal_values() == []


def test_system_check_stops_the_start_when_the_file_cannot_be_used(other_file):
    other_file(GOOD.replace("value: 11", "value: onze"))

    assert [message.id for message in check_legal_values()] == ["rights.E001"]


def test_system_check_names_each_missing_value(other_file):
    other_file(GOOD)

    messages = check_legal_values()

    assert {message.id for message in messages} == {"rights.E002"}
    assert len(messages) == len(NEEDED)


def test_parameter_asked_by_the_rules_in_another_unit_is_refused_by_name():
    text = GOOD.replace("notice:", "request_notice:").replace("unit: working_days", "unit: days")

    with pytest.raises(InvalidParameters, match="request_notice : le calcul attend"):
        read_legal_values(text)


@pytest.mark.parametrize("written", ["+1 02-29", "+1 13-01", "1 04-01", "04-01"])
def test_posting_day_that_does_not_exist_each_year_is_refused(written):
    text = GOOD.replace("unit: working_days", "unit: posting_day").replace(
        "value: 5,", f'value: "{written}",'
    )

    with pytest.raises(InvalidParameters, match="notice"):
        read_legal_values(text)


def test_choice_that_no_rule_applies_is_refused():
    text = PARAMETERS_FILE.read_text(encoding="utf-8").replace("value: highest", "value: lowest")

    with pytest.raises(
        InvalidParameters, match="oeth_with_low_qualified : attendu un choix parmi added, highest"
    ):
        read_legal_values(text)


def test_version_changes_with_any_value():
    text = PARAMETERS_FILE.read_text(encoding="utf-8")

    assert read_legal_values(text).version == legal_values().version
    assert read_legal_values(text.replace("value: 50000,", "value: 50001,")).version != legal_values().version


def test_use_that_names_an_unknown_rate_is_refused():
    text = PARAMETERS_FILE.read_text(encoding="utf-8").replace("rate: c2p_points_step", "rate: c2p_steps")

    with pytest.raises(InvalidParameters, match="valeur inconnue 'c2p_steps'"):
        read_legal_values(text)


def test_each_choice_that_the_law_leaves_open_is_explained():
    open_values = [
        (name, value)
        for name, parameter in legal_values().parameters.items()
        for value in parameter.values
        if value.confidence == "low"
    ]

    assert len(open_values) >= 15
    assert all(value.note.endswith(".") for _, value in open_values)
