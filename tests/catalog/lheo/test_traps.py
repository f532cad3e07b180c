"""Values that Python, XML or the database take for something that they are not."""

import datetime

import pytest

from catalog.enums import FindingAction
from catalog.lheo import fields
from catalog.models import Action, Certification, Training
from catalog.services.offer_import import import_offer
from catalog.services.register_import import import_register
from tests.catalog.lheo.documents import FORMATION, changed, read, written
from tests.support.factories.catalog import TODAY

# Digits for Python (`int`, `\d`, `isdecimal`), of other scripts than ours.
ARABIC, FULL_WIDTH, BENGALI = "١٢", "１２", "১২"


@pytest.mark.parametrize(
    "digits", [ARABIC, FULL_WIDTH, BENGALI, "²³"], ids=["arabic", "wide", "bengali", "powers"]
)
@pytest.mark.parametrize(
    "rule",
    [fields.price_cents, fields.hours_minutes, fields.percentage, fields.day],
    ids=lambda rule: rule.__name__,
)
def test_digits_of_another_script_are_no_number(rule, digits):
    for text in (
        digits,
        f"{digits}.5",
        f"{digits}h30",
        f"{digits}/03/2026",
        f"2026{digits}{digits}",
        f"{digits}€",
    ):
        value, problem = rule(text)

        assert value is None, text
        assert problem.action == FindingAction.REFUSED, text


def test_position_and_certification_in_another_script_are_refused():
    assert fields.degrees(f"{ARABIC}.5", limit=90) == (None, fields.refused("position_malformed"))
    assert fields.certification(ARABIC, register="RNCP") == (
        "",
        fields.refused("certification_code_malformed"),
    )


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("20260230", "date_impossible"),
        ("99999999", "date_impossible"),
        ("99991231", "date_out_of_range"),
        ("00010101", "date_out_of_range"),
        ("19491231", "date_out_of_range"),
        ("30000101", "date_out_of_range"),
    ],
)
def test_day_that_cannot_be_is_refused(text, rule):
    assert fields.day(text) == (None, fields.refused(rule))


def test_days_at_both_ends_of_what_can_be_are_kept():
    assert fields.day("19500101") == (datetime.date(1950, 1, 1), None)
    assert fields.day("29991231") == (datetime.date(2999, 12, 31), None)


@pytest.mark.parametrize("text", ["-1", "-0.01", "1e3", "0x10", "1_000", "NaN", "Infinity", "+5", "9" * 400])
def test_price_that_is_no_amount_is_refused(text):
    value, problem = fields.price_cents(text)

    assert (value, problem.action) == (None, FindingAction.REFUSED)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Sou\u200bdeur", "Soudeur"),
        ("\ufeffSoudeur", "Soudeur"),
        ("\u202eruedouS", "ruedouS"),
        ("Soudeur \x80 50", "Soudeur € 50"),
        ("L\x92\x9cuvre", "L’œuvre"),
    ],
    ids=["no width", "mark of byte order", "turned line", "euro of Windows", "letters of Windows"],
)
def test_text_keeps_what_can_be_seen(text, kept):
    assert fields.title(text) == (kept, fields.repaired("control_characters"))


def test_text_made_of_what_cannot_be_seen_is_a_placeholder():
    assert fields.plain_text("\u200b-\u200b") == ("", fields.refused("placeholder"))


def test_text_with_joined_emoji_and_accents_stands():
    assert fields.title("Soudeur 👩‍🏭 e\u0301te\u0301") == ("Soudeur 👩‍🏭 e\u0301te\u0301", None)


def test_price_of_an_hour_times_its_hours_stays_within_bounds(corsica, tmp_path):
    """Each is possible alone; together they would not fit the column, and the import would stop."""
    formation = changed(
        ("<prix-total-TTC>1190</prix-total-TTC>", "<prix-horaire-TTC>999999</prix-horaire-TTC>"),
        ("<nombre-heures-total>70<", "<nombre-heures-total>19999<"),
    )

    result = import_offer(path=written(tmp_path / "a.xml", formation), feed="essai", today=TODAY)

    assert result.run.findings.get().rule == "price_out_of_range"
    assert Action.objects.values_list("price_cents", "hours_minutes").get() == (None, 19_999 * 60)


def test_numbers_that_are_too_long_are_reported_and_told_apart(corsica, tmp_path):
    long = "9" * 130
    path = written(
        tmp_path / "a.xml",
        changed(('"F1"', f'"{long}1"')),
        changed(('"F1"', f'"{long}2"'), (">Soudeur<", ">Brasseur<")),
    )

    result = import_offer(path=path, feed="essai", today=TODAY)

    assert sorted(result.run.findings.values_list("rule", flat=True)) == [
        "duplicate_number",
        "number_too_long",
        "number_too_long",
    ]
    assert set(Training.objects.values_list("title", flat=True)) == {"Soudeur", "Brasseur"}


def test_postal_code_in_another_script_is_refused():
    _, findings = read(FORMATION.replace("<codepostal>20000", "<codepostal>٢٠٠٠٠"))

    assert {rule for _, _, rule, _ in findings} == {"postal_code_malformed"}


def test_certification_number_beyond_the_register_is_refused_and_the_rest_stored(db, tmp_path):
    """The rule on numbers allows seven digits, the database six: one row must not stop the others."""
    path = tmp_path / "rncp.xml"
    sheets = "".join(
        f"<FICHE><NUMERO_FICHE>{code}</NUMERO_FICHE><INTITULE>Titre</INTITULE><ACTIF>Oui</ACTIF></FICHE>"
        for code in ("RNCP1234567", "RNCP38311")
    )
    path.write_text(f"<FICHES>{sheets}</FICHES>")

    run = import_register(path=path, today=TODAY)

    assert run.findings.get().rule == "certification_code_malformed"
    assert Certification.objects.get().code == "RNCP38311"
