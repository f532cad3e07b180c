"""Words of a search: one spelling, no empty words, one form for gender and number, and the family of a word.

The stemmer of PostgreSQL keeps "soudeur", "soudeuse", "soudure" and "soudage" apart. Two rules on endings, never a
list of words, bring them together. `lemma`: one form for masculine and feminine, singular and plural, and the
spellings that people confuse (doubled letters, y and i, ph and f). `family`: what is left once the endings that
make a person, an action or a place of a word are taken away too. Both are indexed, under prefixes that no word has;
the names of organisations are indexed as they are written.
"""

import re
import unicodedata
from functools import lru_cache

LEMMA_PREFIX, FAMILY_PREFIX, NAME_PREFIX, JOB_PREFIX = "xl", "xq", "xn", "xr"
SHORTEST_ROOT = 4


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


EMPTY_WORDS = _set(
    "a au aux avec c ce ces cet cette d dans de des du elle en entre et eux il ils j je l la le les leur leurs"
    " lui m ma mais me mes moi mon n ne nos notre nous on ou par pas pour qu que qui s sa sans se ses si son"
    " sous sur t ta te tes toi ton tu un une vers vos votre vous y"
    " afin ainsi dont lors notamment selon"
)
# Everything here is a training: these words tell nothing. Diploma words say a level, not a subject.
DOMAIN_WORDS = _set(
    "formation formations stage stages cours apprendre devenir metier metiers preparation preparer"
    " bac bts btsa cap capa bep bp but dut licence master mention pro professionnel professionnelle professionnels"
    " titre brevet doctorat bachelor"
    " certificat certification diplome qualification niveau option options"
    # How one would like it, not what it is about.
    " alternance apprentissage courte courtes cpf debutant debutante debutants distance gratuit gratuite gratuites"
    " intensive reconversion certifiante diplomante qualifiante"
)
_ENDINGS = _set(
    "isation ateur ation ition ion icien icit ic abilit abl air ariat ial iel"
    " eur eri ier ien ur ag ement ment ist ism anc ant er e i ir"
)
_DOUBLED = re.compile(r"([a-z])\1")
# Feminine to masculine, on words without doubled letters; the longest first.
_GENDERS = tuple(
    (re.compile(f"{ending}$"), put)
    for ending, put in (
        ("eresse", "eur"),
        ("ereuse", "ereur"),
        ("trice", "teur"),
        ("euse", "eur"),
        ("eux?", "eur"),
        ("iere", "ier"),
        ("ere", "er"),
        ("ive", "if"),
        ("que", "c"),
        ("ee", "e"),
    )
)
# « développeur·se », « agent(e) », « directeur/trice », « infirmier-ière »: the masculine form tells it all.
_INCLUSIVE = re.compile(
    r"(?<=\w\w\w)[·.(/-](?:e|s|se|euse|ice|rice|trice|ere|iere|ne|ienne|le|elle|fe|ve|ive|esse)\)?"
    r"(?:[·.-]?s)?(?=\W|$)"
)

# « (h/f) », « F/H », « H-F-X »: whom an offer is for, never what it is about.
_ANY_GENDER = re.compile(r"\(?\b(?:[hm]\s?[/·.-]\s?f|f\s?[/·.-]\s?[hm])(?:\s?[/·.-]\s?x)?\b\)?")
# « C.A.C.E.S. »: the points between the letters of an acronym.
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}[a-z]?(?![a-z])")
# « e-commerce », « e-learning »: one word. The letters of an elision are apart: "l-anglais" is typed for "l'anglais".
_LETTER_AND_WORD = re.compile(r"\b([abefghikopruvwxz])-(?=[a-z]{3})")


def _single(word: str) -> str:
    """Without doubled letters: they are what people get wrong most ("dévelopeur")."""
    return _DOUBLED.sub(r"\1", word)


# A feed says the same few thousand words again and again.
WORDS_KEPT = 50_000
_LONGEST_FIRST = sorted(_ENDINGS, key=lambda ending: (-len(ending), ending))


def fold(text: str) -> str:
    """Lower case without accents; "œ" is "oe", every apostrophe and dash is a space.

    >>> fold("L'Œuvre du Développeur")
    'l oeuvre du developpeur'
    """
    return " ".join(re.findall(r"[a-z0-9]+", _plain(text)))


class _PlainCharacters(dict[int, str]):
    """Each character without its marks, ligatures in two letters; worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFKD", chr(code))
        self[code] = "".join(c for c in decomposed if not unicodedata.combining(c))
        return self[code]


_PLAIN = _PlainCharacters({ord("œ"): "oe", ord("æ"): "ae"})


def _plain(text: str) -> str:
    return text.lower() if text.isascii() else text.lower().translate(_PLAIN)


def words_of(text: str) -> list[str]:
    """The folded words of a text, inclusive endings left out ("agent·e", "directeur/trice", "h/f")."""
    return re.findall(r"[a-z0-9]+", _written_plainly(text))


def _written_plainly(text: str) -> str:
    """Folded, with what is only a way of writing taken away: genders, points of acronyms, the dash of "e-commerce"."""
    plain = _INCLUSIVE.sub("", _ANY_GENDER.sub(" ", _plain(text)))
    plain = _DOTTED.sub(lambda found: found[0].replace(".", ""), plain)
    return _LETTER_AND_WORD.sub(r"\1", plain)


def search_words(text: str) -> list[str]:
    """The words that count, in order, each once. Domain words count only when there is nothing else."""
    words = list(dict.fromkeys(word for word in words_of(text) if word not in EMPTY_WORDS))
    return [word for word in words if word not in DOMAIN_WORDS] or words


@lru_cache(maxsize=WORDS_KEPT)
def lemma(word: str) -> str:
    """One form for the gender, the number and the usual confusions of spelling of a folded word.

    >>> {lemma(word) for word in ("developpeur", "developeur", "developpeuse", "developpeuses")}
    {'developeur'}
    """
    if not word.isalpha() or len(word) < SHORTEST_ROOT:
        return word
    single = _single(word.replace("ph", "f").replace("th", "t").replace("y", "i"))
    if single.endswith("aux") and not single.endswith("eaux"):
        single = single[:-3] + "al"
    single = single.rstrip("s") if not single.endswith("eux") else single
    if single.endswith("x") and not single.endswith("eux"):
        single = single[:-1]
    for pattern, put in _GENDERS:
        changed = pattern.sub(put, single)
        if changed != single and len(changed) >= SHORTEST_ROOT:
            return changed
    bare = single.removesuffix("e")
    return bare if len(bare) >= SHORTEST_ROOT - 1 else single


@lru_cache(maxsize=WORDS_KEPT)
def family(word: str) -> str:
    """The family of a folded word, "" when it is too short to have one.

    >>> {family(word) for word in ("soudeur", "soudeuse", "soudure", "soudage", "soudeurs")}
    {'soud'}
    """
    single = lemma(word)
    if len(single) < SHORTEST_ROOT or not single.isalpha():
        return ""
    cut = (ending for ending in _LONGEST_FIRST if single.endswith(ending))
    return next((single[: -len(e)] for e in cut if len(single) - len(e) >= SHORTEST_ROOT), single)


def indexed_words(text: str) -> list[str]:
    """The words of a text that the index holds; those joined by a dash are also one word ("aide-soignant")."""
    plain = _written_plainly(text)
    compounds = [part.replace("-", "") for part in re.findall(r"[a-z0-9]+(?:-[a-z0-9]+)+", plain)]
    words = [word for word in re.findall(r"[a-z0-9]+", plain) if word not in EMPTY_WORDS]
    return list(dict.fromkeys([*words, *compounds]))


def lemmas(text: str) -> str:
    """The lemmas of a text, prefixed, ready for the index."""
    return " ".join(sorted({LEMMA_PREFIX + lemma(word) for word in indexed_words(text)}))


def families(text: str) -> str:
    """The families of the words of a text, prefixed, ready for the index."""
    roots = {family(word) for word in indexed_words(text) if word not in DOMAIN_WORDS}
    return " ".join(sorted(FAMILY_PREFIX + root for root in roots if root))


def index_text(text: str) -> str:
    """Lemmas and families together."""
    return f"{lemmas(text)} {families(text)}".strip()


def name_words(text: str) -> str:
    """The words of a name, prefixed, neither stemmed nor brought together."""
    return " ".join(sorted({NAME_PREFIX + word for word in fold(text).split() if word not in EMPTY_WORDS}))
