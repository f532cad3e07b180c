"""Pages on imports: administrators follow and launch them, organisations try their own files."""

import csv
import io

import pytest
from django.core.files.base import ContentFile

from accounts.enums import StaffRole
from catalog.enums import OrderState
from catalog.models import ImportFinding, ImportOrder, Training
from catalog.services.import_work import work_on_orders
from tests.catalog.lheo.documents import changed, offer
from tests.catalog.services.test_offer_import import formation
from tests.support.access_world import staff
from tests.support.factories.catalog import TODAY, ImportOrderFactory, ImportRunFactory
from tests.support.sign_in import sign_in

pytestmark = pytest.mark.django_db

LIST, NEW, TRIALS = "/agents/imports/", "/agents/imports/nouveau/", "/essais-de-fichiers/"
SIRET = "19290076900014"


@pytest.fixture
def administrator(client):
    return sign_in(client, staff(StaffRole.ADMINISTRATOR))


@pytest.fixture
def organisation(client):
    return sign_in(client, staff(StaffRole.TRAINING_ORGANISATION, SIRET))


def text_of(response):
    assert response.status_code == 200
    return response.content.decode()


def upload(*formations, name="offre.xml"):
    return ContentFile(offer(*formations), name=name)


def report(run, *rules):
    ImportFinding.objects.bulk_create(
        ImportFinding(
            run=run, path=f"/f[{n}]", identifier=f"F{n}", field="x", rule=rule, action="refused", line=n
        )
        for n, rule in enumerate(rules, start=1)
    )


def test_file_is_handed_over_read_confirmed_and_imported(corsica, administrator):
    answer = administrator.post(NEW, {"kind": "offer", "feed": "corse", "file": upload(formation("F1"))})
    waiting = text_of(administrator.get(answer["Location"]))
    work_on_orders(today=TODAY)
    read = text_of(administrator.get(answer["Location"]))
    assert not Training.objects.exists()

    administrator.post(answer["Location"])
    work_on_orders(today=TODAY)
    done = text_of(administrator.get(answer["Location"]))
    run = ImportOrder.objects.get().run

    assert "en cours de lecture" in waiting
    assert "Créées : 1" in read
    assert "Soudeur (F1)" in read
    assert f"{LIST}{run.pk}/" in done
    assert Training.objects.get().feed == "corse"
    assert "offre.xml" in text_of(administrator.get(f"{LIST}{run.pk}/"))


def test_import_that_takes_much_away_asks_twice(corsica, administrator):
    order = ImportOrderFactory(trial=ImportRunFactory(is_trial=True, position=2, closed=8))
    address = f"{LIST}fichiers/{order.pk}/"

    refused = text_of(administrator.post(address))
    order.refresh_from_db()
    assert "Cochez cette case" in refused
    assert order.state == OrderState.CHECKED

    administrator.post(address, {"accepts_closures": "on"})
    order.refresh_from_db()
    assert order.state == OrderState.CONFIRMED


def test_file_is_dropped_without_further_question(administrator):
    order = ImportOrderFactory(trial=ImportRunFactory(is_trial=True, position=2, closed=8))

    administrator.post(f"{LIST}fichiers/{order.pk}/", {"drop": "1"})

    order.refresh_from_db()
    assert order.state == OrderState.DROPPED


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"kind": "offer"}, "Choisissez un fichier"),
        ({"kind": "offer", "file": ContentFile(b"", name="vide.xml")}, "Ce fichier est vide"),
        ({"file": upload(formation("F1"))}, "Dites ce que contient le fichier"),
        ({"kind": "offer", "feed": "a b", "file": upload(formation("F1"))}, "Lettres, chiffres"),
        ({"kind": "offer", "is_complete": "on", "file": upload(formation("F1"))}, "ne vaut que pour"),
    ],
    ids=["no file", "empty file", "no kind", "feed with a space", "whole register of an offer"],
)
def test_file_without_what_it_takes_is_refused(administrator, typed, said):
    page = text_of(administrator.post(NEW, typed))

    assert said in page
    assert not ImportOrder.objects.exists()


def test_report_is_filtered_by_rule_and_downloaded(administrator):
    run = ImportRunFactory(refused=3)
    report(run, "placeholder", "siret_key", "placeholder")

    page = text_of(administrator.get(f"{LIST}{run.pk}/", {"regle": "placeholder"}))
    file = administrator.get(f"{LIST}{run.pk}/rapport.csv", {"regle": "placeholder"})
    rows = list(csv.DictReader(io.StringIO(file.getvalue().decode())))

    assert "Ce texte ne dit rien (2)" in page
    assert page.count('data-label="Ligne"') == 2
    assert [row["identifier"] for row in rows] == ["F1", "F3"]
    assert file["Content-Type"].startswith("text/csv")


def test_report_runs_no_formula_in_a_spreadsheet(administrator):
    run = ImportRunFactory()
    for value in ("=1+1", "-2+3", "-", "ok"):
        ImportFinding.objects.create(
            run=run, path="/f", field="x", value=value, rule="placeholder", action="refused"
        )

    rows = administrator.get(f"{LIST}{run.pk}/rapport.csv").getvalue().decode()

    assert [row["value"] for row in csv.DictReader(io.StringIO(rows))] == ["'=1+1", "'-2+3", "-", "ok"]


@pytest.mark.parametrize("rows", [1, 3])
def test_list_of_imports_takes_the_same_queries_whatever_its_length(
    administrator, django_assert_num_queries, rows
):
    for _ in range(rows):
        ImportRunFactory()
        ImportOrderFactory()
    administrator.get(LIST)

    with django_assert_num_queries(6):
        page = text_of(administrator.get(LIST))

    assert page.count('data-label="Lues"') == rows


def test_list_without_an_import_says_what_to_begin_with(administrator):
    assert "import_communes" in text_of(administrator.get(LIST))


def test_organisation_reads_line_by_line_what_is_wrong(corsica, organisation):
    wrong = changed(("<prix-total-TTC>1190", "<prix-total-TTC>mille"))
    answer = organisation.post(TRIALS, {"file": upload(wrong, name="mon offre.xml")})
    work_on_orders(today=TODAY)

    page = text_of(organisation.get(answer["Location"]))
    file = organisation.get(f"{answer['Location']}rapport.csv").getvalue().decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(file), delimiter=";")

    line = offer(wrong).decode().split("mille")[0].count("\n") + 1
    assert "Ce n’est pas un prix." in page
    assert "mon offre.xml" in page
    assert f'<td data-label="Ligne">{line}</td>' in page
    assert (row["Ligne"], row["Élément"], row["Valeur"]) == (str(line), "prix-total-TTC", "mille")
    assert row["Suite"] == "Cette valeur n’est pas reprise."
    assert not Training.objects.exists()


def test_organisation_sees_its_own_trials_alone(organisation):
    own = ImportOrderFactory(siret=SIRET, file_name="a-moi.xml")
    other = ImportOrderFactory(siret="16000000900018", file_name="aux-autres.xml")

    page = text_of(organisation.get(TRIALS))

    assert "a-moi.xml" in page
    assert "aux-autres.xml" not in page
    assert organisation.get(f"{TRIALS}{own.pk}/").status_code == 200
    for address in (f"{TRIALS}{other.pk}/", f"{TRIALS}{other.pk}/rapport.csv"):
        assert organisation.get(address).status_code == 404


def test_trial_of_an_organisation_is_not_on_the_pages_of_imports(administrator):
    order = ImportOrderFactory(siret=SIRET, file_name="essai-prive.xml")

    assert "essai-prive.xml" not in text_of(administrator.get(LIST))
    for address in (f"fichiers/{order.pk}/", f"{order.trial_id}/", f"{order.trial_id}/rapport.csv"):
        assert administrator.get(LIST + address).status_code == 404


def test_report_without_a_line_says_so(organisation):
    order = ImportOrderFactory(siret=SIRET)

    assert "Rien à signaler" in text_of(organisation.get(f"{TRIALS}{order.pk}/"))


def test_file_that_waits_shows_how_far_it_is(administrator):
    order = ImportOrderFactory(state=OrderState.WAITING, trial=None)

    page = text_of(administrator.get(f"{LIST}fichiers/{order.pk}/"))

    assert "Il attend son tour" in page
    assert f'href="{LIST}fichiers/{order.pk}/"' in page
