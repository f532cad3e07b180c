"""What leaves when its time has come, one sweep by class of data; `apply_retention` runs them.

The durations are those of `personal_data.RETENTION_RULES`, which the person reads. Tables that only grow are in
`KEPT_FOR_PROOF`: the owner of the database detaches their months, or they name nobody any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from dateutil.relativedelta import relativedelta
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone

from accounts.enums import DataRequestState, LetterState, NotificationState
from accounts.models import (
    ActivationAttempt,
    ActivationCode,
    AfterDeathInstruction,
    ContactChange,
    DataRequest,
    Delegation,
    Holder,
    HolderNIR,
    Invitation,
    KnownDevice,
    Notification,
    PostalLetter,
    PrivateFile,
    ProofCode,
    SAMLIdentity,
    Situation,
    SpendingBlock,
    StaffScope,
    User,
    WatchedHolder,
)
from accounts.ports import KeptForProof, Sweep
from accounts.selectors.data_requests import restrictions_holding
from accounts.services.private_files import delete_private_file

if TYPE_CHECKING:
    from datetime import date

ONE_YEAR, THREE_YEARS = relativedelta(years=1), relativedelta(years=3)
EIGHTEEN_MONTHS = relativedelta(months=18)
GONE, GONE_ADDRESS = "(effacé)", "efface-"
# With their holder in a column of that name; all of it goes.
NAMING_TABLES: tuple[type[Any], ...] = (
    HolderNIR,
    Situation,
    AfterDeathInstruction,
    DataRequest,
    PostalLetter,
    ProofCode,
    ActivationCode,
    Notification,
    WatchedHolder,
)
SIGN_IN_TABLES: tuple[type[Any], ...] = (
    EmailAddress,
    SocialAccount,
    Authenticator,
    UserSession,
    KnownDevice,
    ContactChange,
    SAMLIdentity,
)


def delete_rows(rows: QuerySet[Any]) -> int:
    return int(rows.delete()[0])


@transaction.atomic
def forget_people(rows: QuerySet[Holder]) -> int:
    """What names the person goes, with their way in. Entries of the ledger stay, and name nobody any more."""
    keys = list(rows.values_list("pk", flat=True))
    users = list(rows.exclude(user=None).values_list("user", flat=True))
    for document in PrivateFile.objects.filter(owner_holder__in=keys):
        delete_private_file(document=document)
    for model in NAMING_TABLES:
        model.objects.filter(holder__in=keys).delete()
    SpendingBlock.objects.filter(holder__in=keys).update(reason=GONE)
    Delegation.objects.filter(holder__in=keys).update(delegate_name=GONE)
    gone = Holder.objects.filter(pk__in=keys).update(
        birth_name=GONE,
        usual_name="",
        first_names="",
        birth_date=None,
        partial_birth_date="",
        birth_commune_code="",
        birth_country_code="",
        email="",
        phone="",
        phone_verified_on=None,
        postal_address="",
        postal_verified_on=None,
        home_commune_code="",
        work_commune_code="",
        user=None,
    )
    forget_users(User.objects.filter(pk__in=users))
    return gone


@transaction.atomic
def forget_users(rows: QuerySet[User]) -> int:
    """A way in that nobody will use again: the row stays, for what it signed; what names and what opens go."""
    keys = list(rows.values_list("pk", flat=True))
    for model in SIGN_IN_TABLES:
        model.objects.filter(user__in=keys).delete()
    # Without a usable password, and an address that no domain can have (RFC 2606).
    return User.objects.filter(pk__in=keys).update(
        email=Concat(Value(GONE_ADDRESS), Cast("pk", CharField()), Value("@efface.invalid")),
        first_name="",
        last_name="",
        password=make_password(None),
        is_active=False,
        is_staff=False,
    )


def forgettable(today: date) -> QuerySet[Holder]:
    """The people who died three years ago, without those whose data may not be erased yet: a request under way, or a
    restriction that still holds. The rooms above sweep what they hold of them.
    """
    open_requests = DataRequest.objects.filter(holder=OuterRef("pk"), state=DataRequestState.RECEIVED)
    restricted = restrictions_holding(timezone.now()).filter(holder=OuterRef("pk"))
    return Holder.objects.filter(
        ~Exists(restricted), ~Exists(open_requests), deceased_on__lt=today - THREE_YEARS
    )


def people_dead_for_three_years(today: date) -> QuerySet[Holder]:
    return forgettable(today).exclude(birth_name=GONE)


def staff_gone_for_eighteen_months(today: date) -> QuerySet[User]:
    """Whose last habilitation ended then (Code du travail, R. 6323-39). A holder's own way in is not theirs."""
    since = StaffScope.objects.filter(user=OuterRef("pk")).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today - EIGHTEEN_MONTHS)
    )
    had_one = StaffScope.objects.filter(user=OuterRef("pk"))
    return User.objects.filter(Exists(had_one), ~Exists(since), holder=None).exclude(
        email__startswith=GONE_ADDRESS
    )


RETENTION_SWEEPS = (
    Sweep(
        "messages",
        "Messages envoyés",
        "Un an",
        ("accounts.Notification",),
        lambda today: Notification.objects.filter(created_at__date__lt=today - ONE_YEAR).exclude(
            state=NotificationState.WAITING
        ),
        delete_rows,
    ),
    Sweep(
        "courriers",
        "Courriers envoyés",
        "Un an",
        ("accounts.PostalLetter",),
        lambda today: PostalLetter.objects.filter(
            created_at__date__lt=today - ONE_YEAR, state=LetterState.PRINTED
        ),
        delete_rows,
    ),
    Sweep(
        "codes",
        "Codes envoyés par la poste pour ouvrir le compte",
        "Un an",
        ("accounts.ActivationCode",),
        lambda today: ActivationCode.objects.filter(created_at__date__lt=today - ONE_YEAR),
        delete_rows,
    ),
    Sweep(
        "essais",
        "Essais d’ouverture d’un compte",
        "Un an",
        ("accounts.ActivationAttempt",),
        lambda today: ActivationAttempt.objects.filter(at__date__lt=today - ONE_YEAR),
        delete_rows,
    ),
    Sweep(
        "invitations",
        "Invitations d’agents, acceptées ou non",
        "Un an",
        ("accounts.Invitation",),
        lambda today: Invitation.objects.filter(expires_at__date__lt=today - ONE_YEAR),
        delete_rows,
    ),
    Sweep(
        "personnes-decedees",
        "Identité, coordonnées, numéros et situations",
        "Trois ans après le décès",
        (
            *(model._meta.label for model in NAMING_TABLES),
            *("accounts.Holder", "accounts.PrivateFile", "accounts.SpendingBlock", "accounts.Delegation"),
        ),
        people_dead_for_three_years,
        forget_people,
    ),
    Sweep(
        "agents",
        "Comptes d’agents dont la dernière habilitation a pris fin",
        "Dix-huit mois après la fin de l’habilitation",
        ("accounts.User",),
        staff_gone_for_eighteen_months,
        forget_users,
    ),
)

KEPT_FOR_PROOF = (
    KeptForProof(
        ("accounts.AccessLogEntry",),
        "Le journal dit à la personne qui a consulté ses données : personne ne doit pouvoir en retirer une ligne.",
        "Code du travail, article R. 6323-40 : un an",
        "Le propriétaire de la base détache les mois échus (docs/operations.md).",
    ),
    KeptForProof(
        ("accounts.Consent",),
        "La preuve de ce que la personne a accepté et retiré ne se modifie pas.",
        "Règlement (UE) 2016/679, article 7, paragraphe 1, et article 17, paragraphe 3, point e",
        "Trois ans après le décès, la ligne ne désigne plus personne : le titulaire est effacé.",
    ),
    KeptForProof(
        ("accounts.IdentityProof", "accounts.DelegatedActEntry", "accounts.DeathRecord"),
        "Ces lignes répondent de ce qui a été dépensé, fait au nom d’autrui ou fermé : elles sont inscrites une fois.",
        "Règlement (UE) 2016/679, article 17, paragraphe 3, point e ; Code civil, article 2008",
        "Trois ans après le décès, elles ne désignent plus personne ; le motif écrit par un agent demeure.",
    ),
)
