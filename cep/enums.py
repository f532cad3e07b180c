from django.db import models


class MeetingMode(models.TextChoices):
    """How the person and the adviser meet. Face to face is the contract's first choice."""

    ON_SITE = "on_site", "Sur place"
    REMOTE = "remote", "En visioconférence"
    PHONE = "phone", "Par téléphone"


class MeetingKind(models.TextChoices):
    """What the meeting is for; its length and the ways of meeting follow (`cep.rules.meetings`)."""

    FIRST = "first", "Premier rendez-vous"
    FOLLOW_UP = "follow_up", "Rendez-vous de suivi"
    SHORT = "short", "Point rapide à distance"


class BookingStatus(models.TextChoices):
    HELD = "held", "Gardé quelques minutes"
    PROPOSED = "proposed", "Proposé, à accepter par la personne"
    CONFIRMED = "confirmed", "Confirmé"
    MOVED = "moved", "Déplacé"
    CANCELLED_BY_PERSON = "cancelled_by_person", "Annulé par la personne"
    CANCELLED_BY_SERVICE = "cancelled_by_service", "Annulé par le service"
    DONE = "done", "Rencontre faite"
    NO_SHOW = "no_show", "Personne absente"


class RemoteReason(models.TextChoices):
    """Why a meeting is not face to face: what the person wishes is no lack of sites, and the other way round."""

    NONE = "", "Sur place"
    WISH = "wish", "Souhait de la personne"
    SHORTAGE = "shortage", "Rien sur place dans le délai"


class BookingAction(models.TextChoices):
    """What may be done to an appointment, kept in its history."""

    BOOK = "book", "Réservation"
    CANCEL_BY_PERSON = "cancel_by_person", "Annulation par la personne"
    CANCEL_BY_SERVICE = "cancel_by_service", "Annulation par le service"
    MARK_DONE = "mark_done", "Rencontre marquée comme faite"
    MARK_NO_SHOW = "mark_no_show", "Absence constatée"
    MOVE = "move", "Déplacement"
    PROPOSE = "propose", "Remplacement proposé"
    ACCEPT = "accept", "Remplacement accepté"


class AbsenceKind(models.TextChoices):
    """Why an adviser does not receive. Only the kind is seen by others; the reason stays private."""

    LEAVE = "leave", "Congé"
    SICK = "sick", "Arrêt maladie"
    TRAINING = "training", "Formation"
    MEETING = "meeting", "Réunion"
    GROUP = "group", "Atelier collectif"
    CLOSED = "closed", "Fermeture exceptionnelle"
    OTHER = "other", "Autre"


class ImpactCause(models.TextChoices):
    """What took away the opening under an appointment."""

    ABSENCE = "absence", "Absence du conseiller"
    DEPARTURE = "departure", "Départ du conseiller"
    SITE_CLOSED = "site_closed", "Fermeture du lieu"
    PLAN_CHANGED = "plan_changed", "Changement des horaires"


class ImpactEnd(models.TextChoices):
    """How an impact was settled; empty while it is open."""

    OPEN = "", "À régler"
    REPLACED = "replaced", "Autre rendez-vous proposé"
    CANCELLED = "cancelled", "Rendez-vous annulé"
    RESTORED = "restored", "Ouverture rétablie"
    KEPT = "kept", "Rendez-vous tenu ou passé"


class WaitingState(models.TextChoices):
    WAITING = "waiting", "En attente"
    OFFERED = "offered", "Prévenu d’un créneau"
    SERVED = "served", "Rendez-vous pris"
    WITHDRAWN = "withdrawn", "Retiré"


class RequestChannel(models.TextChoices):
    """Where somebody asked to be advised."""

    ONLINE = "online", "Sur le portail"
    PHONE = "phone", "Par téléphone"
    ON_SITE = "on_site", "À l’accueil d’un lieu"
    EVENT = "event", "Lors d’un forum"
    DIRECT = "direct", "Auprès d’un conseiller"


class RequestEnd(models.TextChoices):
    """What became of a request; empty while it waits for a first exchange."""

    OPEN = "", "En attente d’un premier échange"
    MET = "met", "Premier échange eu"
    WITHDRAWN = "withdrawn", "La personne renonce"
    REDIRECTED = "redirected", "Orientée vers un autre conseil"


class ClosingDecision(models.TextChoices):
    """What was decided of a request to close a site; empty while it waits."""

    PENDING = "", "Attend une décision"
    ACCEPTED = "accepted", "Acceptée"
    REFUSED = "refused", "Refusée"


# Expected: somebody counts on it.
STATUSES_ACTIVE = (BookingStatus.CONFIRMED, BookingStatus.PROPOSED)
# A meeting that took place, or was missed, still fills the adviser's time; the person is free of it.
STATUSES_HOLDING_ADVISER = (*STATUSES_ACTIVE, BookingStatus.HELD, BookingStatus.DONE, BookingStatus.NO_SHOW)
STATUSES_HOLDING_PERSON = (*STATUSES_ACTIVE, BookingStatus.HELD)

# What the person reads of their own appointment.
STATUS_FOR_PERSON = {
    BookingStatus.HELD: "Gardé pour vous",
    BookingStatus.PROPOSED: "Proposé : à accepter",
    BookingStatus.CONFIRMED: "Confirmé",
    BookingStatus.MOVED: "Déplacé",
    BookingStatus.CANCELLED_BY_PERSON: "Annulé par vous",
    BookingStatus.CANCELLED_BY_SERVICE: "Annulé par le service",
    BookingStatus.DONE: "Rencontre faite",
    BookingStatus.NO_SHOW: "Absence notée",
}
