"""The journeys of this room as a person meets them, on a desktop and on a phone: readable, audited, used by hand."""

import pytest

from accounts.models import Holder
from tests.support.browser import look_at, sign_in_by_cookie
from tests.support.factories.accounts import HolderFactory, SituationFactory, UserFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_activation_is_walked_by_hand(page, live_server):
    holder = HolderFactory(user=None, birth_name="Rossi-Fontaine", diploma_asked_at=None)
    user = UserFactory()
    sign_in_by_cookie(page, user, live_server.url)

    page.goto("/activation/")
    look_at(page, "Ouvrir mon compte")
    page.get_by_role("link", name="Commencer").click()
    page.get_by_role("button", name="Continuer").click()
    look_at(page, "Erreur : Quel est votre numéro")
    page.get_by_label("Numéro de sécurité sociale").fill(holder.nirs.get().nir)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("Nom de naissance").fill("ROSSI FONTAINE")
    page.get_by_role("button", name="Continuer").click()
    look_at(page, "Quelle est votre date de naissance")
    for label, value in (
        ("Jour", holder.birth_date.day),
        ("Mois", holder.birth_date.month),
        ("Année", holder.birth_date.year),
    ):
        page.get_by_role("textbox", name=label).fill(str(value))
    page.get_by_role("button", name="Continuer").click()
    look_at(page, "Vérifiez vos réponses")
    page.get_by_role("button", name="Ouvrir mon compte").click()
    page.wait_for_url("**/bienvenue/diplome/")
    look_at(page, "Une question sur votre diplôme")

    assert Holder.objects.get(user=user) == holder


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/ma-situation/", "Ma situation"),
        ("/ma-situation/agent-public/", "Êtes-vous agent public"),
        ("/mes-donnees/", "Mes données"),
        ("/mes-donnees/demandes/", "Mes demandes"),
        ("/mes-donnees/consentements/", "Mes consentements"),
        ("/mes-donnees/apres-mon-deces/", "Mes données après"),
    ],
)
def test_pages_about_oneself_are_sound(page, live_server, path, title):
    holder = HolderFactory()
    SituationFactory(holder=holder)
    sign_in_by_cookie(page, holder.user, live_server.url)

    page.goto(path)

    look_at(page, title)
