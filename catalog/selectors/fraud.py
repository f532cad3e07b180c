"""Signs that something may be wrong in the offer, each with its rule. A sign is no proof: a person looks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts.models import Holder
from catalog.enums import FraudSign
from catalog.models import SignReview, TrainingReport
from catalog.selectors.trainings import MEDIAN_OF_AT_LEAST
from cpa_portal.kernel.money import format_euros

TIMES_THE_MEDIAN = 3
COPIES = 5
MOST_READ = 500

RULES = {
    FraudSign.REPORT: "Une personne a signalé la formation. Son nom n’est pas montré, même si elle a un compte.",
    FraudSign.PRICE: (
        f"Le prix d’une heure est au moins {TIMES_THE_MEDIAN} fois le prix médian des formations à la même "
        f"certification, quand {MEDIAN_OF_AT_LEAST} au moins disent leur prix et leur durée."
    ),
    FraudSign.DUPLICATES: (
        f"Un organisme publie au moins {COPIES} fiches de même titre, même certification, même commune, même modalité, "
        "même prix et même durée : elles remplissent les listes sans rien ajouter."
    ),
    FraudSign.STANDING: (
        "L’organisme propose une formation certifiante alors que la liste publique le dit non certifié Qualiopi, ou "
        "qu’il n’a pas de numéro de déclaration d’activité (Code du travail, articles L. 6316-1 et L. 6351-1)."
    ),
}


@dataclass(frozen=True)
class Sign:
    """Something that bears a sign. `state` sums up the facts; `reviews`: what staff made of it, the last first."""

    sign: FraudSign
    subject: str
    state: str
    title: str
    organisation: str
    facts: str
    training_id: int | None = None
    organisation_id: int | None = None
    reviews: Sequence[SignReview] = field(default=())

    @property
    def is_handled(self) -> bool:
        """Staff looked at these very facts."""
        return any(review.state == self.state for review in self.reviews)


def signs(sign: FraudSign, *, subject: str = "") -> list[Sign]:
    """What bears the sign now, with its reviews, in two queries; one subject alone when it is named."""
    found = [row for row in READERS[sign]() if not subject or row.subject == subject]
    reviews: dict[str, list[SignReview]] = {row.subject: [] for row in found}
    held = SignReview.objects.filter(sign=sign, subject__in=reviews).select_related("author")
    for review in held:
        reviews[review.subject].append(review)
    return [replace(row, reviews=reviews[row.subject]) for row in found]


def reports_of(holder: Holder) -> list[tuple[TrainingReport, SignReview | None]]:
    """What the person reported and follows, the last first, with what was made of it; two queries."""
    reports = list(holder.training_reports.select_related("training__organisation"))
    subjects = [str(report.pk) for report in reports]
    # The last review wins: they come from the last to the first.
    reviews = SignReview.objects.filter(sign=FraudSign.REPORT, subject__in=subjects).order_by("at", "pk")
    last = {review.subject: review for review in reviews}
    return [(report, last.get(str(report.pk))) for report in reports]


def _reported() -> list[Sign]:
    reports: QuerySet[TrainingReport] = TrainingReport.objects.select_related("training__organisation")
    return [
        Sign(
            FraudSign.REPORT,
            subject=str(report.pk),
            state="",
            title=report.training.title,
            organisation=report.training.organisation.name,
            facts=f"{report.get_reason_display()}. {report.text}".strip(),
            training_id=report.training_id,
        )
        for report in reports[:MOST_READ]
    ]


_OFFERED = "t.closed_on IS NULL AND a.closed_on IS NULL"
_HOURLY = "(a.price_cents * 60.0 / a.hours_minutes)"
_OUTLIERS = f"""
    WITH middle AS (
        SELECT t.certification_code AS code,
            percentile_cont(0.5) WITHIN GROUP (ORDER BY {_HOURLY}) AS cents, count(*) AS said
        FROM catalog_action a JOIN catalog_training t ON t.id = a.training_id
        WHERE t.certification_code <> '' AND a.price_cents > 0 AND a.hours_minutes > 0 AND {_OFFERED}
        GROUP BY t.certification_code HAVING count(*) >= {MEDIAN_OF_AT_LEAST}
    )
    SELECT t.id, t.title, o.name, max({_HOURLY}), middle.cents, middle.said
    FROM catalog_action a JOIN catalog_training t ON t.id = a.training_id
    JOIN catalog_organisation o ON o.id = t.organisation_id
    JOIN middle ON middle.code = t.certification_code
    WHERE a.price_cents > 0 AND a.hours_minutes > 0 AND {_OFFERED}
        AND {_HOURLY} >= {TIMES_THE_MEDIAN} * middle.cents
    GROUP BY t.id, t.title, o.name, middle.cents, middle.said
    ORDER BY max({_HOURLY}) / middle.cents DESC, t.id LIMIT {MOST_READ}"""  # noqa: S608 - constants of ours


def _outliers() -> list[Sign]:
    return [
        Sign(
            FraudSign.PRICE,
            subject=str(key),
            state=str(round(hourly)),
            title=title,
            organisation=organisation,
            facts=(
                f"{format_euros(round(hourly))} de l’heure, {_times(hourly, middle)} fois le prix médian "
                f"({format_euros(round(middle))}, sur {said} offres)."
            ),
            training_id=key,
        )
        for key, title, organisation, hourly, middle, said in _rows(_OUTLIERS)
    ]


def _times(hourly: Decimal, middle: float) -> str:
    return f"{float(hourly) / middle:.1f}".replace(".", ",")


_COPIES = f"""
    SELECT o.id, o.name, min(t.id), min(t.title), count(DISTINCT t.id), md5(concat_ws('/', o.id, lower(t.title),
        t.certification_code, a.modality, p.commune_id, a.price_cents, a.hours_minutes)) AS copied
    FROM catalog_action a JOIN catalog_training t ON t.id = a.training_id
    JOIN catalog_organisation o ON o.id = t.organisation_id
    LEFT JOIN LATERAL (SELECT commune_id FROM catalog_session s JOIN catalog_place p ON p.id = s.place_id
        WHERE s.action_id = a.id ORDER BY s.id LIMIT 1) p ON true
    WHERE {_OFFERED}
    GROUP BY o.id, o.name, copied HAVING count(DISTINCT t.id) >= {COPIES}
    ORDER BY count(DISTINCT t.id) DESC, o.id LIMIT {MOST_READ}"""  # noqa: S608 - as above


def _copied() -> list[Sign]:
    return [
        Sign(
            FraudSign.DUPLICATES,
            subject=copied,
            state=str(copies),
            title=title,
            organisation=organisation,
            facts=f"{copies} fiches identiques.",
            training_id=key,
            organisation_id=organisation_id,
        )
        for organisation_id, organisation, key, title, copies, copied in _rows(_COPIES)
    ]


_STANDING = f"""
    SELECT o.id, o.name, o.nda, o.is_qualiopi, count(*) FROM catalog_organisation o
    JOIN catalog_training t ON t.organisation_id = o.id
    WHERE t.closed_on IS NULL AND t.certification_code <> '' AND (o.is_qualiopi IS FALSE OR o.nda = '')
    GROUP BY o.id ORDER BY count(*) DESC, o.id LIMIT {MOST_READ}"""  # noqa: S608 - as above


def _without_standing() -> list[Sign]:
    return [
        Sign(
            FraudSign.STANDING,
            subject=str(key),
            state=f"{nda}/{is_qualiopi}",
            title=f"{trainings} formation{'s' if trainings > 1 else ''} certifiante{'s' if trainings > 1 else ''}",
            organisation=name,
            facts=" ".join(
                said
                for said, holds in (
                    ("Non certifié Qualiopi selon la liste publique.", is_qualiopi is False),
                    ("Sans numéro de déclaration d’activité.", nda == ""),
                )
                if holds
            ),
            organisation_id=key,
        )
        for key, name, nda, is_qualiopi, trainings in _rows(_STANDING)
    ]


def _rows(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return list(cursor.fetchall())


READERS: dict[FraudSign, Callable[[], list[Sign]]] = {
    FraudSign.REPORT: _reported,
    FraudSign.PRICE: _outliers,
    FraudSign.DUPLICATES: _copied,
    FraudSign.STANDING: _without_standing,
}
