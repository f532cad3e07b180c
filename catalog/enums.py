"""Choices of the catalogue: the stored value in English, the label that people read in French."""

from django.db import models


class Zone(models.TextChoices):
    METROPOLITAN = "metropolitan", "Métropole"
    OVERSEAS_DEPARTMENT = "overseas_department", "Département d'outre-mer"
    OVERSEAS_COLLECTIVITY = "overseas_collectivity", "Collectivité d'outre-mer"


class CommuneKind(models.TextChoices):
    COMMUNE = "commune", "Commune"
    ARRONDISSEMENT = "arrondissement", "Arrondissement municipal"


class CertificationState(models.TextChoices):
    ACTIVE = "active", "En vigueur"
    INACTIVE = "inactive", "Plus en vigueur"
    UNKNOWN = "unknown", "État inconnu"


class Modality(models.TextChoices):
    """LHEO 2.3, table « modalites-enseignement »: 0 on site, 1 mixed, 2 remote."""

    ON_SITE = "on_site", "Sur place"
    MIXED = "mixed", "En partie à distance"
    REMOTE = "remote", "À distance"


class EntryMode(models.TextChoices):
    """LHEO 2.3, table « modalites-es »: 0 fixed dates, 1 permanent."""

    FIXED_DATES = "fixed_dates", "À dates fixes"
    PERMANENT = "permanent", "Entrées permanentes"


class RecruitmentState(models.TextChoices):
    """LHEO 2.3, table « etat-recrutement »."""

    OPEN = "open", "Inscriptions ouvertes"
    CLOSED = "closed", "Inscriptions closes"
    SUSPENDED = "suspended", "Inscriptions suspendues"


class ImportKind(models.TextChoices):
    COMMUNES = "communes", "Communes"
    CERTIFICATIONS = "certifications", "Certifications"
    OFFER = "offer", "Offre de formation"
    ORGANISATIONS = "organisations", "Liste publique des organismes"


class ImportState(models.TextChoices):
    RUNNING = "running", "En cours"
    DONE = "done", "Terminé"
    FAILED = "failed", "Interrompu"


class QualityScope(models.TextChoices):
    """What a Qualiopi certificate covers (code du travail, L6313-1)."""

    TRAINING = "training", "actions de formation"
    SKILLS_REVIEW = "skills_review", "bilans de compétences"
    EXPERIENCE = "experience", "validation des acquis de l’expérience"
    APPRENTICESHIP = "apprenticeship", "apprentissage"


class OrderState(models.TextChoices):
    """Of a file handed over on a page: read first, imported once somebody has read what would change."""

    WAITING = "waiting", "À examiner"
    CHECKED = "checked", "Examiné"
    CONFIRMED = "confirmed", "À importer"
    DONE = "done", "Importé"
    FAILED = "failed", "Illisible"
    DROPPED = "dropped", "Abandonné"


class FindingAction(models.TextChoices):
    REFUSED = "refused", "Refusé"
    REPAIRED = "repaired", "Corrigé"


class AlertFrequency(models.TextChoices):
    """How often a person is told of what is new in a search that they keep."""

    NEVER = "never", "Aucune alerte"
    DAILY = "daily", "Un message par jour, les jours où il y a du nouveau"
    WEEKLY = "weekly", "Un message par semaine, s’il y a du nouveau"


class ReportReason(models.TextChoices):
    """Why a person warns about a training."""

    PRICE = "price", "Le prix demandé n’est pas celui de la fiche, ou il est anormal"
    CONTENT = "content", "La formation donnée n’est pas celle qui est décrite"
    MISSING = "missing", "L’organisme, le lieu ou la formation n’existe pas"
    CANVASSING = "canvassing", "On m’a démarché au sujet de mon compte"
    IDENTITY = "identity", "On m’a demandé mon mot de passe ou mon numéro de sécurité sociale"
    GIFT = "gift", "On m’a promis de l’argent ou un cadeau"
    OTHER = "other", "Autre chose"


class FraudSign(models.TextChoices):
    """What makes staff look at a training or an organisation. A sign is no proof: a person decides."""

    REPORT = "report", "Signalée par une personne"
    PRICE = "price", "Prix hors de proportion"
    DUPLICATES = "duplicates", "Fiches répétées en masse"
    STANDING = "standing", "Organisme sans certification ou sans déclaration"


class ReviewOutcome(models.TextChoices):
    PASSED_ON = "passed_on", "Transmis au contrôle"
    CORRECTED = "corrected", "Corrigé par l’organisme"
    UNFOUNDED = "unfounded", "Examiné, rien d’anormal"
