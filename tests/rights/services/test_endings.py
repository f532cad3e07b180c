"""Rights that leave an account otherwise than by a training: each by entries, once, with how it was reached."""

from datetime import date
from uuid import uuid4

import pytest

from accounts.models import DeathRecord, Holder
from rights.enums import DeclarationKind, EntryKind, PointsOutcome, PointsUse, Scheme
from rights.exceptions import (
    AccountClosed,
    AlreadyAnswered,
    ConversionRefused,
    InsufficientBalance,
    KeyReused,
    NotReversible,
    PointsRefused,
)
from rights.models import Counter, Declaration, Entry
from rights.rules.conversion import MainActivity
from rights.selectors.ledger_checks import ledger_discrepancies
from rights.services.conversions import convert_rights
from rights.services.corrections import (
    cancel_undue_sum,
    record_undue_sum,
    retain_undue_sums,
    reverse_entry,
)
from rights.services.endings import close_accounts, expire_dotations, reopen_accounts
from rights.services.feeding import feed_rights
from rights.services.ledger import hold, post_entry, release_holds
from rights.services.points import answer_points, refuse_silent_requests, request_points
from rights.tasks import settle_counters
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.rights import CounterFactory, TrainingFileFactory

pytestmark = pytest.mark.django_db

DEADLINE, AFTER = date(2025, 12, 31), date(2026, 1, 1)
DAY = date(2026, 3, 2)
CDC = "Caisse des dépôts"


@pytest.fixture
def holder():
    return HolderFactory(birth_date=date(1970, 2, 1))


@pytest.fixture(autouse=True)
def sound_ledger(db):
    yield
    assert list(ledger_discrepancies()) == []


def balance(holder, scheme):
    return Counter.objects.get(holder=holder, scheme=scheme).balance


def declare(holder, kind, facts, *, year=2025, reference="R1", version=1):
    Declaration.objects.create(
        holder=holder, kind=kind, year=year, reference=reference, version=version, facts=facts, source="Essai"
    )


def dated_dotation(holder, *, amount="1000", received="2025-05-02", **facts):
    facts = {"type": "III", "amount": amount, "received_on": received} | {
        "deadline": DEADLINE.isoformat(), "refundable": True, **facts,
    }  # fmt: skip
    declare(holder, DeclarationKind.SUPPLEMENT, facts)
    feed_rights(year=2025, today=date(2025, 6, 1), write=True)


def spend(holder, scheme, amount, on):
    return post_entry(
        counter=Counter.objects.get(holder=holder, scheme=scheme), kind=EntryKind.DEBIT, amount=-amount,
        value_date=on, label="Formation", source="Essai", key=str(uuid4()),
    )  # fmt: skip


class TestDatedDotation:
    def test_what_was_not_used_goes_back_the_day_after_the_deadline_and_once(self, holder):
        dated_dotation(holder)
        spend(holder, Scheme.SUPPLEMENT, 30_000, date(2025, 12, 10))

        done = [expire_dotations(today=day) for day in (DEADLINE, AFTER, AFTER, date(2026, 2, 1))]

        expiry = Entry.objects.get(kind=EntryKind.EXPIRY)
        assert done == [0, 1, 0, 0]
        assert (expiry.amount, balance(holder, Scheme.SUPPLEMENT)) == (-70_000, 0)
        assert expiry.derivation["steps"][-1]["source"] == "Article R. 6323-42-1 du code du travail"

    @pytest.mark.parametrize("facts", [{"refundable": False}, {"deadline": "2025-04-16"}], ids=str)
    def test_what_is_not_refundable_or_was_before_the_decree_stays(self, facts, holder):
        dated_dotation(holder, **facts)

        expire_dotations(today=AFTER)

        assert balance(holder, Scheme.SUPPLEMENT) == 100_000

    def test_what_a_file_had_set_aside_goes_back_when_the_file_ends_without_it(self, holder):
        dated_dotation(holder)
        training_file = TrainingFileFactory(holder=holder)
        counter = Counter.objects.get(holder=holder, scheme=Scheme.SUPPLEMENT)
        hold(counter=counter, amount=40_000, training_file=training_file, value_date=DEADLINE, derivation={})

        expire_dotations(today=AFTER)
        kept = balance(holder, Scheme.SUPPLEMENT)
        release_holds(training_file=training_file, value_date=DAY, source="Refus")
        expire_dotations(today=DAY)

        amounts = list(Entry.objects.filter(kind=EntryKind.EXPIRY).values_list("amount", flat=True))
        assert (kept, sorted(amounts), balance(holder, Scheme.SUPPLEMENT)) == (0, [-60_000, -40_000], 0)

    def test_dotation_received_after_the_deadline_of_another_stays(self, holder):
        dated_dotation(holder)
        expire_dotations(today=AFTER)
        facts = {"type": "III", "amount": "500", "received_on": "2026-02-01"}
        declare(holder, DeclarationKind.SUPPLEMENT, facts, year=2026, reference="R2")
        feed_rights(year=2026, today=DAY, write=True)

        expire_dotations(today=DAY)

        assert balance(holder, Scheme.SUPPLEMENT) == 50_000


class TestUndueSum:
    def test_sum_is_kept_back_from_what_is_there_then_from_what_comes(self, holder):
        CounterFactory(holder=holder, balance=20_000)
        due = record_undue_sum(
            holder=holder, amount_cents=60_000, reason="formation non suivie", reference="D1", ordered_on=DAY
        )
        left = balance(holder, Scheme.CPF)
        declare(holder, DeclarationKind.ACTIVITY, {"sector": "private", "share": "1"}, year=2024)

        tally = feed_rights(year=2024, today=DAY, write=True)

        assert (left, tally.retained, balance(holder, Scheme.CPF)) == (0, 1, 10_000)
        assert retain_undue_sums(today=DAY) == 0
        assert Entry.objects.get(key=f"retain:{due.pk}:2").derivation["steps"][0]["amount"] == 40_000

    def test_same_decision_again_keeps_nothing_more_and_another_sum_of_it_is_refused(self, holder):
        CounterFactory(holder=holder, balance=50_000)
        same = {"holder": holder, "reason": "trop perçu", "reference": "D1", "ordered_on": DAY}

        first, again = (record_undue_sum(amount_cents=10_000, **same) for _ in range(2))

        assert (first, balance(holder, Scheme.CPF)) == (again, 40_000)
        with pytest.raises(ValueError, match="another sum"):
            record_undue_sum(amount_cents=20_000, **same)

    def test_cancelled_decision_gives_everything_back_and_keeps_nothing_more(self, holder):
        CounterFactory(holder=holder, balance=20_000)
        due = record_undue_sum(
            holder=holder, amount_cents=60_000, reason="trop perçu", reference="D1", ordered_on=DAY
        )

        for _ in range(2):
            cancel_undue_sum(due=due, reason="Décision annulée", reference="D2", today=DAY)

        assert retain_undue_sums(today=DAY) == 0
        assert balance(holder, Scheme.CPF) == 20_000

    @pytest.mark.parametrize("reference", ["D1", "D2"], ids=["its own", "of another sum"])
    def test_cancellation_under_the_number_of_another_decision_changes_nothing(self, holder, reference):
        CounterFactory(holder=holder, balance=20_000)
        sums = [
            record_undue_sum(
                holder=holder, amount_cents=100_00, reason="trop perçu", reference=name, ordered_on=DAY
            )
            for name in ("D1", "D2")
        ]

        with pytest.raises(ValueError, match="another sum"):
            cancel_undue_sum(due=sums[0], reason="Décision annulée", reference=reference, today=DAY)

        assert balance(holder, Scheme.CPF) == 0

    def test_commitment_is_never_kept_back(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.CEC, balance=24_000)

        record_undue_sum(holder=holder, amount_cents=100, reason="trop perçu", reference="D1", ordered_on=DAY)

        assert balance(holder, Scheme.CEC) == 24_000


class TestReversal:
    def test_entry_is_undone_by_its_opposite_once(self, holder):
        CounterFactory(holder=holder, balance=20_000)
        debit = spend(holder, Scheme.CPF, 5_000, DAY)

        for _ in range(2):
            reverse_entry(entry=debit, value_date=DAY, reason="Payée deux fois", source=CDC)

        assert balance(holder, Scheme.CPF) == 20_000
        assert Entry.objects.filter(kind=EntryKind.CORRECTION).count() == 1

    def test_opposite_of_an_opposite_and_of_a_hold_are_refused(self, holder):
        counter = CounterFactory(holder=holder, balance=20_000)
        held = hold(
            counter=counter, amount=100, training_file=TrainingFileFactory(holder=holder), value_date=DAY,
            derivation={},
        )  # fmt: skip
        opposite = reverse_entry(
            entry=spend(holder, Scheme.CPF, 5_000, DAY), value_date=DAY, reason="Erreur", source=CDC
        )

        for entry in (held, opposite):
            with pytest.raises(NotReversible):
                reverse_entry(entry=entry, value_date=DAY, reason="Erreur", source=CDC)

    def test_credit_already_spent_cannot_be_taken_back_below_zero(self, holder):
        counter = CounterFactory(holder=holder, balance=20_000)
        spend(holder, Scheme.CPF, 15_000, DAY)

        with pytest.raises(InsufficientBalance):
            reverse_entry(entry=counter.entries.get(position=1), value_date=DAY, reason="Erreur", source=CDC)


class TestClosing:
    def close(self, holder):
        Holder.objects.filter(pk=holder.pk).update(deceased_on=DAY)
        holder.refresh_from_db()
        return close_accounts(today=DAY)

    def test_death_empties_every_counter_once(self, holder):
        CounterFactory(holder=holder, balance=20_000)
        CounterFactory(holder=holder, scheme=Scheme.PUBLIC_HOURS, balance=600)
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=0)

        assert (self.close(holder), close_accounts(today=DAY)) == (2, 0)

        closings = Entry.objects.filter(kind=EntryKind.EXPIRY)
        assert {entry.balance_after for entry in closings} == {0}
        assert {entry.derivation["steps"][0]["source"] for entry in closings} == {
            "Article L. 5151-2 du code du travail"
        }

    def test_what_a_file_holds_follows_when_the_file_ends(self, holder):
        counter = CounterFactory(holder=holder, balance=20_000)
        training_file = TrainingFileFactory(holder=holder)
        hold(counter=counter, amount=5_000, training_file=training_file, value_date=DAY, derivation={})
        self.close(holder)
        release_holds(training_file=training_file, value_date=DAY, source="Décès")

        again = close_accounts(today=DAY)

        assert (again, balance(holder, Scheme.CPF)) == (1, 0)

    def test_death_recorded_by_mistake_gives_everything_back_once(self, holder):
        CounterFactory(holder=holder, balance=20_000)
        self.close(holder)
        Holder.objects.filter(pk=holder.pk).update(deceased_on=None)
        DeathRecord.objects.create(
            holder=holder, source="Erreur", recorded_by=UserFactory(administrator=True)
        )

        assert (reopen_accounts(today=DAY), reopen_accounts(today=DAY)) == (1, 0)

        assert balance(holder, Scheme.CPF) == 20_000

    def test_nothing_is_asked_of_a_closed_account(self, holder):
        self.close(holder)

        for act in (
            lambda: convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=DAY),
            lambda: request_points(key=uuid4(), holder=holder, use=PointsUse.TRAINING, points=1, today=DAY),
            lambda: record_undue_sum(
                holder=holder, amount_cents=1, reason="x", reference="D9", ordered_on=DAY
            ),
        ):
            with pytest.raises(AccountClosed):
                act()


class TestConversion:
    def test_euros_become_hours_up_to_the_ceiling_and_the_rest_stays(self, holder):
        CounterFactory(holder=holder, balance=150_000)
        CounterFactory(holder=holder, scheme=Scheme.PUBLIC_HOURS, balance=100 * 60)
        key = uuid4()

        posted, again = (
            convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=key, today=DAY) for _ in range(2)
        )

        assert posted == again
        assert [(entry.kind, entry.amount) for entry in posted] == [
            ("conversion", -75_000),
            ("conversion", 50 * 60),
        ]
        assert (balance(holder, Scheme.CPF), balance(holder, Scheme.PUBLIC_HOURS)) == (75_000, 150 * 60)

    def test_commitment_follows_at_its_own_rate(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.CEC, balance=24_000)

        convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=DAY)

        assert (balance(holder, Scheme.CEC), balance(holder, Scheme.PUBLIC_HOURS)) == (0, 20 * 60)

    def test_against_the_main_activity_is_refused(self, holder):
        CounterFactory(holder=holder, balance=150_000)
        declare(holder, DeclarationKind.ACTIVITY, {"sector": "private", "share": "1"}, year=2025)

        with pytest.raises(ConversionRefused, match="activité principale"):
            convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=DAY)

    @pytest.mark.parametrize(
        ("day", "held"), [(date(2019, 12, 31), 150_000), (DAY, 0)], ids=["before 2020", "empty"]
    )
    def test_before_it_opened_or_with_nothing_to_convert_is_refused(self, day, held, holder):
        CounterFactory(holder=holder, balance=held)

        with pytest.raises(ConversionRefused):
            convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=day)

    def test_limit_of_successive_conversions_counts_the_last_six_years_only(self, holder):
        CounterFactory(holder=holder, balance=225_000)
        convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=date(2020, 3, 2))
        spend(holder, Scheme.PUBLIC_HOURS, 150 * 60, date(2020, 6, 1))
        post_entry(
            counter=Counter.objects.get(holder=holder, scheme=Scheme.CPF), kind=EntryKind.CREDIT,
            amount=30_000, value_date=date(2021, 4, 1), label="Droits", source="Essai", key=str(uuid4()),
        )  # fmt: skip

        with pytest.raises(ConversionRefused):
            convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=date(2026, 3, 1))
        convert_rights(holder=holder, toward=MainActivity.PUBLIC, key=uuid4(), today=DAY)

        assert balance(holder, Scheme.PUBLIC_HOURS) == 20 * 60


class TestPoints:
    def ask(self, holder, use=PointsUse.TRAINING, points=10, **options):
        return request_points(key=uuid4(), holder=holder, use=use, points=points, **{"today": DAY, **options})

    def points(self, holder):
        counter = Counter.objects.get(holder=holder, scheme=Scheme.C2P)
        return counter.balance, counter.reserved

    def test_points_are_reserved_until_they_are_granted_then_taken(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)

        request = self.ask(holder, points=4)
        reserved = self.points(holder)
        for _ in range(2):
            answer_points(request=request, outcome=PointsOutcome.GRANTED, answered_on=DAY, source="Carsat")

        debit = Entry.objects.get(kind=EntryKind.DEBIT)
        assert (reserved, self.points(holder)) == ((26, 4), (26, 0))
        assert [step["amount"] for step in debit.derivation["steps"]] == [200_000, 4]

    def test_refusal_frees_the_points_and_is_final(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
        request = self.ask(holder, points=4)

        answer_points(request=request, outcome=PointsOutcome.REFUSED, answered_on=DAY, source="Carsat")

        assert self.points(holder) == (30, 0)
        with pytest.raises(AlreadyAnswered):
            answer_points(request=request, outcome=PointsOutcome.GRANTED, answered_on=DAY, source="Carsat")

    def test_silence_of_four_months_is_a_refusal(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
        request = self.ask(holder, points=4)

        ended = [refuse_silent_requests(today=day) for day in (date(2026, 7, 2), date(2026, 7, 3))]

        request.refresh_from_db()
        assert (ended, request.answer.outcome, self.points(holder)) == ([0, 1], "silence", (30, 0))

    @pytest.mark.parametrize(
        ("use", "points", "why"),
        [
            (PointsUse.TRAINING, 0, "au moins un"),
            (PointsUse.TRAINING, 46, "45 disponibles"),
            (PointsUse.PART_TIME, 15, "par 10"),
            (PointsUse.PART_TIME, 30, "20 utilisables ainsi, 20 étant réservés"),
            (PointsUse.RETIREMENT, 30, "20 utilisables"),
        ],
        ids=str,
    )
    def test_request_beyond_what_the_law_allows_says_what_is_possible(self, use, points, why, holder):
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=45)

        with pytest.raises(PointsRefused, match=why):
            self.ask(holder, use=use, points=points)

    @pytest.mark.parametrize("use", [PointsUse.PART_TIME, PointsUse.RETIREMENT], ids=str)
    def test_person_whose_date_of_birth_is_incomplete_is_told_that_it_decides(self, use):
        holder = HolderFactory()
        holder.birth_date, holder.partial_birth_date = None, "1970-02-00"
        holder.save()
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=45)

        with pytest.raises(PointsRefused, match="date de naissance"):
            self.ask(holder, use=use, points=10)

    def test_points_used_for_training_are_no_longer_kept_for_it(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=50)
        trained = self.ask(holder, points=20)
        answer_points(request=trained, outcome=PointsOutcome.GRANTED, answered_on=DAY, source="Carsat")

        self.ask(holder, use=PointsUse.RETIREMENT, points=30)

        assert self.points(holder) == (0, 30)

    def test_quarters_are_asked_from_an_age_on_and_eight_at_most(self):
        young, older = (HolderFactory(birth_date=date(year, 2, 1)) for year in (1975, 1958))
        for person in (young, older):
            CounterFactory(holder=person, scheme=Scheme.C2P, balance=130)
        self.ask(older, use=PointsUse.RETIREMENT, points=50)

        with pytest.raises(PointsRefused, match="à partir de 55 ans"):
            self.ask(young, use=PointsUse.RETIREMENT, points=10)
        with pytest.raises(PointsRefused, match="80 au plus sur toute la carrière"):
            self.ask(older, use=PointsUse.RETIREMENT, points=40)

    def test_same_key_is_the_same_request_and_another_content_is_refused(self, holder):
        CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
        same = {"key": uuid4(), "holder": holder, "use": PointsUse.TRAINING, "today": DAY}

        first, again = (request_points(points=4, **same) for _ in range(2))

        assert (first, self.points(holder)) == (again, (26, 4))
        with pytest.raises(KeyReused):
            request_points(points=5, **same)


def test_task_settles_everything_and_changes_nothing_the_second_time(holder, settings):
    settings.AGORA_ROLE = "portal"
    dated_dotation(holder)
    CounterFactory(holder=holder, scheme=Scheme.C2P, balance=30)
    request_points(key=uuid4(), holder=holder, use=PointsUse.TRAINING, points=4, today=date(2025, 1, 2))

    settle_counters()
    entries = Entry.objects.count()
    settle_counters()

    assert Entry.objects.count() == entries
    assert (balance(holder, Scheme.SUPPLEMENT), balance(holder, Scheme.C2P)) == (0, 30)
