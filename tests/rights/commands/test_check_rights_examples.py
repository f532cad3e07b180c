"""Worked cases, through the command: those of the rulebook, ours, and those that cannot be read."""

import csv
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from rights.parameters import PARAMETERS_FILE

DATA = Path(__file__).parent.parent / "data"
RULEBOOK, OURS, EDGES, FRESH, AGAIN = (
    DATA / "rights_examples.csv",
    DATA / "more_cases.csv",
    # Each rule on both sides of its threshold, its date or its ceiling, worked out from the texts by hand.
    DATA / "hard_cases.csv",
    # The same rules again, by somebody who had not written them.
    DATA / "fresh_cases.csv",
    # And once more, from the rulebook alone: eves and first days, one cent or one point of room, other schemes.
    DATA / "worked_again.csv",
)
HEADER = (
    "id,theme,scenario_fr,inputs_json,as_of,expected_balance,unit,"
    "expected_detail_json,rule,source,verbatim,confidence"
)


def run(path, capsys):
    """The printed lines and the exit code."""
    try:
        call_command("check_rights_examples", str(path))
    except SystemExit as stopped:
        return capsys.readouterr().out.splitlines(), stopped.code
    return capsys.readouterr().out.splitlines(), 0


@pytest.fixture
def rows(tmp_path):
    """Writes rows: theme, inputs, as_of, expected, unit, details, confidence."""

    def write(*cases):
        path = tmp_path / "cases.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(HEADER.split(","))
            for rank, (theme, inputs, as_of, expected, unit, details, confidence) in enumerate(cases, 1):
                written = inputs if isinstance(inputs, str) else json.dumps(inputs)
                shown = json.dumps(details) if details else ""
                writer.writerow(
                    [f"T{rank}", theme, "", written, as_of, expected, unit, shown, "", "", "", confidence]
                )
        return path

    return write


@pytest.mark.parametrize(
    ("path", "count"),
    [(RULEBOOK, 168), (OURS, 76), (EDGES, 161), (FRESH, 88), (AGAIN, 99)],
    ids=["rulebook", "ours", "edges", "fresh", "again"],
)
def test_every_worked_case_is_computed_as_expected(path, count, capsys):
    lines, code = run(path, capsys)

    assert [line for line in lines[:-1] if not line.endswith(("\tok", "\talt"))] == []
    assert (lines[-1], code) == (f"{count} ok, 0 alt, 0 FAIL", 0)


def test_row_is_printed_with_its_amounts_in_hundredths(rows, capsys):
    lines, _ = run(
        rows(("C", {"activity": {"2023": {"ratio": 1}}}, "2024-12-31", "500", "EUR", {}, "high")), capsys
    )

    assert lines == ["T1\t500\t500.00\tok", "1 ok, 0 alt, 0 FAIL"]


def test_round_number_of_hours_is_printed_without_an_exponent(rows, capsys):
    lines, _ = run(
        rows(("H", {"inaptitude": 150, "opening": 250}, "2023-06-01", "400", "h", {}, "high")), capsys
    )

    assert lines[0] == "T1\t400\t400\tok"


def test_row_that_matches_another_reading_counts_as_alt(rows, capsys):
    case = {"cec_acquired": 720, "cec_used": 240, "new": 240}

    lines, code = run(rows(("I", case, "2025-12-31", "720.00", "EUR", {"alternative": 480}, "high")), capsys)

    assert (lines[0], code) == ("T1\t720.00\t480.00\talt", 0)


@pytest.mark.parametrize(("confidence", "code"), [("high", 1), ("medium", 1), ("low", 0)])
def test_row_that_fails_ends_with_one_only_when_it_was_held_for_sure(confidence, code, rows, capsys):
    case = ("C", {"activity": {"2023": {"ratio": 1}}}, "2024-12-31", "501", "EUR", {}, confidence)

    lines, ended = run(rows(case), capsys)

    assert lines[-1] == "0 ok, 0 alt, 1 FAIL"
    assert ended == code


def test_row_whose_detail_is_wrong_fails_though_its_balance_is_right(rows, capsys):
    case = (
        "E",
        {"dotations": [{"amount": 10, "type": "III"}]},
        "2024-12-31",
        "10",
        "EUR",
        {"legal": 10},
        "high",
    )

    lines, code = run(rows(case), capsys)

    assert (lines[0], code) == ("T1\t10\t10.00\tFAIL", 1)


@pytest.mark.parametrize(
    ("theme", "inputs", "as_of"),
    [
        ("C", '{"activity": ', "2024-01-01"),
        ("C", "[]", "2024-01-01"),
        ("C", {"activity": {"2023": {"ratio": "x"}}}, "2024-01-01"),
        ("C", {"activity": {"2023": {"hours": True}}}, "2024-01-01"),
        ("C", {"activity": {"2023-2021": {"ratio": 1}}}, "2024-01-01"),
        ("C", {"activity": {"2023": {"ratio": 1}, "2022-2024": {"ratio": 1}}}, "2024-01-01"),
        ("C", {"activity": {"2023": {"colour": 1}}}, "2024-01-01"),
        ("C", {"colour": 1}, "2024-01-01"),
        ("C", {"opening": 1.005}, "2024-01-01"),
        ("C", {"opening": 10**30}, "2024-01-01"),
        ("C", '{"opening": 1e400}', "2024-01-01"),
        ("C", '{"opening": NaN}', "2024-01-01"),
        ("C", {"opening": 1}, "1er janvier"),
        ("C", {"opening": 1}, "theoretical"),
        ("C", {"activity": {"2023": {"days": 3}}}, "2024-01-01"),
        ("E", {"dotations": [{"amount": "max", "type": "III"}]}, "2024-01-01"),
        ("E", {"dotations": [{"amount": 3, "type": "L1"}]}, "2024-01-01"),
        ("F", {"action": "PIANO", "cost": 10}, "2024-01-01"),
        ("F", {"cost": -10}, "2024-01-01"),
        ("I", {"benevolat_years": 10**9}, "2024-01-01"),
        ("J", {"factors": "many", "year": 2022}, "2024-01-01"),
        ("K", {"start": "2026-01-01"}, "2024-01-01"),
        ("K", {}, "2024-01-01"),
        ("Z", {"opening": 1}, "2024-01-01"),
        ("L", {"debits": [{"date": "2024-01-01"}]}, "2024-01-01"),
    ],
)
def test_row_that_cannot_be_read_fails_even_when_uncertain(theme, inputs, as_of, rows, capsys):
    lines, code = run(rows((theme, inputs, as_of, "0", "EUR", {}, "low")), capsys)

    assert lines[0] == "T1\t0\tillisible\tFAIL"
    assert code == 1


@pytest.mark.parametrize(
    ("theme", "inputs", "expected", "unit", "complaint"),
    [
        (
            "C",
            {"activity": {"2023": {"ratio": -1}}},
            "0",
            "EUR",
            "inputs_json : activity.2023.ratio : attendu",
        ),
        ("C", {"activity": {"2023": {"hours": 3, "reference": 0}}}, "0", "EUR", "activity.2023.reference"),
        ("E", {"atmp": True, "ip": 101}, "0", "EUR", "inputs_json : ip : attendu de 0 à 100"),
        ("J", {"factors": 11, "year": 2022}, "0", "points", "inputs_json : factors : attendu de 0 à 10"),
        (
            "J",
            {"factors": 1, "months": 13, "year": 2022},
            "0",
            "points",
            "months : une année a 12 mois au plus",
        ),
        ("J", {"factor": "ennui", "year": 2022}, "0", "points", "inputs_json : facteur inconnu : ennui"),
        ("J", {"factors": ["nuit", "ennui"], "year": 2022}, "0", "points", "facteur inconnu : ennui"),
        ("C", {"opening": 1}, "1", "FRF", "colonne unit : attendu EUR"),
        ("C", {"opening": 1}, "un euro", "EUR", "colonne expected_balance : attendu"),
        ("C", {"opening": 1}, "", "EUR", "colonne expected_balance : attendu"),
        ("Q", {"opening": 1}, "1", "EUR", "colonne theme : attendu une lettre de A à L, lu 'Q'"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_value_out_of_range_is_refused_with_its_line_and_column(
    theme, inputs, expected, unit, complaint, rows, capsys
):
    good = ("C", {"opening": 1}, "2024-12-31", "1", "EUR", {}, "high")
    path = rows(good, (theme, inputs, "2024-12-31", expected, unit, {}, "high"))

    with pytest.raises(SystemExit):
        call_command("check_rights_examples", str(path))

    out, err = capsys.readouterr()
    assert f"T2\t{expected}\tillisible\tFAIL" in out
    assert err.startswith("T2 : ligne 3, colonne ")
    assert complaint in err


@pytest.mark.parametrize(
    ("factor", "points"),
    [("manutentions", 3), ("agents chimiques", 3), ("équipes alternantes", 4), ("répétitif", 4)],
    ids=str,
)
def test_factor_may_be_written_as_people_write_it(factor, points, rows, capsys):
    case = ("J", {"factor": factor, "year": 2017}, "2018-06-30", str(points), "points", {}, "high")

    lines, code = run(rows(case), capsys)

    assert (lines[0], code) == (f"T1\t{points}\t{points}\tok", 0)


GOOD = 'A1,C,,"{""opening"": 1}",2024-12-31,1,EUR,,,,,high'


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([HEADER], "? : aucun cas"),
        ([HEADER, GOOD, GOOD], "A1 : ligne 3, colonne id : A1 est déjà l’identifiant de la ligne 2"),
        ([HEADER, GOOD.replace("A1", " ", 1)], "? : ligne 2, colonne id : attendu un identifiant"),
        ([HEADER + ",note", GOOD + ",x"], "? : colonnes inconnues : note"),
        ([HEADER + ",rule", GOOD + ",x"], "? : colonnes répétées : rule"),
        ([HEADER.replace(",unit", ""), GOOD], "? : colonnes absentes : unit"),
        ([HEADER, GOOD.replace("high", "sure")], "A1 : ligne 2, colonne confidence : attendu high, medium, low"),
        ([HEADER, 'A1,C,,"{']  , "? : ligne 1 : "),
        ([], "? : colonnes absentes : id"),
    ],
    ids=["no row", "twice", "no id", "unknown", "repeated", "missing", "confidence", "open quote", "empty"],
)  # fmt: skip
def test_file_of_another_shape_is_refused_with_what_is_wrong(lines, complaint, tmp_path, capsys):
    path = tmp_path / "cases.csv"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")

    with pytest.raises(SystemExit) as stopped:
        call_command("check_rights_examples", str(path))

    assert stopped.value.code == 1
    assert capsys.readouterr().err.startswith(complaint)


@pytest.mark.parametrize("cells", ["A,C", "A,C,,{},2024-12-31,0,EUR,,,,,high,more"], ids=["few", "many"])
def test_line_with_another_number_of_cells_is_refused_with_its_number(cells, tmp_path, capsys):
    path = tmp_path / "cases.csv"
    path.write_text(f"{HEADER}\n{cells}\n", encoding="utf-8")

    with pytest.raises(SystemExit):
        call_command("check_rights_examples", str(path))

    assert "A : ligne 2 : attendu 12 colonnes" in capsys.readouterr().err


def test_file_without_the_columns_ends_with_one(tmp_path, capsys):
    path = tmp_path / "cases.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")

    assert run(path, capsys) == (["?\t\tillisible\tFAIL", "0 ok, 0 alt, 1 FAIL"], 1)


def test_file_that_does_not_exist_is_refused(tmp_path):
    with pytest.raises(CommandError, match="illisible"):
        call_command("check_rights_examples", str(tmp_path / "absent.csv"))


@pytest.mark.django_db
def test_changed_value_changes_the_rows_the_page_and_the_interface_alike(other_file, capsys):
    text = PARAMETERS_FILE.read_text(encoding="utf-8")
    client = Client()
    question = {"theme": "C", "cas": {"activity": {"2023": {"ratio": 1}}}, "au": "2024-12-31"}
    before = client.get("/baremes/").content.decode()

    other_file(
        text.replace(
            'value: 50000, source: "Article R. 6323-1, I', 'value: 61200, source: "Article R. 6323-1, I'
        )
    )

    lines, code = run(RULEBOOK, capsys)
    after = client.get("/baremes/").content.decode()
    answer = client.post("/api/v1/calcul/", question, content_type="application/json").json()
    assert code == 1
    assert "C08\t500.00\t612.00\tFAIL" in lines
    assert "612,00\u202f€" in after
    assert "612,00\u202f€" not in before
    assert answer["resultat"] == "612.00"
