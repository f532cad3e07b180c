"""Many people, one meeting, at the same instant, over HTTP."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from django.conf import settings

from tests.support.http import csrf_token, sign_in
from tests.support.portal import PASSWORD, Portal
from tests.support.portal_sessions import sessions_like

pytestmark = pytest.mark.xdist_group("e2e")

# Twice what the web server takes at once; `bin/bench cep.http` sends two hundred.
PEOPLE = 16
FIRST = 101
HIDDEN_FIELD = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')


def test_many_people_posting_one_slot_get_one_appointment_and_near_slots(portal: Portal) -> None:
    clients = signed_in(portal, [f"titulaire{FIRST + rank}@demo.test" for rank in range(PEOPLE)])
    slot = last_slot_of_the_week(clients[0])
    forms = [filled_form(client, slot) for client in clients]
    barrier = Barrier(PEOPLE)

    def post(client: httpx.Client, form: dict[str, str]) -> httpx.Response:
        barrier.wait()
        return client.post(
            "/conseil/rendez-vous/reserver/", data=form, headers={"Referer": str(client.base_url)}
        )

    with ThreadPoolExecutor(PEOPLE) as crowd:
        answers = list(crowd.map(post, clients, forms))

    booked = [answer for answer in answers if answer.status_code == 302]
    refused = [answer for answer in answers if answer.status_code == 200]
    assert (len(booked), len(refused)) == (1, PEOPLE - 1)
    assert all("/conseil/rendez-vous/reserver/?" in answer.text for answer in refused), (
        "near slots are offered"
    )
    assert appointments_at(portal, slot) == 1


def signed_in(portal: Portal, logins: list[str]) -> list[httpx.Client]:
    """The first through the form; the others find a session like theirs: sixteen passwords take a while to hash."""
    clients = [httpx.Client(base_url=portal.url, timeout=60) for _ in logins]
    sign_in(clients[0], logins[0], PASSWORD)
    name = settings.SESSION_COOKIE_NAME
    for client, key in zip(
        clients[1:], sessions_like(portal, clients[0].cookies[name], logins[1:]), strict=True
    ):
        client.cookies.set(name, key)
    return clients


def last_slot_of_the_week(client: httpx.Client) -> str:
    page = client.get("/conseil/rendez-vous/", params={"lieu": "2B033"}, follow_redirects=True)
    links = re.findall(r'href="(/conseil/rendez-vous/reserver/\?[^"]+)"', page.text)
    assert links, page.text
    return links[-1].replace("&amp;", "&")


def filled_form(client: httpx.Client, slot: str) -> dict[str, str]:
    page = client.get(slot)
    fields = dict(HIDDEN_FIELD.findall(page.text))
    return {**fields, "csrfmiddlewaretoken": csrf_token(page)}


def appointments_at(portal: Portal, slot: str) -> int:
    query = {name: values[0] for name, values in parse_qs(urlsplit(slot).query).items()}
    with portal.database() as connection:
        found = connection.execute(
            "SELECT count(*) FROM cep_booking "
            "WHERE adviser_id = %s AND lower(span) = %s::timestamptz AND status = 'confirmed'",
            [query["adviser"], query["start"]],
        ).fetchone()
    assert found
    return int(found[0])
