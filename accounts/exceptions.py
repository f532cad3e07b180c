"""Refusals of this room: a code for programs, a sentence that the person concerned may read."""


class Refusal(Exception):
    """The request is understood and refused. `message` is shown as it stands."""

    code = "refused"
    message = "Cette demande ne peut pas être acceptée."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.code)


class NIRAlreadyHeld(Refusal):
    code = "nir_already_held"
    # Says nothing of the other person, not even that there is one.
    message = "Ce numéro de sécurité sociale ne peut pas être enregistré sur ce compte."


class SituationOverlaps(Refusal):
    code = "situation_overlaps"
    message = (
        "Une situation de même nature existe déjà sur une partie de ces dates. "
        "Modifiez les dates, ou terminez d’abord la situation en cours."
    )


class ActivationRefused(Refusal):
    """Unknown, wrong, ambiguous, deceased, already linked: one sentence for all, and nothing that tells which."""

    code = "activation_refused"
    message = (
        "Ces réponses ne nous permettent pas d’ouvrir votre compte. "
        "Vérifiez-les, ou demandez un code par la poste."
    )


class TooManyAttempts(Refusal):
    code = "too_many_attempts"
    message = (
        "Trop d’essais ont eu lieu. Attendez vingt-quatre heures, ou demandez de l’aide à un conseiller."
    )


class CodeRefused(Refusal):
    """Unknown, expired, used, someone else's: one sentence for all."""

    code = "activation_code_refused"
    message = (
        "Ce code ne peut pas être utilisé. Vérifiez-le sur votre courrier, y compris sa date de fin de validité, "
        "ou demandez-en un autre."
    )


class JobLost(Exception):
    """Another process took the job over, or it ended: what this one does now must not be written."""


class UnknownNotificationKind(Exception):
    """No renderer is named in settings.NOTIFICATION_RENDERERS for this kind of message."""
