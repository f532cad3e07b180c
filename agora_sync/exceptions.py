"""What may go wrong in the room, apart from the refusals of `faults`."""


class TracesUnavailable(Exception):
    """The trace could not be written: whatever was about to happen must not happen."""


class NotToResend(Exception):
    """The exchange is on its way, was taken, or has nothing to send any more."""

    message = "Cet échange ne peut pas être renvoyé : il est en cours, il a abouti, ou son dossier est clos."

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message or self.message


class ApprovalRefused(Exception):
    """The approval is not one; `message` says why to whoever writes it down."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NothingToCorrect(Exception):
    """What was written changes nothing."""


class BatchIsOver(Exception):
    """The corrections were sent or given up: once and whole."""

    message = "Ces corrections ont déjà été envoyées ou abandonnées : préparez-les à nouveau s’il en reste."


class CaseRefused(Exception):
    """What was asked of a case cannot be done as it stands. `message` is shown as it is."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class HandlingRefused(Exception):
    """What somebody wanted to do about a refused exchange cannot be done; `message` says why."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class NotToDecide(Exception):
    """The conflict is decided or over, or its value is not to be chosen by an agent alone. `message` says which."""

    message = "Ce conflit est déjà décidé, ou les deux côtés disent maintenant la même chose."

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message or self.message


class TooManyVisits(Exception):
    """The partner opened more pages of its area in a minute than one may."""
