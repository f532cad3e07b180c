"""Rows that remember work to be done or done: files, long jobs, messages."""

from __future__ import annotations

import secrets
import uuid

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import F, Q

from accounts.enums import JobState, NotificationChannel, NotificationState
from accounts.models.holder import Holder

PRIVATE_FOLDER = "private"


def private_storage() -> FileSystemStorage:
    """Files under MEDIA_ROOT, which the web server does not serve: only our own view opens them."""
    return FileSystemStorage(file_permissions_mode=0o600, directory_permissions_mode=0o700)


def private_path(instance: PrivateFile, filename: str) -> str:
    """A random path: neither the person nor the original name can be read from the disk or a backup list."""
    token = secrets.token_hex(20)
    return f"{PRIVATE_FOLDER}/{token[:2]}/{token}"


class PrivateFile(models.Model):
    """A document that belongs to one holder or one user, and to nobody else."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField("nom", max_length=200)
    content_type = models.CharField("type", max_length=100)
    size = models.PositiveBigIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte", max_length=64)
    file = models.FileField("fichier", storage=private_storage, upload_to=private_path, max_length=120)
    owner_holder = models.ForeignKey(
        Holder,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="private_files",
        verbose_name="titulaire",
    )
    owner_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="private_files",
        verbose_name="utilisateur",
    )
    created_at = models.DateTimeField("créé le", auto_now_add=True)

    class Meta:
        verbose_name = "document privé"
        verbose_name_plural = "documents privés"
        constraints = [
            models.CheckConstraint(
                condition=Q(owner_holder__isnull=False, owner_user__isnull=True)
                | Q(owner_holder__isnull=True, owner_user__isnull=False),
                name="accounts_private_file_one_owner",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class BackgroundJob(models.Model):
    """A long work whose progress is shown and which resumes at its cursor when the process that ran it
    died.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("travail", max_length=60)
    state = models.CharField("état", max_length=10, choices=JobState.choices, default=JobState.RUNNING)
    done = models.PositiveBigIntegerField("fait", default=0)
    total = models.PositiveBigIntegerField("total", null=True, blank=True)
    cursor = models.JSONField("reprise", default=dict, blank=True)
    report = models.ForeignKey(
        PrivateFile,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="compte rendu",
    )
    error = models.CharField("cause de l’échec", max_length=500, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="background_jobs",
        verbose_name="demandé par",
    )
    lease_until = models.DateTimeField("réservé jusqu’à", null=True, blank=True)
    created_at = models.DateTimeField("demandé le", auto_now_add=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    class Meta:
        verbose_name = "travail de fond"
        verbose_name_plural = "travaux de fond"
        indexes = [
            models.Index(
                fields=["kind", "lease_until"],
                condition=Q(state=JobState.RUNNING),
                name="accounts_job_running_idx",
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="accounts_job_state_known"),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=F("total")),
                name="accounts_job_done_within_total",
            ),
            models.CheckConstraint(
                condition=Q(state=JobState.RUNNING, ended_at__isnull=True)
                | (~Q(state=JobState.RUNNING) & Q(ended_at__isnull=False)),
                name="accounts_job_ended_when_over",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.get_state_display()})"


class Notification(models.Model):
    """A message to send, written with the business change, so that a crash after commit loses none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("message", max_length=60)
    channel = models.CharField(
        "voie",
        max_length=10,
        choices=NotificationChannel.choices,
        default=NotificationChannel.EMAIL,
        db_default=NotificationChannel.EMAIL,
    )
    # An address or a telephone number, as the channel wants.
    recipient = models.CharField("destinataire", max_length=254)
    # Past it the message is dropped: a reminder after the meeting is worse than none.
    deadline = models.DateTimeField("à envoyer avant", null=True, blank=True)
    holder = models.ForeignKey(
        Holder,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="notifications",
        verbose_name="titulaire",
    )
    dedup_key = models.CharField("clé d’unicité", max_length=200, unique=True)
    context = models.JSONField("contenu", default=dict)
    state = models.CharField(
        "état", max_length=10, choices=NotificationState.choices, default=NotificationState.WAITING
    )
    lease_until = models.DateTimeField("réservé jusqu’à", null=True, blank=True)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=200, blank=True)
    created_at = models.DateTimeField("créé le", auto_now_add=True)
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "message"
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=Q(state=NotificationState.WAITING),
                name="accounts_notification_due_idx",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NotificationState.values), name="accounts_notification_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=NotificationState.SENT, sent_at__isnull=False)
                | (~Q(state=NotificationState.SENT) & Q(sent_at__isnull=True)),
                name="accounts_notification_sent_dated",
            ),
            models.CheckConstraint(
                condition=Q(channel__in=NotificationChannel.values),
                name="accounts_notification_channel_known",
            ),
        ]

    def __str__(self) -> str:
        # The recipient is personal: it stays out of what logs may print.
        return f"{self.kind} {self.id}"
