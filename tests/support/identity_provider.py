"""The development identity provider as a process of its own, and the steps of a person who goes through it."""

import json
import os
import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
from django.conf import settings

from accounts.models import Holder
from house.servers import free_port
from tests.support.factories.accounts import HolderFactory

ROOT = Path(__file__).resolve().parent.parent.parent
# The provider is on this machine, without TLS: nobody needs to be trusted, and reading who could be takes long.
NOBODY_TRUSTED = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CLIENT_ID, CLIENT_SECRET = "portail-de-test", "secret-de-test-assez-long-pour-signer"

PEOPLE = {
    "vanina": {
        "given_name": "Vanina Lucie", "given_name_array": ["Vanina", "Lucie"], "family_name": "Rossi-Fontaine",
        "gender": "female", "birthdate": "1986-04-17", "birthplace": "2A004", "birthcountry": "99100",
    },
    "hugo": {
        "given_name": "Hugo", "given_name_array": ["Hugo"], "family_name": "Lantivert",
        "gender": "male", "birthdate": "2003-09-02", "birthplace": "13055", "birthcountry": "99100",
    },
}  # fmt: skip


@dataclass(frozen=True)
class IdentityProvider:
    issuer: str

    def follow(self, location: str, person: str) -> str:
        """Answer the authorization request as that person; returns where the browser is sent back."""
        page = httpx.get(location, verify=NOBODY_TRUSTED)
        assert page.status_code == httpx.codes.OK, page.text
        fields = {name: hidden(page.text, name) for name in ("token", "level")}
        answer = httpx.post(
            f"{self.issuer}/personne", data={**fields, "person": person}, verify=NOBODY_TRUSTED
        )
        assert answer.is_redirect, answer.text
        return answer.headers["Location"]


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return found[1]


def local_path(location: str) -> str:
    """The path and query of an address of ours, for the test client."""
    parts = urlsplit(location)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def asked(location: str) -> dict[str, str]:
    """The parameters of an authorization request."""
    return dict(parse_qsl(urlsplit(location).query))


@contextmanager
def running_identity_provider(folder: Path, people: dict[str, dict[str, Any]]) -> Iterator[IdentityProvider]:
    issuer = f"http://127.0.0.1:{(port := free_port())}"
    known = folder / "people.json"
    known.write_text(json.dumps(people), encoding="utf-8")
    variables = {
        "PYTHONPATH": str(ROOT / "bin"),
        "IDENTITY_PROVIDER_ISSUER": issuer,
        "IDENTITY_PROVIDER_CLIENT_ID": CLIENT_ID,
        "IDENTITY_PROVIDER_CLIENT_SECRET": CLIENT_SECRET,
        "IDENTITY_PROVIDER_REDIRECT_URI": f"{settings.SITE_URL}/connexion/franceconnect/retour/",
        "IDENTITY_PROVIDER_LOGOUT_URI": f"{settings.SITE_URL}/deconnexion/franceconnect/",
        "IDENTITY_PROVIDER_SALT": "sel-de-test",
        "IDENTITY_PROVIDER_PEOPLE": str(known),
    }
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "gunicorn"), "--no-control-socket", "--threads", "2",
         "--bind", f"127.0.0.1:{port}", "house.identity_provider.application:application_from_environment()"],
        cwd=ROOT, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        # From then on connections wait in the socket's queue until the application is loaded.
        assert process.stderr is not None
        assert any("Listening at" in line for line in process.stderr), "the identity provider did not start"
        yield IdentityProvider(issuer)
    finally:
        process.terminate()
        process.wait(20)


def use_provider(settings: Any, issuer: str) -> None:
    """Settings of a portal that knows this provider."""
    settings.FRANCECONNECT_ISSUER = issuer
    settings.FRANCECONNECT_IS_DEVELOPMENT = True
    app = {"provider_id": "franceconnect", "name": "FranceConnect", "client_id": CLIENT_ID,
           "secret": CLIENT_SECRET, "settings": {}}  # fmt: skip
    settings.SOCIALACCOUNT_PROVIDERS = {"franceconnect": {"APPS": [app]}}


def vanina(**fields: Any) -> Holder:
    """The account holder whose civil status is that of the first person of the provider."""
    civil_status = {
        "birth_name": "ROSSI FONTAINE",
        "first_names": "Vanina Lucie",
        "sex": "female",
        "birth_date": date(1986, 4, 17),
        "birth_commune_code": "2A004",
    }
    return HolderFactory(**{**civil_status, **fields})


@pytest.fixture(scope="session")
def provider_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityProvider]:
    with running_identity_provider(tmp_path_factory.mktemp("identity"), PEOPLE) as running:
        yield running


@pytest.fixture
def provider(provider_process: IdentityProvider, settings: Any) -> IdentityProvider:
    """The development identity provider, with a portal that knows it."""
    use_provider(settings, provider_process.issuer)
    return provider_process
