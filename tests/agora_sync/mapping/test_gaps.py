"""Ours beside AGORA's: a file in order gives no gap, each difference gives exactly its own."""

import datetime as dt
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agora_sync.enums import GapKind
from agora_sync.mapping.answers import ListedFile
from agora_sync.mapping.gaps import (
    MOST_LISTED,
    WAITS_TOO_LONG,
    FoundGap,
    KnownFile,
    accepted_states,
    compared,
)
from agora_sync.mapping.items import FUNDINGS, comparable_items, item_label
from rights.enums import FileOrigin, Funder, TrainingFileState
from rights.facts import FundingFact, TrainingFileFacts

NOW = dt.datetime(2026, 11, 23, 2, 0, tzinfo=dt.UTC)
FACTS = TrainingFileFacts(
    title="Soudeur assembleur",
    organisation_siret="73282932000074",
    organisation_name="Atelier du port",
    nda="94202012345",
    certification_code="RNCP1234",
    session_starts_on=dt.date(2026, 12, 1),
    session_ends_on=dt.date(2027, 2, 1),
    hours_minutes=24_000,
    price_cents=1_500_00,
    place="Ajaccio",
    fundings=(FundingFact(Funder.HOLDER, 500_00), FundingFact(Funder.REGION, 1_000_00)),
)
S = TrainingFileState
STATES = {
    S.REQUESTED: "DEMANDE",
    S.ACCEPTED: "VALIDE",
    S.IN_TRAINING: "EN_FORMATION",
    S.LEFT: "SORTI",
    S.PAID: "SOLDE",
    S.CANCELLED: "ANNULE",
    S.REFUSED: "REFUSE",
}


def ours(**changes: Any) -> KnownFile:
    given: dict[str, Any] = {
        "key": UUID(int=1),
        "origin": FileOrigin.PORTAL,
        "state": S.ACCEPTED,
        "agora_number": "AG1",
        "items": comparable_items(FACTS),
        **changes,
    }
    return KnownFile(**given)


def theirs(wire_state: str = "VALIDE", **changes: Any) -> ListedFile:
    return ListedFile("AG1", wire_state, replace(FACTS, **changes))


def gaps(file: KnownFile, *listed: ListedFile) -> list[FoundGap]:
    return compared([file], listed, at=NOW).found


def named(found: list[FoundGap]) -> list[tuple[str, str]]:
    return [(gap.kind, gap.item) for gap in found]


def test_no_file_anywhere_gives_no_gap() -> None:
    assert compared([], [], at=NOW).found == []


@settings(max_examples=30)
@given(
    state=st.sampled_from(sorted(STATES)),
    price=st.integers(1, 10**9),
    title=st.text(min_size=1, max_size=400).filter(lambda text: text.strip()),
    parts=st.lists(st.tuples(st.sampled_from(list(Funder)), st.integers(1, 10**6)), max_size=5),
)
def test_file_in_order_gives_no_gap_whatever_it_says(
    state: str, price: int, title: str, parts: list[tuple[Funder, int]]
) -> None:
    facts = replace(
        FACTS, price_cents=price, title=title, fundings=tuple(FundingFact(*part) for part in parts)
    )

    assert (
        gaps(ours(state=state, items=comparable_items(facts)), ListedFile("AG1", STATES[S(state)], facts))
        == []
    )


ITEM_DIFFERENCES: list[tuple[str, dict[str, Any]]] = [
    ("formation/intitule", {"title": "Soudeur"}),
    ("formation/codeCertification", {"certification_code": "RNCP1235"}),
    ("formation/organisme/siret", {"organisation_siret": "35600000000048"}),
    ("formation/organisme/nda", {"nda": "94202012346"}),
    ("formation/organisme/raisonSociale", {"organisation_name": "Atelier"}),
    ("formation/dateDebut", {"session_starts_on": dt.date(2026, 12, 2)}),
    ("formation/dateFin", {"session_ends_on": dt.date(2027, 2, 2)}),
    ("formation/dureeMinutes", {"hours_minutes": 24_001}),
    ("formation/lieu", {"place": "Bastia"}),
    ("formation/prix", {"price_cents": 1_500_01}),
    ("dateEntree", {"entered_on": dt.date(2026, 12, 1)}),
    (FUNDINGS, {"fundings": (FundingFact(Funder.HOLDER, 400_00), FundingFact(Funder.REGION, 1_100_00))}),
    ("formation/lieu", {"place": ""}),
]


@pytest.mark.parametrize(("path", "changes"), ITEM_DIFFERENCES, ids=[path for path, _ in ITEM_DIFFERENCES])
def test_item_that_differs_gives_its_gap_and_no_other(path: str, changes: dict[str, Any]) -> None:
    assert named(gaps(ours(), theirs(**changes))) == [(GapKind.ITEM, path)]
    assert item_label(path)


@pytest.mark.parametrize("state", sorted(STATES))
@pytest.mark.parametrize("wire", sorted(set(STATES.values())))
def test_state_that_differs_gives_its_gap_and_no_other(state: str, wire: str) -> None:
    found = gaps(ours(state=state), theirs(wire))

    expected = [] if wire in accepted_states(FileOrigin.PORTAL, state) else [(GapKind.STATE, "")]
    assert named(found) == expected
    assert STATES[S(state)] in accepted_states(FileOrigin.PORTAL, state)


def test_every_state_of_ours_is_judged_but_the_one_a_person_examines() -> None:
    unjudged = {state for state in S if not accepted_states(FileOrigin.PORTAL, state)}

    assert unjudged == {S.IN_REVIEW}


def test_interruption_told_by_another_is_no_gap() -> None:
    assert gaps(ours(state=S.IN_TRAINING), theirs("INTERROMPU")) == []


def test_file_that_agora_lost_gives_one_gap_alone() -> None:
    assert named(gaps(ours())) == [(GapKind.UNKNOWN_THERE, "")]


def test_file_not_listed_among_more_than_agora_lists_is_not_called_lost() -> None:
    others = [replace(theirs("ANNULE"), agora_number=f"X{rank}") for rank in range(MOST_LISTED)]

    assert gaps(ours(), *others) == []


def test_file_that_we_lack_gives_its_gap_unless_it_was_given_up_there() -> None:
    found = gaps(
        ours(), theirs(), replace(theirs(), agora_number="AG2"), replace(theirs("ANNULE"), agora_number="AG3")
    )

    assert [(gap.kind, gap.subject) for gap in found] == [(GapKind.UNKNOWN_HERE, "AG2")]


@pytest.mark.parametrize(
    ("waited", "kinds"),
    [(WAITS_TOO_LONG - dt.timedelta(seconds=1), []), (WAITS_TOO_LONG, [(GapKind.WAITING, "")])],
    ids=["not-yet", "too-long"],
)
def test_file_that_waits_is_judged_on_its_wait_alone(waited: dt.timedelta, kinds: list[Any]) -> None:
    waiting = ours(is_on_its_way=True, waits_since=NOW - waited)

    comparison = compared([waiting], [theirs("DEMANDE", price_cents=1)], at=NOW)

    assert named(comparison.found) == kinds
    assert (str(waiting.key), GapKind.ITEM) not in comparison.judged


def test_file_that_changed_while_agora_answered_is_left_for_the_next_time() -> None:
    comparison = compared([ours(is_moving=True)], [], at=NOW)

    assert comparison.found == []
    assert comparison.judged == {(str(UUID(int=1)), GapKind.WAITING)}


def test_agora_that_was_not_read_closes_nothing_but_the_wait() -> None:
    comparison = compared([ours()], None, at=NOW, known_gaps=[("AG9", GapKind.UNKNOWN_HERE)])

    assert comparison.judged == {(str(UUID(int=1)), GapKind.WAITING)}


def test_file_of_agora_follows_its_entry_and_closing_alone() -> None:
    assert gaps(ours(origin=FileOrigin.AGORA, state=S.REQUESTED), theirs("VALIDE")) == []
    assert gaps(ours(origin=FileOrigin.AGORA, state=S.IN_TRAINING), theirs("SORTI")) == []
    assert named(gaps(ours(origin=FileOrigin.AGORA, state=S.REQUESTED), theirs("ANNULE"))) == [
        (GapKind.STATE, "")
    ]


def test_parts_that_we_do_not_tell_are_no_gap() -> None:
    items = {path: value for path, value in comparable_items(FACTS).items() if path != FUNDINGS}

    assert gaps(ours(items=items), theirs()) == []


def test_codes_of_payers_that_we_do_not_tell_apart_are_one() -> None:
    state_paid = replace(FACTS, fundings=(FundingFact(Funder.STATE, 1_500_00),))
    account = replace(
        FACTS, fundings=(FundingFact(Funder.CPF_ACCOUNT, 500_00), FundingFact(Funder.OTHER, 1_000_00))
    )
    other = replace(FACTS, fundings=(FundingFact(Funder.OTHER, 1_500_00),))

    assert gaps(ours(items=comparable_items(account)), ListedFile("AG1", "VALIDE", other)) == []
    assert named(gaps(ours(items=comparable_items(state_paid)), ListedFile("AG1", "VALIDE", other))) == [
        (GapKind.ITEM, FUNDINGS)
    ]


def test_identity_of_a_gap_does_not_depend_on_its_values() -> None:
    key = uuid4()
    one, two = (gaps(ours(key=key), theirs(price_cents=price))[0] for price in (1_00, 2_00))

    assert one.identity == two.identity
    assert one.there != two.there
