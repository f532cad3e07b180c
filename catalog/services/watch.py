"""Warnings that people send about trainings, and what staff make of each sign."""

from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Holder, User
from catalog.enums import FraudSign, ReportReason, ReviewOutcome
from catalog.exceptions import SignGone, TooManyReports
from catalog.models import SignReview, Training, TrainingReport
from catalog.selectors.fraud import signs
from cpa_portal.kernel.encryption import keyed_hash

WINDOW = timedelta(hours=24)


@transaction.atomic
def report_training(
    *, training: Training, reason: ReportReason, text: str, origin: str, holder: Holder | None = None
) -> TrainingReport:
    """Keep a person's warning. `origin`: an IP address, kept as a keyed hash; `holder`: who asked to follow it.

    Raises TooManyReports beyond settings.REPORTS_PER_DAY from one origin over 24 hours.
    """
    mark = keyed_hash(origin)
    with connection.cursor() as cursor:
        # Two warnings of one origin are counted one after the other.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"report:{mark}"])
    sent = TrainingReport.objects.filter(origin_hash=mark, sent_at__gt=timezone.now() - WINDOW)
    if settings.REPORTS_PER_DAY and sent.count() >= settings.REPORTS_PER_DAY:
        raise TooManyReports(
            "too_many_reports",
            "Plusieurs signalements ont déjà été envoyés depuis cette connexion aujourd’hui. Réessayez demain. En cas "
            "d’escroquerie, portez plainte sans attendre, au commissariat ou à la gendarmerie.",
        )
    return TrainingReport.objects.create(
        training=training, reason=reason, text=text, holder=holder, origin_hash=mark
    )


def review_sign(
    *, sign: FraudSign, subject: str, state: str, outcome: ReviewOutcome, reason: str, author: User
) -> SignReview:
    """Write what was made of a sign. `state`: the facts that the person had before their eyes.

    Raises SignGone when nothing bears the sign any more, or when its facts have changed meanwhile.
    """
    borne = signs(sign, subject=subject)
    if not borne or borne[0].state != state:
        raise SignGone("sign_gone", "Les faits ont changé depuis que la page s’est ouverte. Relisez-la.")
    return SignReview.objects.create(
        sign=sign, subject=subject, state=state, outcome=outcome, reason=reason, author=author
    )
