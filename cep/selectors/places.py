"""Where a person may want to be received: near work, near home, or in a commune they name."""

from dataclasses import dataclass

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
