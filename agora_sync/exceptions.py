"""What may go wrong in the room, apart from the refusals of `faults`."""


class TracesUnavailable(Exception):
    """The trace could not be written: whatever was about to happen must not happen."""


class NotToResend(Exception):
    """The exchange is on its way, was taken, or has nothing to send any more."""

    message = "Cet échange ne peut pas être renvoyé : il est en cours, il a abouti, ou son dossier est clos."
