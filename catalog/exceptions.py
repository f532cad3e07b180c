"""Refusals of the catalogue: a code, and a sentence that a person may read."""


class CatalogRefusal(Exception):
    """Base of the refusals. `code` is stable, `message` is French."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class UnreadableFile(CatalogRefusal):
    """The file as a whole cannot be read: nothing of it was kept, or nothing after the point of the break."""


class FileNotTaken(CatalogRefusal):
    """A file handed over on a page is not kept: nothing of it was read."""


class OrderAlreadyDecided(CatalogRefusal):
    """Somebody else has confirmed or dropped the file in the meantime."""


class ImportAlreadyRunning(CatalogRefusal):
    """Another import of the same feed is under way."""


class TooManyKept(CatalogRefusal):
    """The person keeps as many trainings, or as many searches, as one list can show."""


class SearchTooWide(CatalogRefusal):
    """What is new in a search that finds so much is no news."""


class TooManyReports(CatalogRefusal):
    """One origin has sent as many warnings as one day takes."""


class SignGone(CatalogRefusal):
    """Nothing bears this sign any more, or not for the same facts."""
