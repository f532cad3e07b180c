"""Item by item: what theirs changed is taken, what ours changed stands, what both changed is disputed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agora_sync.contract.dictionary import items_by_path
from agora_sync.mapping.items import ENTRY, FUNDINGS
from agora_sync.mapping.merging import FIELDS, OURS, PRICE, STATE, THEIRS, Merge, may_be_told, merged

TITLE, PLACE = "formation/intitule", "formation/lieu"


def merge(
    ours: str | None, theirs: str | None, before: str | None, path: str = TITLE, **changes: Any
) -> Merge:
    def one(value: str | None) -> dict[str, str]:
        return {} if value is None else {path: value}

    given: dict[str, Any] = {"authors": {}, "opened_by": THEIRS, **changes}
    return merged(one(ours), one(theirs), last_read=one(before), **given)


def verdict(found: Merge, path: str = TITLE) -> str:
    named = {"taken": found.taken, "disputed": found.disputed, "waits": found.waiting}
    return next((name for name, paths in named.items() if path in paths), "stands")


@pytest.mark.parametrize(
    ("ours", "theirs", "before", "of_theirs", "of_ours"),
    [
        ("a", "a", "a", "stands", "stands"),
        ("b", "a", "a", "stands", "stands"),
        ("a", "b", "a", "taken", "disputed"),
        ("b", "c", "a", "disputed", "disputed"),
        ("b", "b", "a", "stands", "stands"),
        (None, "b", None, "taken", "disputed"),
        ("a", None, "a", "taken", "disputed"),
        ("b", None, "a", "disputed", "disputed"),
        (None, "b", "a", "disputed", "disputed"),
    ],
    ids=[
        "same",
        "ours",
        "theirs",
        "both",
        "both-alike",
        "new-there",
        "gone-there",
        "ours-gone-there",
        "gone-here",
    ],
)
def test_item_is_merged_by_who_changed_it_and_who_wrote_it(
    ours: str | None, theirs: str | None, before: str | None, of_theirs: str, of_ours: str
) -> None:
    assert verdict(merge(ours, theirs, before)) == of_theirs
    assert verdict(merge(ours, theirs, before, opened_by=OURS)) == of_ours


def test_file_never_read_takes_what_is_theirs_and_disputes_what_is_ours() -> None:
    for opened_by, expected in ((THEIRS, "taken"), (OURS, "disputed")):
        found = merged({TITLE: "a"}, {TITLE: "b"}, last_read=None, authors={}, opened_by=opened_by)
        assert verdict(found) == expected


def test_author_of_one_item_counts_more_than_who_opened_the_file() -> None:
    assert verdict(merge("a", "b", "a", opened_by=OURS, authors={TITLE: THEIRS})) == "taken"
    assert verdict(merge("a", "b", "a", opened_by=THEIRS, authors={TITLE: OURS})) == "disputed"


def test_item_changed_here_becomes_ours() -> None:
    assert merge("b", "a", "a").authors == {TITLE: OURS}
    assert merge("a", "b", "a").authors == {TITLE: THEIRS}


def test_what_is_still_on_its_way_waits_and_is_read_again_from_where_it_was() -> None:
    found = merge("b", "c", "a", opened_by=OURS, is_on_its_way=True)

    assert verdict(found) == "waits"
    assert found.read == {TITLE: "a"}


def test_disputed_item_stays_disputed_at_the_next_reading() -> None:
    first = merge("b", "c", "a")

    again = merge("b", "c", first.read.get(TITLE), authors=first.authors)

    assert verdict(again) == "disputed"


def test_entry_declared_by_another_is_news_and_a_second_day_is_disputed() -> None:
    assert verdict(merge(None, "2026-12-01", None, ENTRY, opened_by=OURS), ENTRY) == "taken"
    assert verdict(merge("2026-12-02", "2026-12-01", None, ENTRY, opened_by=OURS), ENTRY) == "disputed"


def test_price_is_not_taken_without_its_parts() -> None:
    found = merged(
        {PRICE: "10.00", FUNDINGS: "X"},
        {PRICE: "12.00", FUNDINGS: "Y"},
        last_read={PRICE: "10.00", FUNDINGS: "Z"},
        authors={},
        opened_by=THEIRS,
    )

    assert (found.taken, found.disputed) == (set(), {PRICE, FUNDINGS})
    assert found.read == {PRICE: "10.00", FUNDINGS: "Z"}


def test_parts_that_we_do_not_tell_are_not_disputed() -> None:
    assert verdict(merge(None, "Y", "Z", FUNDINGS, opened_by=OURS), FUNDINGS) == "stands"


VALUES = st.one_of(st.none(), st.sampled_from("abc"))


@settings(max_examples=60)
@given(ours=VALUES, theirs=VALUES, before=VALUES, opened_by=st.sampled_from([OURS, THEIRS]))
def test_nothing_of_another_author_is_ever_taken_and_nothing_changed_here_is_lost(
    ours: str | None, theirs: str | None, before: str | None, opened_by: str
) -> None:
    found = merge(ours, theirs, before, opened_by=opened_by)

    if found.taken:
        assert opened_by == THEIRS
        assert ours == before
    # Taken or settled, the next reading finds nothing more to do.
    stands = theirs if found.taken else ours
    if not found.disputed:
        assert not merge(
            stands, theirs, found.read.get(TITLE), authors=found.authors, opened_by=opened_by
        ).taken


def test_every_item_merged_is_in_the_dictionary() -> None:
    paths = set(FIELDS) - {FUNDINGS}

    assert paths <= items_by_path().keys()
    assert [path for path in FIELDS if not may_be_told(path)] == [ENTRY]
    assert not may_be_told(STATE)
