"""What may go wrong in the room, apart from the refusals of `faults`."""


class TracesUnavailable(Exception):
    """The trace could not be written: whatever was about to happen must not happen."""


class NotDone(Exception):
    """What somebody asked for cannot be done. `message` says why, and is shown to them as it is."""

    message = "Cela ne peut pas être fait."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


class NotToResend(NotDone):
    """The exchange is on its way, was taken, or has nothing to send any more."""

    message = "Cet échange ne peut pas être renvoyé : il est en cours, il a abouti, ou son dossier est clos."


class ApprovalRefused(NotDone):
    """The approval is not one."""


class NothingToCorrect(Exception):
    """What was written changes nothing."""


class BatchIsOver(NotDone):
    """The corrections were sent or given up: once and whole."""

    message = "Ces corrections ont déjà été envoyées ou abandonnées : préparez-les à nouveau s’il en reste."


class CaseRefused(NotDone):
    """What was asked of a case cannot be done as it stands."""


class HandlingRefused(NotDone):
    """What somebody wanted to do about a refused exchange, or about a rule of correction, cannot be done."""


class NotToDecide(NotDone):
    """The conflict is decided or over, or its value is not to be chosen by an agent alone."""

    message = "Ce conflit est déjà décidé, ou les deux côtés disent maintenant la même chose."


class TooManyVisits(Exception):
    """The partner opened more pages of its area in a minute than one may."""
