import json
from datetime import date
from types import SimpleNamespace

import pytest
from django.urls import reverse

from accounts.models import Consent, ConsentAct
from accounts.services.access_log import record_consultation
from accounts.services.notifications import notify
from accounts.services.private_files import store_private_file
from tests.support.factories.accounts import HolderFactory, HolderNIRFactory, SituationFactory, UserFactory

NIR = "185017505600149"
TEMPORARY = "399019910000111"

pytestmark = pytest.mark.django_db


@pytest.fixture
def holder(renderers):
    holder = HolderFactory(nir=NIR, birth_name="Colonna", usual_name="Santoni", phone="04 95 00 00 01")
    HolderNIRFactory(holder=holder, nir=TEMPORARY, since=date(1989, 1, 1), until=date(1989, 12, 31))
    SituationFactory(holder=holder, starts_on=date(2026, 3, 3), source_detail="DSN")
    Consent.objects.create(
        holder=holder, purpose="conseil", beneficiary="Corse conseil", text_version="1", act=ConsentAct.GIVEN
    )
    record_consultation(
        actor=UserFactory(cep_adviser=True, last_name="Paoletti"),
        holder=holder,
        purpose="Entretien de conseil",
        what="Droits et dossiers",
    )
    store_private_file(name="releve.pdf", content=b"%PDF", owner_holder=holder)
    notify(kind="greeting", recipient=holder.email, dedup_key="k", context={"name": "C"}, holder=holder)
    return holder


def test_personal_data_shows_what_is_held_and_who_looked(client, holder):
    client.force_login(holder.user)

    page = client.get("/mes-donnees/").content.decode()

    for shown in (
        "Colonna",
        "Santoni",
        "1 •• •• •• ••• ••• 49",
        "3 •• •• •• ••• ••• 11",
        "Salarié du secteur privé",
        "3 mars 2026",
        "Conseiller en évolution professionnelle",
        "Entretien de conseil",
        "Droits et dossiers",
        "R. 6323-40",
    ):
        assert shown in page
    assert NIR not in page
    assert NIR[1:10] not in page


def test_personal_data_names_the_commune_when_it_is_known(client, holder, settings):
    settings.COMMUNE_LOOKUP = f"{__name__}.lookup_ajaccio"
    client.force_login(holder.user)

    page = client.get("/mes-donnees/").content.decode()

    assert "Ajaccio (2A004)" in page
    assert "<dd>2B033</dd>" in page


def lookup_ajaccio(code):
    return SimpleNamespace(name="Ajaccio") if code == "2A004" else None


def test_personal_data_does_not_name_the_agent(client, holder):
    client.force_login(holder.user)

    assert "Paoletti" not in client.get("/mes-donnees/").content.decode()


def test_personal_data_of_another_person_is_nowhere_on_the_page(client, holder):
    client.force_login(HolderFactory().user)

    page = client.get("/mes-donnees/").content.decode()

    assert "Colonna" not in page
    assert "Personne d’autre que vous" in page


@pytest.mark.parametrize("name", ["accounts:personal_data", "accounts:personal_data_copy"])
def test_personal_data_for_others_than_a_holder_is_refused(client, name):
    assert client.get(reverse(name))["Location"] == f"/connexion/?next={reverse(name)}"
    for user in (UserFactory(), UserFactory(administrator=True)):
        client.force_login(user)
        assert client.get(reverse(name)).status_code == 403


@pytest.mark.parametrize("rows", [1, 9])
def test_personal_data_page_costs_the_same_whatever_the_rows(client, rows, django_assert_max_num_queries):
    holder = HolderFactory()
    for rank in range(rows):
        SituationFactory(holder=holder, starts_on=date(2000 + rank, 1, 1), ends_on=date(2000 + rank, 6, 1))
        record_consultation(actor=UserFactory(rssi=True), holder=holder, purpose="Contrôle", what="Identité")
    client.force_login(holder.user)
    client.get("/mes-donnees/")

    # User, holder, staff scopes if the menu asks for them, two communes, NIR, situations, consultations.
    with django_assert_max_num_queries(8):
        client.get("/mes-donnees/")


def test_personal_data_beyond_fifty_consultations_says_where_the_others_are(client):
    holder = HolderFactory()
    for rank in range(51):
        record_consultation(
            actor=None, partner=f"P{rank:02}", holder=holder, purpose="Contrôle", what="Identité"
        )
    client.force_login(holder.user)

    page = client.get("/mes-donnees/").content.decode()

    assert "P50" in page
    assert "P00" not in page
    assert "Seules les 50 dernières" in page


def test_personal_data_page_is_not_kept_by_the_browser(client, holder):
    client.force_login(holder.user)

    for name in ("accounts:personal_data", "accounts:personal_data_copy"):
        assert "no-store" in client.get(reverse(name))["Cache-Control"]


def test_personal_data_copy_holds_every_part_as_a_file(client, holder):
    client.force_login(holder.user)

    response = client.get("/mes-donnees/copie/")
    held = json.loads(response.content)["accounts"]

    assert response["Content-Disposition"].startswith('attachment; filename="mes-donnees-')
    assert held["Identité"]["nom de naissance"] == "Colonna"
    assert held["Identité"]["téléphone"] == "04 95 00 00 01"
    assert [row["numéro (masqué)"] for row in held["Numéros de sécurité sociale"]] == [
        "1 •• •• •• ••• ••• 49",
        "3 •• •• •• ••• ••• 11",
    ]
    assert held["Situations"][0]["précision"] == "DSN"
    assert held["Consentements"][0]["bénéficiaire"] == "Corse conseil"
    assert held["Consultations"][0]["motif"] == "Entretien de conseil"
    assert held["Documents"][0]["nom"] == "releve.pdf"
    assert held["Messages"][0]["destinataire"] == holder.email
    assert held["Connexion"]["adresse de connexion"] == holder.user.email
    assert NIR not in response.content.decode()


def test_personal_data_copy_gathers_every_room_named_in_settings(client, holder, settings):
    client.force_login(holder.user)

    held = json.loads(client.get("/mes-donnees/copie/").content)

    rooms = {dotted.partition(".")[0] for dotted in settings.PERSONAL_DATA_EXPORTERS}
    assert set(held) == rooms | {"établi le"}
