"""From a web user to the account of the person: by answers, by a code sent by post.

What is unknown, wrong, ambiguous, deceased or already linked gives the same refusal after the same work.
"""

from __future__ import annotations

import json
import secrets
from datetime import timedelta
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import Exists
from django.utils import timezone

from accounts.enums import AttemptKind, LetterKind, LetterState
from accounts.exceptions import ActivationRefused, CodeRefused
from accounts.models import ActivationCode, Holder, PostalLetter
from accounts.rules.birth_dates import BirthDate
from accounts.rules.identity import Match
from accounts.selectors.holders import forget_holder_of
from accounts.selectors.identity import match_holder_by_number, owner_of_number
from accounts.services.attempts import count_attempt
from accounts.services.letters import write_activation_letter
from accounts.services.messages import announce_linked_account
from cpa_portal.kernel.encryption import keyed_hash, keyed_hashes
from cpa_portal.kernel.tasks import wake_after_commit

if TYPE_CHECKING:
    from accounts.models import User

ANSWER_TASK = "accounts.tasks.answer_letter_requests"
MAX_PER_SWEEP = 200
CODE_VALID_FOR = timedelta(days=30)
# A letter takes days to come: asking again sooner sends nothing more.
BETWEEN_LETTERS = timedelta(days=7)
MAX_WRONG_CODES = 5
# Neither 0 and O, nor 1, I and L: the code is read on paper. Ten signs, 49 bits.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH = 10


def activate_by_identity(
    *, user: User, number: str, birth_name: str, birth_date: BirthDate, origin: str
) -> Holder:
    """Link the user to the living person who holds or held the number and answers to name and date of birth.

    `number` is normalised. Raises TooManyAttempts, or ActivationRefused for every other reason.
    """
    count_attempt(user=user, kind=AttemptKind.IDENTITY, origin=origin, number=number)
    outcome = match_holder_by_number(number=number, birth_name=birth_name, birth_date=birth_date)
    # Nobody has this key: the same statement runs when nobody was found.
    pk = outcome.key.pk if isinstance(outcome, Match) else uuid4()
    return _link(pk, user)


def link_holder(*, holder: Holder, user: User) -> Holder:
    """Give the user the account of a living person that no user has. Raises ActivationRefused."""
    return _link(holder.pk, user)


def request_activation_letter(
    *, user: User, number: str, birth_name: str, birth_date: BirthDate, origin: str
) -> None:
    """Ask for a code at the postal address known of the person. Says nothing of whether there is one.

    The answers are written, sealed, and looked at by a task: the time of the answer tells nothing. Raises
    TooManyAttempts.
    """
    count_attempt(user=user, kind=AttemptKind.LETTER, origin=origin, number=number)
    answers = {"number": number, "birth_name": birth_name, "birth_date": str(birth_date)}
    PostalLetter.objects.create(
        kind=LetterKind.ACTIVATION_CODE,
        state=LetterState.ASKED,
        requested_by=user,
        content=json.dumps(answers),
    )
    wake_after_commit(ANSWER_TASK)


def answer_letter_requests() -> int:
    """Look for the person of each request, send the code if there is one, and return how many were looked at."""
    answered = 0
    while answered < MAX_PER_SWEEP and _answer_next_request():
        answered += 1
    return answered


@transaction.atomic
def _answer_next_request() -> bool:
    waiting = PostalLetter.objects.filter(state=LetterState.ASKED).order_by("created_at")
    request = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if request is None:
        return False
    answers = json.loads(request.content)
    # One wrong answer of the two is forgiven: the letter goes to the person, not to whoever asks.
    holder = owner_of_number(
        number=answers["number"],
        birth_name=answers["birth_name"],
        birth_date=BirthDate.parse(answers["birth_date"]),
    )
    if holder is not None and holder.user_id is None and holder.is_alive:
        send_activation_code(holder=holder, user=request.requested_by)
    request.delete()
    return True


@transaction.atomic
def send_activation_code(*, holder: Holder, user: User | None = None) -> ActivationCode | None:
    """Write a letter with a new code, for the user who asked; None without address, or soon after another letter.

    `user=None`: a counter asks, and any signed-in person who has the letter may use it.
    """
    held = Holder.objects.select_for_update().get(pk=holder.pk)
    recent = ActivationCode.objects.filter(holder=held, created_at__gt=timezone.now() - BETWEEN_LETTERS)
    if not held.postal_address or not held.is_alive or recent.exists():
        return None
    code = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    row = ActivationCode.objects.create(
        holder=held, user=user, code_hash=keyed_hash(code), expires_at=timezone.now() + CODE_VALID_FOR
    )
    write_activation_letter(holder=held, code=code, expires_at=row.expires_at)
    return row


def activate_by_code(*, user: User, code: str, origin: str) -> Holder:
    """Link the user to the person to whom the code was posted. Raises TooManyAttempts or CodeRefused."""
    count_attempt(user=user, kind=AttemptKind.CODE, origin=origin)
    holder = _holder_of_code(user, code)
    if holder is None:
        raise CodeRefused
    try:
        return _link(holder.pk, user)
    except ActivationRefused:
        raise CodeRefused from None


@transaction.atomic
def _holder_of_code(user: User, code: str) -> Holder | None:
    usable = ActivationCode.objects.select_for_update(of=("self",)).filter(
        used_at__isnull=True, expires_at__gt=timezone.now(), wrong_tries__lt=MAX_WRONG_CODES
    )
    row = usable.filter(code_hash__in=keyed_hashes(canonical_code(code))).select_related("holder").first()
    if row is None or row.user_id not in {None, user.pk}:
        _count_wrong_code(user)
        return None
    row.used_at = timezone.now()
    row.save(update_fields=["used_at"])
    return row.holder


def _count_wrong_code(user: User) -> None:
    for row in ActivationCode.objects.select_for_update().filter(user=user, used_at__isnull=True):
        row.wrong_tries += 1
        row.save(update_fields=["wrong_tries"])


def canonical_code(code: str) -> str:
    """As it was drawn: the person may copy it in small letters, in groups, or read an O where no O is."""
    return "".join(sign for sign in code.upper() if sign in CODE_ALPHABET)


@transaction.atomic
def _link(pk: UUID, user: User) -> Holder:
    """One statement decides, so that of two users who answer at once one is refused."""
    is_free = ~Exists(Holder.objects.filter(user=user))
    wanted = Holder.objects.filter(is_free, pk=pk, user__isnull=True, deceased_on__isnull=True)
    try:
        with transaction.atomic():
            linked = wanted.update(user=user)
    except IntegrityError:
        # The same user opened two accounts at the same instant: the first holds.
        linked = 0
    if not linked:
        raise ActivationRefused
    forget_holder_of(user)
    holder = Holder.objects.get(pk=pk)
    announce_linked_account(holder=holder, user=user)
    return holder
