"""The pages of the development identity provider, as a WSGI application for one process.

Sessions live in memory: one worker, several threads. Its variables begin with IDENTITY_PROVIDER_.
"""

import html
import json
import os
from collections.abc import Callable, Iterable
from http import HTTPStatus
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import parse_qsl

from idpyoidc.message.oauth2 import ResponseMessage
from idpyoidc.message.oidc import AccessTokenRequest, AuthorizationRequest

from house.identity_provider.people import read_people
from house.identity_provider.server import ProviderSettings, new_server

LEVEL_NAMES = {"eidas1": "FranceConnect, niveau faible", "eidas2": "FranceConnect+, niveau substantiel"}
PAGE = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
STYLE = (Path(__file__).parent / "page.css").read_bytes()
# Our own pages carry no script; they may send their form here, and from here back to the portal.
POLICY = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"

StartResponse = Callable[..., Any]
Answer = tuple[HTTPStatus, list[tuple[str, str]], bytes]


class Application:
    def __init__(self, settings: ProviderSettings, people: dict[str, dict[str, Any]]) -> None:
        self.people = people
        self.server = new_server(settings, people, self.choice_page)
        self.routes: dict[str, Callable[[dict[str, Any]], Answer]] = {
            "/.well-known/openid-configuration": self.endpoint("provider_config"),
            "/authorize": self.endpoint("authorization"),
            "/token": self.endpoint("token"),
            "/userinfo": self.endpoint("userinfo"),
            "/logout": self.endpoint("session"),
            "/personne": self.person_chosen,
            "/jwks.json": self.keys,
            "/page.css": lambda environ: (HTTPStatus.OK, [("Content-Type", "text/css")], STYLE),
        }

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        route = self.routes.get(environ["PATH_INFO"])
        try:
            status, headers, body = (
                route(environ) if route else message_page("Page inconnue", HTTPStatus.NOT_FOUND)
            )
        # A library that refuses a request raises what it likes: the person reads that it was refused.
        except Exception as refusal:
            environ["wsgi.errors"].write(f"{type(refusal).__name__}: {refusal}\n")
            status, headers, body = message_page("Demande refusée", HTTPStatus.BAD_REQUEST)
        start_response(f"{status.value} {status.phrase}", [*headers, ("Cache-Control", "no-store")])
        return [body]

    # Protocol ---------------------------------------------------------------------------------
    def endpoint(self, name: str) -> Callable[[dict[str, Any]], Answer]:
        def answer(environ: dict[str, Any]) -> Answer:
            endpoint = self.server.get_endpoint(name)
            asked = parameters(environ)
            request = endpoint.parse_request(asked, http_info=http_info(environ))
            if isinstance(request, ResponseMessage) and "error" in request:
                return error(request)
            if name == "token":
                request = AccessTokenRequest(**request)
            given = endpoint.process_request(request, http_info=http_info(environ))
            if "http_response" in given:
                return page_answer(str(given["http_response"]))
            if "redirect_location" in given:
                return redirect(given["redirect_location"])
            return self.written(endpoint, request, given)

        return answer

    def written(self, endpoint: Any, request: Any, given: Any) -> Answer:
        if isinstance(given, ResponseMessage) and "error" in given:
            return error(given)
        info = endpoint.do_response(request=request, **given)
        cookies = [("Set-Cookie", cookie_header(one)) for one in given.get("cookie", [])]
        if "error" in given:
            return error(given)
        if endpoint.response_placement == "url":
            status, headers, body = redirect(info["response"])
            return status, [*headers, *cookies], body
        headers = [(name, value) for name, value in info["http_headers"] if name.lower() == "content-type"]
        return HTTPStatus.OK, [*headers, *cookies], info["response"].encode()

    def keys(self, environ: dict[str, Any]) -> Answer:
        exported = self.server.keyjar.export_jwks()
        return HTTPStatus.OK, [("Content-Type", "application/json")], json.dumps(exported).encode()

    # Pages ------------------------------------------------------------------------------------
    def choice_page(self, *, token: str, level: str) -> str:
        options = "".join(
            f'<option value="{html.escape(login)}">{html.escape(label(login, claims))}</option>'
            for login, claims in self.people.items()
        )
        content = Template(
            "<h1>Qui voulez-vous être ?</h1><p>Niveau demandé : <strong>$level</strong>.</p>"
            '<form method="post" action="/personne"><input type="hidden" name="token" value="$token">'
            '<input type="hidden" name="level" value="$code">'
            '<label for="person">Personne</label><select id="person" name="person">$options</select>'
            '<p class="buttons"><button type="submit">Continuer comme cette personne</button>'
            '<button type="submit" name="refused" value="1">Refuser et revenir au portail</button></p></form>'
        ).substitute(level=LEVEL_NAMES[level], token=token, options=options, code=level)
        return PAGE.substitute(title="Qui voulez-vous être ?", content=content)

    def person_chosen(self, environ: dict[str, Any]) -> Answer:
        form = parameters(environ)
        method = self.server.context.authn_broker.get_method_by_id(form["level"])
        asked = method.unpack_token(form["token"])
        request = AuthorizationRequest().from_urlencoded(asked["query"])
        endpoint = self.server.get_endpoint("authorization")
        if "refused" in form:
            return redirect(f"{request['redirect_uri']}?error=access_denied&state={request['state']}")
        if form["person"] not in self.people:
            return message_page("Personne inconnue", HTTPStatus.BAD_REQUEST)
        session = endpoint.create_session(
            request, form["person"], asked["authn_class_ref"], asked["iat"], method
        )
        return self.written(endpoint, request, endpoint.authz_part2(request=request, session_id=session))


# Between WSGI and the library -----------------------------------------------------------------
def parameters(environ: dict[str, Any]) -> dict[str, str]:
    if environ["REQUEST_METHOD"] == "POST":
        size = int(environ.get("CONTENT_LENGTH") or 0)
        return dict(parse_qsl(environ["wsgi.input"].read(min(size, 65_536)).decode()))
    return dict(parse_qsl(environ.get("QUERY_STRING", "")))


def http_info(environ: dict[str, Any]) -> dict[str, Any]:
    cookies = [
        part.strip().partition("=") for part in environ.get("HTTP_COOKIE", "").split(";") if "=" in part
    ]
    headers = {"authorization": environ["HTTP_AUTHORIZATION"]} if "HTTP_AUTHORIZATION" in environ else {}
    return {
        "headers": headers,
        "method": environ["REQUEST_METHOD"],
        "url": environ["PATH_INFO"],
        "cookie": [{"name": name, "value": value.strip('"')} for name, _, value in cookies],
    }


def cookie_header(cookie: dict[str, Any]) -> str:
    return f'{cookie["name"]}="{cookie["value"]}"; Path=/; HttpOnly; SameSite=Lax'


def redirect(location: str) -> Answer:
    return HTTPStatus.SEE_OTHER, [("Location", location)], b""


def error(response: Any) -> Answer:
    said = {name: str(response[name]) for name in ("error", "error_description") if name in response}
    return HTTPStatus.BAD_REQUEST, [("Content-Type", "application/json")], json.dumps(said).encode()


def message_page(title: str, status: HTTPStatus) -> Answer:
    content = PAGE.substitute(
        title=title, content=f"<h1>{title}</h1><p>Revenez au portail et recommencez.</p>"
    )
    _, headers, body = page_answer(content)
    return status, headers, body


def page_answer(content: str) -> Answer:
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Security-Policy", POLICY)]
    return HTTPStatus.OK, headers, content.encode()


def label(login: str, claims: dict[str, Any]) -> str:
    return f"{claims['given_name']} {claims['family_name']} ({login})"


def application_from_environment() -> Application:
    """What gunicorn starts: `house.identity_provider.application:application_from_environment()`."""
    given = {name: os.environ[f"IDENTITY_PROVIDER_{name.upper()}"] for name in (
        "issuer", "client_id", "client_secret", "redirect_uri", "logout_uri", "salt")}  # fmt: skip
    settings = ProviderSettings(**given, key_file=os.environ.get("IDENTITY_PROVIDER_KEY_FILE", ""))
    return Application(settings, read_people(os.environ.get("IDENTITY_PROVIDER_PEOPLE", "")))
