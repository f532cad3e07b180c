from uuid import uuid4

import pytest

from accounts.services.private_files import store_private_file
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


def address(document):
    return f"/mes-documents/{document.pk}/"


@pytest.fixture
def document():
    return store_private_file(name="Relevé d’été.html", content=b"<script>", owner_holder=HolderFactory())


def test_private_file_for_its_holder_is_a_download(client, document):
    client.force_login(document.owner_holder.user)

    response = client.get(address(document))

    assert b"".join(response.streaming_content) == b"<script>"
    assert response["Content-Disposition"].startswith("attachment;")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]


def test_private_file_for_its_user_is_a_download(client):
    user = UserFactory(administrator=True)
    client.force_login(user)

    response = client.get(address(store_private_file(name="rapport.csv", content=b"a", owner_user=user)))

    assert b"".join(response.streaming_content) == b"a"


@pytest.mark.parametrize("traits", [{}, {"administrator": True}, {"cep_adviser": True}])
def test_private_file_for_anybody_else_does_not_exist(client, document, traits):
    client.force_login(UserFactory(**traits))
    theirs = client.get(address(document))
    unknown = client.get(f"/mes-documents/{uuid4()}/")

    assert theirs.status_code == unknown.status_code == 404


def test_private_file_for_another_holder_does_not_exist(client, document):
    client.force_login(HolderFactory().user)

    assert client.get(address(document)).status_code == 404


def test_private_file_for_a_visitor_asks_to_sign_in(client, document):
    assert client.get(address(document))["Location"].startswith("/connexion/")


def test_private_file_cannot_be_posted(client, document):
    client.force_login(document.owner_holder.user)

    assert client.post(address(document)).status_code == 405
