"""Rules on single fields. Each takes the text of a feed and gives (value, problem).

A value that is certain in spite of its spelling is repaired; one that is not is refused, and then the value
is the empty one of its type. The text None (element absent) and "" are empty without being a problem.
"""

import datetime
import html
import re
from dataclasses import dataclass
from decimal import Decimal

from catalog.enums import FindingAction
from cpa_portal.kernel.identifiers import (
    InvalidIdentifier,
    certification_code,
    normalise_nda,
    normalise_siret,
)


@dataclass(frozen=True, slots=True)
class Problem:
    rule: str
    action: FindingAction


def refused(rule: str) -> Problem:
    return Problem(rule, FindingAction.REFUSED)


def repaired(rule: str) -> Problem:
    return Problem(rule, FindingAction.REPAIRED)


# What people write where the format wants something and they have nothing to say.
PLACEHOLDERS = frozenset(
    {"-", "--", "---", ".", "..", "...", "_", "/", "?", "x", "xx", "xxx", "nc", "nr", "n/a", "na", "ras", "sans objet",
     "non renseigne", "non renseigné", "non communiqué", "non précisé", "à définir", "néant", "null", "none"}
)  # fmt: skip
_BLOCKS = re.compile(r"(?i)<\s*(?:br|/p|/div|/li|/h[0-9]|/ul|/ol|/tr)\b[^>]*>")
_ITEMS = re.compile(r"(?i)<\s*li\b[^>]*>")
_TAGS = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.S)
# After the XML reader has undone one escaping: tags that are still escaped, entities escaped once more.
_ESCAPED_TAGS = re.compile(
    r"(?i)&(?:amp;)*lt;/?[a-z]|&amp;(?:amp;)*(?:lt|gt|nbsp|amp|quot|[a-z]{1,2}(?:acute|grave|circ|cedil|uml)|#[0-9]+);"
)
FREE = frozenset({"gratuit", "gratuite", "gratuit.", "0 €"})
PRICE_LIMIT_EUROS = 1_000_000
HOURS_LIMIT = 20_000
PERCENT_LIMIT = 100
# Files write 99991231 where they mean no end; the last of ours is the end that open data give to what has none.
YEARS = range(1950, 3000)
# Neither letters nor spaces: control codes, marks without width, marks that turn the direction of the line.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
# A file of Windows that says ISO-8859-1, where these codes are letters of no language.
_WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}


def plain_text(text: str | None) -> tuple[str, Problem | None]:
    """Text for people: tags become lines, entities letters. HTML escaped twice is repaired."""
    value, problem = visible(text or "")
    value = value.strip()
    if value.lower() in PLACEHOLDERS:
        return "", refused("placeholder")
    if _ESCAPED_TAGS.search(value):
        problem = repaired("html_escaped_twice")
        while _ESCAPED_TAGS.search(value):
            value = html.unescape(value)
    if "<" in value:
        value = _TAGS.sub("", _BLOCKS.sub("\n", _ITEMS.sub("\n• ", value)))
    value = html.unescape(value).replace("\u00a0", " ")
    lines = (" ".join(line.split()) for line in value.splitlines())
    return "\n".join(line for line in lines if line and line != "•"), problem


def visible(text: str) -> tuple[str, Problem | None]:
    """The text without what cannot be seen; letters of Windows in a file that says ISO-8859-1 become themselves."""
    if not _INVISIBLE.search(text):
        return text, None
    value = _INVISIBLE.sub("", text.translate(_WINDOWS))
    return value, repaired("control_characters")


def title(text: str | None) -> tuple[str, Problem | None]:
    """A title, without the full stop that some producers put. Empty when there is none to keep."""
    value, problem = plain_text(text)
    value = " ".join(value.split())
    if value.endswith(".") and not value.endswith(".."):
        value, problem = value.rstrip(". "), problem or repaired("title_trailing_dot")
    if len(value) > 255:
        value, problem = value[:254].rstrip() + "…", problem or repaired("title_too_long")
    return value, problem


def day(text: str | None) -> tuple[datetime.date | None, Problem | None]:
    """A date written YYYYMMDD; with dashes or as dd/mm/yyyy it is repaired; `20170900` is refused."""
    value = (text or "").strip()
    if not value:
        return None, None
    compact = re.fullmatch(r"([0-9]{4})([0-9][0-9])([0-9][0-9])", value)
    dashed = re.fullmatch(r"([0-9]{4})-([0-9][0-9])-([0-9][0-9])(?:[T ].{0,30})?", value)
    slashed = re.fullmatch(r"([0-9][0-9])/([0-9][0-9])/([0-9]{4})", value)
    parts = compact or dashed or slashed
    if not parts:
        return None, refused("date_malformed")
    year, month, number = parts.groups() if not slashed else reversed(parts.groups())
    try:
        found = datetime.date(int(year), int(month), int(number))
    except ValueError:
        return None, refused("date_impossible")
    if found.year not in YEARS:
        return None, refused("date_out_of_range")
    return found, None if compact else repaired("date_format")


def price_cents(text: str | None) -> tuple[int | None, Problem | None]:
    """An amount in euros, as integer cents. Decimal comma, spaces, the euro sign and « gratuit » are repaired."""
    if (text or "").strip().lower() in FREE:
        return 0, repaired("price_in_words")
    if re.fullmatch(r"\s*[0-9]{1,3}\.[0-9]{3}\s*", text or ""):
        return None, refused("price_malformed")  # 1.250: one euro and a quarter, or a thousand and a quarter?
    amount, problem = _decimal(text, "price", units=r"(?:€|eur|euros?)?(?:ttc)?")
    if amount is None:
        return None, problem
    if amount > PRICE_LIMIT_EUROS:
        return None, refused("price_out_of_range")
    cents = amount * 100
    if cents != int(cents):
        return None, refused("price_malformed")
    return int(cents), problem


def hours_minutes(text: str | None) -> tuple[int | None, Problem | None]:
    """A number of hours, as integer minutes, rounded to the minute. « 70h30 » is repaired."""
    clock = re.fullmatch(r"([0-9]{1,5})\s*[hH:]\s*([0-5][0-9])(?:\s*mi?n\.?)?", (text or "").strip())
    if clock and int(clock[1]) < HOURS_LIMIT:
        return int(clock[1]) * 60 + int(clock[2]), repaired("hours_and_minutes")
    amount, problem = _decimal(text, "hours", units=r"(?:h|heures?)?")
    if amount is None:
        return None, problem
    if amount > HOURS_LIMIT:
        return None, refused("hours_out_of_range")
    return round(amount * 60), problem


def percentage(text: str | None) -> tuple[Decimal | None, Problem | None]:
    """A rate in percent, at most 100. Decimal comma and the percent sign are repaired."""
    amount, problem = _decimal(text, "rate", units=r"%?")
    if amount is not None and amount > PERCENT_LIMIT:
        return None, refused("rate_out_of_range")
    return amount, problem


def _decimal(text: str | None, name: str, *, units: str) -> tuple[Decimal | None, Problem | None]:
    value = (text or "").strip()
    if not value:
        return None, None
    if value.lower() in PLACEHOLDERS:
        return None, refused("placeholder")
    bare = re.sub(r"\s", "", value).lower()
    # « 1.250,50 »: a point before three digits and a comma can only part the thousands.
    bare = re.sub(r"\.(?=[0-9]{3}(?:\.[0-9]{3})*,)", "", bare)
    found = re.fullmatch(rf"([0-9]{{1,9}})(?:([.,])([0-9]{{1,6}}))?{units}", bare)
    if not found:
        return None, refused(f"{name}_malformed")
    whole, mark, decimals = found.groups()
    amount = Decimal(f"{whole}.{decimals or 0}")
    if mark == ",":
        return amount, repaired("decimal_comma")
    return amount, None if re.fullmatch(r"[0-9.]+", value) else repaired(f"{name}_with_unit")


def siret(text: str | None) -> tuple[str, Problem | None]:
    """A SIRET. Spaces are repaired; a wrong length or key is refused: nothing says which digit is wrong."""
    value = (text or "").strip()
    if not value:
        return "", refused("siret_missing")
    try:
        number = normalise_siret(value)
    except InvalidIdentifier as refusal:
        return "", refused(f"siret_{refusal.cause.name.lower()}")
    return number, None if number == value else repaired("siret_spacing")


def nda(text: str | None) -> tuple[str, Problem | None]:
    """A declaration number. `99999999999` stands for none in real feeds."""
    value = (text or "").strip()
    if not value:
        return "", None
    if value.lower() in PLACEHOLDERS:
        return "", refused("placeholder")
    try:
        number = normalise_nda(value)
    except InvalidIdentifier as refusal:
        return "", refused(f"nda_{refusal.cause.name.lower()}")
    return number, None if number == value else repaired("nda_spacing")


def certification(text: str | None, *, register: str) -> tuple[str, Problem | None]:
    """A code of the register that the element's name says. `25730` in code-RNCP is repaired to RNCP25730."""
    value = (text or "").strip()
    if not value or value.lower() in PLACEHOLDERS:
        return "", refused("placeholder") if value else None
    bare = bool(re.fullmatch(r"[0-9]+", value))
    try:
        code = certification_code(f"{register}{value}" if bare else value)
    except InvalidIdentifier:
        return "", refused("certification_code_malformed")
    if code == value:
        return code, None
    return code, repaired("certification_prefix_missing" if bare else "certification_code_format")


# LHEO 2.3, table « niveaux »: the levels of before 2019 and, from 11 on, the European ones.
_LEVELS: dict[str, int | None] = {
    "0": None, "1": None, "2": None, "3": None, "4": 3, "5": 4, "6": 5, "7": 6, "8": 7,
    **{str(10 + number): number for number in range(1, 9)},
}  # fmt: skip


def level(text: str | None) -> tuple[int | None, Problem | None]:
    """A European level (1 to 8), from an old or a new code; None for "not said" and "below CAP"."""
    value = (text or "").strip()
    if not value or value in _LEVELS:
        return _LEVELS.get(value), None
    return None, refused("level_unknown")


def website(text: str | None) -> tuple[str, Problem | None]:
    """An http address. A missing scheme is repaired; any other scheme is refused (it would be a link)."""
    value = (text or "").strip()
    if not value or value.lower() in PLACEHOLDERS:
        return "", refused("placeholder") if value else None
    if len(value) <= 390:
        if re.fullmatch(r"(?i)https?://[\w-]+(?:\.[\w-]+)+(?::[0-9]+)?(?:[/?#]\S*)?", value):
            return value, None
        if re.fullmatch(r"(?i)[\w-]+(?:\.[\w-]+)+(?:[/?#]\S*)?", value):
            return f"http://{value}", repaired("url_scheme_missing")
    return "", refused("url_malformed")


def email(text: str | None) -> tuple[str, Problem | None]:
    value = (text or "").strip()
    if not value or value.lower() in PLACEHOLDERS:
        return "", refused("placeholder") if value else None
    if len(value) <= 160 and re.fullmatch(r"[^@\s<>\"']+@[\w-]+(?:\.[\w-]+)+", value):
        return value, None
    return "", refused("email_malformed")


def degrees(text: str | None, *, limit: float) -> tuple[float | None, Problem | None]:
    """A latitude (limit 90) or a longitude (180). Decimal comma is repaired."""
    value = (text or "").strip()
    if not value:
        return None, None
    found = re.fullmatch(r"([+-]?[0-9]{1,3})(?:([.,])([0-9]{1,20}))?", value)
    if not found:
        return None, refused("position_malformed")
    number = float(f"{found[1]}.{found[3] or 0}")
    if abs(number) > limit:
        return None, refused("position_out_of_range")
    return number, repaired("decimal_comma") if found[2] == "," else None
