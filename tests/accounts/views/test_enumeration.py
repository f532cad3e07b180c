"""Nobody learns from outside whether an address has an account: same answer, same page, same work."""

import re
from base64 import b64encode

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Notification, StaffRole, User
from cpa_portal.kernel.identifiers import fictitious_nir
from tests.support.activation import answer_questions
from tests.support.factories.accounts import PASSWORD, HolderFactory, StaffScopeFactory, UserFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

KNOWN = "connue@exemple.test"
UNKNOWN = "absente@exemple.test"
# What changes from one page to the next whatever the address: the anti-forgery token, and the address typed.
VARYING = re.compile(r'(name="csrfmiddlewaretoken" value=")[^"]*|' + f"{KNOWN}|{UNKNOWN}")


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"
    hashed = 0

    def encode(self, password, salt):
        type(self).hashed += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def known_user():
    return UserFactory(email=KNOWN)


def answer(path, fields):
    """Status, address of each step and text of the last page, as a visitor without history sees them."""
    response = Client().post(path, fields, follow=True)
    return response.status_code, response.redirect_chain, VARYING.sub(r"\1", response.content.decode())


def test_sign_in_answers_alike():
    known, unknown = (
        answer("/connexion/", {"login": email, "password": "une-autre-phrase"}) for email in (KNOWN, UNKNOWN)
    )

    assert known == unknown
    assert known[0] == 200


def test_sign_in_of_a_disabled_account_with_a_wrong_password_answers_alike(known_user):
    known_user.is_active = False
    known_user.save()

    test_sign_in_answers_alike()


def test_sign_in_blocked_after_failures_answers_alike():
    for email in (KNOWN, UNKNOWN):
        for _ in range(6):
            last = answer("/connexion/", {"login": email, "password": "une-autre-phrase"})
        if email == KNOWN:
            known = last

    assert known == last


def test_password_reset_answers_alike_and_writes_one_message_each():
    known, unknown = (answer("/mot-de-passe/oubli/", {"email": email}) for email in (KNOWN, UNKNOWN))

    assert known == unknown
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == sorted([KNOWN, UNKNOWN])


def test_sign_up_answers_alike_and_writes_one_message_each():
    known, unknown = (
        answer("/inscription/", {"email": email, "password1": PASSWORD, "password2": PASSWORD})
        for email in (KNOWN, UNKNOWN)
    )

    assert known == unknown
    assert sorted(Notification.objects.values_list("recipient", flat=True)) == sorted([KNOWN, UNKNOWN])


@pytest.mark.parametrize("email", [KNOWN, UNKNOWN])
@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/connexion/", {"login": None, "password": "une-autre-phrase"}),
        ("/inscription/", {"email": None, "password1": PASSWORD, "password2": PASSWORD}),
    ],
)
def test_password_is_hashed_once_whether_the_address_is_known_or_not(settings, path, fields, email):
    """Hashing is where the time goes: the count stands for the duration, without a clock."""
    settings.PASSWORD_HASHERS = [f"{CountingHasher.__module__}.{CountingHasher.__qualname__}"]
    user = User.objects.get(email=KNOWN)
    user.set_password(PASSWORD)
    user.save()
    CountingHasher.hashed = 0

    Client().post(path, {name: email if value is None else value for name, value in fields.items()})

    assert CountingHasher.hashed == 1


def work_of(path, fields, client=None):
    """The statements that the answer to a form cost, without their values."""
    client = client or Client()
    with CaptureQueriesContext(connection) as captured:
        client.post(path, fields)
    return [re.sub(r"'[^']*'|\d+", "?", query["sql"]) for query in captured.captured_queries]


@pytest.mark.parametrize(
    ("path", "fields", "apart"),
    [
        ("/connexion/", {"login": None, "password": "une-autre-phrase"}, 0),
        ("/mot-de-passe/oubli/", {"email": None}, 0),
        # The sign-up of a known address is done and undone: the statements are not the same, their weight is.
        ("/inscription/", {"email": None, "password1": PASSWORD, "password2": PASSWORD}, 3),
    ],
)
def test_as_many_statements_whether_the_address_is_known_or_not(path, fields, apart):
    known, unknown = (
        work_of(path, {name: value or email for name, value in fields.items()}) for email in (KNOWN, UNKNOWN)
    )

    assert abs(len(known) - len(unknown)) <= apart, "\n".join([*known, "---", *unknown])
    assert sum(work.startswith("INSERT") for work in known) == sum(
        work.startswith("INSERT") for work in unknown
    )


def test_sign_up_of_a_known_address_leaves_no_account_behind():
    Client().post("/inscription/", {"email": KNOWN, "password1": PASSWORD, "password2": PASSWORD})

    assert [user.email for user in User.objects.all()] == [KNOWN]
    assert not EmailAddress.objects.filter(email__endswith=".invalid").exists()


@pytest.mark.parametrize("way", ["letter", "online"])
def test_letter_and_answer_cost_the_same_for_somebody_and_for_nobody(way):
    held = HolderFactory(user=None, birth_name="Durand", postal_address="1 rue Haute")
    numbers = {"known": held.nirs.get().nir, "unknown": fictitious_nir(29_999)}
    seen = {}
    for name, number in numbers.items():
        client = Client()
        client.force_login(UserFactory(first_name="Camille", last_name="Martin"))
        answer_questions(client, number=number, birth_name="Autre", birth_date="1950-01-01")
        work = work_of("/activation/verification/", {"way": way}, client)
        page = client.get("/activation/")
        seen[name] = (work, VARYING.sub(r"\1", page.content.decode()))

    assert seen["known"] == seen["unknown"]


def test_invitation_of_a_known_address_answers_as_that_of_an_unknown_one():
    client = Client()
    sign_in(client, UserFactory(administrator=True))
    client.get("/habilitations/inviter/")
    seen = {}
    for email in (KNOWN, UNKNOWN):
        fields = {"email": email, "role": "cdc", "scope_code": ""}
        with CaptureQueriesContext(connection) as captured:
            answer = client.post("/habilitations/inviter/", fields)
        seen[email] = (answer.status_code, answer["Location"], len(captured))

    assert seen[KNOWN] == seen[UNKNOWN]
    assert seen[KNOWN][0] == 302


@pytest.mark.parametrize(
    "path", ["/api/v1/formations/", "/api/v1/formations/1/", "/api/v1/calcul/", "/api/v1/schema/"]
)
def test_open_api_says_nothing_of_who_asks(path, known_user):
    """Credentials offered to the open API, right, wrong or of nobody, change nothing in what it answers."""
    offered = ["", f"{KNOWN}:{PASSWORD}", f"{KNOWN}:autre", f"{UNKNOWN}:autre"]
    answers = {
        (answer.status_code, answer.content)
        for answer in (
            Client().get(path, headers={"Authorization": f"Basic {b64encode(who.encode()).decode()}"})
            for who in offered
        )
    }

    assert len(answers) == 1


def test_second_factor_of_nobody_of_a_stranger_and_of_staff_is_one_page():
    """The code is asked after a right password alone: before, its page tells nobody anything."""
    protected = StaffScopeFactory(role=StaffRole.RSSI).user
    Authenticator.objects.create(user=protected, type=Authenticator.Type.TOTP, data={"secret": "x"})
    seen = set()
    for email in (KNOWN, UNKNOWN, protected.email):
        client = Client()
        first = client.post("/connexion/", {"login": email, "password": "une-autre-phrase"})
        then = client.post("/mon-compte/double-authentification/code/", {"code": "000000"})
        body = VARYING.sub(r"\1", first.content.decode()).replace(protected.email, "")
        seen.add((first.status_code, body, then.status_code, then.get("Location")))

    assert len(seen) == 1
