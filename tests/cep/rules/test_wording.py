from datetime import date, datetime, time, timedelta

import pytest

from cep.rules.wording import day_in_words, days_in_words, hour_in_words, meeting_in_words


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 11, 23), "lundi 23 novembre 2026"),
        (date(2026, 12, 1), "mardi 1er décembre 2026"),
        (date(2027, 8, 31), "mardi 31 août 2027"),
    ],
)
def test_day_in_words(day, words):
    assert day_in_words(day) == words


@pytest.mark.parametrize(
    ("first", "words"),
    [
        (date(2026, 11, 23), "du 23 au 29 novembre 2026"),
        (date(2026, 11, 30), "du 30 novembre au 6 décembre 2026"),
        (date(2026, 12, 28), "du 28 décembre 2026 au 3 janvier 2027"),
        (date(2027, 2, 1), "du 1er au 7 février 2027"),
    ],
)
def test_days_in_words_says_once_what_is_common(first, words):
    assert days_in_words(first, first + timedelta(days=6)) == words


@pytest.mark.parametrize(
    ("hour", "words"),
    [(time(9), "9\u00a0h"), (time(14, 30), "14\u00a0h\u00a030"), (time(8, 5), "8\u00a0h\u00a005")],
)
def test_hour_in_words(hour, words):
    assert hour_in_words(hour) == words


def test_meeting_in_words_says_whose_clock_only_where_it_differs():
    start = datetime(2026, 11, 23, 9)  # noqa: DTZ001 a local clock has no zone

    assert meeting_in_words(start, "") == "lundi 23 novembre 2026 à 9\u00a0h"
    assert (
        meeting_in_words(start, "heure de Mayotte") == "lundi 23 novembre 2026 à 9\u00a0h (heure de Mayotte)"
    )
