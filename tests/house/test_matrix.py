"""The access matrix: every address × every kind of person × real objects of each side, by real requests.

Read from the URLconf: a new address without a rule, a parameter without an object, a model of the back office without
a row makes it fail. Two things are watched in each answer: whether the door opened, against the tables written by hand
(tests/house/test_access.py for the routes, tests/house/matrix_tables.py for objects and back office), and whether it
shows a text that names somebody else's data, whatever the page.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.backends import ModelBackend
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client, override_settings
from django.urls import reverse

from accounts.enums import StaffRole
from accounts.models import User
from accounts.selectors.holders import holder_of
from accounts.selectors.staff import current_scopes, has_second_factor
from tests.house.matrix_tables import BACK_OFFICE, EVERYBODY, EXEMPT, OBJECTS, Builder, Desk, Target
from tests.house.test_access import ALL, WHO_MAY_OPEN, may_open
from tests.support.access_world import MARK, Person, World, build_world
from tests.support.sign_in import sign_in
from tests.support.urls import Address, every_address

ADDRESSES = {address.name: address for address in every_address()}
OURS = [a for a in ADDRESSES.values() if not a.name.startswith("admin:") and a.name not in EXEMPT]
DESK_ADDRESS = re.compile(
    r"admin:(?P<app>\w+?)_(?P<model>[a-z]+)_(?P<page>changelist|add|history|delete|change)$"
)
# Pages of the back office that belong to no model: the rule is "any member of staff", and they show no one's data.
STAFF_PAGES = {
    "admin:index": True,
    "admin:logout": True,
    "admin:password_change": True,
    "admin:password_change_done": True,
    "admin:jsi18n": True,
    # No page of ours uses them: open to nobody.
    "admin:autocomplete": False,
    "admin:view_on_site": False,
    "admin:admin/(?P<url>.*)$": False,
}
# Other pages of a desk, open to whom its list is.
DESK_PAGES = {"cep.booking": {"admin:cep_booking_week": f"semaine/?jour={MARK}"}}
# Long to write, and with nobody's data in them: what these pages show to two people, they show to all.
SAME_FOR_ALL = {"metrics", "api_schema", "rights:parameter_tables", "agora_sync:dictionary"}
THESE_TWO = {"visitor", "administrator"}
# A page that is open to everybody has no door to try: what it shows is read by one person of each sort.
OF_EACH_SORT = {"visitor", "web user", "holder", "adviser", "agent", "organisation", "administrator"}
# What only counts, writes down or adds headers: no door depends on it, and it takes a fifth of a refusal's time.
LOOKERS_ON = {
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
    "cpa_portal.kernel.logs.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
}
# As the ORM begins them. A statement written by hand may call a function that writes.
READINGS = ('SELECT "', "SELECT 1 ", "SELECT COUNT(", 'SELECT DISTINCT "')
# The address answers another method only, to everybody alike: it neither opened nor closed.
NOT_SERVED = 405
ROWS = {label: desk.rows for label, desk in BACK_OFFICE.items()}
NAMES = [
    "visitor",
    "web user",
    "holder",
    "other holder",
    "adviser",
    "colleague adviser",
    "other adviser",
    "manager",
    "other manager",
    "agent",
    "other agent",
    "organisation",
    "other organisation",
    "France compétences",
    "CDC",
    "RSSI",
    "data-protection officer",
    "administrator",
    "employer",
    "funder",
    "staff without scope",
    "staff whose scope has ended",
]


@dataclass(frozen=True)
class Cell:
    """One request to make, and whether it must open."""

    path: str
    reads: bool
    # None: nothing may be written there, or writing is tried by the tests of the room.
    writes: bool | None = None


class Walker(Client):
    """A client that keeps no copy of the templates and contexts it was shown: most of the time would go there.

    What a request wrote is undone, so that each finds the world as it was made.
    """

    start: str | None = None
    wrote = False

    def request(self, **request: object) -> HttpResponseBase:
        self.start = self.start or transaction.savepoint()
        with connection.execute_wrapper(self.note):
            answer = self.handler(self._base_environ(**request))
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        answer.text_shown = content.decode(errors="replace")
        if self.wrote:
            transaction.savepoint_rollback(self.start)
            transaction.set_rollback(False)
            self.wrote = False
        return answer

    def note(self, execute: Callable[..., object], sql: str, *rest: object) -> object:
        self.wrote = self.wrote or not sql.startswith(READINGS)
        return execute(sql, *rest)


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    """One data set for the whole module, in a transaction that is given up at the end."""
    media = tmp_path_factory.getbasetemp() / "media"
    plain = override_settings(
        MEDIA_ROOT=media,
        STAFF_MFA_REQUIRED=True,
        ROOT_URLCONF="tests.support.urls_plain_refusals",
        MIDDLEWARE=[name for name in settings.MIDDLEWARE if name not in LOOKERS_ON],
        # Each request reads its session: no need of another server for that.
        CACHES={
            **settings.CACHES,
            "sessions": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "matrix"},
        },
        SESSION_CACHE_ALIAS="sessions",
    )
    # A refusal is a warning with its stack: ten thousand of them would take longer to write than to make.
    logging.disable(logging.CRITICAL)
    with django_db_blocker.unblock(), plain, transaction.atomic():
        made = build_world()
        for name, builders in [*((name, OBJECTS) for name in OBJECTS), *((label, ROWS) for label in ROWS)]:
            targets(made, name, builders)
        yield made
        transaction.set_rollback(True)
    logging.disable(logging.NOTSET)
    with django_db_blocker.unblock():
        connection.close()


@pytest.mark.parametrize("name", NAMES)
def test_every_address_opens_to_those_it_is_for_and_shows_nobody_elses_data(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = world.people[name]
    client = Walker(raise_request_exception=False)
    if person.user:
        sign_in(client, person.user)
        monkeypatch.setattr(ModelBackend, "get_user", read_once(person.user.pk))

    wrong = [line for cell in cells(world, person) for line in faults(world, person, client, cell)]

    assert not wrong, "\n".join(wrong)


def test_everybody_of_the_world_walks(world: World) -> None:
    assert set(world.people) == set(NAMES)
    assert {person.kind for person in world.people.values()} >= set(StaffRole.values)
    assert {name for audience in world.secrets.values() for name in audience} <= set(NAMES)


def test_every_address_with_a_parameter_has_an_object() -> None:
    need = {address.name for address in OURS if address.converters}

    assert need == set(OBJECTS)


def test_every_model_of_the_back_office_has_a_row() -> None:
    assert {model._meta.label_lower for model in admin.site._registry} == set(BACK_OFFICE)


def test_every_address_of_the_back_office_is_known() -> None:
    others = {
        name
        for name in ADDRESSES
        if name.startswith("admin:") and not DESK_ADDRESS.match(name) and name not in EXEMPT
    }

    of_desks = {name for pages in DESK_PAGES.values() for name in pages}
    assert others == set(STAFF_PAGES) | of_desks | {"admin:app_list"} | former_addresses()


def test_exempt_addresses_exist_and_say_why() -> None:
    assert set(EXEMPT) <= set(ADDRESSES)
    assert all(len(reason) > 20 for reason in EXEMPT.values())


# What to ask --------------------------------------------------------------------------------------------------------


def cells(world: World, person: Person) -> Iterator[Cell]:
    """Every door; one that is closed to all of a kind is tried by one of them, with one object."""
    knocks = speaks_for_the_kind(world, person)
    for address in OURS:
        rule = WHO_MAY_OPEN[address.name]
        let_in = may_open(person.kind, rule)
        objects = targets(world, address.name, OBJECTS) if address.converters else [Target("", {})]
        has_no_door = ALL in rule and all(target.audience is EVERYBODY for target in objects)
        if has_no_door and person.name not in (THESE_TWO if address.name in SAME_FOR_ALL else OF_EACH_SORT):
            continue
        for target in objects if let_in else objects[: int(knocks)]:
            opens = let_in and within(target.audience, person)
            yield Cell(path_of(address, target), opens, False if address.converters and not opens else None)
    for label, desk in BACK_OFFICE.items():
        yield from desk_cells(world, person, label, desk, knocks=knocks)
    for app in {label.partition(".")[0] for label in BACK_OFFICE}:
        opens = any(person.kind in desk.view for desk in desks_of(app))
        if opens or knocks:
            yield Cell(f"/admin/{app}/", opens)
    for name, open_to_staff in STAFF_PAGES.items():
        opens = open_to_staff and person.kind in StaffRole.values
        if opens or knocks:
            yield Cell(STAFF_PATHS.get(name) or reverse(name), opens)


def speaks_for_the_kind(world: World, person: Person) -> bool:
    """Two people of a kind are told apart by what is theirs, not by what is closed to the kind."""
    signed_in = [other for other in world.people.values() if other.user]
    return not person.user or person == [other for other in signed_in if other.kind == person.kind][-1]


STAFF_PATHS = {
    "admin:autocomplete": f"/admin/autocomplete/?term={MARK}&app_label=accounts&model_name=consent&field_name=holder",
    "admin:view_on_site": "/admin/r/1/1/",
    "admin:admin/(?P<url>.*)$": "/admin/rien/",
}


def desk_cells(world: World, person: Person, label: str, desk: Desk, *, knocks: bool) -> Iterator[Cell]:
    pages = f"/admin/{label.replace('.', '/')}/"
    views, adds, changes, deletes = (
        person.kind in kinds for kinds in (desk.view, desk.add, desk.change, desk.delete)
    )
    if views or knocks:
        # Lists of people show nothing without a search: this one finds all that is marked.
        for page in (f"?q={MARK}", *DESK_PAGES.get(label, {}).values()):
            yield Cell(f"{pages}{page}", views)
    # A page of a desk refuses to be read by the rule that refuses to write there: a closed one is only asked for.
    if adds or knocks:
        yield Cell(f"{pages}add/", adds, adds or None)
    rows = targets(world, label, ROWS)
    for rank, target in enumerate(rows if views else rows[: int(knocks)]):
        page = f"{pages}{target.parameters['object_id']}/"
        sees = views and within(target.audience, person)
        writes = sees and within(target.writers, person) if changes else False if views and knocks else None
        yield Cell(f"{page}change/", sees, writes)
        if sees or rank == 0:
            yield Cell(f"{page}history/", sees)
        if deletes or knocks:
            yield Cell(f"{page}delete/", sees and deletes, sees if deletes else None)
        if rank == 0 and knocks:
            # The former address only leads to the page above, for any member of staff.
            yield Cell(page, person.kind in StaffRole.values)


def read_once(pk: int) -> Callable[[ModelBackend, object], User | None]:
    """The user of a session, as each request would read them again: each is given a copy of its own.

    What the product remembers with a user object is read beforehand, by the product: half of a refusal's time.
    """
    known = User.objects.get(pk=pk)
    current_scopes(known), has_second_factor(known), holder_of(known)

    def get_user(backend: ModelBackend, user_id: object) -> User | None:
        return copy(known) if str(user_id) == str(pk) and backend.user_can_authenticate(known) else None

    return get_user


def targets(world: World, name: str, builders: Mapping[str, Builder]) -> list[Target]:
    """The objects of a route or a model, built once for the whole walk."""
    if name not in world.built:
        world.built[name] = builders[name](world)
    return world.built[name]


def within(audience: frozenset[str] | None, person: Person) -> bool:
    return audience is None or person.name in audience


def desks_of(app: str) -> list[Desk]:
    return [desk for label, desk in BACK_OFFICE.items() if label.startswith(f"{app}.")]


def former_addresses() -> set[str]:
    models = (apps.get_model(label)._meta for label in BACK_OFFICE)
    return {f"admin:admin/{model.app_label}/{model.model_name}/<path:object_id>/" for model in models}


def path_of(address: Address, target: Target) -> str:
    path = address.route
    for name, converter in address.converters.items():
        for written in (f"<{converter}:{name}>", f"<{name}>"):
            path = path.replace(written, str(target.parameters[name]))
    return f"/{path}"


# What is wrong ------------------------------------------------------------------------------------------------------


def faults(world: World, person: Person, client: Client, cell: Cell) -> Iterator[str]:
    answer = client.get(cell.path)
    yield from judged(world, person, cell.path, "GET", answer, expected=cell.reads)
    if cell.writes is not None:
        answer = client.post(cell.path)
        yield from judged(world, person, cell.path, "POST", answer, expected=cell.writes)


def judged(
    world: World, person: Person, path: str, method: str, answer: HttpResponseBase, *, expected: bool
) -> Iterator[str]:
    line = f"{person.name}: {method} {path}"
    if answer.status_code >= 500 and not path.startswith("/readyz"):
        yield f"{line}: answered {answer.status_code}"
    elif answer.status_code != NOT_SERVED and expected == is_refused(answer, path):
        yield f"{line}: {'closed' if expected else 'opened'} ({answer.status_code} {answer.get('Location', '')})"
    for secret, audience in world.secrets.items():
        if person.name not in audience and secret in answer.text_shown:
            yield f"{line}: shows {secret}"


def is_refused(answer: HttpResponseBase, path: str) -> bool:
    if answer.status_code == 302:
        # Unknown visitors are asked to sign in; an object outside one's scope sends back to the home of the office.
        to = answer["Location"]
        return to.startswith("/connexion/?next=") or (to == "/admin/" and path.startswith("/admin/"))
    return answer.status_code in {403, 404}
