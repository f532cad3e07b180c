from django.db import models


class CertificateKind(models.TextChoices):
    """What a registered certificate may do: open the channel, or sign vectors. Never both."""

    TLS = "tls", "Canal TLS"
    VI = "vi", "Signature du vecteur"


class ApprovalSide(models.TextChoices):
    """Whose word it is: each side approves a mapping once."""

    AGORA = "agora", "AGORA (Caisse des dépôts)"
    PARTNER = "partner", "Partenaire"


class ContactRole(models.TextChoices):
    """The roles of the annex of the agreement with a partner."""

    STUDIES = "studies", "Études"
    OPERATIONS = "operations", "Exploitation"
    SECURITY = "security", "RSSI"
    BUSINESS = "business", "Métier"
    DIRECTION = "direction", "Direction de projet"
    PROJECT_LEAD = "project_lead", "Chefferie de projet"
    INTEROPS = "interops", "Exploitation INTEROPS"
    TECHNICAL_ANNEX = "technical_annex", "Annexe technique"
    CRISIS_STUDIES = "crisis_studies", "Cellule de crise, études"
    CRISIS_PRODUCTION = "crisis_production", "Cellule de crise, production"
    ESCALATION = "escalation", "Escalade"


class Direction(models.TextChoices):
    OUTGOING = "outgoing", "Envoyé"
    INCOMING = "incoming", "Reçu"


class ExchangeState(models.TextChoices):
    PENDING = "pending", "En attente"
    DONE = "done", "Abouti"
    REFUSED = "refused", "Refusé"
    MALFORMED = "malformed", "Réponse illisible"
    ABANDONED = "abandoned", "Sans objet"


class CorrectionOutcome(models.TextChoices):
    PREPARED = "prepared", "À envoyer"
    SENT = "sent", "Corrigé et renvoyé"
    FAILED = "failed", "Non corrigé"


class CorrectionRuleState(models.TextChoices):
    """Where a rule born from repeated corrections stands."""

    PROPOSED = "proposed", "Proposée"
    ON = "on", "En service"
    REFUSED = "refused", "Écartée"
    OFF = "off", "Arrêtée"


class HandlingAction(models.TextChoices):
    """What somebody did about a refused exchange."""

    CLAIMED = "claimed", "S’en occupe"
    ASSIGNED = "assigned", "Confié à"
    RELEASED = "released", "Rendu à tous"
    NOTED = "noted", "Note"
    SET_ASIDE = "set_aside", "Mis de côté"
    BROUGHT_BACK = "brought_back", "Remis à traiter"


class TraceKind(models.TextChoices):
    """What a trace keeps. The two ends of an exchange each keep theirs."""

    REQUEST_RECEIVED = "request_received", "Requête reçue"
    ANSWER_SENT = "answer_sent", "Réponse envoyée"
    VECTOR_CREATED = "vector_created", "Vecteur créé"
    REQUEST_SENT = "request_sent", "Requête envoyée"
    ANSWER_RECEIVED = "answer_received", "Réponse reçue"


class CaseKind(models.TextChoices):
    """Why traces may be opened; there is no other reason."""

    FRAUD = "fraud", "Fraude"
    AUDIT = "audit", "Contrôle ou audit"


class HoldKind(models.TextChoices):
    """Why traces are kept beyond their time."""

    INCIDENT = "incident", "Incident"
    LITIGATION = "litigation", "Litige"


class DeliveryOutcome(models.TextChoices):
    """What became of somebody who came to a delivery with a code."""

    TAKEN = "taken", "Document remis"
    WRONG_CODE = "wrong_code", "Code faux"


class PartnerKind(models.TextChoices):
    """What a partner is: the data dictionary says, item by item, who writes and who receives by this."""

    REGION = "region", "Région"
    OPCO = "opco", "Opérateur de compétences"
    TRANSITIONS_PRO = "transitions_pro", "Transitions Pro"
    FRANCE_TRAVAIL = "france_travail", "France Travail"
    AGEFIPH = "agefiph", "Agefiph"
    CDC = "cdc", "Caisse des dépôts, financeur"
    CEP = "cep", "Opérateur du conseil en évolution professionnelle"
    PORTAL = "portal", "Portail du titulaire"
    # Nothing that the contract does not require.
    OTHER = "other", "Autre, sans donnée complémentaire"


class GapKind(models.TextChoices):
    """How what we know of a file may differ from what AGORA knows of it."""

    UNKNOWN_THERE = "unknown_there", "Inconnu d’AGORA"
    UNKNOWN_HERE = "unknown_here", "Inconnu ici"
    STATE = "state", "Autre état"
    ITEM = "item", "Autre montant, date ou donnée"
    WAITING = "waiting", "Attend depuis trop longtemps"


class GapStep(models.TextChoices):
    """What happened to a gap."""

    FOUND = "found", "Constaté"
    CHANGED = "changed", "Constaté avec d’autres valeurs"
    FOUND_AGAIN = "found_again", "Constaté de nouveau après sa fin"
    SENT_AGAIN = "sent_again", "Renvoyé à AGORA"
    PULLED = "pulled", "Dossiers relus chez AGORA"
    CLOSED = "closed", "N’existe plus"


class ConflictChoice(models.TextChoices):
    """Which value of a disputed item stands."""

    KEEP = "keep", "Garder la nôtre"
    TAKE = "take", "Prendre celle d’AGORA"
