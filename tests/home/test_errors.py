import psycopg
import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from cpa_portal.home.views import errors
from tests.support.databases import running_url
from tests.support.factories.accounts import UserFactory

pytestmark = pytest.mark.urls("tests.look.sample_pages")


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def test_unknown_address_answers_404_with_a_way_on(visitor):
    response = visitor.get("/nulle-part/")

    page = response.content.decode()
    assert response.status_code == 404
    assert "Cette page n'existe pas" in page
    assert f'href="{reverse("home:help")}"' in page


def test_defect_answers_500_without_naming_itself(visitor):
    response = visitor.get("/panne/")

    page = response.content.decode()
    assert response.status_code == 500
    assert "panne de notre côté" in page
    assert "ZeroDivisionError" not in page


def test_lost_database_answers_503_and_says_when_to_come_back(visitor):
    response = visitor.get("/sans-base/")

    assert response.status_code == 503
    assert response.headers["Retry-After"] == str(errors.RETRY_AFTER_SECONDS)
    assert "momentanément indisponible" in response.content.decode()


@pytest.mark.parametrize(
    ("path", "status"), [("/api/sans-base/", 503), ("/api/panne/", 500), ("/api/rien/", 404)]
)
def test_open_api_gets_problem_json_whatever_goes_wrong(visitor, path, status):
    response = visitor.get(path)

    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == status


def test_form_without_its_seal_is_refused_in_plain_words(db):
    response = Client(enforce_csrf_checks=True).post("/echantillon/", {})

    page = response.content.decode()
    assert response.status_code == 403
    assert "Ce formulaire n'est plus valable" in page


def test_wrong_host_answers_400_in_the_house_style(visitor):
    response = visitor.get("/", HTTP_HOST="ailleurs.example")

    assert response.status_code == 400
    assert "Nous n'avons pas compris cette demande" in response.content.decode()


@pytest.mark.parametrize("answer", [errors.server_error, errors.service_unavailable])
def test_pages_of_an_outage_ask_the_database_nothing(rf, answer, django_assert_num_queries, db):
    with django_assert_num_queries(0):
        response = answer(rf.get("/"))

    assert "<main" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_database_session_cut_by_the_server_answers_503_then_recovers(visitor):
    """The real thing: PostgreSQL ends our session, as it does when it restarts."""
    visitor.force_login(UserFactory())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [backend] = cursor.fetchone()
    with psycopg.connect(running_url(connection.settings_dict["NAME"]), autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [backend])

    during = visitor.get("/aide/")
    connection.close()
    after = visitor.get("/aide/")

    assert during.status_code == 503
    assert after.status_code == 200
