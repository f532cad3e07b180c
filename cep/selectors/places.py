"""Where a person may want to be received: near work, near home, or in a commune they name."""

import unicodedata
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Holder
from catalog.models import Commune

WORK, HOME = "travail", "domicile"


@dataclass(frozen=True)
class PersonalPlace:
    """A place of the person: `code` stands in addresses, `label` is read on the page."""

    code: str
    label: str
    commune: Commune


def places_of(holder: Holder) -> list[PersonalPlace]:
    """Near work first: people come on their way (framework evaluation, 2022). One query."""
    wanted = [
        (WORK, "Près de mon travail", holder.work_commune_code),
        (HOME, "Près de chez moi", holder.home_commune_code),
    ]
    communes = Commune.objects.in_bulk([commune for _, _, commune in wanted if commune])
    return [
        PersonalPlace(code, f"{label} ({communes[commune].name})", communes[commune])
        for code, label, commune in wanted
        if commune in communes
    ]


def commune_named(text: str) -> Commune | None:
    """The commune that a person means by a name, a postal code or an INSEE code; the largest one of several.

    One query.
    """
    wanted = text.strip()
    by_code = Q(pk=wanted.upper()) | Q(postal_codes__contains=[wanted])
    found = Commune.objects.filter(by_code | Q(search_name=_plain(wanted)), closed_on__isnull=True)
    return found.order_by("-population", "pk").first()


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
