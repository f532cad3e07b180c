"""Words of a search: one spelling, no empty words, and the family that a word belongs to.

The stemmer of PostgreSQL keeps "soudeur", "soudeuse", "soudure" and "soudage" apart. A family is what is
left of a French word once the endings that make a person, a woman, an action or a place of it are taken
away: a rule on endings, never a list of words. Families are indexed beside the words, with less weight.
"""

import re
import unicodedata

# The index holds families under a prefix that no word has, so that they are never taken for words.
FAMILY_PREFIX = "xq"
SHORTEST_ROOT = 4


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


EMPTY_WORDS = _set(
    "a au aux avec c ce ces cet cette d dans de des du elle en entre et eux il ils j je l la le les leur leurs"
    " lui m ma mais me mes moi mon n ne nos notre nous on ou par pas pour qu que qui s sa sans se ses si son"
    " sous sur t ta te tes toi ton tu un une vers vos votre vous y"
)
# Everything here is a training: these words tell nothing. Diploma words say a level, not a subject.
DOMAIN_WORDS = _set(
    "formation formations stage stages cours apprendre devenir metier metiers preparation preparer"
    " bac bts cap bep bp but dut licence master mention pro professionnel professionnelle titre brevet"
    " certificat certification diplome qualification niveau option options"
)
_ENDINGS = _set(
    "isation isations ateur ateurs atrice atrices ation ations ition itions"
    " icien iciens icienne iciennes icite ique iques"
    " abilite able ables aire aires ariat"
    " teur teurs trice trices eur eurs euse euses eresse"
    " erie eries ier iers iere ieres ien iens ienne iennes"
    " ure ures age ages ement ements iste istes"
    " ance ances ant ants ante antes er ere eres ee ees e es ir"
)
_DOUBLED = re.compile(r"([a-z])\1")


def _single(word: str) -> str:
    """Without doubled letters: they are what people get wrong most ("dévelopeur")."""
    return _DOUBLED.sub(r"\1", word)


# The longest first: an alternation takes the first branch that fits.
_ENDING = re.compile(f"(?:{'|'.join(sorted(map(_single, _ENDINGS), key=lambda e: (-len(e), e)))})$")


def fold(text: str) -> str:
    """Lower case without accents; "œ" is "oe", every apostrophe and dash is a space.

    >>> fold("L'Œuvre du Développeur")
    'l oeuvre du developpeur'
    """
    text = text.lower().replace("œ", "oe").replace("æ", "ae")
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(re.findall(r"[a-z0-9]+", plain))


def search_words(text: str) -> list[str]:
    """The words that count, in order, each once. Domain words count only when there is nothing else."""
    words = list(dict.fromkeys(word for word in fold(text).split() if word not in EMPTY_WORDS))
    return [word for word in words if word not in DOMAIN_WORDS] or words


def family(word: str) -> str:
    """The family of a folded word, "" when it is too short to have one.

    >>> {family(word) for word in ("soudeur", "soudeuse", "soudure", "soudage", "soudeurs")}
    {'soud'}
    """
    single = _single(word.rstrip("sx"))
    root = _ENDING.sub("", single)
    if len(root) < SHORTEST_ROOT:
        root = single
    return root if len(root) >= SHORTEST_ROOT and root.isalpha() else ""


def families(text: str) -> str:
    """The families of the words of a text, prefixed, ready for the index."""
    roots = {family(word) for word in fold(text).split() if word not in EMPTY_WORDS | DOMAIN_WORDS}
    return " ".join(sorted(FAMILY_PREFIX + root for root in roots if root))


def distinct_words(texts: list[str]) -> str:
    """Every word of the texts once: the index needs no more of a hundred job titles."""
    words = {word for text in texts for word in fold(text).split() if word not in EMPTY_WORDS}
    return " ".join(sorted(words))
