"""The public offer as files: valid, whole, readable by our own import, replaced at once."""

import csv
import datetime
import gzip
import io
from zoneinfo import ZoneInfo

import pytest
from django.core.management import call_command
from django.utils import timezone
from lxml import etree

from catalog.enums import EntryMode, Modality
from catalog.models import Action, Organisation, Place, Session, Training
from catalog.open_data.lheo import FAR_AWAY
from catalog.services import open_data
from catalog.services.offer_import import check_offer, import_offer
from catalog.services.open_data import folder, is_due, manifest, publish_open_data
from tests.support.factories.catalog import TODAY, SessionFactory, offered

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def bare():
    """A training of which nothing is said beyond what makes it a training."""
    training = offered("Permis B", objective="", action={"hours_minutes": None}, price_cents=None)
    Organisation.objects.filter(pk=training.organisation_id).update(nda="", email="", phone="", name="Nom")
    Place.objects.update(address="", name="")
    return training


def rich():
    return offered(
        "Soudeur & chaudronnier (TIG)",
        content="Ligne 1\n• Ligne 2 " + "é" * 4_000,
        expected_results="Un titre",
        certification_code="RNCP38311",
        is_certifying=True,
        entry_level=3,
        exit_level=4,
        occupation_codes=["H2913", "H2902"],
        website="https://exemple.fr/soudeur?a=1&b=2",
        action={
            "accessibility": "Locaux accessibles. " * 30,
            "languages": "FR EN",
            "rhythm": "Cours du soir",
            "hours_minutes": 4_230,
            "entry_mode": EntryMode.PERMANENT,
        },
        session={"ends_on": None, "registration_ends_on": TODAY},
    )


def xml_of(published):
    return gzip.decompress((folder() / published["files"]["xml"]["name"]).read_bytes())


def table_of(published):
    text = gzip.decompress((folder() / published["files"]["csv"]["name"]).read_bytes()).decode()
    return list(csv.DictReader(io.StringIO(text), delimiter=";"))


def reimported(published, tmp_path):
    path = tmp_path / "again.xml.gz"
    path.write_bytes((folder() / published["files"]["xml"]["name"]).read_bytes())
    return path


def test_offer_is_valid_for_the_official_schema(corsica, shared_data):
    rich()
    bare()
    remote = offered("À distance", action={"modality": Modality.REMOTE})
    Session.objects.filter(action__training=remote).update(place=None)
    schema = etree.XMLSchema(etree.parse(shared_data / "lheo" / "lheo-2.3.xsd"))

    schema.assertValid(etree.fromstring(xml_of(publish_open_data(today=TODAY))).getroottree())


def test_invented_offer_is_published_valid_and_comes_back_without_a_word(
    corsica, generated, tmp_path, shared_data
):
    import_offer(path=generated(), feed="essai", today=datetime.date(2026, 1, 1))
    schema = etree.XMLSchema(etree.parse(shared_data / "lheo" / "lheo-2.3.xsd"))

    published = publish_open_data(today=datetime.date(2026, 1, 1))

    findings = []
    result = check_offer(path=reimported(published, tmp_path), write=findings.append)
    schema.assertValid(etree.fromstring(xml_of(published)).getroottree())
    assert findings == []
    assert result.formations == published["trainings"] > 10


def test_our_own_import_reads_it_without_a_word(corsica, tmp_path):
    rich()
    bare()
    findings = []

    result = check_offer(path=reimported(publish_open_data(today=TODAY), tmp_path), write=findings.append)

    assert findings == []
    assert (result.formations, result.tally.created, result.problem) == (2, 2, "")


def test_what_comes_back_is_what_was_offered(corsica, tmp_path):
    original = rich()

    import_offer(path=reimported(publish_open_data(today=TODAY), tmp_path), feed="retour", today=TODAY)

    back = Training.objects.get(feed="retour")
    for name in (
        "title",
        "certification_code",
        "entry_level",
        "exit_level",
        "website",
        "is_certifying",
        "expected_results",
    ):
        assert getattr(back, name) == getattr(original, name), name
    assert sorted(back.occupation_codes) == sorted(original.occupation_codes)
    before, after = Action.objects.get(training=original), Action.objects.get(training=back)
    for name in ("modality", "entry_mode", "price_cents", "languages", "rhythm"):
        assert getattr(after, name) == getattr(before, name), name
    # The schema has whole hours: half an hour is rounded up.
    assert (before.hours_minutes, after.hours_minutes) == (4_230, 71 * 60)
    first, second = Session.objects.get(action=before), Session.objects.get(action=after)
    assert (second.starts_on, second.ends_on) == (first.starts_on, FAR_AWAY)
    assert (second.place.commune_id, second.place.address) == (first.place.commune_id, first.place.address)


def test_table_has_a_line_for_each_session_that_one_may_join(corsica):
    training = rich()
    over = offered("Formation passée", starts_in=-10)
    gone = offered("Formation retirée")
    Training.objects.filter(pk=gone.pk).update(closed_on=TODAY)
    SessionFactory(action=over.actions.get())

    published = publish_open_data(today=TODAY)
    (line,) = table_of(published)

    assert (published["trainings"], published["sessions"]) == (1, 1)
    assert line["formation"] == str(training.pk)
    assert (line["prix_ttc_euros"], line["duree_heures"], line["fin"]) == ("1190.00", "70.50", "")
    assert (line["ville"], line["code_insee"]) == ("Ajaccio", "2A004")


def test_same_offer_is_the_same_file(corsica):
    rich()

    first = publish_open_data(today=TODAY)

    assert publish_open_data(today=TODAY) == first


def test_files_that_were_not_finished_replace_nothing(corsica):
    rich()
    first = publish_open_data(today=TODAY)
    broken = offered("Illisible")
    # A way of teaching that no table of the format has: writing stops in the middle.
    Action.objects.filter(training=broken).update(modality="unheard")

    with pytest.raises(ValueError, match="unheard"):
        publish_open_data(today=TODAY + datetime.timedelta(days=1))

    assert manifest() == first
    assert sorted(path.name for path in folder().iterdir()) == sorted(
        ["offre.json", *(file["name"] for file in first["files"].values())]
    )


def test_files_of_the_days_before_leave_after_three_days(db):
    for days in range(6):
        publish_open_data(today=TODAY + datetime.timedelta(days=days))

    assert len(list(folder().glob("*.xml.gz"))) == open_data.KEPT_DAYS + 1


@pytest.mark.parametrize(
    ("day", "hour", "due"),
    [(0, 23, False), (1, 1, False), (1, 2, True), (1, 9, True)],
    ids=["same day", "before two", "at two", "later, after a breakdown"],
)
def test_files_are_written_once_a_night(db, day, hour, due):
    publish_open_data(today=TODAY)

    moment = datetime.datetime.combine(TODAY + datetime.timedelta(days=day), datetime.time(hour), PARIS)

    assert is_due(moment) == due


def test_files_are_written_at_once_where_there_are_none(db):
    assert is_due(datetime.datetime(2026, 3, 2, 0, 5, tzinfo=PARIS))


@pytest.mark.parametrize("trainings", [1, 3])
def test_offer_takes_the_same_queries_whatever_its_length(corsica, django_assert_num_queries, trainings):
    for _ in range(trainings):
        rich()

    # The lock, the trainings, their actions, places and sessions, within a transaction.
    with django_assert_num_queries(7):
        publish_open_data(today=TODAY)


def test_command_writes_the_files_at_once(corsica, capsys):
    offered(day=timezone.localdate())

    call_command("publish_open_data")

    assert capsys.readouterr().out.startswith("1 formations et 1 sessions")
    assert manifest()["day"] == timezone.localdate().isoformat()
