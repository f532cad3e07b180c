"""Numbers that pass every check and belong to nobody: demo, tests, samples. Deterministic, no clock."""

from datetime import date, timedelta
from typing import Literal

from stdnum import luhn

from cpa_portal.kernel.identifiers.nir import nir_with_key

# Registrars number the births of a commune in a month from 001: the last hundreds are never reached.
FIRST_FICTITIOUS_ORDER = 901
FICTITIOUS_ORDERS = 99
_FIRST_BIRTH = date(1958, 1, 1)
_BIRTH_DAYS = 18_000
_BIRTH_PLACES = (
    "75056", "13055", "69123", "33063", "59350", "67482", "57463", "2A004", "2B033", "97105",
    "97209", "97302", "97411", "97608", "97801", "97502", "98818", "99109", "99351", "99352",
)  # fmt: skip


def build_nir(
    *, sex: Literal["1", "2", "3", "4", "7", "8"], birth_date: date, birth_place_code: str, order: int
) -> str:
    """The valid number of a fictitious person, in agreement with a civil status.

    `birth_place_code` is the five-character code of a commune, or 99 and the country for a birth abroad;
    `order` is 1 to 999. Raises InvalidIdentifier if the parts make no number.
    """
    return nir_with_key(f"{sex}{birth_date:%y%m}{birth_place_code}{order:03d}")


def fictitious_nir(serial: int) -> str:
    """The fictitious number of rank `serial` (0, 1, 2 …): always the same, all different below 35,000."""
    birth_date = _FIRST_BIRTH + timedelta(days=(serial * 7_919) % _BIRTH_DAYS)
    return build_nir(
        sex="1" if serial % 2 else "2",
        birth_date=birth_date,
        birth_place_code=_BIRTH_PLACES[serial % len(_BIRTH_PLACES)],
        order=FIRST_FICTITIOUS_ORDER + (serial // len(_BIRTH_PLACES)) % FICTITIOUS_ORDERS,
    )


def fictitious_siret(serial: int, *, establishment: int = 1) -> str:
    """A valid SIRET of an invented organisation. `serial`: 0 to 99,999; `establishment`: 1 to 9,999.

    SIREN numbers beginning with 16: no allocation of that range is known.
    """
    stem = f"160{serial:05d}"
    nic = f"{establishment:04d}"
    siren = stem + luhn.calc_check_digit(stem)
    return siren + nic + luhn.calc_check_digit(siren + nic)
