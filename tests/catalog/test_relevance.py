import pytest

from catalog.selectors.trainings import Wish, search_trainings
from tests.support.catalog_relevance import FIRST_DAY, judged_queries, judgements, load_corpus, means

# What the search reached when it was last tuned, rounded down: mean precision at 5, mean reciprocal rank.
LEAST = {"tuned": (0.85, 0.91), "held out": (0.80, 0.90)}


def test_judged_queries_are_many_and_a_third_is_held_out():
    queries = judged_queries()

    assert len({(query.words, query.place) for query in queries}) == len(queries) >= 150
    assert 0.25 <= sum(query.is_held_out for query in queries) / len(queries) <= 0.42


SAME_FIRST_PAGE = (
    ("developpeur web", "développeur web", "dévelopeur web", "développeuses web", "DÉVELOPPEUR·SE WEB"),
    ("soudeur", "soudeuse", "soudeurs", "soudeuses", "l'soudeur"),
    ("infirmier", "infirmière", "infirmieres", "infirmier(ière)"),
    ("directeur marketing", "directrice marketing", "directrices marketing"),
    ("conseiller de vente", "conseillère de vente", "conseillere vente"),
    ("technicien en soudage", "technicienne en soudage"),
    ("agent de propreté", "agente de proprete", "agents de propreté"),
    ("comptable", "comptables", "contable"),
    ("boulanger", "boulangère", "boulanjer", "boulangere"),
    ("gestionnaire de paie", "gestionnaire de paye"),
    (
        "électricien",
        "électricien (h/f)",
        "électricienne F/H",
        "électricien ou électricienne",
        "l’électricien",
    ),
    ("maçon", "maçonne", "maçons", "maçon·ne"),
    ("e-commerce", "ecommerce", "e commerce"),
    ("auto-école", "auto école", "autoécole"),
    ("caces", "C.A.C.E.S."),
    ("ingénieur", "ingénieure", "ingénieurs"),
)


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

    for group in SAME_FIRST_PAGE:
        pages = {first_page(words) for words in group}
        assert len(pages) == 1, group
        assert pages != {()}, group


def first_page(words):
    results = search_trainings(Wish(day=FIRST_DAY, words=words))
    return tuple(result.training.pk for result in results.items)
