"""The worked cases, tried by the command and by a person who fills in the public form."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from accounts.identity_cases import COLUMNS
from accounts.models import Holder
from tests.support.activation import answer_questions, confirm
from tests.support.factories.accounts import HolderFactory, HolderNIRFactory, UserFactory

FILE = Path(__file__).parent / "data" / "identity_cases.csv"
with FILE.open(encoding="utf-8", newline="") as lines:
    ROWS = {row["id"]: row for row in csv.DictReader(lines)}
# The form asks for number, name and date: what only FranceConnect or a flow says is tried by the command.
OTHER_CLAIMS = ("claimed_first_names", "claimed_sex", "claimed_birthplace")
ASKED_BY_THE_FORM = [
    name for name, row in ROWS.items() if row["claimed_number"] and not any(row[c] for c in OTHER_CLAIMS)
]
# Each is decided by the command; that the form asks the same rule takes fewer.
TRIED_BY_THE_FORM = ASKED_BY_THE_FORM[::4]


def test_there_are_enough_cases_and_they_use_every_column():
    assert len(ASKED_BY_THE_FORM) >= 60
    assert {ROWS[name]["expected"] for name in TRIED_BY_THE_FORM} == {
        ROWS[name]["expected"] for name in ASKED_BY_THE_FORM
    }
    assert all(any(row[column] for row in ROWS.values()) for column in COLUMNS)


def test_check_identities_every_case_is_as_expected(capsys):
    call_command("check_identities", str(FILE))

    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines[:-1]] == list(ROWS)
    assert all(line.endswith("\tok") for line in lines[:-1])
    assert lines[-1] == f"{len(ROWS)} ok, 0 FAIL"


def test_check_identities_wrong_expectation_fails_and_is_counted(tmp_path, capsys):
    file = written(tmp_path, [{**ROWS["same"], "expected": "no_match"}, ROWS["case"]])

    with pytest.raises(CommandError):
        call_command("check_identities", str(file))

    assert capsys.readouterr().out.splitlines() == [
        "same\tno_match\tmatch\tFAIL",
        "case\tmatch\tmatch\tok",
        "1 ok, 1 FAIL",
    ]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("expected", "perhaps"),
        ("held_numbers", "123"),
        ("held_birth_date", "17/04/1986"),
        ("held_sex", "F"),
        ("claimed_sex", "F"),
    ],
)
def test_check_identities_unreadable_row_fails_and_names_its_column(tmp_path, capsys, column, value):
    file = written(tmp_path, [{**ROWS["same"], column: value}])

    with pytest.raises(CommandError):
        call_command("check_identities", str(file))

    line = capsys.readouterr().out.splitlines()[0]
    assert line.startswith("same\t\tunreadable: ")
    assert column in line


def test_check_identities_file_without_its_columns_is_refused(tmp_path):
    (tmp_path / "cases.csv").write_text("id,expected\n1,match\n")

    with pytest.raises(CommandError, match="colonnes absentes"):
        call_command("check_identities", str(tmp_path / "cases.csv"))


@pytest.mark.django_db
@pytest.mark.parametrize("name", TRIED_BY_THE_FORM)
def test_activation_form_gives_what_the_case_expects(client, name):
    row = ROWS[name]
    held = hold(row)
    for neighbour in filter(None, row["also_held"].split(";")):
        hold(ROWS[neighbour])
    user = UserFactory()
    client.force_login(user)

    reached = answer_questions(
        client,
        number=row["claimed_number"],
        birth_name=row["claimed_birth_name"],
        birth_date=row["claimed_birth_date"],
    )
    if reached == "/activation/verification/":
        reached = confirm(client)

    linked = Holder.objects.filter(user=user).first()
    if row["expected"] == "match":
        assert linked == held
    else:
        assert linked is None
        assert reached in {"/activation/non-reconnu/", "/activation/numero/", "/activation/naissance/"}


@pytest.mark.django_db
def test_activation_refusals_have_equal_bodies_and_do_the_same_work(django_assert_num_queries):
    """Unknown, wrong name, wrong date, deceased, already linked: nothing from outside tells which."""
    hold(ROWS["same"])
    hold(ROWS["deceased"])
    linked = hold(ROWS["accents"])
    Holder.objects.filter(pk=linked.pk).update(user=UserFactory())
    trials = {
        "unknown": (ROWS["number-unknown"]["claimed_number"], "Martin", "1986-04-17"),
        "wrong name": (ROWS["same"]["claimed_number"], "Autre", "1986-04-17"),
        "wrong date": (ROWS["same"]["claimed_number"], "Martin", "1986-04-18"),
        "deceased": (ROWS["deceased"]["claimed_number"], "Garnier", "1986-04-17"),
        "linked": (ROWS["accents"]["claimed_number"], "Lefevre", "1986-04-17"),
    }

    seen, queries = {}, {}
    for name, (number, birth_name, birth_date) in trials.items():
        client = Client()
        client.force_login(UserFactory(first_name="Camille", last_name="Martin"))
        answer_questions(client, number=number, birth_name=birth_name, birth_date=birth_date)
        with django_assert_num_queries(QUERIES_OF_A_REFUSAL) as counted:
            reached = confirm(client)
        page = client.get(reached)
        seen[name] = (reached, page.status_code, without_tokens(page.content.decode()))
        queries[name] = [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in counted.captured_queries]

    assert len(set(seen.values())) == 1
    assert all(found == queries["unknown"] for found in queries.values())


# Session and user; the counts of attempts; the attempt; the person of the number; the link, within a savepoint.
QUERIES_OF_A_REFUSAL = 12


def hold(row):
    """The person whom the row holds, None when it holds nobody."""
    if not row["held_birth_name"]:
        return None
    full = row["held_birth_date"] and not row["held_birth_date"].endswith("-00")
    holder = HolderFactory(
        user=None,
        nir=None,
        birth_name=row["held_birth_name"],
        usual_name=row["held_usual_name"],
        first_names=row["held_first_names"],
        birth_date=date.fromisoformat(row["held_birth_date"]) if full else None,
        partial_birth_date="" if full else row["held_birth_date"],
        sex=row["held_sex"] or "unknown",
        birth_commune_code=row["held_birthplace"],
        deceased_on=row["held_deceased_on"] or None,
    )
    for rank, number in enumerate(filter(None, row["held_numbers"].split(";"))):
        HolderNIRFactory(
            holder=holder,
            nir=number,
            since=date(2020 - rank, 1, 1),
            until=date(2019, 12, 31) if rank else None,
        )
    return holder


def written(folder, rows):
    file = folder / "cases.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return file


def without_tokens(page):
    return re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', r"\1", page)
