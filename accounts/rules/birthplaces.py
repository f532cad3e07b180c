"""One place of birth under two INSEE codes: the map of France changed, and a number keeps the code of its day.

Source: INSEE, Code officiel géographique, changes of départements; structure of the NIR (decree 82-103).
"""

# Until the law of 10 July 1964 took effect, on 1 January 1968, the six départements around Paris were two, Seine (75)
# and Seine-et-Oise (78); communes kept their three last digits.
_AROUND_PARIS = {"91", "92", "93", "94", "95"}
_BEFORE_1968 = ("75", "78")
# Until 1976 Corsica was one département, number 20; communes kept their three last digits.
_CORSICA = {"2A", "2B"}
_BEFORE_1976 = "20"
# Numbers of people born there before independence bear these, where civil status now bears the country.
_FORMER_DEPARTEMENTS = {
    "91": "99352",
    "92": "99352",
    "93": "99352",
    "94": "99352",
    "95": "99350",
    "96": "99351",
}
_INDEPENDENT_SINCE = {"99352": 1962, "99350": 1956, "99351": 1956}
# Saint-Barthélemy and Saint-Martin left Guadeloupe in 2007; Mayotte became a département in 2011.
_MOVED = {"97123": "97701", "97127": "97801"}
_MAYOTTE = ("985", "976")
# Arrondissements of Paris, Lyon and Marseille: an act names one, a list of communes the town.
_TOWNS = {"751": "75056", "693": "69123", "132": "13055"}


def is_same_birthplace(one: str, other: str, year: int | None) -> bool:
    """Whether two INSEE codes of a commune or of a country (99…) may be the birthplace of a person born that year.

    A year that is not known allows what any year would.
    """
    return one == other or other in _other_codes(one, year) or one in _other_codes(other, year)


def _other_codes(code: str, year: int | None) -> set[str]:
    """Those that the code replaced, or that stand for more than it does."""
    department, rest = code[:2], code[2:]
    codes = {_MOVED[code]} if code in _MOVED else set()
    if department in _CORSICA:
        codes.add(_BEFORE_1976 + rest)
    if department in _AROUND_PARIS and _born_before(1968, year):
        codes |= {former + rest for former in _BEFORE_1968}
    country = _FORMER_DEPARTEMENTS.get(department)
    if country and _born_before(_INDEPENDENT_SINCE[country] + 1, year):
        codes.add(country)
    if code.startswith(_MAYOTTE[0]):
        codes.add(_MAYOTTE[1] + code[3:])
    if code[:3] in _TOWNS:
        codes.add(_TOWNS[code[:3]])
    return codes


def _born_before(limit: int, year: int | None) -> bool:
    return year is None or year < limit
