import pytest

from tests.support.catalog_relevance import judged_queries, judgements, load_corpus, means

# What the search reached when it was last tuned, rounded down: mean precision at 5, mean reciprocal rank.
LEAST = {"tuned": (0.80, 0.80), "held out": (0.78, 0.78)}


def test_judged_queries_are_many_and_a_third_is_held_out():
    queries = judged_queries()

    assert len({(query.words, query.place) for query in queries}) == len(queries) >= 150
    assert 0.25 <= sum(query.is_held_out for query in queries) / len(queries) <= 0.42


@pytest.mark.django_db
def test_relevance_of_both_parts_does_not_fall():
    load_corpus()

    judged = list(judgements())

    for part, held_out in (("tuned", False), ("held out", True)):
        chosen = [judgement for judgement in judged if judgement.query.is_held_out is held_out]
        precision, rank = means(chosen)
        least_precision, least_rank = LEAST[part]
        assert precision >= least_precision, (part, precision)
        assert rank >= least_rank, (part, rank)
