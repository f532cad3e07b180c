from datetime import date, timedelta
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.exceptions import NIRAlreadyHeld, SituationOverlaps
from accounts.models import Holder, HolderNIR, Situation, SituationKind
from accounts.services.holders import create_holder, find_holder_by_nir, record_nir, record_situation
from cpa_portal.kernel.encryption import generate_secret, keyed_hash
from tests.support.factories.accounts import HolderFactory, SituationFactory
from tests.support.threads import run_together

NIR = "185017505600149"
CORSICAN = "285062A00400147"
TEMPORARY = "399019910000111"
DAY = date(2026, 3, 3)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("written", [NIR, "1 85 01 75 056 001 49", f" {NIR} "])
def test_find_holder_by_nir_in_any_spacing_finds_the_person(written):
    holder = HolderFactory(nir=NIR)
    HolderFactory()

    assert find_holder_by_nir(written) == holder


def test_find_holder_by_nir_small_letter_of_corsica_finds_the_person():
    holder = HolderFactory(nir=CORSICAN)

    assert find_holder_by_nir(CORSICAN.replace("2A", "2a")) == holder


@pytest.mark.parametrize("written", ["", "abc", NIR[:13], "185017505600150", "285062B00400174"])
def test_find_holder_by_nir_malformed_or_unknown_finds_nobody(written):
    HolderFactory(nir=NIR)

    assert find_holder_by_nir(written) is None


def test_find_holder_by_nir_stored_under_an_older_key_finds_the_person(settings):
    holder = HolderFactory(nir=NIR)

    settings.NIR_HASH_KEYS = [generate_secret(), *settings.NIR_HASH_KEYS]
    settings.FIELD_ENCRYPTION_KEYS = [generate_secret(), *settings.FIELD_ENCRYPTION_KEYS]

    assert find_holder_by_nir(NIR) == holder
    assert holder.nirs.get().nir == NIR


def test_find_holder_by_nir_with_its_key_withdrawn_finds_nobody(settings):
    HolderFactory(nir=NIR)

    settings.NIR_HASH_KEYS = [generate_secret()]

    assert find_holder_by_nir(NIR) is None


def test_find_holder_by_nir_costs_one_query(django_assert_num_queries):
    HolderFactory.create_batch(3)
    holder = HolderFactory(nir=NIR)

    with django_assert_num_queries(1):
        assert find_holder_by_nir(NIR) == holder


def test_find_holder_by_nir_uses_the_index():
    HolderFactory(nir=NIR)

    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT 1 FROM accounts_holdernir WHERE nir_hash IN ('a', 'b')")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "nir_hash" in plan
    assert "Index" in plan


def test_create_holder_with_nir_is_found_by_it():
    holder = create_holder(birth_name="Colonna", first_names="Ghjuvan", nir=NIR, since=DAY)

    assert find_holder_by_nir(NIR) == holder
    assert holder.nirs.get().since == DAY


def test_create_holder_with_the_nir_of_another_writes_nothing():
    HolderFactory(nir=NIR)

    with pytest.raises(NIRAlreadyHeld):
        create_holder(birth_name="Colonna", first_names="Ghjuvan", nir=NIR, since=DAY)

    assert Holder.objects.count() == 1


def test_create_holder_with_a_malformed_nir_writes_nothing():
    with pytest.raises(ValueError, match="nir"):
        create_holder(birth_name="Colonna", first_names="Ghjuvan", nir="123", since=DAY)

    assert not Holder.objects.exists()


def test_record_nir_final_after_temporary_keeps_both_searchable():
    holder = HolderFactory(nir=TEMPORARY)

    record_nir(holder=holder, nir=NIR, since=DAY)

    assert find_holder_by_nir(TEMPORARY) == holder
    assert find_holder_by_nir(NIR) == holder
    current, former = holder.nirs.order_by("-since")
    assert (current.nir, current.until) == (NIR, None)
    assert (former.nir, former.until) == (TEMPORARY, DAY - timedelta(days=1))


def test_record_nir_already_in_force_changes_nothing():
    holder = HolderFactory(nir=NIR)

    record_nir(holder=holder, nir=NIR, since=DAY)

    assert holder.nirs.get().until is None


def test_record_nir_of_another_person_changes_nothing():
    other = HolderFactory(nir=NIR)
    holder = HolderFactory()
    number = holder.nirs.get().nir

    with pytest.raises(NIRAlreadyHeld):
        record_nir(holder=holder, nir=NIR, since=DAY)

    assert find_holder_by_nir(NIR) == other
    assert holder.nirs.get().nir == number
    assert holder.nirs.get().until is None


def test_record_nir_of_another_person_under_an_older_key_is_refused(settings):
    HolderFactory(nir=NIR)
    settings.NIR_HASH_KEYS = [generate_secret(), *settings.NIR_HASH_KEYS]

    with pytest.raises(NIRAlreadyHeld):
        record_nir(holder=HolderFactory(), nir=NIR, since=DAY)

    assert HolderNIR.objects.count() == 2


def test_record_situation_overlapping_the_same_kind_changes_nothing():
    held = SituationFactory(starts_on=date(2020, 1, 1))

    with pytest.raises(SituationOverlaps):
        record_situation(holder=held.holder, kind=SituationKind.PRIVATE_EMPLOYEE, starts_on=date(2021, 1, 1))

    assert Situation.objects.get() == held


def test_record_situation_sent_twice_writes_once():
    holder = HolderFactory()

    first = record_situation(holder=holder, kind=SituationKind.JOB_SEEKER, starts_on=DAY)
    second = record_situation(holder=holder, kind=SituationKind.JOB_SEEKER, starts_on=DAY)

    assert first == second
    assert holder.situations.count() == 1


def test_situations_on_a_day_are_those_that_hold_both_ends_included():
    situation = SituationFactory(starts_on=date(2020, 1, 1), ends_on=date(2020, 1, 31))
    held = Situation.objects

    assert list(held.on(date(2020, 1, 1))) == list(held.on(date(2020, 1, 31))) == [situation]
    assert not held.on(date(2019, 12, 31)).exists()
    assert not held.on(date(2020, 2, 1)).exists()


@pytest.mark.django_db(transaction=True)
def test_record_nir_of_one_number_for_two_people_at_once_gives_it_to_one():
    holders = HolderFactory.create_batch(2, nir=None)
    outcomes = []

    def record(holder):
        try:
            record_nir(holder=holder, nir=NIR, since=DAY)
            outcomes.append("given")
        except NIRAlreadyHeld:
            outcomes.append("refused")

    run_together([partial(record, holder) for holder in holders])

    assert sorted(outcomes) == ["given", "refused"]
    assert HolderNIR.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_record_situation_twice_at_once_writes_one():
    holder = HolderFactory()
    outcomes = []

    def declare(first_day):
        try:
            record_situation(holder=holder, kind=SituationKind.JOB_SEEKER, starts_on=first_day)
            outcomes.append("written")
        except SituationOverlaps:
            outcomes.append("refused")

    run_together([partial(declare, date(2026, 3, day)) for day in (3, 4)])

    assert sorted(outcomes) == ["refused", "written"]
    assert holder.situations.count() == 1


@pytest.mark.django_db
def test_find_holder_by_nir_reads_one_index_however_many_people_there_are():
    """What bin/bench accounts.nir_lookup measures at three million, held by the plan."""
    holder = HolderFactory(user=None)
    HolderNIR.objects.bulk_create(
        HolderNIR(
            holder=holder,
            nir="x",
            nir_hash=keyed_hash(str(rank)),
            since=date(1990, 1, 1),
            until=date(1990, 1, 2),
        )
        for rank in range(5_000)
    )
    nir = holder.nirs.get(until=None).nir
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        cursor.execute("ANALYZE accounts_holdernir")
        assert find_holder_by_nir(nir) == holder
        query = asked.captured_queries[-1]
        cursor.execute(f"EXPLAIN {query['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Seq Scan on accounts_holdernir" not in plan
    assert "Index" in plan
    assert "nir_hash" in plan
