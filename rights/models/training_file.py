from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from accounts.models import Holder
from catalog.models import Session
from cpa_portal.kernel.database import AppendOnlyModel
from cpa_portal.kernel.working_days import Zone
from rights.enums import (
    ACTIVE_STATES,
    EventOrigin,
    ExitReason,
    FileOrigin,
    FileRole,
    Funder,
    PartAnswer,
    TrainingFileAction,
    TrainingFileState,
    Transmission,
)
from rights.models.counter import Counter
from rights.rules.training_file_states import EXPIRING, allowed_steps


class TrainingFileQuerySet(models.QuerySet["TrainingFile"]):
    def active(self) -> TrainingFileQuerySet:
        return self.filter(state__in=ACTIVE_STATES)

    def same_training_as(self, other: TrainingFile) -> TrainingFileQuerySet:
        """The files of the same person for the same session, or for what two contributors would call the same."""
        same = Q(
            organisation_siret=other.organisation_siret,
            certification_code=other.certification_code,
            session_starts_on=other.session_starts_on,
        )
        if other.session_id is not None:
            same |= Q(session_id=other.session_id)
        return self.filter(same, holder_id=other.holder_id)


class TrainingFile(models.Model):
    """One person's training (dossier de formation), from the request on.

    It repeats what it was opened on (title, organisation, dates, price), because the offer changes afterwards and
    because a file that comes from AGORA has no session in our catalogue.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    holder = models.ForeignKey(
        Holder, on_delete=models.PROTECT, related_name="training_files", verbose_name="titulaire"
    )
    session = models.ForeignKey(
        Session,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="training_files",
        verbose_name="session du catalogue",
    )
    state = models.CharField(
        "état", max_length=20, choices=TrainingFileState.choices, default=TrainingFileState.REQUESTED
    )
    origin = models.CharField("origine", max_length=10, choices=FileOrigin.choices)
    partner_code = models.CharField("partenaire", max_length=100, blank=True)

    title = models.CharField("intitulé", max_length=500)
    certification_code = models.CharField("certification", max_length=20, blank=True)
    organisation_siret = models.CharField("SIRET de l’organisme", max_length=14)
    organisation_name = models.CharField("organisme", max_length=255, blank=True)
    nda = models.CharField("numéro de déclaration d’activité", max_length=11, blank=True)
    session_starts_on = models.DateField("début")
    session_ends_on = models.DateField("fin")
    hours_minutes = models.PositiveIntegerField("durée en minutes", default=0)
    price_cents = models.PositiveBigIntegerField("prix en centimes")
    place = models.CharField("lieu", max_length=255, blank=True)
    # Empty: told from the certification and the title (rights.rules.actions).
    action_code = models.CharField("nature de l’action", max_length=30, blank=True)
    block_codes = ArrayField(
        models.CharField(max_length=30), default=list, blank=True, verbose_name="blocs demandés"
    )
    # Whose public holidays count in the delays: those of the place of the training.
    zone = models.CharField("jours fériés", max_length=30, choices=Zone.choices, default=Zone.METROPOLE)
    has_prerequisites = models.BooleanField("prérequis à vérifier", default=False)
    wish = models.CharField("demande", max_length=1000, blank=True)

    requested_on = models.DateField("demandé le")
    state_since = models.DateField("dans cet état depuis le", null=True, blank=True)
    # By when whoever has the turn must act; the beat closes what nobody answered.
    due_on = models.DateField("échéance", null=True, blank=True)
    committed_on = models.DateField("engagement le", null=True, blank=True)
    entered_on = models.DateField("entrée en formation le", null=True, blank=True)
    left_on = models.DateField("sortie le", null=True, blank=True)
    exit_reason = models.CharField("motif de sortie", max_length=20, choices=ExitReason.choices, blank=True)
    attended_minutes = models.PositiveIntegerField("durée suivie en minutes", null=True, blank=True)
    created_at = models.DateTimeField("créé le", db_default=Now(), editable=False)

    transmission = models.CharField(
        "transmission à AGORA", max_length=20, choices=Transmission.choices, default=Transmission.PENDING
    )
    transmitted_at = models.DateTimeField("transmis le", null=True, blank=True)
    refusal_code = models.CharField("code de refus", max_length=60, blank=True)
    refusal_label = models.CharField("motif de refus", max_length=500, blank=True)
    agora_number = models.CharField("numéro AGORA", max_length=40, null=True, blank=True, unique=True)

    objects = TrainingFileQuerySet.as_manager()

    class Meta:
        verbose_name = "dossier de formation"
        verbose_name_plural = "dossiers de formation"
        indexes = [
            models.Index(fields=["holder", "-created_at"], name="rights_file_of_holder_idx"),
            models.Index(fields=["organisation_siret", "state"], name="rights_file_organisation_idx"),
            models.Index(fields=["due_on"], name="rights_file_due_idx", condition=Q(state__in=EXPIRING)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["holder", "session"],
                condition=Q(state__in=ACTIVE_STATES, session__isnull=False),
                name="rights_file_one_active_per_session",
            ),
            # The same training opened by two contributors is one file ("dites-le-nous une fois").
            models.UniqueConstraint(
                fields=["holder", "organisation_siret", "certification_code", "session_starts_on"],
                condition=Q(state__in=ACTIVE_STATES),
                name="rights_file_one_active_per_training",
            ),
            models.CheckConstraint(
                condition=Q(state__in=TrainingFileState.values), name="rights_file_state_known"
            ),
            models.CheckConstraint(
                condition=Q(session_ends_on__gte=F("session_starts_on")), name="rights_file_dates_in_order"
            ),
            models.CheckConstraint(
                condition=~Q(state=TrainingFileState.IN_TRAINING) | Q(entered_on__isnull=False),
                name="rights_file_entry_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(state=TrainingFileState.LEFT) | Q(left_on__isnull=False) & ~Q(exit_reason=""),
                name="rights_file_exit_has_date_and_reason",
            ),
            models.CheckConstraint(
                condition=~Q(transmission=Transmission.TRANSMITTED)
                | Q(transmitted_at__isnull=False, agora_number__isnull=False),
                name="rights_file_transmitted_has_number",
            ),
            models.CheckConstraint(
                condition=~Q(transmission=Transmission.REFUSED) | ~Q(refusal_label=""),
                name="rights_file_refusal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_active(self) -> bool:
        return self.state in ACTIVE_STATES

    @property
    def awaits_agora(self) -> bool:
        return self.is_active and self.transmission == Transmission.PENDING


# Who answers for a part; every other payer is a funder like any other.
INSTRUCTING_ROLES: dict[str, FileRole | None] = {
    Funder.CPF_ACCOUNT: None,
    Funder.HOLDER: None,
    Funder.PUBLIC_EMPLOYER: FileRole.PUBLIC_EMPLOYER,
    Funder.TRAINING_FUND: FileRole.TRAINING_FUND,
    Funder.REGION: FileRole.REGION,
}


class TrainingFileFunding(models.Model):
    """The part of the price that one payer takes, in cents. The parts add up to the price."""

    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="fundings", verbose_name="dossier"
    )
    funder = models.CharField("financeur", max_length=20, choices=Funder.choices)
    counter = models.ForeignKey(
        Counter,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="fundings",
        verbose_name="compteur",
    )
    amount_cents = models.PositiveBigIntegerField("montant en centimes")
    # Who is asked, when the payer is one of many: SIRET of an employer or a fund, code of a region.
    payer_code = models.CharField("identifiant du financeur", max_length=20, blank=True)
    answer = models.CharField(
        "réponse", max_length=20, choices=PartAnswer.choices, default=PartAnswer.NOT_ASKED
    )
    answered_on = models.DateField("répondu le", null=True, blank=True)
    answer_note = models.CharField("motif", max_length=500, blank=True)

    class Meta:
        verbose_name = "part de financement"
        verbose_name_plural = "parts de financement"
        constraints = [
            models.UniqueConstraint(
                fields=["training_file", "funder", "counter"],
                nulls_distinct=False,
                name="rights_funding_one_per_payer",
            ),
            models.CheckConstraint(condition=Q(amount_cents__gt=0), name="rights_funding_pays_something"),
            models.CheckConstraint(
                condition=Q(counter__isnull=True) | Q(funder=Funder.CPF_ACCOUNT),
                name="rights_funding_counter_is_account",
            ),
            models.CheckConstraint(
                condition=~Q(answer=PartAnswer.REFUSED) | ~Q(answer_note=""),
                name="rights_funding_refusal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.get_funder_display()

    @property
    def instructing_role(self) -> FileRole | None:
        """In what capacity its payer answers; None for the account and the holder, who are not asked."""
        return INSTRUCTING_ROLES.get(self.funder, FileRole.FUNDER)


class TrainingFileTransition(AppendOnlyModel):
    """One change of state of a file, as it happened. The creation has no state before it and no action."""

    training_file = models.ForeignKey(
        TrainingFile, on_delete=models.PROTECT, related_name="transitions", verbose_name="dossier"
    )
    at = models.DateTimeField("le", db_default=Now(), editable=False)
    action = models.CharField("action", max_length=20, choices=TrainingFileAction.choices, blank=True)
    from_state = models.CharField("de", max_length=20, choices=TrainingFileState.choices, blank=True)
    to_state = models.CharField("à", max_length=20, choices=TrainingFileState.choices)
    origin = models.CharField("origine", max_length=10, choices=EventOrigin.choices)
    reason = models.CharField("motif", max_length=500, blank=True)
    role = models.CharField("qualité", max_length=20, choices=FileRole.choices, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="par",
    )

    class Meta:
        verbose_name = "changement d’état"
        verbose_name_plural = "changements d’état"
        indexes = [models.Index(fields=["training_file", "id"], name="rights_transition_file_idx")]
        constraints = [
            # The table of the code, held by the database: no history tells a step that it does not have.
            models.CheckConstraint(
                condition=Q(
                    Q(action="", from_state=""),
                    *[Q(from_state=before, action=action, to_state=after)
                      for before, action, after in allowed_steps()],
                    _connector=Q.OR,
                ),
                name="rights_transition_is_in_the_table",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_to_state_display()}"
