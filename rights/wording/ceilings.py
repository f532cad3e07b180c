"""Up to where each right goes, and who decides of its use, in words."""

from __future__ import annotations

from datetime import date

from rights.enums import Scheme
from rights.parameters import legal_values
from rights.wording.values import format_value

# The parameters that limit each right: the ordinary one, then that of the majored categories.
CEILINGS = {
    Scheme.CPF: ("cpf_ceiling_cents", "cpf_majored_ceiling_cents"),
    Scheme.DIF: ("dif_ceiling_hours",),
    Scheme.CEC: ("cec_ceiling_cents",),
    Scheme.C2P: ("c2p_career_ceiling",),
    Scheme.PUBLIC_HOURS: ("public_ceiling_hours", "public_low_qualified_ceiling_hours"),
}
NONE = "aucun"


def ceiling_of(scheme: Scheme, day: date) -> str:
    """The ceilings of that day: `5 000,00 €, ou 8 000,00 € selon votre situation`; "aucun" for none."""
    values = legal_values()
    found = [format_value(values.parameters[name], values.on(name, day)) for name in CEILINGS.get(scheme, ())]
    if len(found) > 1:
        return f"{found[0]}, ou {found[1]} selon votre situation"
    return found[0] if found else NONE


def validators_of(scheme: Scheme) -> list[str]:
    """Who says yes, each once, by the table of uses."""
    names = [use.validated_by for use in legal_values().uses if use.scheme == scheme]
    return list(dict.fromkeys(names)) or ["Vous, puis l’organisme de formation"]
