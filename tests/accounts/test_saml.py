"""Sign-in through an organisation, against a provider of another make in a process of its own, and its forgeries."""

import base64
import json
import logging
from datetime import timedelta
from urllib.parse import parse_qs, quote, urlsplit
from urllib.request import urlopen

import pytest
from django.test import Client
from django.utils import timezone
from lxml import etree

from accounts.models import SAMLAssertion, SAMLRequest, SAMLRoleMapping, StaffRole, StaffScope, User
from accounts.saml import read_provider_metadata
from accounts.services.saml_sign_in import forget_old_saml
from tests.support import saml_forgery
from tests.support.factories.accounts import (
    HolderFactory,
    SAMLConnectionFactory,
    StaffScopeFactory,
    UserFactory,
)
from tests.support.saml_idp import running_provider
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

EMAIL = "lea.santoni@region.test"
PERSON = {"mail": [EMAIL], "role": ["agent-formation"]}
SIGN_IN, ANSWER = "/saml/region/connexion/", "/saml/region/reponse/"


@pytest.fixture(scope="module")
def idp(tmp_path_factory):
    """The provider's folder; its keys and descriptions are there."""
    with running_provider(tmp_path_factory.mktemp("idp")) as folder:
        yield folder


@pytest.fixture
def connection(idp, settings):
    settings.SAML_SP_CERTIFICATE, settings.SAML_SP_KEY = str(idp / "sp.pem"), str(idp / "sp.key")
    described = read_provider_metadata((idp / "idp.xml").read_bytes())
    made = SAMLConnectionFactory(
        slug="region",
        name="Collectivité d’essai",
        entity_id=described.entity_id,
        sso_url=described.sso_url,
        certificates=described.certificates,
        email_domains=["region.test"],
    )
    SAMLRoleMapping.objects.create(connection=made, value="agent-formation", role=StaffRole.REGIONAL_AGENT)
    (idp / "sp.xml").write_bytes(Client().get("/saml/region/metadonnees/").content)
    return made


def provider_answer(client, **wanted):
    """Ask to sign in, go to the provider, come back with its answer as XML."""
    address = client.get(SIGN_IN)["Location"]
    asked = {"attributes": PERSON, **wanted}
    with urlopen(f"{address}&wanted={quote(json.dumps(asked))}") as response:  # noqa: S310
        return base64.b64decode(response.read())


def post(client, xml):
    # The provider's page posts from elsewhere: the cookie of ours does not travel.
    return Client().post(ANSWER, {"SAMLResponse": base64.b64encode(xml).decode()})


def complete(client, **wanted):
    answer = post(client, provider_answer(client, **wanted))
    assert answer.status_code == 302
    return client.get(answer["Location"])


def assert_refused(answer, caplog, code):
    page = answer.content.decode()
    assert answer.status_code == 403
    assert "<h1>Connexion refusée</h1>" in page
    assert "Recommencez" in page
    lines = [record for record in caplog.records if record.getMessage() == "saml_refused"]
    assert len(lines) == 1
    assert lines[0].code == code
    said = page + "".join(json.dumps(record.__dict__, default=str) for record in caplog.records)
    for personal in (EMAIL, "lea@ailleurs.test", "personne-1", "agent-formation"):
        assert personal not in said
    assert not User.objects.filter(email=EMAIL).exists()
    assert not StaffScope.objects.exists()
    assert not SAMLRequest.objects.filter(user__isnull=False).exists()


def test_first_sign_in_opens_an_account_with_the_scope_of_the_directory(connection, client):
    complete(client)

    user = User.objects.get(email=EMAIL)
    [scope] = user.staff_scopes.all()
    assert (scope.role, scope.scope_code, scope.connection) == (StaffRole.REGIONAL_AGENT, "94", connection)
    assert user.is_staff
    assert not user.has_usable_password()
    assert client.session["_auth_user_id"] == str(user.pk)


def test_second_sign_in_finds_the_same_person_by_the_identifier(connection, client):
    complete(client)
    renamed = {**PERSON, "mail": ["autre.nom@region.test"]}

    complete(Client(), attributes=renamed)

    assert User.objects.count() == 1


def test_request_is_signed(connection, client):
    query = parse_qs(urlsplit(client.get(SIGN_IN)["Location"]).query)

    assert query["SigAlg"] == ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"]
    assert query["Signature"]


def test_provider_refuses_a_request_that_was_changed(connection, client):
    address = client.get(SIGN_IN)["Location"]

    with pytest.raises(OSError, match="400"):
        urlopen(address.replace("Signature=", "Signature=A"))  # noqa: S310


def test_page_asked_for_is_opened_after_the_sign_in(connection, settings):
    client = Client()
    client.get(f"{SIGN_IN}?next=/agents/echanges/")
    address = client.get(f"{SIGN_IN}?next=/agents/echanges/")["Location"]
    with urlopen(f"{address}&wanted={quote(json.dumps({'attributes': PERSON}))}") as response:  # noqa: S310
        xml = base64.b64decode(response.read())

    last = client.get(post(client, xml)["Location"])

    assert last["Location"] == "/agents/echanges/"


def test_page_of_another_site_is_never_opened_after_the_sign_in(connection, client):
    client.get(f"{SIGN_IN}?next=https://faux.example/")

    assert SAMLRequest.objects.get().next_path == ""


def test_second_factor_is_asked_after_the_organisations_sign_in(connection, client, settings):
    settings.STAFF_MFA_REQUIRED = True

    complete(client)

    assert client.get("/agents/")["Location"].startswith("/mon-compte/double-authentification/?requise")


def test_role_that_the_directory_takes_back_ends_here(connection, client):
    complete(client)
    StaffScope.objects.update(starts_on=timezone.localdate() - timedelta(days=30))
    SAMLRoleMapping.objects.create(
        connection=connection, value="lecteur", role=StaffRole.TRAINING_ORGANISATION
    )
    connection.allowed_roles = [StaffRole.REGIONAL_AGENT, StaffRole.TRAINING_ORGANISATION]
    connection.save()

    complete(Client(), attributes={**PERSON, "role": ["lecteur"]})

    held = StaffScope.objects.on(timezone.localdate())
    assert [scope.role for scope in held] == [StaffRole.TRAINING_ORGANISATION]


def test_scope_given_by_a_person_is_left_alone(connection, client):
    user = StaffScopeFactory(user=UserFactory(email=EMAIL, is_staff=True), regional_agent=True).user

    complete(client)

    assert [scope.connection for scope in user.staff_scopes.all()] == [None]


def test_role_beyond_what_the_organisation_may_give_is_not_given(connection, client):
    SAMLRoleMapping.objects.create(connection=connection, value="chef", role=StaffRole.ADMINISTRATOR)

    complete(client, attributes={**PERSON, "role": ["agent-formation", "chef"]})

    assert [scope.role for scope in StaffScope.objects.all()] == [StaffRole.REGIONAL_AGENT]


def test_directory_without_a_known_role_is_refused(connection, client, caplog):
    xml = provider_answer(client, attributes={**PERSON, "role": ["inconnu"]})

    assert_refused(post(client, xml), caplog, "no_role")


def test_address_of_another_domain_is_refused(connection, client, caplog):
    xml = provider_answer(client, attributes={**PERSON, "mail": ["lea@ailleurs.test"]})

    assert_refused(post(client, xml), caplog, "address_of_another_domain")


@pytest.mark.parametrize("owner", ["holder", "administrator"])
def test_account_of_somebody_else_is_never_taken_over(connection, client, owner):
    user = UserFactory(email=EMAIL, **({"administrator": True} if owner == "administrator" else {}))
    if owner == "holder":
        HolderFactory(user=user)
    xml = provider_answer(client)

    assert post(client, xml).status_code == 403
    assert not user.saml_identities.exists()


def test_closed_account_is_refused(connection, client):
    complete(client)
    User.objects.update(is_active=False)
    other = Client()

    assert post(other, provider_answer(other)).status_code == 403


def test_answer_in_another_browser_opens_nothing(connection, client):
    answer = post(client, provider_answer(client))
    victim = Client()

    assert victim.get(answer["Location"]).status_code == 403
    assert "_auth_user_id" not in victim.session


def test_answer_finished_too_late_opens_nothing(connection, client):
    answer = post(client, provider_answer(client))
    SAMLRequest.objects.update(answered_at=timezone.now() - timedelta(minutes=3))

    assert client.get(answer["Location"]).status_code == 403


def test_answer_to_an_old_request_is_refused(connection, client, caplog):
    xml = provider_answer(client)
    SAMLRequest.objects.update(created_at=timezone.now() - timedelta(minutes=11))

    assert_refused(post(client, xml), caplog, "no_such_request")


def test_answer_posted_twice_is_refused_the_second_time(connection, client):
    xml = provider_answer(client)
    assert post(client, xml).status_code == 302

    assert post(client, xml).status_code == 403


def test_assertion_replayed_after_its_request_was_reopened_is_refused(connection, client):
    xml = provider_answer(client)
    assert post(client, xml).status_code == 302
    SAMLRequest.objects.update(answered_at=None, user=None)

    page = post(client, xml)

    assert page.status_code == 403
    assert "replayed" in page.content.decode()
    assert SAMLAssertion.objects.count() == 1


# Signed by the provider's own key, and wrong.
WRONG = {
    "audience": ("//saml:Audience", "https://un-autre-service.test", ""),
    "destination": (".", "https://un-autre-service.test/acs", "Destination"),
    "recipient": ("//saml:SubjectConfirmationData", "https://un-autre-service.test/acs", "Recipient"),
    "assertion expired": ("//saml:Conditions", "2020-01-01T00:00:00Z", "NotOnOrAfter"),
    "confirmation expired": ("//saml:SubjectConfirmationData", "2020-01-01T00:00:00Z", "NotOnOrAfter"),
    "not yet valid": ("//saml:Conditions", "2090-01-01T00:00:00Z", "NotBefore"),
    "issuer": ("//saml:Issuer", "https://un-autre-organisme.test", ""),
    "confirmation of another request": ("//saml:SubjectConfirmationData", "_autre", "InResponseTo"),
    "status": ("//samlp:StatusCode", "urn:oasis:names:tc:SAML:2.0:status:Requester", "Value"),
}


@pytest.mark.parametrize("what", WRONG)
def test_signed_answer_that_is_not_for_us_is_refused(connection, client, caplog, idp, what):
    path, value, attribute = WRONG[what]
    xml = saml_forgery.edited(provider_answer(client), path, value, attribute=attribute, key=idp / "idp.key")

    assert_refused(post(client, xml), caplog, "invalid_response")


def test_editing_and_signing_again_without_a_wrong_value_is_accepted(connection, client, idp):
    """The tool of the test above works: what it refuses is refused for the value alone."""
    xml = saml_forgery.edited(
        provider_answer(client),
        "//saml:AttributeValue[.='agent-formation']",
        "agent-formation",
        key=idp / "idp.key",
    )

    assert post(client, xml).status_code == 302


def test_answer_to_no_request_of_ours_is_refused(connection, client, caplog, idp):
    xml = saml_forgery.edited(
        provider_answer(client), ".", "_autre", attribute="InResponseTo", key=idp / "idp.key"
    )

    assert_refused(post(client, xml), caplog, "no_such_request")


def test_unsolicited_answer_is_refused(connection, client, caplog, idp):
    root = etree.fromstring(provider_answer(client))
    del root.attrib["InResponseTo"]

    assert_refused(post(client, etree.tostring(root)), caplog, "unsolicited")


def test_unsigned_assertion_is_refused(connection, client, caplog):
    assert_refused(post(client, provider_answer(client, signed=False)), caplog, "invalid_response")


def test_signature_with_a_worn_out_algorithm_is_refused(connection, client, caplog):
    assert_refused(post(client, provider_answer(client, weak=True)), caplog, "invalid_response")


def test_signature_taken_away_is_refused(connection, client, caplog):
    xml = saml_forgery.without_signature(provider_answer(client))

    assert_refused(post(client, xml), caplog, "invalid_response")


def test_response_signed_but_not_its_assertion_is_refused(connection, client, caplog):
    xml = provider_answer(client, signed=False, sign_response=True)

    assert_refused(post(client, xml), caplog, "invalid_response")


def test_answer_signed_by_another_provider_is_refused(connection, client, caplog):
    assert_refused(post(client, provider_answer(client, key="stranger")), caplog, "invalid_response")


def test_answer_of_another_organisation_of_ours_is_refused(connection, client, idp):
    """Two organisations trust one provider's key: each answer serves where it was asked for."""
    SAMLConnectionFactory(
        slug="autre",
        entity_id=connection.entity_id,
        sso_url=connection.sso_url,
        certificates=connection.certificates,
    )
    xml = provider_answer(client)

    answer = Client().post("/saml/autre/reponse/", {"SAMLResponse": base64.b64encode(xml).decode()})

    assert answer.status_code == 403


@pytest.mark.parametrize("wrap", saml_forgery.WRAPPINGS, ids=lambda wrap: wrap.__name__)
def test_wrapped_answer_is_refused(connection, client, caplog, wrap):
    xml = wrap(provider_answer(client, sign_response=wrap.__name__ in {"xsw1", "xsw2"}))

    answer = post(client, xml)

    assert_refused(answer, caplog, next(r.code for r in caplog.records if r.getMessage() == "saml_refused"))
    assert not User.objects.filter(saml_identities__isnull=False).exists()


def test_comment_inside_the_name_is_refused(connection, client, caplog):
    xml = saml_forgery.comment_in_name(provider_answer(client))

    assert_refused(post(client, xml), caplog, "comment_or_instruction")


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ("", "unreadable"),
        ("pas du base64 !", "unreadable"),
        (base64.b64encode(b"<a/>").decode(), "not_a_response"),
        (base64.b64encode(b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>").decode(), "not_a_response"),
        ("A" * 300_000, "too_large"),
    ],
)
def test_what_is_no_answer_is_refused(connection, caplog, sent, code):
    assert_refused(Client().post(ANSWER, {"SAMLResponse": sent}), caplog, code)


def test_both_certificates_are_accepted_while_the_provider_changes_key(connection, client, idp):
    following = read_provider_metadata((idp / "next.xml").read_bytes())
    connection.certificates = [*connection.certificates, *following.certificates]
    connection.save()

    complete(client)
    complete(Client(), key="next")


def test_our_metadata_shows_both_certificates_while_we_change_key(connection, client, idp, settings):
    settings.SAML_SP_NEXT_CERTIFICATE = str(idp / "next.pem")

    metadata = etree.fromstring(client.get("/saml/region/metadonnees/").content)

    descriptor = metadata.find("{*}SPSSODescriptor")
    assert descriptor.get("AuthnRequestsSigned") == "true"
    assert descriptor.get("WantAssertionsSigned") == "true"
    assert len(metadata.findall(".//{*}KeyDescriptor[@use='signing']")) == 2


def test_metadata_of_the_organisation_is_loaded_on_the_screen(idp, client):
    sign_in(client, UserFactory(administrator=True))
    with (idp / "idp.xml").open("rb") as file:
        answer = client.post(
            "/admin/accounts/samlconnection/add/",
            {
                "name": "Collectivité",
                "slug": "collectivite",
                "metadata_file": file,
                "email_domains": "region.test",
                "email_attribute": "mail",
                "role_attribute": "role",
                "allowed_roles": ["regional_agent"],
                "scope_code": "94",
                "is_active": "on",
                "mappings-TOTAL_FORMS": 0,
                "mappings-INITIAL_FORMS": 0,
            },
        )

    assert answer.status_code == 302, answer.content.decode()
    described = read_provider_metadata((idp / "idp.xml").read_bytes())
    made = UserFactory._meta.model._meta.apps.get_model("accounts", "SAMLConnection").objects.get()
    assert (made.entity_id, made.certificates) == (described.entity_id, described.certificates)


def test_organisation_loaded_on_the_screen_signs_its_people_in(idp, client, settings):
    settings.SAML_SP_CERTIFICATE, settings.SAML_SP_KEY = str(idp / "sp.pem"), str(idp / "sp.key")
    administrator = Client()
    sign_in(administrator, UserFactory(administrator=True))
    with (idp / "idp.xml").open("rb") as file:
        administrator.post(
            "/admin/accounts/samlconnection/add/",
            {
                "name": "Collectivité",
                "slug": "region",
                "metadata_file": file,
                "email_domains": "region.test",
                "email_attribute": "urn:oid:0.9.2342.19200300.100.1.3",
                "role_attribute": "role",
                "allowed_roles": ["regional_agent"],
                "scope_code": "94",
                "is_active": "on",
                "mappings-TOTAL_FORMS": 3,
                "mappings-INITIAL_FORMS": 0,
                "mappings-0-value": "agent-formation",
                "mappings-0-role": "regional_agent",
            },
        )
    (idp / "sp.xml").write_bytes(Client().get("/saml/region/metadonnees/").content)

    complete(client)

    assert [scope.scope_code for scope in User.objects.get(email=EMAIL).staff_scopes.all()] == ["94"]


@pytest.mark.parametrize("content", [b"", b"<a/>", b"pas du xml", b"<!DOCTYPE a><a/>"])
def test_unreadable_metadata_is_refused_in_words(content):
    with pytest.raises(ValueError, match=r"SAML lisible|Il manque"):
        read_provider_metadata(content)


def test_without_our_key_nobody_signs_in_this_way(connection, client, settings):
    settings.SAML_SP_KEY = ""

    assert client.get(SIGN_IN).status_code == 404
    assert "Aucun organisme" in client.get("/connexion/organisme/").content.decode()


def test_closed_connection_is_neither_offered_nor_open(connection, client):
    connection.is_active = False
    connection.save()

    assert client.get(SIGN_IN).status_code == 404
    assert connection.name not in client.get("/connexion/organisme/").content.decode()


def test_old_requests_and_assertions_go(connection, client):
    complete(client)
    assert forget_old_saml(now=timezone.now()) == 0

    assert forget_old_saml(now=timezone.now() + timedelta(days=2)) == 2


@pytest.fixture(autouse=True)
def log_level(caplog):
    caplog.set_level(logging.WARNING)
