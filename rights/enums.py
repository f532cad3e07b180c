from django.db import models


class Scheme(models.TextChoices):
    """The rights a person may hold. The acronyms are the law's own.

    What others add to the account (`SUPPLEMENT`) is counted apart: it is outside the ceiling of what work acquires.
    """

    CPF = "cpf", "Compte personnel de formation (CPF)"
    DIF = "dif", "Droit individuel à la formation (DIF)"
    CEC = "cec", "Compte d’engagement citoyen (CEC)"
    C2P = "c2p", "Compte professionnel de prévention (C2P)"
    PUBLIC_HOURS = "public_hours", "Heures de formation des agents publics"
    SUPPLEMENT = "supplement", "Dotations et abondements reçus"


class Unit(models.TextChoices):
    CENTS = "cents", "centimes d’euro"
    MINUTES = "minutes", "minutes"
    POINTS = "points", "points"


UNIT_OF_SCHEME: dict[Scheme, Unit] = {
    Scheme.CPF: Unit.CENTS,
    Scheme.DIF: Unit.CENTS,
    Scheme.CEC: Unit.CENTS,
    Scheme.C2P: Unit.POINTS,
    Scheme.PUBLIC_HOURS: Unit.MINUTES,
    Scheme.SUPPLEMENT: Unit.CENTS,
}


class EntryKind(models.TextChoices):
    OPENING = "opening", "Solde d’ouverture"
    CREDIT = "credit", "Alimentation"
    HOLD = "hold", "Réservation"
    RELEASE = "release", "Fin de réservation"
    DEBIT = "debit", "Utilisation"
    CONVERSION = "conversion", "Conversion"
    CORRECTION = "correction", "Correction"
    EXPIRY = "expiry", "Expiration"


# Conversions and corrections go both ways; every other kind has one sign.
KINDS_THAT_ADD = (EntryKind.OPENING, EntryKind.CREDIT, EntryKind.RELEASE)
KINDS_THAT_TAKE = (EntryKind.HOLD, EntryKind.DEBIT, EntryKind.EXPIRY)
KINDS_THAT_RESERVE = (EntryKind.HOLD, EntryKind.RELEASE)


class PointsUse(models.TextChoices):
    """What prevention points become (article R. 4163-11)."""

    TRAINING = "training", "Une formation vers un métier moins exposé"
    PART_TIME = "part_time", "Un temps partiel payé à plein"
    RETIREMENT = "retirement", "Des trimestres de retraite"


class PointsOutcome(models.TextChoices):
    """How a request for points ended."""

    GRANTED = "granted", "Acceptée"
    REFUSED = "refused", "Refusée"
    SILENCE = "silence", "Sans réponse à l’échéance, ce qui vaut refus"
    WITHDRAWN = "withdrawn", "Retirée par vous"


class DeclarationKind(models.TextChoices):
    """What bodies declare once a year, each kind with its own facts (`rights.rules.declared`)."""

    ACTIVITY = "activity", "Activité salariée, publique ou en ESAT"
    SELF_EMPLOYMENT = "self_employment", "Activité indépendante"
    COMMITMENT = "commitment", "Engagement citoyen"
    EXPOSURE = "exposure", "Exposition à des risques professionnels"
    SUPPLEMENT = "supplement", "Dotation ou abondement"


class TrainingFileState(models.TextChoices):
    """Where a file stands. The labels are read by all parties."""

    REQUESTED = "requested", "Demande envoyée"
    PROPOSED = "proposed", "Proposition à confirmer"
    WAITING_FUNDERS = "waiting_funders", "Attend un financeur"
    ACCEPTED = "accepted", "Inscription ferme"
    IN_TRAINING = "in_training", "En formation"
    LEFT = "left", "Sortie de formation"
    SERVICE_DECLARED = "service_declared", "Service fait déclaré"
    SERVICE_DONE = "service_done", "Service fait validé"
    PAID = "paid", "Payé"
    CANCELLED = "cancelled", "Annulé"
    REFUSED = "refused", "Refusé"
    DECLINED = "declined", "Proposition déclinée"
    EXPIRED = "expired", "Sans réponse dans le délai"
    WITHDRAWN = "withdrawn", "Rétractation"
    NOT_ENTERED = "not_entered", "Absence à l’entrée"
    IN_REVIEW = "in_review", "Examiné par une personne"


ACTIVE_STATES = (
    TrainingFileState.REQUESTED,
    TrainingFileState.PROPOSED,
    TrainingFileState.WAITING_FUNDERS,
    TrainingFileState.ACCEPTED,
    TrainingFileState.IN_TRAINING,
    TrainingFileState.LEFT,
    TrainingFileState.SERVICE_DECLARED,
    TrainingFileState.IN_REVIEW,
)


class TrainingFileAction(models.TextChoices):
    """What may be done to a file, as an infinitive that ends a sentence."""

    PROPOSE = "propose", "accepter la demande et proposer l’inscription"
    REFUSE = "refuse", "refuser la demande"
    COMMIT = "commit", "confirmer l’inscription"
    DECLINE = "decline", "décliner la proposition"
    CANCEL = "cancel", "annuler la demande"
    CANCEL_LATE = "cancel_late", "annuler hors délai, en perdant les droits réservés"
    WITHDRAW = "withdraw", "se rétracter"
    AGREE_PART = "agree_part", "accepter de payer sa part"
    REFUSE_PART = "refuse_part", "refuser de payer sa part"
    FORCE_MAJEURE = "force_majeure", "reconnaître un cas de force majeure"
    DECLARE_ENTRY = "declare_entry", "déclarer l’entrée en formation"
    DECLARE_NO_SHOW = "declare_no_show", "déclarer l’absence à l’entrée"
    DECLARE_EXIT = "declare_exit", "déclarer la sortie de formation"
    DECLARE_SERVICE = "declare_service", "déclarer le service fait"
    VALIDATE_SERVICE = "validate_service", "valider le service fait"
    RETURN_SERVICE = "return_service", "renvoyer le service fait pour correction"
    PAY = "pay", "payer l’organisme"
    ASK_REVIEW = "ask_review", "demander l’examen par une personne"
    UPHOLD = "uphold", "maintenir le refus"
    REOPEN = "reopen", "rouvrir le dossier"
    EXPIRE = "expire", "clore faute de réponse"


class FileRole(models.TextChoices):
    """In what capacity somebody acts on a file."""

    HOLDER = "holder", "le titulaire"
    ORGANISATION = "organisation", "l’organisme de formation"
    FUNDER = "funder", "un financeur"
    PUBLIC_EMPLOYER = "public_employer", "l’employeur public"
    TRAINING_FUND = "training_fund", "le fonds d’assurance formation (FAF)"
    REGION = "region", "la Région"
    CDC = "cdc", "la Caisse des dépôts"
    AGORA = "agora", "AGORA"
    SYSTEM = "system", "le délai lui-même"

    @property
    def after_to(self) -> str:
        """The role as it follows a verb: « au titulaire », « à la Région »."""
        label = str(self.label)
        return f"au {label.removeprefix('le ')}" if label.startswith("le ") else f"à {label}"


class ExitReason(models.TextChoices):
    COMPLETED = "completed", "Formation suivie jusqu’au bout"
    ABANDONED = "abandoned", "Abandon"
    FORCE_MAJEURE = "force_majeure", "Force majeure"
    ORGANISATION = "organisation", "Arrêt par l’organisme"


class PartAnswer(models.TextChoices):
    """What a payer said of its part. The account and the holder are not asked."""

    NOT_ASKED = "not_asked", "Acquis"
    WAITING = "waiting", "Réponse attendue"
    AGREED = "agreed", "Accordé"
    REFUSED = "refused", "Refusé"


class FileOrigin(models.TextChoices):
    """Who opened the file: the holder here, AGORA (pulled from there), or a partner calling us (role provider)."""

    PORTAL = "portal", "Demandé sur ce portail"
    AGORA = "agora", "Reçu d'AGORA"
    PARTNER = "partner", "Créé par un partenaire"


class Transmission(models.TextChoices):
    PENDING = "pending", "En attente d'AGORA"
    TRANSMITTED = "transmitted", "Transmis à AGORA"
    REFUSED = "refused", "Refusé par AGORA"
    NOT_APPLICABLE = "not_applicable", "Sans transmission"


class EventOrigin(models.TextChoices):
    """Where a journal event was born. What came from AGORA is never sent back there."""

    PORTAL = "portal", "Portail"
    AGORA = "agora", "AGORA"


class JournalEventKind(models.TextChoices):
    FILE_REQUESTED = "file_requested", "Dossier demandé"
    FILE_RECEIVED = "file_received", "Dossier reçu"
    FILE_CANCELLED = "file_cancelled", "Dossier annulé"
    FILE_TRANSMITTED = "file_transmitted", "Dossier transmis à AGORA"
    FILE_REFUSED = "file_refused", "Dossier refusé par AGORA"
    ENTRY_DECLARED = "entry_declared", "Entrée en formation déclarée"
    # AGORA has no operation for these yet: the journal keeps them for the day it has.
    STATE_CHANGED = "state_changed", "Changement d’état"
    PART_ANSWERED = "part_answered", "Réponse d’un financeur"
    MESSAGE_SENT = "message_sent", "Message entre les parties"
    DOCUMENT_ADDED = "document_added", "Document joint par une partie"
    DOCUMENT_REMOVED = "document_removed", "Document retiré par la partie qui l’avait joint"
    ITEMS_CONFIRMED = "items_confirmed", "Données confirmées par un agent"


class Funder(models.TextChoices):
    """Who pays a part of a training. All but the account are in the LHEO 2.3 list of funders."""

    CPF_ACCOUNT = "cpf_account", "Vos droits à la formation"
    HOLDER = "holder", "Vous"
    EMPLOYER = "employer", "Votre employeur"
    REGION = "region", "Le conseil régional"
    FRANCE_TRAVAIL = "france_travail", "France Travail"
    AGEFIPH = "agefiph", "L’Agefiph"
    OPCO = "opco", "L’opérateur de compétences (OPCO)"
    TRANSITIONS_PRO = "transitions_pro", "Transitions Pro"
    STATE = "state", "L’État"
    PUBLIC_EMPLOYER = "public_employer", "Votre employeur public"
    TRAINING_FUND = "training_fund", "Votre fonds d’assurance formation (FAF)"
    OTHER = "other", "Un autre financeur"

    @property
    def lheo_code(self) -> str:
        """The code of LHEO 2.3, dictionary of funders. The account itself has none there and goes as "other"."""
        return _LHEO_CODES[self.value]


_LHEO_CODES = {
    "cpf_account": "0",
    "holder": "10",
    "employer": "5",
    "region": "2",
    "france_travail": "4",
    "agefiph": "7",
    "opco": "16",
    "transitions_pro": "17",
    "state": "13",
    "public_employer": "5",
    "training_fund": "16",
    "other": "0",
}
