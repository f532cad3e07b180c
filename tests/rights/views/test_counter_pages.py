"""Counter pages: what a person holds, where it comes from, in words."""

import re
from datetime import date

import pytest
from django.urls import reverse

from rights.enums import EntryKind, Scheme
from rights.models import Counter
from rights.schemes import SCHEMES
from rights.services.ledger import post_entry
from rights.services.training_files import request_training_file
from tests.support.factories.accounts import HolderFactory, UserFactory
from tests.support.factories.rights import REQUEST_DAY, CounterFactory, RequestableSessionFactory

pytestmark = pytest.mark.django_db

LIST = "/mes-droits/"


@pytest.fixture
def holder(client):
    holder = HolderFactory()
    client.force_login(holder.user)
    return holder


def page_of(client, path):
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode().replace("\u202f", " ").replace("\u00a0", " ")


def credit(counter, amount, day, key):
    post_entry(
        counter=counter,
        kind=EntryKind.CREDIT,
        amount=amount,
        value_date=day,
        label="Droits acquis par votre travail de 2025",
        source="Essai",
        key=key,
    )


def test_counter_list_shows_each_right_in_its_own_unit(client, holder):
    for scheme, balance in [(Scheme.CPF, 1_234_56), (Scheme.C2P, 26), (Scheme.PUBLIC_HOURS, 24 * 60 + 30)]:
        CounterFactory(holder=holder, scheme=scheme, balance=balance)

    page = page_of(client, LIST)

    assert "1 234,56 €" in page
    assert "26 points" in page
    assert "24 h 30" in page
    assert SCHEMES[Scheme.CPF].purpose in page
    assert SCHEMES[Scheme.DIF].purpose not in page


def test_counter_list_never_shows_the_rights_of_another(client, holder):
    CounterFactory(balance=9_876_54)

    page = page_of(client, LIST)

    assert "9 876,54" not in page
    assert "Vous n’avez pas encore de droits" in page


def test_counter_list_shows_what_is_set_aside(client, holder):
    CounterFactory(holder=holder, balance=5_000_00)
    request_training_file(
        key="00000000-0000-4000-8000-000000000001",
        holder=holder,
        session=RequestableSessionFactory(),
        today=REQUEST_DAY,
    )

    page = page_of(client, LIST)

    assert "3 603,20 €" in page
    assert "1 396,80 € mis de côté" in page.replace("</span>", "")


def test_counter_list_asks_the_same_queries_for_one_and_three(client, holder, django_assert_num_queries):
    CounterFactory(holder=holder, balance=1)
    client.get(LIST)
    with django_assert_num_queries(4):
        client.get(LIST)
    CounterFactory(holder=holder, scheme=Scheme.DIF, balance=1)
    CounterFactory(holder=holder, scheme=Scheme.CEC, balance=1)

    with django_assert_num_queries(4):
        client.get(LIST)


@pytest.mark.parametrize("scheme", Scheme)
def test_counter_detail_of_each_scheme_says_what_it_pays(client, holder, scheme):
    CounterFactory(holder=holder, scheme=scheme, balance=120)

    page = page_of(client, f"/mes-droits/{SCHEMES[scheme].slug}/")

    assert SCHEMES[scheme].pays_for in page
    assert "Ouverture de votre compteur avec" in page


@pytest.mark.parametrize("slug", ["cec", "inconnu"])
def test_counter_detail_of_a_right_one_does_not_have_is_not_found(client, holder, slug):
    CounterFactory(holder=holder, balance=1)
    CounterFactory(scheme=Scheme.CEC, balance=1)

    assert client.get(f"/mes-droits/{slug}/").status_code == 404


def test_counter_detail_explains_the_amount_set_aside(client, holder):
    CounterFactory(holder=holder, balance=5_000_00)
    training_file = request_training_file(
        key="00000000-0000-4000-8000-000000000001",
        holder=holder,
        session=RequestableSessionFactory(),
        today=REQUEST_DAY,
    )

    page = page_of(client, "/mes-droits/cpf/")

    assert "Mise de côté de 1 396,80 € : votre demande de formation « Titre professionnel soudeur" in page
    assert "Comment c’est calculé" in page
    assert "Participation obligatoire" in page
    assert "Arrêté du 30 décembre 2025" in page
    assert "−1 396,80 €" in page
    assert reverse("rights:file_detail", args=[training_file.pk]) in page


def test_counter_detail_draws_the_balance_beside_its_table(client, holder):
    counter = CounterFactory(holder=holder, balance=100_00)
    credit(counter, 500_00, date(2026, 4, 1), "a")
    credit(counter, 200_00, date(2026, 4, 2), "b")
    credit(counter, 50_00, date(2027, 4, 1), "c")

    page = page_of(client, "/mes-droits/cpf/")

    assert "<svg" in page
    assert "CPF : solde à la fin de chaque mois où il a changé" in page
    table = page.partition("CPF : solde à la fin")[2].partition("</table>")[0]
    assert re.findall(r"<td[^>]*>([^<]*)</td>", table) == ["100,00 €", "800,00 €", "850,00 €"]


def test_counter_detail_with_too_little_history_draws_nothing(client, holder):
    CounterFactory(holder=holder, balance=100_00)

    assert "<svg" not in page_of(client, "/mes-droits/cpf/").partition("<main")[2].partition("</main>")[0]


def test_counter_detail_asks_the_same_queries_for_one_and_three_entries(
    client, holder, django_assert_num_queries
):
    counter = CounterFactory(holder=holder, balance=100_00)
    client.get("/mes-droits/cpf/")
    with django_assert_num_queries(8):
        client.get("/mes-droits/cpf/")
    credit(counter, 1, date(2026, 4, 1), "a")
    credit(counter, 1, date(2026, 4, 2), "b")

    with django_assert_num_queries(8):
        client.get("/mes-droits/cpf/")


def test_counter_detail_with_a_long_history_is_cut_into_pages(client, holder):
    counter = CounterFactory(holder=holder, balance=100_00)
    for n in range(30):
        credit(counter, 1, date(2026, 4, 1), f"c{n}")

    first, second = page_of(client, "/mes-droits/cpf/"), page_of(client, "/mes-droits/cpf/?page=2")

    assert "écriture n° 31" in first
    assert "écriture n° 1." not in first
    assert "écriture n° 1." in second
    assert "page 2 sur 2" in second


@pytest.mark.parametrize("path", [LIST, "/mes-droits/cpf/"])
def test_counter_pages_for_staff_without_rights_are_refused(client, path):
    client.force_login(UserFactory(regional_agent=True))

    assert client.get(path).status_code == 403


@pytest.mark.parametrize("path", [LIST, "/mes-droits/cpf/"])
def test_counter_pages_for_nobody_lead_to_the_sign_in(client, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response["Location"].startswith("/connexion/")


def test_counter_pages_do_not_take_writes(client, holder):
    CounterFactory(holder=holder, balance=1)

    assert client.post("/mes-droits/cpf/").status_code == 405
    assert Counter.objects.get().balance == 1
