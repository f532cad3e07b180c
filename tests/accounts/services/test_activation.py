import io
import re
from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone
from pypdf import PdfReader

from accounts.enums import AttemptKind, LetterState
from accounts.exceptions import ActivationRefused, CodeRefused, TooManyAttempts
from accounts.models import ActivationAttempt, ActivationCode, Holder, Notification, PostalLetter
from accounts.rules.birth_dates import BirthDate
from accounts.selectors.holders import holder_of
from accounts.services import activation
from accounts.services.activation import (
    activate_by_code,
    activate_by_identity,
    answer_letter_requests,
    request_activation_letter,
    send_activation_code,
)
from accounts.services.letters import print_waiting
from cpa_portal.kernel.identifiers import fictitious_nir
from tests.support.caches import forget_what_is_cached
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.threads import results_together, run_together

pytestmark = pytest.mark.django_db
ORIGIN = "192.0.2.7"
ADDRESS = "12 rue des Lilas\n20000 Ajaccio"


@pytest.fixture(autouse=True)
def letters_folder(settings, tmp_path):
    settings.LETTERS_DIR = tmp_path / "letters"
    return settings.LETTERS_DIR


def identity_of(holder, **changes):
    return {
        "number": holder.nirs.get(until=None).nir,
        "birth_name": holder.birth_name,
        "birth_date": BirthDate.of(holder.birth_date),
        "origin": ORIGIN,
        **changes,
    }


def posted_code(folder):
    """The code that the one letter of the folder bears."""
    [file] = folder.iterdir()
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(file.read_bytes())).pages)
    return re.search(r"\b[2-9A-Z]{5}[ \u00a0]*[2-9A-Z]{5}\b", text)[0]


def test_activate_by_identity_links_the_person_and_tells_both_addresses():
    holder, user = HolderFactory(user=None, email="connue@exemple.test"), UserFactory()
    assert holder_of(user) is None

    assert activate_by_identity(user=user, **identity_of(holder)) == holder

    assert holder_of(user) == holder
    told = Notification.objects.filter(holder=holder).values_list("recipient", flat=True)
    assert set(told) == {"connue@exemple.test", user.email}


@pytest.mark.parametrize("person", [{"deceased_on": date(2024, 1, 1)}, {"user": "someone"}])
def test_activate_by_identity_deceased_or_linked_is_refused_and_changes_nothing(person):
    if person.get("user"):
        person = {"user": UserFactory()}
    holder, user = HolderFactory(**{"user": None, **person}), UserFactory()

    with pytest.raises(ActivationRefused):
        activate_by_identity(user=user, **identity_of(holder))

    assert not Holder.objects.filter(user=user).exists()
    assert not Notification.objects.exists()


def test_activate_by_identity_user_with_an_account_takes_no_second_one():
    user = HolderFactory().user
    other = HolderFactory(user=None)

    with pytest.raises(ActivationRefused):
        activate_by_identity(user=user, **identity_of(other))

    other.refresh_from_db()
    assert other.user is None


@pytest.mark.parametrize("forgets", [False, True], ids=["redis", "table"])
def test_activate_by_identity_sixth_answer_of_a_user_is_refused_even_right(forgets):
    holder, user = HolderFactory(user=None), UserFactory()
    for serial in range(5):
        with pytest.raises(ActivationRefused):
            activate_by_identity(user=user, **identity_of(holder, number=fictitious_nir(serial)))
    if forgets:
        forget_what_is_cached()

    with pytest.raises(TooManyAttempts):
        activate_by_identity(user=user, **identity_of(holder))

    assert ActivationAttempt.objects.count() == 5


@pytest.mark.parametrize("forgets", [False, True], ids=["redis", "table"])
def test_activate_by_identity_sixth_answer_on_a_number_is_refused_whoever_asks(forgets):
    holder = HolderFactory(user=None)
    for _ in range(5):
        with pytest.raises(ActivationRefused):
            activate_by_identity(user=UserFactory(), **identity_of(holder, birth_name="Autre"))
    if forgets:
        forget_what_is_cached()

    with pytest.raises(TooManyAttempts):
        activate_by_identity(user=UserFactory(), **identity_of(holder))

    assert not Holder.objects.filter(pk=holder.pk, user__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_activate_by_identity_answers_at_once_are_counted_one_by_one(settings):
    settings.ACTIVATION_LIMITS = {"user": 3}
    holder, user = HolderFactory(user=None), UserFactory()
    wrong = identity_of(holder, birth_name="Autre")

    results = results_together([lambda: activate_by_identity(user=user, **wrong)] * 12)

    assert Counter(map(type, results)) == {ActivationRefused: 3, TooManyAttempts: 9}


def test_activate_by_identity_origin_is_limited_with_room_for_an_agency(settings):
    settings.ACTIVATION_LIMITS = {"user": 5, "number": 5, "origin": 2}
    for serial in range(2):
        with pytest.raises(ActivationRefused):
            activate_by_identity(
                user=UserFactory(), **identity_of(HolderFactory(user=None), number=fictitious_nir(serial))
            )

    with pytest.raises(TooManyAttempts):
        activate_by_identity(user=UserFactory(), **identity_of(HolderFactory(user=None)))

    activate_by_identity(user=UserFactory(), **identity_of(HolderFactory(user=None), origin="192.0.2.8"))


def test_count_attempt_after_a_day_starts_again(settings):
    holder, user = HolderFactory(user=None), UserFactory()
    for _ in range(5):
        with pytest.raises(ActivationRefused):
            activate_by_identity(user=user, **identity_of(holder, birth_name="Autre"))
    ActivationAttempt.objects.update(at=timezone.now() - timedelta(hours=25))
    forget_what_is_cached()

    assert activate_by_identity(user=user, **identity_of(holder)) == holder


def test_attempts_keep_neither_number_nor_origin():
    holder = HolderFactory(user=None)
    activate_by_identity(user=UserFactory(), **identity_of(holder))

    row = ActivationAttempt.objects.get()
    assert ORIGIN not in row.origin_hash
    assert holder.nirs.get().nir not in row.number_hash
    assert row.kind == AttemptKind.IDENTITY


def test_letter_brings_a_code_that_opens_the_account_once(letters_folder):
    holder, user = HolderFactory(user=None, postal_address=ADDRESS), UserFactory()
    request_activation_letter(user=user, **identity_of(holder, birth_name="Mal écrit"))

    assert answer_letter_requests() == 1
    assert print_waiting() == 1
    code = posted_code(letters_folder)
    assert activate_by_code(user=user, code=code.lower(), origin=ORIGIN) == holder

    letter = PostalLetter.objects.get()
    assert (letter.state, letter.content) == (LetterState.PRINTED, "")
    assert oct(next(letters_folder.iterdir()).stat().st_mode)[-3:] == "600"
    Holder.objects.filter(pk=holder.pk).update(user=None)
    with pytest.raises(CodeRefused):
        activate_by_code(user=user, code=code, origin=ORIGIN)


def test_letter_code_is_stored_hashed_alone(letters_folder):
    holder = HolderFactory(user=None, postal_address=ADDRESS)
    send_activation_code(holder=holder)
    print_waiting()

    code = posted_code(letters_folder).replace(" ", "").replace("\u00a0", "")
    assert code not in ActivationCode.objects.get().code_hash


@pytest.mark.parametrize(
    "changes",
    [
        {"number": fictitious_nir(1)},
        {"birth_name": "Autre", "birth_date": BirthDate(1950, 1, 1)},
    ],
)
def test_letter_asked_with_other_answers_says_nothing_and_sends_nothing(changes):
    holder = HolderFactory(user=None, postal_address=ADDRESS)

    request_activation_letter(user=UserFactory(), **identity_of(holder, **changes))
    answer_letter_requests()

    assert not ActivationCode.objects.exists()
    assert not PostalLetter.objects.exists()


@pytest.mark.parametrize(
    "person",
    [{"postal_address": ""}, {"deceased_on": date(2024, 1, 1)}],
)
def test_letter_of_a_person_who_cannot_receive_one_is_not_sent(person):
    holder = HolderFactory(**{"user": None, "postal_address": ADDRESS, **person})

    request_activation_letter(user=UserFactory(), **identity_of(holder))
    answer_letter_requests()

    assert not ActivationCode.objects.exists()


def test_second_letter_within_a_week_is_not_sent():
    holder = HolderFactory(user=None, postal_address=ADDRESS)

    assert send_activation_code(holder=holder) is not None
    assert send_activation_code(holder=holder) is None

    ActivationCode.objects.update(created_at=timezone.now() - timedelta(days=8))
    assert send_activation_code(holder=holder) is not None


def test_code_of_another_user_is_refused(letters_folder):
    holder, asker = HolderFactory(user=None, postal_address=ADDRESS), UserFactory()
    send_activation_code(holder=holder, user=asker)
    print_waiting()

    with pytest.raises(CodeRefused):
        activate_by_code(user=UserFactory(), code=posted_code(letters_folder), origin=ORIGIN)

    holder.refresh_from_db()
    assert holder.user is None


def test_code_expired_or_burnt_by_wrong_ones_is_refused(letters_folder, settings):
    settings.ACTIVATION_LIMITS = {}
    holder, user = HolderFactory(user=None, postal_address=ADDRESS), UserFactory()
    row = send_activation_code(holder=holder, user=user)
    print_waiting()
    for _ in range(activation.MAX_WRONG_CODES):
        with pytest.raises(CodeRefused):
            activate_by_code(user=user, code="AAAAA BBBBB", origin=ORIGIN)

    with pytest.raises(CodeRefused):
        activate_by_code(user=user, code=posted_code(letters_folder), origin=ORIGIN)

    ActivationCode.objects.filter(pk=row.pk).update(
        wrong_tries=0,
        created_at=timezone.now() - timedelta(days=31),
        expires_at=timezone.now() - timedelta(days=1),
    )
    with pytest.raises(CodeRefused):
        activate_by_code(user=user, code=posted_code(letters_folder), origin=ORIGIN)


def test_wrong_codes_are_limited_per_user():
    user = UserFactory()
    for _ in range(5):
        with pytest.raises(CodeRefused):
            activate_by_code(user=user, code="AAAAA BBBBB", origin=ORIGIN)

    with pytest.raises(TooManyAttempts):
        activate_by_code(user=user, code="AAAAA BBBBB", origin=ORIGIN)


@pytest.mark.django_db(transaction=True)
def test_activate_by_identity_two_users_at_once_one_is_refused():
    holder, users = HolderFactory(user=None), [UserFactory(), UserFactory()]
    identity = identity_of(holder)

    refused = []

    def attempt(user):
        try:
            activate_by_identity(user=user, **identity)
        except ActivationRefused:
            refused.append(user)

    run_together([lambda user=user: attempt(user) for user in users])

    assert len(refused) == 1
    assert Holder.objects.get(pk=holder.pk).user in users


def test_holder_partial_birth_date_beside_a_full_one_is_refused_by_the_database():
    with pytest.raises(IntegrityError):
        HolderFactory(partial_birth_date="1962-05-00")
