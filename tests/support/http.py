"""A person at the site without a browser: real HTTP, cookies, CSRF."""

import re

import httpx

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def csrf_token(page: httpx.Response) -> str:
    found = TOKEN.search(page.text)
    assert found, f"no form on {page.url}"
    return found[1]


def sign_in(client: httpx.Client, login: str, password: str) -> None:
    """Sign in through the form. Raises AssertionError when the site does not let the person in."""
    form = client.get("/connexion/")
    answer = client.post(
        "/connexion/",
        data={"login": login, "password": password, "csrfmiddlewaretoken": csrf_token(form)},
        headers={"Referer": str(form.url)},
    )
    assert answer.status_code == 302, answer.status_code
