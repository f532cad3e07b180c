"""The page of correspondences: the table of the code, its versions, what changed between two."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from agora_sync.mapping.correspondence import as_csv, described
from agora_sync.models import CorrespondenceVersion
from agora_sync.services.correspondences import note_correspondences

pytestmark = pytest.mark.django_db


def old_version(number: int = 1) -> CorrespondenceVersion:
    """As the code may have been: an event less, an item fed otherwise."""
    now = described()
    content = {"triggers": now["triggers"][1:], "feeds": ["CreerDossier / x : dossier.y", *now["feeds"]]}
    return CorrespondenceVersion.objects.create(number=number, sha256=f"{number:064}", lines=content)


def test_table_says_which_field_feeds_which_item_and_which_event_sends_what(
    client: Client, agent: User
) -> None:
    page = client.get("/agents/correspondances/").content.decode()

    assert "Dossier demandé" in page
    assert "SIRET de l’organisme (dossier.organisation_siret)" in page
    assert "formation/organisme/siret" in page
    assert "pas encore enregistrée" in page


def test_sheet_is_the_table(client: Client, agent: User) -> None:
    sheet = client.get("/agents/correspondances.csv")

    assert sheet.content.decode("utf-8-sig") == as_csv()


def test_version_is_kept_once_until_the_code_changes_the_table(client: Client, agent: User) -> None:
    first = note_correspondences()

    again = note_correspondences()

    assert (again, CorrespondenceVersion.objects.count()) == (first, 1)
    assert first.lines == described()
    assert "En service" in client.get("/agents/correspondances/").content.decode()


def test_change_of_the_code_makes_another_version_whose_difference_is_shown(
    client: Client, agent: User
) -> None:
    old_version()

    new = note_correspondences()

    page = client.get(f"/agents/correspondances/{new.number}/").content.decode()
    assert new.number == 2
    assert "<ins>Dossier demandé : CreerDossier</ins>" in page
    assert "<del>CreerDossier / x : dossier.y</del>" in page
    assert page.count("<ins>") == page.count("<del>") == 1


def test_two_versions_that_do_not_follow_each_other_are_compared(client: Client, agent: User) -> None:
    old_version(1)
    old_version(2)
    new = note_correspondences()

    following = client.get("/agents/correspondances/2/").content.decode()
    apart = client.get(f"/agents/correspondances/{new.number}/?avec=1").content.decode()

    assert "Rien n’a changé." in following
    assert "Comparée à la version 1" in apart


def test_version_that_was_never_kept_is_not_there(client: Client, agent: User) -> None:
    assert client.get("/agents/correspondances/7/").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_table_costs_the_same_queries_whatever_the_versions(client: Client, agent: User, rows: int) -> None:
    for number in range(1, rows + 1):
        old_version(number)
    client.get("/agents/correspondances/")

    with CaptureQueriesContext(connection) as queries:
        client.get("/agents/correspondances/")

    assert len(queries) == 4, [query["sql"] for query in queries]


def test_two_versions_of_one_number_are_refused_by_the_database() -> None:
    old_version()

    with pytest.raises(IntegrityError), transaction.atomic():
        old_version()
