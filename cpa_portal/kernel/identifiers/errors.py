"""Why an identifier was refused, in a form that may be shown, logged and sent: without the identifier."""

from enum import StrEnum


class Cause(StrEnum):
    """The rule that refused. The values are French: they travel in the faults of the AGORA contract."""

    CHARACTERS = "caracteres"
    LENGTH = "longueur"
    SPECIMEN = "specimen"
    SEX = "sexe"
    MONTH = "mois"
    PLACE = "lieu"
    ORDER = "ordre"
    KIND = "nature"
    ZEROS = "zeros"
    PREFIX = "prefixe"
    KEY = "cle"


class InvalidIdentifier(ValueError):
    """`field` names the input, `cause` the rule, `message` is a French sentence a citizen may read.

    The value is not kept: an exception ends in logs and error reports.
    """

    def __init__(self, *, field: str, cause: Cause, message: str) -> None:
        super().__init__(field, cause, message)
        self.field = field
        self.cause = cause
        self.message = message

    def __str__(self) -> str:
        return f"{self.field} ({self.cause}) : {self.message}"
