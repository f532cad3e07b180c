"""Codes of the two national registers of certifications held by France compétences."""

import re
from enum import StrEnum

from cpa_portal.kernel.identifiers.compact import compact
from cpa_portal.kernel.identifiers.errors import Cause, InvalidIdentifier

NOUN = "Le code de certification"
_PREFIXED = re.compile(r"(?P<register>RNCP|RS)(?P<number>[0-9]+)")
# Seven digits leave room: the highest numbers had five in 2026.
_NUMBER = re.compile(r"0*(?P<number>[1-9][0-9]{0,6})")


class Register(StrEnum):
    """RNCP: certifications of an occupation. RS: the others (specific skills, habilitations)."""

    RNCP = "RNCP"
    RS = "RS"


def certification_code(value: str, *, field: str = "certification", register: Register | None = None) -> str:
    """`RNCP25730` or `RS5695`, from any spelling (`rncp 25730`, leading zeros). Raises InvalidIdentifier.

    `register` is what a field already says by its name: a bare number is then accepted (training feeds
    write `25730` in a field meant for RNCP codes), and a code of the other register is refused.
    """
    text = compact(value, field=field, noun=NOUN)
    found = _PREFIXED.fullmatch(text) or _bare_number(text, register)
    if found is None:
        message = f"{NOUN} commence par RNCP ou RS, suivi de chiffres : par exemple RNCP25730."
        raise InvalidIdentifier(field=field, cause=Cause.PREFIX, message=message)
    prefix = found.groupdict().get("register") or str(register)
    if register is not None and prefix != register:
        message = f"Un code {register} est attendu ici, et non un code {prefix}."
        raise InvalidIdentifier(field=field, cause=Cause.PREFIX, message=message)
    return prefix + _number(found["number"], field)


def rncp_code(value: str, *, field: str = "code_rncp") -> str:
    """A code of the RNCP, the prefix being optional. Raises InvalidIdentifier."""
    return certification_code(value, field=field, register=Register.RNCP)


def rs_code(value: str, *, field: str = "code_rs") -> str:
    """A code of the Répertoire spécifique, the prefix being optional. Raises InvalidIdentifier."""
    return certification_code(value, field=field, register=Register.RS)


def _bare_number(text: str, register: Register | None) -> re.Match[str] | None:
    return re.fullmatch(r"(?P<number>[0-9]+)", text) if register is not None else None


def _number(digits: str, field: str) -> str:
    found = _NUMBER.fullmatch(digits)
    if found is None:
        cause = Cause.ZEROS if not digits.strip("0") else Cause.LENGTH
        message = f"{NOUN} comporte un numéro de un à sept chiffres, différent de zéro."
        raise InvalidIdentifier(field=field, cause=cause, message=message)
    return found["number"]
