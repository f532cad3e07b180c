"""Removes personal data and secrets from any text: log lines, error messages, traces shown to a person.

It prefers to hide too much: a number of 13 or 15 digits that could be a NIR is hidden, whatever it was.
Every pattern is bounded or anchored, so that a long hostile text costs a time proportional to its length.
"""

import re

NIR_MASK = "[NIR masqué]"
EMAIL_MASK = "[courriel masqué]"
PHONE_MASK = "[téléphone masqué]"
SECRET_MASK = "[secret masqué]"  # noqa: S105 - what replaces a secret
SAML_MASK = "[assertion SAML masquée]"

# What a value already masked looks like: masking twice changes nothing.
_NOT_MASKED = r"(?!\[[^\W\d_]+(?: SAML)? masquée?\])"

# Between groups, people and URL encoding put many things; inside a group, only blanks and points, or the
# groups of a UUID would be read as one number.
_IN_GROUP = r"[\s.]?"
_BETWEEN_GROUPS = r"(?:[\s.\-_/+]|%20|%C2%A0)?"
_MONTH = rf"(?:0{_IN_GROUP}[1-9]|1{_IN_GROUP}[0-2]|[235-9]{_IN_GROUP}\d|4{_IN_GROUP}[0-2])"


def _group(size: int) -> str:
    return _IN_GROUP.join([r"\d"] * size)


def _nir_pattern() -> str:
    # \d takes the digits of every script: refused as input, they still tell the number to a reader.
    department = rf"(?:{_group(2)}|2{_IN_GROUP}[ABab])"
    parts = [r"(?<!\d)\d", _group(2), rf"(?:{_MONTH}|(?![0-9]){_group(2)})", department, _group(3), _group(3)]
    return _BETWEEN_GROUPS.join(parts) + rf"(?:{_BETWEEN_GROUPS}{_group(2)})?(?!\d)"


_NAMES_OF_VALUES = (
    r"pass(?:word|wd|phrase)?|mot_?de_?passe|secret|client_secret|api_?key|private_?key|sessionid"
    r"|csrf(?:token|middlewaretoken)?|(?:access|refresh|id|auth|csrf)?_?token|code_verifier|samlresponse"
    r"|samlrequest|idempotency_key|otp|totp"
)

_PRIVATE_KEY = re.compile(
    r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}-----|\Z)", re.DOTALL
)
# In clear or escaped; one that was cut off before its end as well.
_ASSERTION = re.compile(
    r"(?:<|&lt;|\\u003c)(?:\w{1,40}:)?(?:Encrypted)?Assertion\b.*?"
    r"(?:(?:<|&lt;|\\u003c)/(?:\w{1,40}:)?(?:Encrypted)?Assertion\s?(?:>|&gt;|\\u003e)|\Z)",
    re.DOTALL,
)
# In Base64: "<saml", "<?xml", "<ns0" are the first letters of such messages.
_ENCODED_ASSERTION = re.compile(r"(?<![\w+/=-])(?:PHNhbW|PD94bW|PG5zMD)[\w+/=%-]{40,}")
_HEADER = re.compile(
    rf"\b((?:set-)?cookie|authorization)(['\"]?\s?[:=]\s?+){_NOT_MASKED}[^\r\n]+", re.IGNORECASE
)
_NAMED_SECRET = re.compile(
    rf"(?<![a-z])({_NAMES_OF_VALUES})(['\"]?\s?[:=]\s?+['\"]?+){_NOT_MASKED}[^\s'\"&;,<>}})]+", re.IGNORECASE
)
_URL_CREDENTIALS = re.compile(rf"://{_NOT_MASKED}[^\s/@:]{{0,128}}:[^\s/@]{{1,256}}@")
# A word follows "basic" in prose too: something else than letters must stand in it.
_CREDENTIALS = re.compile(
    rf"\b(bearer|basic|negotiate)\s{{1,4}}+{_NOT_MASKED}(?=\S{{0,200}}[\d=._~+/-])[\w.~+/=-]{{6,}}",
    re.IGNORECASE,
)
# A JSON web token, signed or encrypted, wherever it stands.
_JSON_WEB_TOKEN = re.compile(r"(?<![\w-])eyJ[\w-]{5,}+\.[\w-]{5,}+(?:\.[\w-]*+){0,3}")
# A Django session key: 32 small letters and digits; hexadecimal identifiers are left readable.
_SESSION_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?=[a-z0-9]{0,31}[g-z])(?=[a-z]{0,31}[0-9])[a-z0-9]{32}(?![A-Za-z0-9])"
)
_EMAIL = re.compile(r"[\w.+~-]{1,64}(?:@|%40)[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_NIR = re.compile(_nir_pattern())
_PHONE = re.compile(r"(?<![\w.])(?:(?:\+|00)33[\s.-]?(?:\(0\))?|0)[\s.-]?[1-9](?:[\s.-]?\d{2}){4}(?!\w)")

# The large and the named first, so that what they hide is not found again in pieces.
_RULES = [
    (_PRIVATE_KEY, SECRET_MASK),
    (_ASSERTION, SAML_MASK),
    (_ENCODED_ASSERTION, SAML_MASK),
    (_HEADER, rf"\1\2{SECRET_MASK}"),
    (_NAMED_SECRET, rf"\1\2{SECRET_MASK}"),
    (_URL_CREDENTIALS, f"://{SECRET_MASK}@"),
    (_CREDENTIALS, rf"\1 {SECRET_MASK}"),
    (_JSON_WEB_TOKEN, SECRET_MASK),
    (_SESSION_KEY, SECRET_MASK),
    (_EMAIL, EMAIL_MASK),
    (_NIR, NIR_MASK),
    (_PHONE, PHONE_MASK),
]


def mask_text(text: str) -> str:
    """The text without NIR (spaced too), e-mail, phone, password, token, session key, SAML assertion.

    Applying it twice gives the same as once.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text
