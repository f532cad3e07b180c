"""Refusals of the room: a stable code for programs, a sentence that a citizen may read."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, ClassVar

from cpa_portal.kernel.templatetags.cpa import date_fr

if TYPE_CHECKING:
    from rights.models import TrainingFile


class RightsRefusal(Exception):
    """Nothing was written. `message` says what was refused, why, and what would change it."""

    code: ClassVar[str] = "refused"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class AccountClosed(RightsRefusal):
    code = "account_closed"

    def __init__(self) -> None:
        super().__init__(
            "Ce compte est fermé : les droits à la formation s’arrêtent au décès de la personne "
            "(article L. 5151-2 du code du travail)."
        )


class ConversionRefused(RightsRefusal):
    """The law does not allow it that day, or nothing may be converted."""

    code = "conversion_refused"


class PointsRefused(RightsRefusal):
    """The points cannot be used so; the message says why and what is possible."""

    code = "points_refused"


class RepaymentRefused(RightsRefusal):
    """The sum is not owed any more, or not that much."""

    code = "repayment_refused"


class AlreadyAnswered(RightsRefusal):
    code = "already_answered"

    def __init__(self) -> None:
        super().__init__("Cette demande a déjà reçu une réponse : elle ne change plus.")


class NotReversible(RightsRefusal):
    code = "not_reversible"

    def __init__(self) -> None:
        super().__init__(
            "Cette écriture ne se corrige pas ainsi : une réservation prend fin avec son dossier, et une écriture "
            "opposée ne s’annule pas."
        )


class SpendingRefused(RightsRefusal):
    """The account is blocked, or its address changed a short while ago: nothing may be spent whatever is proven."""

    code = "spending_refused"


class IdentityProofRequired(RightsRefusal):
    """The person must prove their identity first; the same request then goes through."""

    code = "identity_proof_required"


class SessionNotOpen(RightsRefusal):
    code = "session_not_open"

    def __init__(self) -> None:
        super().__init__(
            "Cette session n’accepte plus d’inscription. Choisissez une autre session de la même formation, "
            "ou demandez à l’organisme quand il rouvre les inscriptions."
        )


class TooManyRequests(RightsRefusal):
    code = "too_many_requests"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"Vous avez déjà {most} demandes en cours pour cette formation, ce qui est le plus possible. Attendez une "
            "réponse, ou annulez une de ces demandes."
        )


class RequestTooLate(RightsRefusal):
    code = "too_late"

    def __init__(self, *, starts_on: date, first_start: date, working_days: int) -> None:
        super().__init__(
            f"Cette session commence le {date_fr(starts_on)}. Une demande se fait au moins {working_days} jours "
            f"ouvrés avant le début : aujourd’hui, vous pouvez demander une session qui commence "
            f"le {date_fr(first_start)} ou après."
        )


class DatesUnknown(RightsRefusal):
    code = "dates_unknown"

    def __init__(self) -> None:
        super().__init__(
            "L’organisme n’a pas indiqué les dates de cette session. Demandez-lui de compléter son offre, "
            "ou choisissez une session datée."
        )


class PriceUnknown(RightsRefusal):
    code = "price_unknown"

    def __init__(self) -> None:
        super().__init__(
            "L’organisme n’a pas indiqué le prix de cette formation : nous ne pouvons pas réserver vos droits. "
            "Demandez-lui de compléter son offre."
        )


class ActionNotPaid(RightsRefusal):
    """The rights cannot pay this kind of action that day; the sentence says why, with the article."""

    code = "action_not_paid"


class FileAlreadyOpen(RightsRefusal):
    """The holder already has a live file for this training; `training_file` is that file."""

    code = "already_open"

    def __init__(self, training_file: TrainingFile) -> None:
        super().__init__(
            "Vous avez déjà un dossier en cours pour cette formation. Vous pouvez le suivre dans « Mes dossiers » ; "
            "pour en demander un autre, annulez d’abord celui-ci."
        )
        self.training_file = training_file


class KeyReused(RightsRefusal):
    """The idempotency key already made something else."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(
            "Cette page a déjà servi à une autre demande. Rouvrez la formation et recommencez votre demande."
        )


class InsufficientBalance(RightsRefusal):
    code = "insufficient_balance"

    def __init__(self) -> None:
        super().__init__(
            "Votre solde a changé pendant votre demande et ne suffit plus. Vérifiez le nouveau calcul, "
            "puis confirmez."
        )


class PlanChanged(RightsRefusal):
    code = "plan_changed"

    def __init__(self) -> None:
        super().__init__(
            "Votre solde, le prix ou la règle a changé depuis l’affichage de cette page : le calcul ci-dessous est "
            "à jour. Vérifiez-le, puis confirmez."
        )


class AlreadyTransmitted(RightsRefusal):
    """AGORA refuses what it had taken: one of the two is wrong, and people must look."""

    code = "already_transmitted"

    def __init__(self) -> None:
        super().__init__("AGORA a déjà enregistré ce dossier : un refus ne peut plus lui être appliqué.")


class EntryDateOutsideSession(RightsRefusal):
    code = "entry_date_outside_session"

    def __init__(self, *, starts_on: date, ends_on: date) -> None:
        super().__init__(
            f"L’entrée en formation se situe entre le début de la session, le {date_fr(starts_on)}, "
            f"et sa fin, le {date_fr(ends_on)}."
        )


class EntryDateConflict(RightsRefusal):
    code = "entry_date_conflict"

    def __init__(self, entered_on: date) -> None:
        super().__init__(f"L’entrée en formation est déjà déclarée, au {date_fr(entered_on)}.")


class FundingMismatch(RightsRefusal):
    code = "funding_mismatch"

    def __init__(self) -> None:
        super().__init__("La somme des financements n’est pas égale au prix de la formation.")


class NumberAlreadyGiven(RightsRefusal):
    """AGORA's number belongs to another file, or the file has another number."""

    code = "number_already_given"

    def __init__(self) -> None:
        super().__init__("Ce numéro AGORA est déjà celui d’un autre dossier.")


class DIFRefused(RightsRefusal):
    """A balance of DIF cannot be entered. `reason`: deadline, ceiling or recorded."""

    code = "dif_refused"

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class ProposalIncomplete(RightsRefusal):
    code = "proposal_incomplete"


class TopUpNotPossible(RightsRefusal):
    code = "top_up_not_possible"


class ReasonMissing(RightsRefusal):
    code = "reason_missing"

    def __init__(self) -> None:
        super().__init__("Écrivez le motif : la personne le lira, et saura ce qu’elle peut faire.")


class ExitDateOutsideTraining(RightsRefusal):
    code = "exit_date_outside_training"

    def __init__(self, *, entered_on: date, last_day: date) -> None:
        super().__init__(
            f"La sortie se situe entre l’entrée, le {date_fr(entered_on)}, et le {date_fr(last_day)}."
        )


class AttendanceImpossible(RightsRefusal):
    code = "attendance_impossible"

    def __init__(self, planned_minutes: int) -> None:
        super().__init__(
            f"Indiquez les heures suivies, au plus {planned_minutes // 60} : elles décident de ce qui est dû."
        )


class TooManyChecks(RightsRefusal):
    code = "too_many_checks"

    def __init__(self) -> None:
        super().__init__(
            "Vous avez essayé trop de codes en une minute. Attendez un peu, puis vérifiez le code imprimé."
        )


class DocumentRefused(RightsRefusal):
    """A document cannot be joined to a file; the message says why, and what to do."""

    code = "document_refused"
