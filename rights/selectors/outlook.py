"""What a person's rights would pay, for the search of the catalogue."""

from __future__ import annotations

from datetime import date

from accounts.models import Holder
from catalog.ports import RightsOutlook
from rights.enums import Scheme
from rights.models import Counter
from rights.parameters import value_on

REGISTERED = (
    "Avec le CPF, une formation est finançable si elle prépare une certification enregistrée au RNCP ou au répertoire"
    " spécifique, ou le permis de conduire (article L6323-6 du code du travail)."
)
PUBLIC_AGENT = (
    "Vous avez des heures d'agent public : elles ouvrent toute formation utile à votre projet, certifiante ou non,"
    " avec l'accord de votre employeur (article L422-11 du code général de la fonction publique)."
)


def outlook_of(holder: Holder, day: date) -> RightsOutlook:
    """The balances that pay a training requested that day, and whether hours open any training. One query."""
    paying = value_on("paying_schemes", day).names
    counters = list(Counter.objects.filter(holder=holder))
    cents = sum(counter.balance for counter in counters if counter.scheme in paying)
    has_hours = any(c.scheme == Scheme.PUBLIC_HOURS and c.balance > 0 for c in counters)
    return RightsOutlook(cents, has_hours, PUBLIC_AGENT if has_hours else REGISTERED)
