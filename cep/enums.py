from django.db import models


class MeetingMode(models.TextChoices):
    """How the person and the adviser meet. Face to face is the contract's first choice."""

    ON_SITE = "on_site", "Sur place"
    REMOTE = "remote", "En visioconférence"
    PHONE = "phone", "Par téléphone"


class BookingStatus(models.TextChoices):
    CONFIRMED = "confirmed", "Confirmé"
    CANCELLED_BY_PERSON = "cancelled_by_person", "Annulé par la personne"
    CANCELLED_BY_SERVICE = "cancelled_by_service", "Annulé par le service"
    DONE = "done", "Rencontre faite"
    NO_SHOW = "no_show", "Personne absente"


class BookingAction(models.TextChoices):
    """What may be done to an appointment, kept in its history."""

    BOOK = "book", "Réservation"
    CANCEL_BY_PERSON = "cancel_by_person", "Annulation par la personne"
    CANCEL_BY_SERVICE = "cancel_by_service", "Annulation par le service"
    MARK_DONE = "mark_done", "Rencontre marquée comme faite"
    MARK_NO_SHOW = "mark_no_show", "Absence constatée"


# A meeting that took place, or was missed, still fills the adviser's time; the person is free of it.
STATUSES_HOLDING_ADVISER = (BookingStatus.CONFIRMED, BookingStatus.DONE, BookingStatus.NO_SHOW)
STATUSES_HOLDING_PERSON = (BookingStatus.CONFIRMED,)

# What the person reads of their own appointment.
STATUS_FOR_PERSON = {
    BookingStatus.CONFIRMED: "Confirmé",
    BookingStatus.CANCELLED_BY_PERSON: "Annulé par vous",
    BookingStatus.CANCELLED_BY_SERVICE: "Annulé par le service",
    BookingStatus.DONE: "Rencontre faite",
    BookingStatus.NO_SHOW: "Absence notée",
}
