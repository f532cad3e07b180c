"""Fictitious persons reserved for recette: each always gets the same documented case, one per fault. Pure.

Their NIR has a right key and a birth abroad in a country that does not exist (99 999): nobody bears it. The order in
the commune is the number of the case, so a partner's engineer can write the number of a case by hand.
"""

from __future__ import annotations

from agora_sync.faults import FaultCode

RECETTE = "recette"
# Sex, year, month, « abroad », no such country: the first ten characters of every reserved NIR.
PREFIX = "1500199999"
BIRTH_NAME = "RECETTE"
# A number stays what it is for ever: partners write it in their tests. New faults come at the end.
NUMBERED: tuple[FaultCode, ...] = (
    FaultCode.TRACES_UNAVAILABLE, FaultCode.METHOD_FORBIDDEN, FaultCode.CONTENT_TYPE, FaultCode.ENCODING,
    FaultCode.TOO_LARGE, FaultCode.SERVICE_INTERRUPTED, FaultCode.OVERLOAD, FaultCode.CHANNEL,
    FaultCode.MALFORMED_XML, FaultCode.DOCTYPE, FaultCode.VERSION_MISMATCH, FaultCode.ENVELOPE,
    FaultCode.MUST_UNDERSTAND, FaultCode.OPERATION_MISMATCH, FaultCode.TOKEN_MISSING, FaultCode.TOKEN_INVALID,
    FaultCode.FAILED_CHECK, FaultCode.INVALID_VI, FaultCode.INVALID_ISSUER, FaultCode.INVALID_SERVICE,
    FaultCode.INVALID_AUTH_LEVEL, FaultCode.INVALID_PAGM, FaultCode.NOT_ENTITLED, FaultCode.SCHEMA,
    FaultCode.REQUEST_CONFLICT, FaultCode.INTERNAL, FaultCode.INVALID_NIR, FaultCode.NIR_NAME_MISMATCH,
    FaultCode.HOLDER_UNKNOWN, FaultCode.HOLDER_DECEASED, FaultCode.INVALID_SIRET, FaultCode.INVALID_NDA,
    FaultCode.INVALID_CERTIFICATION, FaultCode.INVALID_AMOUNT, FaultCode.INVALID_DURATION,
    FaultCode.INCONSISTENT_DATES, FaultCode.FORBIDDEN_TRANSITION, FaultCode.FILE_UNKNOWN, FaultCode.FILE_CONFLICT,
    FaultCode.NIR_NOT_CERTIFIED, FaultCode.UNKNOWN_CODE, FaultCode.INVALID_DIF, FaultCode.OUTSIDE_TAKEOVER,
    FaultCode.VERSION_NOT_OPEN,
)  # fmt: skip
CASES: dict[int, FaultCode] = dict(enumerate(NUMBERED, start=1))
# The person for whom nothing is arranged: the real answer comes.
WITHOUT_FAULT = 999


def reserved_nir(number: int) -> str:
    """The fifteen characters of the person of that case, key included."""
    written = f"{PREFIX}{number:03d}"
    return f"{written}{97 - int(written) % 97:02d}"


def is_reserved(nir: str) -> bool:
    return nir.startswith(PREFIX)


def case_of(nir: str) -> FaultCode | None:
    """The fault of a reserved person; None for the one without fault, and for a number that has no case."""
    return CASES.get(int(nir[len(PREFIX) : len(PREFIX) + 3]))
