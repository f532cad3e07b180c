"""The yearly feeding: what declarations bring, once, in whatever order, corrected by entries and never by edits."""

import csv
from datetime import date
from itertools import permutations

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Situation, SituationKind, SituationSource
from cpa_portal.kernel.identifiers import fictitious_nir
from rights.enums import EntryKind, Scheme
from rights.models import Counter, Declaration, Entry, YearlyFeeding
from rights.rules.derivation import Derivation, wrong_steps
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.services import feeding
from rights.services.declaration_import import import_declarations
from rights.services.feeding import feed_rights
from rights.services.ledger import hold, open_counter, post_entry
from tests.support.factories.accounts import HolderNIRFactory
from tests.support.factories.rights import TrainingFileFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


@pytest.fixture
def holder():
    # Of working age in every year that is fed.
    return HolderNIRFactory(nir=fictitious_nir(1), holder__birth_date=date(1985, 5, 15)).holder


@pytest.fixture
def declare(tmp_path):
    """Imports lines of a table: dicts of columns, the person being the first fictitious one by default."""
    count = 0

    def write(*lines, **options):
        nonlocal count
        count += 1
        path = tmp_path / f"declarations{count}.csv"
        columns = sorted({key for line in lines for key in line} | {"nir", "year", "kind", "reference"})
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, delimiter=";")
            writer.writeheader()
            for line in lines:
                writer.writerow({"nir": fictitious_nir(1), "year": "2024", "reference": "R1", **line})
        return import_declarations(path=path, **options)

    return write


def job(**facts):
    return {"kind": "activity", "sector": "private", "share": "1", **facts}


def feed(year=2024, **options):
    return feed_rights(year=year, today=TODAY, **{"write": True, **options})


def balances(holder):
    return {counter.scheme: counter.balance for counter in Counter.objects.filter(holder=holder)}


def test_feeding_posts_the_right_of_the_year_with_its_derivation(holder, declare):
    declare(job(share="3/10"))

    tally = feed()

    entry = Entry.objects.get()
    assert (tally.holders, tally.credits, tally.corrections) == (1, 1, 0)
    assert (entry.kind, entry.amount, entry.value_date) == (EntryKind.CREDIT, 150_00, date(2025, 4, 1))
    assert entry.date_is_estimated
    derivation = Derivation.from_json(entry.derivation)
    assert derivation.result == entry.amount
    assert list(wrong_steps(derivation)) == []


def test_feeding_twice_adds_nothing(holder, declare):
    declare(
        job(),
        {"kind": "commitment", "activity": "civic_service", "reference": "S"},
        {
            "kind": "commitment",
            "activity": "volunteering",
            "quantity": "250",
            "attested_on": "2025-09-01",
            "reference": "B",
        },
        {"kind": "exposure", "factors": "nuit+bruit", "reference": "E"},
        {
            "kind": "supplement",
            "type": "L6323-13",
            "amount": "3000",
            "received_on": "2025-02-03",
            "reference": "D",
        },
        job(sector="public", part_time="oui", share="1/2", reference="P"),
    )
    feed()
    before = balances(holder)

    again = feed()

    assert before == {"cpf": 500_00, "cec": 480_00, "c2p": 8, "supplement": 3000_00, "public_hours": 25 * 60}
    assert (again.credits, again.corrections) == (0, 0)
    assert balances(holder) == before
    assert list(ledger_discrepancies()) == []


def test_feeding_without_wet_run_counts_and_writes_nothing(holder, declare):
    declare(job())

    tally = feed(write=False)

    assert tally.credits == 1
    assert not Entry.objects.exists()
    assert not YearlyFeeding.objects.exists()


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_feeding_is_the_same_in_whatever_order_lines_and_years_come(order, holder, declare):
    lines = [
        job(share="2/10", reference="A"),
        job(share="1/10", reference="B"),
        job(share="1", reference="C", year="2023"),
    ]

    for rank in order:
        declare(lines[rank])
        feed(int(lines[rank].get("year", "2024")))

    assert balances(holder) == {"cpf": 650_00}
    assert list(ledger_discrepancies()) == []


def test_late_declaration_adds_a_correcting_entry_and_changes_none(holder, declare):
    declare(job(share="2/10", reference="A"))
    feed()
    first = Entry.objects.values().get()

    declare(job(share="4/10", reference="B"))
    tally = feed()

    assert tally.corrections == 1
    assert Entry.objects.values().order_by("position").first() == first
    correction = Entry.objects.get(position=2)
    assert (correction.kind, correction.amount, correction.value_date) == (
        EntryKind.CORRECTION,
        400_00,
        TODAY,
    )
    assert not correction.date_is_estimated
    assert Derivation.from_json(correction.derivation).result == 400_00
    assert list(ledger_discrepancies()) == []


def test_corrected_declaration_is_a_new_version_and_takes_back_what_was_too_much(holder, declare):
    declare(job())
    feed()

    imported = declare(job(share="1/4"))
    feed()

    assert (imported.added, imported.corrected) == (0, 1)
    assert [row.version for row in Declaration.objects.order_by("version")] == [1, 2]
    assert balances(holder) == {"cpf": 125_00}
    assert Entry.objects.get(position=2).amount == -375_00
    assert list(ledger_discrepancies()) == []


def test_withdrawn_declaration_takes_back_all_that_it_brought(holder, declare):
    declare(job())
    feed()

    declare(job(cancelled="oui"))
    feed()

    assert balances(holder) == {"cpf": 0}
    assert feed().corrections == 0


def test_correction_never_makes_a_counter_negative_and_waits_for_the_rest(holder, declare):
    declare(job())
    feed()
    counter = Counter.objects.get()
    post_entry(
        counter=counter, kind=EntryKind.DEBIT, amount=-400_00, value_date=TODAY, label="Formation",
        source="Essai", key="spent",
    )  # fmt: skip

    declare(job(cancelled="oui"))
    feed()
    taken = balances(holder)["cpf"]
    declare(job(year="2023", reference="N"))
    feed(2023)
    feed()

    assert taken == 0
    assert balances(holder)["cpf"] == 100_00
    assert list(ledger_discrepancies()) == []


def test_ceiling_is_compared_with_the_balance_and_a_correction_with_the_same(holder, declare):
    open_counter(
        holder=holder, scheme=Scheme.CPF, amount=4_800_00, value_date=TODAY, source="Essai", key="opening"
    )
    declare(job())
    feed()

    declare(job(share="9/10"))
    feed()

    assert balances(holder) == {"cpf": 5_000_00}
    assert Entry.objects.filter(kind=EntryKind.CORRECTION).count() == 0


def test_feeding_before_the_posting_day_waits(holder, declare):
    declare(job(year="2026"))

    tally = feed(2026)

    assert (tally.credits, tally.not_due) == (0, 1)


def test_feeding_leaves_a_closed_account_alone(holder, declare):
    declare(job())
    holder.deceased_on = date(2025, 1, 10)
    holder.save()

    tally = feed()

    assert (tally.closed, tally.credits) == (1, 0)


def test_situations_change_the_amount(holder, declare):
    Situation.objects.create(
        holder=holder, kind=SituationKind.DIPLOMA_LEVEL, starts_on=date(2020, 1, 1), source=SituationSource.DECLARED,
        details={"level": 2},
    )  # fmt: skip
    declare(job())

    feed()

    assert balances(holder) == {"cpf": 800_00}


def test_feeding_killed_between_two_batches_ends_the_same(declare, monkeypatch):
    people = [HolderNIRFactory(nir=fictitious_nir(serial)).holder for serial in (1, 2, 3)]
    declare(*(job(nir=fictitious_nir(serial)) for serial in (1, 2, 3)))
    monkeypatch.setattr(feeding, "HOLDERS_PER_BATCH", 1)

    class Killed(Exception):
        pass

    def kill(done):
        if done == 2:
            raise Killed

    with pytest.raises(Killed):
        feed(progress=kill)
    half = Entry.objects.count()
    feed()

    assert half == 2
    assert [balances(person) for person in people] == [{"cpf": 500_00}] * 3
    assert list(ledger_discrepancies()) == []


def test_feeding_asks_the_same_queries_for_one_person_and_for_three(declare, django_assert_num_queries):
    counts = []
    for serials in ((1,), (1, 2, 3)):
        for serial in serials:
            if not Declaration.objects.filter(reference=f"R{serial}").exists():
                HolderNIRFactory(nir=fictitious_nir(serial))
                declare(job(nir=fictitious_nir(serial), reference=f"R{serial}"))
        with CaptureQueriesContext(connection) as counted:
            feed()
        counts.append(len(counted))

    assert counts[0] == counts[1]


def test_import_twice_adds_nothing(holder, declare):
    declare(job())

    again = declare(job())

    assert (again.added, again.corrected, again.unchanged) == (0, 0, 1)
    assert Declaration.objects.count() == 1


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ({"nir": "1"}, "nir"),
        ({"nir": fictitious_nir(9)}, "nir"),
        ({"year": "2014"}, "year"),
        ({"year": "hier"}, "year"),
        ({"kind": "loterie"}, "kind"),
        ({"reference": ""}, "reference"),
        ({"share": "-1"}, "share"),
        ({"share": "1/0"}, "share"),
        ({"share": ""}, "share"),
        ({"sector": "lune"}, "sector"),
        ({"part_time": "peut-être"}, "part_time"),
        ({"quantity": "3"}, "quantity"),
        ({"kind": "commitment", "sector": "", "share": "", "activity": "chant"}, "activity"),
        ({"kind": "exposure", "sector": "", "share": "", "factors": "lundi"}, "factors"),
        ({"kind": "exposure", "sector": "", "share": "", "factors": "nuit", "months": "13"}, "months"),
        ({"kind": "supplement", "sector": "", "share": "", "type": "X", "amount": "3"}, "type"),
        ({"kind": "supplement", "sector": "", "share": "", "type": "III", "amount": "0,001"}, "amount"),
        (
            {
                "kind": "supplement",
                "sector": "",
                "share": "",
                "type": "III",
                "amount": "3",
                "received_on": "lundi",
            },
            "received_on",
        ),
    ],
)
def test_line_that_cannot_be_imported_is_reported_by_field_without_the_number_of_the_person(
    line, field, holder, declare
):
    findings = []

    tally = declare({**job(), **line}, report=findings.append)

    assert (tally.refused, tally.added) == (1, 0)
    assert [finding.field for finding in findings] == [field]
    assert not Declaration.objects.exists()
    assert fictitious_nir(1) not in repr(findings)
    assert fictitious_nir(9) not in repr(findings)


def test_dsn_message_declares_each_contract(tmp_path, holder):
    path = tmp_path / "message.dsn"
    path.write_text(
        "S20.G00.05.005,'31122024'\n"
        "S21.G00.06.001,'160000009'\n"
        f"S21.G00.30.001,'{fictitious_nir(1)}'\n"
        "S21.G00.40.009,'C1'\nS21.G00.40.007,'01'\nS21.G00.40.012,'1607'\n"
        "S21.G00.53.002,'803.5'\nS21.G00.53.003,'10'\n"
        "S21.G00.40.009,'C2'\nS21.G00.40.007,'50'\nS21.G00.40.012,'1607'\n"
        "S21.G00.53.002,'1607'\nS21.G00.53.003,'10'\n"
        "une ligne abîmée\n",
        encoding="utf-8",
    )
    report = tmp_path / "report.csv"

    call_command("import_declarations", str(path), report=report)
    call_command("feed_rights", year=2024, wet_run=True)

    assert balances(holder) == {"cpf": 500_00, "public_hours": 25 * 60}
    lines = report.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "file,path,identifier,field,value,rule,action"
    assert len(lines) == 2
    assert "ligne 14" in lines[1]
    assert lines[1].endswith("refused")


def test_file_that_cannot_be_read_is_refused(tmp_path):
    for name, content in (("a.csv", b"x;y\n1;2\n"), ("b.csv", b"\xff\xfe"), ("c.dsn", b"\xff")):
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(CommandError):
            call_command("import_declarations", str(path))


def test_year_without_declarations_feeds_nobody(capsys):
    call_command("feed_rights", year=2024, wet_run=True)

    assert "0 titulaires, 0 alimentations" in capsys.readouterr().out


@pytest.mark.parametrize("option", ["batch", "threads"])
def test_feeding_in_batches_or_threads_of_none_is_refused(option):
    with pytest.raises(CommandError, match=option):
        call_command("feed_rights", year=2024, **{option: 0})


def test_label_of_a_supplement_with_every_awkward_character_is_stored_as_declared(holder, declare):
    awkward = 'D\\1 "é"'
    declare(
        {
            "kind": "supplement",
            "type": "L6323-13",
            "amount": "3",
            "received_on": "2025-02-03",
            "reference": awkward,
        }
    )

    feed()

    assert YearlyFeeding.objects.get().part == f"supplement:{awkward}"
    assert Entry.objects.get().key.endswith(f"supplement:{awkward}:1")
    assert list(ledger_discrepancies()) == []


def test_year_of_hours_declared_late_is_posted_in_euros_at_the_conversion(holder, declare):
    declare(
        job(year="2016", share="8/10"),
        {"kind": "commitment", "activity": "civic_service", "reference": "S", "year": "2017"},
    )

    feed(2016)
    feed(2017)

    # 80 % of 24 hours, 20 hours once rounded up, at 15 euros; 20 hours of commitment at 12 euros.
    assert balances(holder) == {"cpf": 300_00, "cec": 240_00}
    assert {entry.value_date for entry in Entry.objects.all()} == {date(2019, 1, 1)}
    assert list(ledger_discrepancies()) == []


def test_what_a_file_sets_aside_still_counts_under_the_ceiling(holder, declare):
    counter = open_counter(
        holder=holder,
        scheme=Scheme.CPF,
        amount=4_800_00,
        value_date=date(2024, 1, 1),
        source="Essai",
        key="o",
    )
    hold(
        counter=counter, amount=1_000_00, training_file=TrainingFileFactory(holder=holder), value_date=TODAY,
        derivation={},
    )  # fmt: skip
    declare(job())

    feed()

    counter.refresh_from_db()
    assert (counter.balance, counter.reserved) == (4_000_00, 1_000_00)


def test_points_already_used_open_no_room_under_the_ceiling_of_a_career(holder, declare):
    counter = open_counter(
        holder=holder, scheme=Scheme.C2P, amount=98, value_date=date(2022, 1, 1), source="Essai", key="o"
    )
    post_entry(
        counter=counter, kind=EntryKind.DEBIT, amount=-40, value_date=TODAY, label="Formation", source="Essai",
        key="used",
    )  # fmt: skip
    declare({"kind": "exposure", "factors": "nuit+bruit", "months": "12", "year": "2022"})

    feed(2022)

    counter.refresh_from_db()
    assert counter.balance == 60
