from __future__ import annotations

from django.db import models


class Sex(models.TextChoices):
    FEMALE = "female", "Femme"
    MALE = "male", "Homme"
    UNKNOWN = "unknown", "Non renseigné"


class SituationKind(models.TextChoices):
    """What a person is, at a time: each opens, changes or ends rights. Several kinds may run together."""

    PRIVATE_EMPLOYEE = "private_employee", "Salarié du secteur privé"
    PUBLIC_AGENT = "public_agent", "Agent public"
    SELF_EMPLOYED = "self_employed", "Travailleur indépendant"
    JOB_SEEKER = "job_seeker", "Demandeur d’emploi"
    ESAT_WORKER = "esat_worker", "Travailleur en ESAT"
    APPRENTICE = "apprentice", "Apprenti"
    SEASONAL_WORKER = "seasonal_worker", "Salarié saisonnier"
    RETIRED = "retired", "Retraité"
    DIPLOMA_LEVEL = "diploma_level", "Niveau de diplôme"
    DISABLED_WORKER = "disabled_worker", "Bénéficiaire de l’obligation d’emploi (OETH)"
    EXECUTIVE = "executive", "Cadre"
    HOME_PLACE = "home_place", "Commune de résidence"
    WORK_PLACE = "work_place", "Commune de travail"


class SituationSource(models.TextChoices):
    DECLARED = "declared", "Déclaré par vous"
    FLOW = "flow", "Transmis par un organisme"
    STAFF = "staff", "Saisi par un agent"


class StaffRole(models.TextChoices):
    REGIONAL_AGENT = "regional_agent", "Agent régional"
    CEP_ADVISER = "cep_adviser", "Conseiller en évolution professionnelle"
    CEP_MANAGER = "cep_manager", "Responsable de site de conseil"
    TRAINING_ORGANISATION = "training_organisation", "Organisme de formation"
    FRANCE_COMPETENCES = "france_competences", "France compétences"
    CDC = "cdc", "Caisse des dépôts"
    RSSI = "rssi", "Responsable de la sécurité (RSSI)"
    DATA_PROTECTION = "data_protection", "Délégué à la protection des données"
    ADMINISTRATOR = "administrator", "Administrateur"
    EMPLOYER = "employer", "Employeur"
    FUNDER = "funder", "Financeur"


# Roles that mean nothing without the place or body they act for.
SCOPED_ROLES = frozenset(
    {
        StaffRole.REGIONAL_AGENT,
        StaffRole.CEP_ADVISER,
        StaffRole.CEP_MANAGER,
        StaffRole.TRAINING_ORGANISATION,
        StaffRole.EMPLOYER,
        StaffRole.FUNDER,
    }
)


class ConsentAct(models.TextChoices):
    GIVEN = "given", "Accordé"
    WITHDRAWN = "withdrawn", "Retiré"


class JobState(models.TextChoices):
    RUNNING = "running", "En cours"
    FINISHED = "finished", "Terminé"
    FAILED = "failed", "En échec"


class NotificationState(models.TextChoices):
    WAITING = "waiting", "À envoyer"
    SENT = "sent", "Envoyé"
    FAILED = "failed", "Abandonné"
    # Its deadline has passed, or what it said no longer holds.
    DROPPED = "dropped", "Plus utile"


class NotificationChannel(models.TextChoices):
    EMAIL = "email", "Courriel"
    TEXT = "text", "SMS"


class AttemptKind(models.TextChoices):
    """The way in that was tried."""

    IDENTITY = "identity", "Réponses aux questions"
    LETTER = "letter", "Demande d’un courrier"
    CODE = "code", "Code reçu par la poste"


class LetterKind(models.TextChoices):
    ACTIVATION_CODE = "activation_code", "Code d’activation"
    IDENTITY_PROOF = "identity_proof", "Code de preuve d’identité"
    ADDRESS_CHANGED = "address_changed", "Annonce d’un changement d’adresse"
    RESTRICTION_END = "restriction_end", "Annonce de la fin d’une limitation"


class LetterState(models.TextChoices):
    ASKED = "asked", "Demandé, destinataire à vérifier"
    WAITING = "waiting", "À imprimer"
    PRINTED = "printed", "Remis à l’impression"


class AssuranceLevel(models.TextChoices):
    """How sure we are that the person is who they say (regulation (EU) 910/2014, article 8)."""

    EIDAS1 = "eidas1", "faible"
    EIDAS2 = "eidas2", "substantiel"
    EIDAS3 = "eidas3", "élevé"

    def is_at_least(self, wanted: AssuranceLevel) -> bool:
        return self.value >= wanted.value


class ProofKind(models.TextChoices):
    """How a person's identity was checked, beyond a password."""

    FRANCECONNECT = "franceconnect", "FranceConnect+"
    COUNTER = "counter", "Contrôle au guichet"
    POST = "post", "Code reçu par la poste"


class CheckedFact(models.TextChoices):
    """What an agent sees or hears at a counter. Two are needed, of which one bears a photograph."""

    IDENTITY_CARD = "identity_card", "Carte nationale d’identité"
    PASSPORT = "passport", "Passeport"
    RESIDENCE_PERMIT = "residence_permit", "Titre de séjour"
    DRIVING_LICENCE = "driving_licence", "Permis de conduire"
    VITALE_CARD = "vitale_card", "Carte Vitale"
    PROOF_OF_ADDRESS = "proof_of_address", "Justificatif de domicile"
    PAYSLIP = "payslip", "Bulletin de salaire"
    CAREER_QUESTION = "career_question", "Réponse exacte à une question sur sa carrière"


PHOTO_FACTS: frozenset[str] = frozenset(
    {
        CheckedFact.IDENTITY_CARD,
        CheckedFact.PASSPORT,
        CheckedFact.RESIDENCE_PERMIT,
        CheckedFact.DRIVING_LICENCE,
    }
)


class BlockKind(models.TextChoices):
    """Who stopped the spending of an account."""

    HOLDER = "holder", "Blocage par le titulaire"
    STAFF = "staff", "Gel par un agent"


class ContactKind(models.TextChoices):
    """The ways by which a person is reached."""

    EMAIL = "email", "Adresse électronique"
    PHONE = "phone", "Téléphone"
    POSTAL = "postal", "Adresse postale"


class DataRequestKind(models.TextChoices):
    """The rights of the regulation (EU) 2016/679 that a person may use; access has its own page."""

    RECTIFICATION = "rectification", "Corriger mes données (article 16)"
    RESTRICTION = "restriction", "Limiter l’usage de mes données (article 18)"
    ERASURE = "erasure", "Effacer mes données (article 17)"
    OBJECTION = "objection", "M’opposer à leur usage (article 21)"
    PORTABILITY = "portability", "Recevoir mes données pour un autre service (article 20)"


class DataRequestState(models.TextChoices):
    RECEIVED = "received", "À traiter"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


class AlarmKind(models.TextChoices):
    """Why a day of readings is looked at."""

    VOLUME = "volume", "Nombre de personnes consultées"
    HOURS = "hours", "Consultations la nuit ou un jour chômé"
    OUTSIDE_SCOPE = "outside_scope", "Personne hors du périmètre"
    COLLEAGUE = "colleague", "Collègue, ou soi-même"
    PUBLIC_FIGURE = "public_figure", "Personne connue du public"


class AlarmState(models.TextChoices):
    NEW = "new", "À traiter"
    HANDLED = "handled", "Traitée"


class DelegateKind(models.TextChoices):
    """As what somebody acts for a holder."""

    MANDATEE = "mandatee", "Mandataire (proche, travailleur social, aidant)"
    ADVISER = "adviser", "Conseiller en évolution professionnelle"


class DelegatedAct(models.TextChoices):
    """What may be done in another's name. Spending is not among them: nobody spends another person's rights."""

    READ_RIGHTS = "read_rights", "Voir mes droits et mes dossiers"
    DECLARE_SITUATION = "declare_situation", "Déclarer mes changements de situation"
    ASK_ABOUT_DATA = "ask_about_data", "Faire une demande sur mes données"
