"""Comparing two writings of a name, as civil-status registers do: on a filtered form."""

import re
import unicodedata

_LETTERS = str.maketrans(
    {"Œ": "OE", "Æ": "AE", "ẞ": "SS", "Ø": "O", "Ł": "L", "Đ": "D", "Ð": "D", "Þ": "TH", "Ħ": "H"}
)
# Passports and registers of other countries write the mark as a letter ("Mueller", ICAO 9303-3); INSEE drops it
# ("MULLER").
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE", "Å": "AA", "Ø": "OE"})
# Small words that come before a name and that registers glue, write apart or leave out.
_PARTICLES = {
    "D", "DA", "DAL", "DALLA", "DAS", "DE", "DEGLI", "DEI", "DEL", "DELLA", "DELLO", "DEN", "DER", "DES", "DI",
    "DO", "DOS", "DU", "E", "VAN", "VON", "Y", "ZU",
}  # fmt: skip
_ARTICLES = {"AL", "EL", "L", "LA", "LAS", "LE", "LES", "LOS"}
_SAINTS = {"ST": "SAINT", "STE": "SAINTE", "STS": "SAINTS", "STES": "SAINTES"}
# "Durand épouse Martin", "Martin née Durand": one answer that gives both names.
_BIRTH_THEN_USUAL = {
    "EPOUSE", "EPOUX", "EP", "EPSE", "EPX", "VEUVE", "VEUF", "VVE", "VF", "DIVORCEE", "DIVORCE", "DIV",
}  # fmt: skip
_USUAL_THEN_BIRTH = {"NEE", "NE"}
_CIVILITIES = {"MADAME", "MME", "MADEMOISELLE", "MLLE", "MONSIEUR", "MR"}


def filtered_words(name: str) -> list[str]:
    """The words of a name: upper case, no accent, ligatures opened, no separator."""
    return _words(name.replace("ß", "ss").upper())


def is_same_name(one: str, other: str) -> bool:
    """Whether two writings designate one name. Two names without any letter are not the same.

    Particles and articles may be missing on one side: use it where something else tells people apart, as a
    NIR does.
    """
    droppable = _PARTICLES | _ARTICLES
    return bool(_forms(one, droppable) & _forms(other, droppable))


def is_same_registered_name(one: str, other: str) -> bool:
    """The same between two copies of a civil status: "de Villiers" is "Villiers", "Le Roux" is not "Roux"."""
    return bool(_forms(one, _PARTICLES) & _forms(other, _PARTICLES))


def is_a_name_of(answer: str, *, birth_name: str, usual_name: str) -> bool:
    """Whether what a person answered to "votre nom" is one of theirs: of birth, of use, or the two together."""
    names = [birth_name]
    if filtered_words(usual_name):
        names += [usual_name, f"{birth_name} {usual_name}", f"{usual_name} {birth_name}"]
    # The whole answer too: somebody may be called "Ne" or "Madame".
    given = [_declared_birth_name(answer), answer]
    # Every comparison is made: the time of the answer does not tell which name was right.
    agreements = [is_same_name(one, name) for one in given for name in names]
    return any(agreements)


def first_names_agree(one: str, other: str) -> bool:
    """Whether two lists of first names begin with the same one. "Jean-Pierre" is "Jean Pierre" and not "Jean"."""
    ours, theirs = _given(one), _given(other)
    if not ours or not theirs:
        return False
    return ours[0] in _beginnings(theirs) or theirs[0] in _beginnings(ours)


def first_names_are_registered_alike(one: str, other: str) -> bool:
    """The same between two copies of a civil status: where both give several first names, none contradicts."""
    ours, theirs = _given(one), _given(other)
    whole = "".join(ours) in _beginnings(theirs) or "".join(theirs) in _beginnings(ours)
    return first_names_agree(one, other) and whole


def is_a_first_name_of(answer: str, first_names: str) -> bool:
    """Whether the answer is the first names, or one of them: each may be used (Code civil, article 57)."""
    given = _given(answer)
    return first_names_agree(answer, first_names) or "".join(given) in set(_given(first_names)) - {""}


def _words(upper: str) -> list[str]:
    opened = upper.translate(_LETTERS)
    plain = "".join(c for c in unicodedata.normalize("NFKD", opened) if not unicodedata.combining(c))
    return [_SAINTS.get(word, word) for word in re.findall(r"[A-Z0-9]+", plain)]


def _forms(name: str, droppable: set[str]) -> set[str]:
    """The name in one word, with all its small words, then with fewer; a name may be nothing but one ("Le")."""
    upper = unicodedata.normalize("NFC", name.replace("ß", "ss").upper())
    writings = (_words(upper), _words(upper.translate(_UMLAUTS)))
    return {form for words in writings for form in _forms_of_words(words, droppable)} - {""}


def _forms_of_words(words: list[str], droppable: set[str]) -> set[str]:
    forms = {"".join(words), "".join(word for word in words if word not in droppable)}
    while words and words[0] in droppable:
        words = words[1:]
        forms.add("".join(words))
    return forms


def _declared_birth_name(answer: str) -> str:
    """The birth name out of an answer that says which name is which; the answer itself otherwise."""
    words = answer.split()
    if len(words) > 1 and "".join(filtered_words(words[0])) in _CIVILITIES:
        words = words[1:]
    for rank, word in enumerate(words[:-1]):
        said = "".join(filtered_words(word))
        if rank and said in _BIRTH_THEN_USUAL:
            return " ".join(words[:rank])
        if said in _USUAL_THEN_BIRTH:
            return " ".join(words[rank + 1 :])
    return " ".join(words)


def _given(first_names: str) -> list[str]:
    """The first names in their order, each in one word: a hyphen joins, a space or a comma separates."""
    joined = ("".join(filtered_words(part)) for part in re.split(r"[\s,;]+", first_names))
    return [name for name in joined if name]


def _beginnings(given: list[str]) -> set[str]:
    return {"".join(given[:count]) for count in range(1, len(given) + 1)}
