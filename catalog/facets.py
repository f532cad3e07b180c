"""The filters of the search: their names in the address, what people read, and how a row says yes.

Each choice is one bit. What does not depend on the day is stored with the row (`SearchEntry.facets`), so the numbers
of the bits never change: a new choice takes a new number. Choices of one filter add up (or), filters narrow (and).
"""

from collections.abc import Collection
from dataclasses import dataclass

# SQL over t (training), c (certification), a (action), s (session), when the row is written.
_LEVEL = "coalesce(t.exit_level, c.level)"
_PRICE = "a.price_cents"
_MINUTES = "a.hours_minutes"
_RHYTHM = "unaccent(lower(concat_ws(' ', a.rhythm, a.conditions)))"
# SQL over e (SearchEntry), when it is read. `%(day)s`: the day of the search.
_WAIT = "(e.starts_on - %(day)s::date)"


@dataclass(frozen=True, slots=True)
class Choice:
    """`stored`: SQL when the row is written; `asked`: SQL when it is read. One of the two."""

    slug: str
    label: str
    bit: int
    stored: str = ""
    asked: str = ""


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    choices: tuple[Choice, ...]

    @property
    def mask(self) -> int:
        return sum(1 << choice.bit for choice in self.choices)

    def chosen(self, slugs: Collection[str]) -> int:
        """The bits of the choices named; unknown names count for nothing."""
        return sum(1 << c.bit for c in self.choices if c.slug in slugs)


FACETS = (
    Facet(
        "niveau",
        "Niveau à la sortie",
        (
            *(
                Choice(str(level), label, level - 3, stored=f"{_LEVEL} = {level}")
                for level, label in (
                    (3, "CAP (niveau 3)"),
                    (4, "Bac (niveau 4)"),
                    (5, "Bac + 2 (niveau 5)"),
                    (6, "Bac + 3 ou 4 (niveau 6)"),
                    (7, "Bac + 5 (niveau 7)"),
                    (8, "Doctorat (niveau 8)"),
                )
            ),
            Choice("sans", "Sans niveau indiqué", 6, stored=f"{_LEVEL} IS NULL OR {_LEVEL} < 3"),
        ),
    ),
    Facet(
        "certifiante",
        "Certification",
        (
            Choice("rncp", "Diplôme ou titre (RNCP)", 7, stored="t.certification_code LIKE 'RNCP%%'"),
            Choice("rs", "Habilitation ou test (RS)", 8, stored="t.certification_code LIKE 'RS%%'"),
            Choice("non", "Sans certification nationale", 9, stored="t.certification_code = ''"),
        ),
    ),
    Facet(
        "modalite",
        "Sur place ou à distance",
        (
            Choice("sur-place", "Sur place", 10, stored="a.modality = 'on_site'"),
            Choice("mixte", "En partie à distance", 11, stored="a.modality = 'mixed'"),
            Choice("a-distance", "Entièrement à distance", 12, stored="a.modality = 'remote'"),
        ),
    ),
    Facet(
        "prix",
        "Prix, taxes comprises",
        (
            Choice("gratuit", "Gratuit", 13, stored=f"{_PRICE} = 0"),
            Choice("moins-de-500", "Moins de 500 €", 14, stored=f"{_PRICE} > 0 AND {_PRICE} < 50000"),
            Choice("500-1500", "De 500 à 1 499 €", 15, stored=f"{_PRICE} >= 50000 AND {_PRICE} < 150000"),
            Choice(
                "1500-3000", "De 1 500 à 2 999 €", 16, stored=f"{_PRICE} >= 150000 AND {_PRICE} < 300000"
            ),
            Choice("plus-de-3000", "3 000 € et plus", 17, stored=f"{_PRICE} >= 300000"),
            Choice("inconnu", "Prix non indiqué", 18, stored=f"{_PRICE} IS NULL"),
        ),
    ),
    Facet(
        "droits",
        "Mes droits",
        (
            Choice(
                "couvert",
                "Payée en entier par mes droits",
                19,
                asked="(e.price_cents <= %(rights)s AND e.price_cents IS NOT NULL)",
            ),
        ),
    ),
    Facet(
        "eligible",
        "Ma situation",
        (
            Choice(
                "oui",
                "Finançable dans ma situation",
                20,
                asked="(%(any_training)s OR coalesce(e.fundable_until >= %(day)s, false))",
            ),
        ),
    ),
    Facet(
        "prerequis",
        "Conditions d'entrée",
        (
            Choice(
                "aucun",
                "Sans diplôme ni prérequis",
                21,
                stored=f"coalesce(t.entry_level, 0) < 3 AND (t.entry_level IS NOT NULL OR {_RHYTHM}"
                " ~ '(aucun|sans|pas de) (pre-?requis|diplome|niveau)|tout public|debutant')",
            ),
        ),
    ),
    Facet(
        "duree",
        "Durée",
        (
            Choice("moins-de-35h", "Moins de 35 h", 22, stored=f"{_MINUTES} < 2100"),
            Choice("35-150h", "De 35 à 149 h", 23, stored=f"{_MINUTES} >= 2100 AND {_MINUTES} < 9000"),
            Choice("150-600h", "De 150 à 599 h", 24, stored=f"{_MINUTES} >= 9000 AND {_MINUTES} < 36000"),
            Choice("plus-de-600h", "600 h et plus", 25, stored=f"{_MINUTES} >= 36000"),
            Choice("inconnue", "Durée non indiquée", 26, stored=f"{_MINUTES} IS NULL"),
        ),
    ),
    Facet(
        "debut",
        "Début",
        (
            Choice("tout-moment", "À tout moment", 27, asked=f"(e.is_permanent AND {_WAIT} <= 0)"),
            Choice(
                "1-mois", "Dans les 30 jours", 28, asked=f"(NOT (e.is_permanent AND {_WAIT} <= 0) AND {_WAIT} <= 30)"
            ),
            Choice("3-mois", "Dans 31 à 90 jours", 29, asked=f"({_WAIT} > 30 AND {_WAIT} <= 90)"),
            Choice("6-mois", "Dans 91 à 180 jours", 30, asked=f"({_WAIT} > 90 AND {_WAIT} <= 180)"),
            Choice("plus-tard", "Plus tard", 31, asked=f"({_WAIT} > 180)"),
        ),
    ),
    Facet(
        "inscription",
        "Inscriptions",
        (
            Choice(
                "ouverte",
                "Inscriptions ouvertes aujourd'hui",
                32,
                asked="(coalesce(e.registration_starts_on <= %(day)s, true)"
                " AND coalesce(e.registration_ends_on >= %(day)s, true))",
            ),
        ),
    ),
    Facet(
        "accessible",
        "Handicap",
        (
            Choice(
                "oui",
                "Accès prévu pour les personnes handicapées",
                33,
                stored="a.accessibility <> '' AND unaccent(lower(a.accessibility)) !~ '^(non|pas )|non accessible'",
            ),
        ),
    ),
    Facet(
        "horaires",
        "Horaires",
        (
            Choice("soir", "Le soir", 34, stored=f"{_RHYTHM} ~ 'cours du soir|en soiree|le soir'"),
            Choice("week-end", "Le week-end", 35, stored=f"{_RHYTHM} ~ 'week-?end|samedi|dimanche'"),
        ),
    ),
)  # fmt: skip
BY_NAME = {facet.name: facet for facet in FACETS}
# What a row has beside the choices: it passes every filter; it passes all filters but the n-th.
PASSES_BIT = 36
STORED = tuple(choice for facet in FACETS for choice in facet.choices if choice.stored)
ASKED = tuple(choice for facet in FACETS for choice in facet.choices if choice.asked)


def stored_sql() -> str:
    """The stored bits of a row being written."""
    return " + ".join(
        f"CASE WHEN {choice.stored} THEN {1 << choice.bit}::bigint ELSE 0 END" for choice in STORED
    )


def read_sql() -> str:
    """All the bits of a row being read, those of the day included."""
    asked = " + ".join(
        f"CASE WHEN {choice.asked} THEN {1 << choice.bit}::bigint ELSE 0 END" for choice in ASKED
    )
    return f"(e.facets + {asked})"
