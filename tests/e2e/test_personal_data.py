"""A person reads what is held about them, at any width, by keyboard too, and takes a copy away."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.apps import apps
from playwright.sync_api import BrowserContext, Page
from pypdf import PdfReader

from accounts.models import Holder
from accounts.selectors.personal_data import copied_tables, tables_not_copied
from tests.home.test_personal_data_copy import rows_at, tables_that_lead_to_a_person
from tests.support.browser import look_at
from tests.support.patience import retry
from tests.support.portal import PASSWORD, Portal

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("e2e")]


def test_personal_data_is_read_and_copied(
    portal: Portal, visit: BrowserContext, come_in: Callable[[BrowserContext, str], Page]
) -> None:
    page = come_in(visit, "titulaire@demo.test")

    page.goto(f"{portal.url}/mes-donnees/")

    assert page.locator("h1").all_inner_texts() == ["Mes données"]
    assert "••" in page.inner_text("main")
    assert page.locator("table caption").count() == page.locator("table").count()
    look_at(page, "Mes données")
    with page.expect_download() as download:
        page.get_by_role("link", name="Télécharger la copie de mes données").click()
    held = json.loads(download.value.path().read_text())
    assert held["accounts"]["Identité"]["prénoms"]


# One row at least of the demonstration's rich account in each of these.
RICH = {
    "accounts.Holder", "accounts.HolderNIR", "accounts.Situation", "accounts.Consent", "accounts.AccessLogEntry",
    "accounts.PrivateFile", "accounts.Notification", "accounts.IdentityProof", "accounts.DataRequest",
    "accounts.AfterDeathInstruction", "accounts.Delegation", "rights.Counter", "rights.Entry",
    "rights.TrainingFile", "rights.TrainingFileFunding", "rights.TrainingFileTransition", "cep.Booking",
    "cep.BookingEvent",
}  # fmt: skip


def test_full_export_of_the_rich_account_holds_every_row_of_every_table(
    portal: Portal, desktop: BrowserContext, come_in: Callable[[BrowserContext, str], Page]
) -> None:
    """The copy as the site serves it, against the rows of the database, table by table; then the same as a PDF."""
    page = come_in(desktop, "titulaire@demo.test")
    with nothing_read_from_agora(portal, "titulaire@demo.test"):
        copy = page.request.get(f"{portal.url}/mes-donnees/copie/").json()
        held = rows_held(portal, "titulaire@demo.test")
    document = PdfReader(io.BytesIO(page.request.get(f"{portal.url}/mes-donnees/copie.pdf").body()))

    shown = {label: len(rows_at(copy[room], part)) for label, (room, part) in copied_tables().items()}

    assert shown == held
    assert {label for label, count in held.items() if count} >= RICH
    assert set(held) | set(tables_not_copied()) == tables_that_lead_to_a_person()
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]
    kinds = kinds_of_tags(document)
    assert {"/Document", "/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"} <= kinds
    said = " ".join(" ".join(sheet.extract_text() for sheet in document.pages).split())
    for words in ("Rossi-Fontaine", "Livia Rossi", "attestation.txt", "Suivi d’un dossier", "••"):
        assert words in said, words


LEASE = """
INSERT INTO agora_sync_holderpull (holder_id, lease_until)
SELECT h.id, now() + interval '1 minute'
FROM accounts_holder h JOIN accounts_user u ON u.id = h.user_id WHERE u.email = %s
ON CONFLICT (holder_id) DO UPDATE SET lease_until = excluded.lease_until
WHERE agora_sync_holderpull.lease_until IS NULL OR agora_sync_holderpull.lease_until <= now()
RETURNING id
"""
GIVEN_BACK = "UPDATE agora_sync_holderpull SET lease_until = NULL WHERE id = %s"


@contextmanager
def nothing_read_from_agora(portal: Portal, login: str) -> Iterator[None]:
    """No reading of the person's files is in hand: one that brings nothing new takes its line away again."""
    with portal.database() as connection:

        def taken() -> tuple[int]:
            row = connection.execute(LEASE, [login]).fetchone()
            assert row, "a reading lasts"
            return row

        lease = retry(taken, within=timedelta(seconds=60))
        yield
        connection.execute(GIVEN_BACK, lease)


def rows_held(portal: Portal, login: str) -> dict[str, int]:
    """Rows that lead to the person in each copied table, counted by joins along the foreign keys."""
    with portal.database() as connection:
        return {
            label: connection.execute(*count_of(apps.get_model(label), login)).fetchone()[0]
            for label in copied_tables()
        }


def count_of(model: type, login: str) -> tuple[str, list[str]]:
    path, joins, alias = path_to_holder(model), "", "t0"
    for rank, field in enumerate(path, start=1):
        target = field.related_model._meta
        joins += f' JOIN {target.db_table} t{rank} ON t{rank}."{target.pk.column}" = {alias}."{field.column}"'
        alias = f"t{rank}"
    table, key = model._meta.db_table, model._meta.pk.column
    query = f'SELECT count(DISTINCT t0."{key}") FROM {table} t0{joins} JOIN accounts_user u ON u.id = {alias}.user_id'  # noqa: S608 - names of our own models
    return f"{query} WHERE u.email = %s", [login]


def path_to_holder(model: type) -> list:
    """The shortest chain of foreign keys from the model to the holder."""
    waiting = [(model, [])]
    while True:
        current, path = waiting.pop(0)
        if current is Holder:
            return path
        waiting += [
            (field.related_model, [*path, field])
            for field in current._meta.fields
            if field.remote_field and field.related_model._meta.label in tables_that_lead_to_a_person()
        ]


def kinds_of_tags(document: PdfReader) -> set[str]:
    """The kinds of the tags of the document's tree."""
    found, waiting = set(), [document.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.add(str(node.get("/S", "")))
            waiting += [node["/K"]] if "/K" in node else []
    return found


def test_sign_in_by_keyboard_alone_reaches_the_dashboard(portal: Portal, desktop: BrowserContext) -> None:
    page = desktop.new_page()
    page.goto(f"{portal.url}/connexion/")

    page.focus("input[name=login]")
    page.keyboard.type("titulaire@demo.test")
    press_tab_until(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/tableau-de-bord/")

    assert page.locator("h1").count() == 1


def press_tab_until(page, name):
    for _ in range(10):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == name:
            return
    raise AssertionError(f"the keyboard never reaches {name}")
