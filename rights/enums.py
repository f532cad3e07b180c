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


class DeclarationKind(models.TextChoices):
    """What bodies declare once a year, each kind with its own facts (`rights.rules.declared`)."""

    ACTIVITY = "activity", "Activité salariée, publique ou en ESAT"
    SELF_EMPLOYMENT = "self_employment", "Activité indépendante"
    COMMITMENT = "commitment", "Engagement citoyen"
    EXPOSURE = "exposure", "Exposition à des risques professionnels"
    SUPPLEMENT = "supplement", "Dotation ou abondement"


class TrainingFileState(models.TextChoices):
    REQUESTED = "requested", "Demande envoyée"
    IN_TRAINING = "in_training", "En formation"
    CANCELLED = "cancelled", "Annulé"
    REFUSED = "refused", "Refusé"


ACTIVE_STATES = (TrainingFileState.REQUESTED, TrainingFileState.IN_TRAINING)


class TrainingFileAction(models.TextChoices):
    DECLARE_ENTRY = "declare_entry", "déclarer l’entrée en formation"
    CANCEL = "cancel", "annuler la demande"
    REFUSE = "refuse", "refuser la demande"


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
    "other": "0",
}
