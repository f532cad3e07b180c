import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import resolve
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from cpa_portal.home.navigation import ACCOUNT_PAGES, FOOTER, MENU, Navigation, url_of
from tests.support.factories.accounts import HolderFactory, UserFactory

ROLES = [
    "regional_agent",
    "cep_adviser",
    "cep_manager",
    "training_organisation",
    "france_competences",
    "cdc",
    "rssi",
    "administrator",
]


def navigation(rf, user, path="/"):
    request = rf.get(path)
    request.user = user
    return Navigation(request)


def labels(links):
    return [link.label for link in links]


def test_menu_of_a_visitor_is_what_anyone_may_do(rf):
    entries = navigation(rf, AnonymousUser()).entries

    assert labels(entries) == ["Accueil", "Trouver une formation", "Être conseillé", "Aide"]


def test_menu_of_a_holder_leads_to_what_is_theirs(rf, db):
    holder = HolderFactory()

    entries = navigation(rf, holder.user).entries

    assert {"Tableau de bord", "Mes droits", "Mes dossiers", "Mes rendez-vous"} <= set(labels(entries))
    assert "Échanges avec AGORA" not in labels(entries)
    assert "Espace de travail" not in labels(entries)


def test_menu_of_a_regional_agent_shows_exchanges_and_no_ones_rights(rf, db):
    agent = UserFactory(regional_agent=True)

    entries = navigation(rf, agent).entries

    assert "Échanges avec AGORA" in labels(entries)
    assert "Mes droits" not in labels(entries)


def test_menu_of_the_caisse_des_depots_leads_to_the_exchanges_that_it_follows(rf, db):
    assert "Échanges avec AGORA" in labels(navigation(rf, UserFactory(cdc=True)).entries)


def test_menu_entry_of_the_page_is_current(rf):
    entries = navigation(rf, AnonymousUser(), "/aide/").entries

    assert {link.label: link.current for link in entries}["Aide"] == "page"
    assert {link.label: link.current for link in entries}["Accueil"] == ""


def test_menu_entry_of_a_page_below_is_marked_without_being_the_page(rf):
    entries = navigation(rf, AnonymousUser(), "/formations/12/").entries

    assert {link.label: link.current for link in entries}["Trouver une formation"] == "true"


def test_every_entry_has_an_address_on_the_portal():
    missing = [entry.url_name for entry in (*MENU, *FOOTER, *ACCOUNT_PAGES) if url_of(entry.url_name) is None]

    assert missing == []


@pytest.mark.parametrize("role", [None, "holder", *ROLES])
def test_every_link_of_the_frame_opens_for_the_person_who_sees_it(rf, client, db, role):
    user = (
        HolderFactory().user if role == "holder" else UserFactory(**{role: True}) if role else AnonymousUser()
    )
    if user.is_authenticated:
        client.force_login(user)
    # What the frame shows to everybody is opened by the visitor.
    links = addresses(rf, user) - (addresses(rf, AnonymousUser()) if role else set())

    answers = {link: opened(client, link) for link in links}

    assert len(answers) >= 5
    assert set(answers.values()) == {200}, answers


def addresses(rf, user):
    shown = navigation(rf, user)
    own = shown.account_pages if user.is_authenticated else []
    return {link.url for link in (*shown.entries, *shown.footer, *own)}


def opened(client: Client, url: str) -> int:
    resolve(url)
    response = client.get(url)
    # A page may first ask to confirm who one is; nothing else may send the person away.
    while response.status_code == 302 and not response.url.startswith("/connexion/"):
        response = client.get(response.url)
    return response.status_code


def test_frame_of_a_signed_in_person_signs_out_by_post(client, db):
    user = HolderFactory().user
    client.force_login(user)

    page = client.get("/aide/").content.decode()

    assert user.get_full_name() in page
    assert '<form method="post" action="/deconnexion/" data-forget-drafts>' in page
    assert "Se connecter" not in page


def test_early_error_page_knows_nobody(rf):
    request = rf.get("/")

    shown = Navigation(request)

    assert shown.person == ""
    assert "Aide" in labels(shown.entries)


def test_menu_of_the_agora_side_leaves_out_the_citizens_pages(rf, settings, db):
    settings.AGORA_ROLE = "provider"

    shown = navigation(rf, UserFactory(cdc=True))

    assert labels(shown.entries) == ["Droits des partenaires", "Affaires", "Espace de travail"]
    assert shown.signup_url is None


def test_navigation_that_is_not_shown_asks_nothing(rf, db, django_assert_num_queries):
    request = rf.get("/")
    request.user = SimpleLazyObject(UserFactory)

    with django_assert_num_queries(0):
        Navigation(request)


def test_frame_of_a_holder_costs_one_query_for_the_link_and_one_for_the_roles(
    rf, db, django_assert_num_queries
):
    user = User.objects.get(pk=HolderFactory().user.pk)

    with django_assert_num_queries(2):
        shown = navigation(rf, user)
        assert shown.entries
        assert shown.footer
        assert shown.person
        assert shown.account_pages
