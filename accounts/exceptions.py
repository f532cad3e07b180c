"""Refusals of this room: a code for programs, a sentence that the person concerned may read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cpa_portal.kernel.templatetags.cpa import date_fr

if TYPE_CHECKING:
    from datetime import datetime


class Refusal(Exception):
    """The request is understood and refused. `message` is shown as it stands."""

    code = "refused"
    message = "Cette demande ne peut pas être acceptée."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.code)


class NoLongerNeeded(Exception):
    """Raised by a renderer: what the message would say no longer holds, it is not sent."""


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


class DataRequestAnswered(Refusal):
    code = "data_request_answered"
    message = "Cette demande a déjà reçu sa réponse."


class NoSuchRestriction(Refusal):
    code = "no_such_restriction"
    message = "Cette limitation n’existe pas, ou a déjà pris fin."


class RestrictionEndSaid(Refusal):
    code = "restriction_end_said"
    message = "La fin de cette limitation est déjà annoncée à la personne."


class NoWayToTell(Refusal):
    code = "no_way_to_tell"
    message = (
        "La personne n’a ni adresse électronique ni adresse postale : elle ne peut pas être prévenue, et la limitation "
        "ne peut pas prendre fin sans cela (règlement (UE) 2016/679, article 18, paragraphe 3)."
    )


class NoSuchSituation(Refusal):
    code = "no_such_situation"
    message = "Aucune situation de cette nature n’est enregistrée à cette date. Vérifiez la date."


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


class AccountBlocked(Refusal):
    code = "account_blocked"
    message = (
        "Les dépenses de ce compte sont bloquées : rien n’a été réservé ni dépensé. Si vous l’avez bloqué vous-même, "
        "vous pouvez le rouvrir dans « Sécurité de mon compte » ; sinon, contactez-nous."
    )


class CoolingPeriod(Refusal):
    """The address changed a short while ago: whoever stole it must not have time to spend."""

    code = "cooling_period"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            "Une de vos coordonnées a changé récemment. Pour vous protéger d’une fraude, "
            f"aucune dépense n’est possible avant le {date_fr(until)}. Rien n’a été réservé."
        )


class IdentityProofNeeded(Refusal):
    code = "identity_proof_needed"
    message = (
        "Pour utiliser vos droits, prouvez votre identité avec FranceConnect+, à un guichet, ou avec un code reçu "
        "par la poste. Un mot de passe ne suffit pas."
    )


class ContactChangeExpired(Refusal):
    code = "contact_change_expired"
    message = "Ce lien n’est plus valable : il a déjà servi, il a été remplacé, ou il est trop ancien."


class TooManyContactChanges(Refusal):
    code = "too_many_contact_changes"
    message = (
        "Vous avez demandé cinq changements en vingt-quatre heures. Attendez demain, ou apportez le formulaire papier "
        "à un guichet."
    )


class ContactUnchanged(Refusal):
    code = "contact_unchanged"
    message = "C’est déjà ce que nous avons enregistré : rien n’est à changer."


class PhoneNotConfirmed(Refusal):
    """One sentence, whether the number is another one, none, or of somebody who does not want to be called."""

    code = "phone_not_confirmed"
    message = (
        "Ce numéro n’est pas celui que la personne a déclaré, ou elle ne veut pas être appelée. Rien n’a été "
        "enregistré : laissez ce champ vide, ou faites-lui déclarer son numéro dans « Mes coordonnées »."
    )


class PostalAddressTooRecent(Refusal):
    """Whoever changes the address must not receive the code before the person has had the letter that says so."""

    code = "postal_address_too_recent"

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__(
            "Votre adresse postale a changé récemment. Pour vous protéger d’une fraude, un code n’y est envoyé qu’à "
            f"partir du {date_fr(until)}. D’ici là, utilisez FranceConnect+ ou présentez-vous à un guichet."
        )


class NotAllowed(Refusal):
    code = "not_allowed"
    message = "Votre habilitation ne permet pas cette action."


class BlockAlreadyLifted(Refusal):
    code = "block_already_lifted"
    message = "Ce blocage est déjà levé."


class SamePersonLifts(Refusal):
    code = "same_person_lifts"
    message = "La levée d’un blocage demande deux personnes : une la demande, une autre la confirme."


class TwoFactsNeeded(Refusal):
    code = "two_facts_needed"
    message = "Un contrôle demande deux pièces différentes, dont une avec photographie, et un motif."


class NoPostalAddress(Refusal):
    code = "no_postal_address"
    message = (
        "Nous n’avons pas d’adresse postale à votre nom : nous ne pouvons pas vous envoyer de code. Présentez-vous à "
        "un guichet avec une pièce d’identité."
    )


class LetterUnderWay(Refusal):
    code = "letter_under_way"
    message = "Un courrier est déjà en route. Attendez-le avant d’en demander un autre."


class WrongPostedCode(Refusal):
    code = "wrong_posted_code"
    message = (
        "Ce code n’est pas valable. Vérifiez les caractères du courrier ; après cinq essais, il faut demander un "
        "nouveau courrier."
    )


class DelegationRefused(Refusal):
    code = "delegation_refused"
    message = "Un mandat nomme au moins un acte et une date de fin, un an au plus après le début."


class WrongDelegationCode(Refusal):
    code = "wrong_delegation_code"
    message = (
        "Ce code n’est pas valable. Vérifiez-le avec la personne qui vous l’a remis : il sert une fois, pendant sept "
        "jours. Un mandat de conseiller ne sert qu’à un conseiller en exercice."
    )


class JobLost(Exception):
    """Another process took the job over, or it ended: what this one does now must not be written."""


class UnknownNotificationKind(Exception):
    """No renderer is named in settings.NOTIFICATION_RENDERERS for this kind of message."""
