"""How rights leave an account otherwise than by a training: expiry, undue sums, closing, points reserved."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from rights.enums import PointsUse
from rights.parameters.types import LegalValues
from rights.rules import prevention
from rights.rules.derivation import Derivation, Measure, Operation
from rights.rules.working import Working

RETENTION = "Article L. 6323-45 du code du travail"
CLOSING = "Article L. 5151-2 du code du travail"
EARMARKING = "Article R. 6323-42-1 du code du travail"


def unused_dotation(
    *, received: int, left_at_deadline: int, gone_since: int, available: int, values: LegalValues
) -> Derivation:
    """Cents of a dated dotation that go back to its payer.

    `left_at_deadline`: all the dotations that the counter held on the last day, those set aside for a file included;
    `gone_since`: what already went back, or was used after for a file of before. What is still set aside waits.
    """
    working = Working("expiry", values)
    unused = working.step(
        "Ce qui n’avait pas servi le dernier jour", Operation.SMALLEST,
        working.given("Dotation reçue", received, Measure.CENTS),
        working.given("Dotations au compteur le dernier jour", left_at_deadline, Measure.CENTS),
        unit=Measure.CENTS, rule="le plus petit des deux : les autres dotations servent avant celle-ci",
    )  # fmt: skip
    due = working.step(
        "Ce qui reste à rendre", Operation.ROOM, unused,
        working.given("Déjà rendu, ou utilisé depuis par un dossier ouvert avant", gone_since, Measure.CENTS),
        unit=Measure.CENTS,
    )  # fmt: skip
    working.step(
        "Rendu au financeur", Operation.SMALLEST, due, working.given("Disponible", available, Measure.CENTS),
        unit=Measure.CENTS, rule="le plus petit des deux ; ce qui est mis de côté pour un dossier attend sa fin",
        source=EARMARKING,
    )  # fmt: skip
    return working.done()


def retained(*, due: int, kept_before: int, available: int, values: LegalValues) -> Derivation:
    """Cents kept back from a counter for a sum that was not due."""
    working = Working("retention", values)
    left = working.step(
        "Reste à retenir", Operation.ROOM, working.given("Somme qui n’était pas due", due, Measure.CENTS),
        working.given("Déjà retenu", kept_before, Measure.CENTS), unit=Measure.CENTS, source=RETENTION,
    )  # fmt: skip
    working.step(
        "Retenu sur ce compteur", Operation.SMALLEST, left,
        working.given("Disponible", available, Measure.CENTS),
        unit=Measure.CENTS, rule="le plus petit des deux ; le reste est retenu sur vos prochains droits",
        source=RETENTION,
    )  # fmt: skip
    return working.done()


def closed(*, balance: int, unit: Measure, values: LegalValues) -> Derivation:
    """All that a counter holds, when the account closes at death."""
    working = Working("closing", values)
    working.step(
        "Solde du compteur fermé", Operation.SUM, working.given("Solde", balance, unit), unit=unit,
        rule="au décès, le compte est fermé : les droits sont personnels et ne se transmettent pas", source=CLOSING,
    )  # fmt: skip
    return working.done()


def points_still_reserved(born: date, *, used_for_training: int, values: LegalValues) -> int:
    """The first points pay trainings alone; those that already did are no longer kept for it (R. 4163-13)."""
    return max(0, prevention.reserved_points(born, values) - used_for_training)


def points_asked(
    points: int, use: PointsUse, *, day: date, born: date, coefficient: Fraction | None, values: LegalValues
) -> Derivation:
    """The points of a request, after what they are worth that day. Raises ValueError for a part time without share."""
    worth = _worth(points, use, day, born, coefficient, values)
    working = Working.continuing(worth, "points_use")
    working.step(
        "Points demandés", Operation.SUM, working.given("Points", points, Measure.POINTS),
        unit=Measure.POINTS, rule="bloqués pendant l’examen de la demande, pris si elle est acceptée",
        source="Article R. 4163-17 du code du travail",
    )  # fmt: skip
    return working.done()


def _worth(
    points: int, use: PointsUse, day: date, born: date, coefficient: Fraction | None, values: LegalValues
) -> Derivation:
    match use:
        case PointsUse.TRAINING:
            return prevention.training_value(points, day=day, values=values)
        case PointsUse.RETIREMENT:
            return prevention.retirement_quarters(
                points + prevention.reserved_points(born, values), born=born, day=day, values=values
            )
        case PointsUse.PART_TIME:
            if coefficient is None:
                raise ValueError("a part time says which share of time it sets free")
            return prevention.part_time_days(points, coefficient, day=day, values=values)
