import csv
import datetime

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.enums import ImportState, RecruitmentState
from catalog.exceptions import ImportAlreadyRunning, UnreadableFile
from catalog.models import (
    Action,
    ImportedTraining,
    ImportFinding,
    ImportRun,
    Organisation,
    Place,
    SearchEntry,
    Session,
    Training,
)
from catalog.services import offer_import
from catalog.services.offer_import import check_offer, feed_of, import_offer
from tests.catalog.lheo import test_edof
from tests.catalog.lheo.documents import ACTION, FORMATION, SESSION, changed, written
from tests.support.factories.catalog import (
    TODAY,
    CertificationFactory,
    OrganisationFactory,
    communes_of_offer,
)

STORED = (Organisation, Place, Training, Action, Session, SearchEntry)


def imported(path, *, feed="essai", today=TODAY):
    return import_offer(path=path, feed=feed, today=today)


def stored_rows():
    """Every stored row as it stands, with the row version that changes at each write."""
    rows = {}
    with connection.cursor() as cursor:
        for model in STORED:
            table = model._meta.db_table
            cursor.execute(f"SELECT xmin::text, t.* FROM {table} t ORDER BY 2")  # noqa: S608
            rows[table] = cursor.fetchall()
    return rows


def report_of(path):
    with path.open(newline="") as file:
        return sorted(tuple(row.values()) for row in csv.DictReader(file))


def formation(number, title="Soudeur", **changes):
    return changed(('numero="F1"', f'numero="{number}"'), (">Soudeur<", f">{title}<"), *changes.items())


def test_import_clean_offer_stores_it_whole(corsica, tmp_path):
    CertificationFactory(code="RNCP38311")
    result = imported(written(tmp_path / "a.xml", FORMATION))

    training = Training.objects.select_related("organisation").get()
    session = Session.objects.select_related("place", "action").get()
    assert (result.tally.created, result.refused, result.repaired) == (1, 0, 0)
    assert (training.title, training.certification_id, training.organisation.siret) == (
        "Soudeur",
        "RNCP38311",
        "19290076900014",
    )
    assert (session.action.price_cents, session.action.hours_minutes) == (119_000, 4_200)
    assert (session.place.commune_id, session.starts_on) == ("2A004", datetime.date(2026, 9, 1))
    assert SearchEntry.objects.get().training == training
    assert result.run.state == ImportState.DONE


def test_import_twice_writes_nothing_the_second_time(corsica, tmp_path):
    path = written(tmp_path / "a.xml", formation("F1"), formation("F2", "Brasseur"))
    imported(path)
    before = stored_rows()

    result = imported(path)

    assert stored_rows() == before
    assert (result.tally.created, result.tally.changed, result.tally.closed) == (0, 0, 0)
    assert not ImportedTraining.objects.exists()


def test_import_changed_training_keeps_its_identity(corsica, tmp_path):
    imported(written(tmp_path / "a.xml", FORMATION))
    before = Training.objects.get(), Session.objects.get()

    result = imported(written(tmp_path / "a.xml", changed(("<prix-total-TTC>1190", "<prix-total-TTC>1250"))))

    assert (Training.objects.get(), Session.objects.get()) == before
    assert Action.objects.get().price_cents == 125_000
    assert SearchEntry.objects.get().price_cents == 125_000
    assert (result.tally.created, result.tally.changed) == (0, 1)


def test_import_what_the_feed_holds_no_more_is_closed_and_comes_back(corsica, tmp_path):
    both = written(tmp_path / "a.xml", formation("F1"), formation("F2", "Brasseur"))
    imported(both)

    result = imported(written(tmp_path / "b.xml", formation("F1")))

    gone = Training.objects.get(number="F2")
    assert result.tally.closed == 1
    assert gone.closed_on == TODAY
    assert set(Session.objects.filter(action__training=gone).values_list("closed_on", flat=True)) == {TODAY}
    assert SearchEntry.objects.values_list("training__number", flat=True).get() == "F1"

    imported(both)

    gone.refresh_from_db()
    assert gone.closed_on is None
    assert SearchEntry.objects.count() == 2


def test_import_session_taken_out_of_a_training_is_closed(corsica, tmp_path):
    two = SESSION.replace('"S1"', '"S2"')
    imported(written(tmp_path / "a.xml", changed((SESSION, SESSION + two))))

    imported(written(tmp_path / "a.xml", FORMATION))

    assert dict(Session.objects.values_list("number", "closed_on")) == {"S1": None, "S2": TODAY}
    assert SearchEntry.objects.count() == 1


def test_import_another_feed_closes_nothing_of_the_first(corsica, tmp_path):
    imported(written(tmp_path / "a.xml", FORMATION), feed="un")

    imported(written(tmp_path / "b.xml", FORMATION), feed="deux")

    assert Training.objects.filter(closed_on=None).count() == 2


def test_import_killed_half_way_and_started_again_ends_like_an_unbroken_one(corsica, tmp_path, monkeypatch):
    monkeypatch.setattr(offer_import, "BATCH_FORMATIONS", 2)
    seven = [formation(f"F{n}", f"Soudeur {n}") for n in range(7)]
    path = written(tmp_path / "a.xml", *seven, formation("F0", "Autre"))

    class Killed(BaseException):
        pass

    def kill_after_four(done):
        if done == 4:
            raise Killed

    with pytest.raises(Killed):
        import_offer(path=path, feed="essai", today=TODAY, progress=kill_after_four)
    assert Training.objects.count() == 4
    assert ImportRun.objects.get().state == ImportState.RUNNING

    result = imported(path)

    assert ImportRun.objects.get() == result.run
    assert result.formations == 8
    assert sorted(Training.objects.values_list("number", "occurrence")) == sorted(
        [*((f"F{n}", 1) for n in range(7)), ("F0", 2)]
    )
    assert [finding.rule for finding in ImportFinding.objects.all()] == ["duplicate_number"]
    assert not ImportedTraining.objects.exists()


def test_import_formation_number_twice_keeps_both_and_drops_a_repetition(corsica, tmp_path):
    other = formation("F1", "Brasseur")
    result = imported(written(tmp_path / "a.xml", FORMATION, other, FORMATION))

    assert sorted(Training.objects.values_list("title", "occurrence")) == [("Brasseur", 2), ("Soudeur", 1)]
    assert list(result.run.findings.values_list("path", "rule", "action")) == [
        ("/lheo/offres/formation[2]/@numero", "duplicate_number", "repaired"),
        ("/lheo/offres/formation[3]/@numero", "duplicate_identical", "refused"),
    ]


def test_import_organisation_is_what_the_first_training_says(corsica, tmp_path):
    first, second = formation("F1"), formation("F2", "Brasseur").replace("Centre d'essai<", "Autre nom<")
    path = written(tmp_path / "a.xml", first, second)

    imported(path)
    imported(path)

    assert Organisation.objects.get().name == "Centre d'essai"


def test_import_leaves_what_is_not_of_the_feed(corsica, tmp_path):
    OrganisationFactory(siret="19290076900014", is_qualiopi=True)

    imported(written(tmp_path / "a.xml", FORMATION))

    assert Organisation.objects.get().is_qualiopi is True


def test_import_organisation_renamed_is_found_by_its_new_name(corsica, tmp_path):
    imported(written(tmp_path / "a.xml", FORMATION))

    imported(
        written(
            tmp_path / "a.xml", FORMATION.replace("<nom-organisme>Centre d'essai", "<nom-organisme>Zénith")
        )
    )

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_searchentry WHERE document @@ 'xnzenith'::tsquery")
        assert cursor.fetchone() == (1,)


def test_import_refused_training_leaves_the_others(corsica, tmp_path):
    bad = formation("F2").replace("19290076900014", "192900769000149")
    result = imported(written(tmp_path / "a.xml", formation("F1"), bad, formation("F3", "Brasseur")))

    assert sorted(Training.objects.values_list("number", flat=True)) == ["F1", "F3"]
    assert result.refused == 1


def test_import_cut_file_keeps_what_came_before_and_closes_nothing(corsica, tmp_path):
    whole = written(tmp_path / "a.xml", formation("F1"), formation("F2", "Brasseur"))
    imported(whole)
    whole.write_bytes(whole.read_bytes()[:-300])

    result = imported(whole)

    assert result.problem
    assert result.run.state == ImportState.FAILED
    assert Training.objects.filter(closed_on=None).count() == 2
    assert not ImportedTraining.objects.exists()


def test_import_while_another_runs_on_the_feed_is_refused(corsica, tmp_path):
    path = written(tmp_path / "a.xml", FORMATION)
    parameters = connection.get_connection_params()
    with psycopg.connect(
        **{k: v for k, v in parameters.items() if k in {"dbname", "host", "port", "user", "password"}}
    ) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('catalog.offer:essai', 0))")

        with pytest.raises(ImportAlreadyRunning):
            imported(path)

        # A server learns a moment later that a connection was closed: the next test imports this feed too.
        other.execute("SELECT pg_advisory_unlock_all()")

    assert not Training.objects.exists()
    assert not ImportRun.objects.exists()


def test_import_without_communes_is_refused_with_what_to_do(db, tmp_path):
    with pytest.raises(UnreadableFile) as refusal:
        imported(written(tmp_path / "a.xml", FORMATION))

    assert "import_communes" in refusal.value.message
    assert not ImportRun.objects.exists()


def test_import_closed_session_is_stored_but_not_found(corsica, tmp_path):
    imported(written(tmp_path / "a.xml", changed(("<etat-recrutement>1", "<etat-recrutement>2"))))

    assert Session.objects.get().recruitment_state == RecruitmentState.CLOSED
    assert not SearchEntry.objects.exists()


def test_check_reports_like_an_import_and_writes_nothing(corsica, tmp_path):
    path = written(tmp_path / "a.xml", formation("F1"), formation("F1", "Brasseur."), formation("F1"))
    seen = []

    result = check_offer(path=path, write=seen.append)
    imported(path)

    stored = list(ImportFinding.objects.values_list("path", "rule", "value"))
    assert [(f.path, f.rule, f.value) for f in seen] == stored
    assert (result.run, result.refused, result.repaired) == (None, 1, 2)


def test_check_leaves_the_database_as_it_was(corsica, tmp_path):
    check_offer(path=written(tmp_path / "a.xml", FORMATION), write=lambda finding: None)

    assert not any(model.objects.exists() for model in (*STORED, ImportRun, ImportFinding))


@pytest.mark.parametrize(("dialect", "rules"), [("lheo23", 9), ("lheo22", 9), ("edof", 8)])
def test_import_generated_dirt_reports_exactly_what_the_generator_announced(
    db, generated, tmp_path, dialect, rules
):
    path = generated(dialect=dialect, organisations=60, sessions=600, dirt=0.6)
    communes_of_offer(path)
    report = tmp_path / "rapport.csv"

    call_command("import_offer", path, report=report)

    expected = report_of(path.with_name("offre.xml.expected.csv"))
    assert report_of(report) == expected
    assert len({row[5] for row in expected}) >= rules


@pytest.mark.parametrize("dialect", ["lheo23", "lheo22"])
def test_import_generated_clean_offer_reports_nothing_and_places_every_session(db, generated, dialect):
    path = generated(dialect=dialect, organisations=40, sessions=200)
    communes_of_offer(path)

    result = imported(path)

    assert (result.dialect, result.refused, result.repaired) == (dialect, 0, 0)
    assert Session.objects.count() == 200
    assert not Session.objects.filter(place__commune=None).exists()


def test_import_generated_offer_of_mon_compte_formation_finds_price_and_hours_in_the_extras(db, generated):
    path = generated(dialect="edof", organisations=40, sessions=200)
    communes_of_offer(path)

    result = imported(path)

    assert path.read_bytes().startswith(b"<?xml version='1.0' encoding='ISO-8859-1'?>")
    assert (result.dialect, result.repaired, Session.objects.count()) == ("edof", 0, 200)
    assert set(result.run.findings.values_list("rule", flat=True)) <= {"certification_in_no_register"}
    assert not Action.objects.filter(price_cents=None).exists()
    assert not Action.objects.filter(hours_minutes=None).exists()
    assert not Session.objects.filter(place__commune=None).exists()
    assert Training.objects.get(title__startswith="Soudeur : ").actions.get().price_cents == 119_000


def test_import_sample_of_forty_formations(db, shared_data):
    path = shared_data / "lheo" / "sample_generated_lheo23_40formations.xml"
    communes_of_offer(path)

    result = imported(path)

    assert (Training.objects.count(), Action.objects.count(), Session.objects.count()) == (40, 56, 135)
    assert set(ImportFinding.objects.values_list("rule", "field")) <= {
        ("placeholder", "conditions-specifiques")
    }
    assert result.formations == 40


def test_import_sample_of_a_real_lheo22_offer(db, shared_data):
    path = shared_data / "lheo" / "sample_onisep_bts_lheo22.xml"
    communes_of_offer(path)

    imported(path)

    training = Training.objects.select_related("organisation").get()
    assert training.certification_code == "RNCP474"
    assert training.organisation.nda == ""
    assert training.organisation.commune_id == "29233"
    assert {"nda_specimen", "certification_prefix_missing"} <= set(
        ImportFinding.objects.values_list("rule", flat=True)
    )


def test_command_dry_run_writes_the_report_alone(corsica, tmp_path, capsys):
    path = written(tmp_path / "a.xml", formation("F1", "Soudeur."))
    report = tmp_path / "rapport.csv"

    call_command("import_offer", path, dry_run=True, report=report)

    assert report.read_text().splitlines() == [
        "file,path,identifier,field,value,rule,action",
        "a.xml,/lheo/offres/formation[1]/intitule-formation,F1,intitule-formation,Soudeur.,title_trailing_dot,repaired",
    ]
    assert not Training.objects.exists()


def test_command_unreadable_file_ends_in_one_clear_line(corsica, tmp_path):
    (tmp_path / "a.xml").write_bytes(b"rien")

    with pytest.raises(CommandError, match="n'est pas un fichier XML lisible"):
        call_command("import_offer", tmp_path / "a.xml")


@pytest.mark.parametrize(
    ("name", "feed"),
    [("offre.xml", "offre"), ("offre.xml.gz", "offre"), ("nationale.2026.gz", "nationale.2026")],
)
def test_feed_of_a_file_is_its_name(tmp_path, name, feed):
    assert feed_of(tmp_path / name) == feed


def test_guard_of_the_fixture_action_is_in_the_formation():
    assert ACTION in FORMATION


def test_import_leaves_statistics_of_what_it_stored_to_the_planner(corsica, tmp_path):
    """Tables measured while they were empty made a first import plan for one row, and run for hours."""
    imported(written(tmp_path / "a.xml", *(formation(f"F{n}") for n in range(3))))

    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'catalog_training'::regclass")
        assert cursor.fetchone() == (3,)


def test_import_sample_of_mon_compte_formation_reports_the_number_of_its_specimen(db, shared_data):
    path = shared_data / "lheo" / "sample_edof_v7r0_formation1_utf8.xml"
    communes_of_offer(path)

    result = imported(path)

    assert (result.dialect, result.formations, Training.objects.count()) == ("edof", 1, 0)
    assert list(ImportFinding.objects.values_list("field", "value", "rule")) == [
        ("SIRET", "12312312300000", "siret_key")
    ]


def test_import_sample_of_mon_compte_formation_is_stored_whole_under_a_right_number(
    db, shared_data, tmp_path
):
    sample = (shared_data / "lheo" / "sample_edof_v7r0_formation1_utf8.xml").read_text()
    path = tmp_path / "edof.xml"
    latin = sample.replace("12312312300000", "19290076900014").replace(
        'encoding="UTF-8"', 'encoding="ISO-8859-1"'
    )
    path.write_bytes(latin.encode("iso-8859-1"))
    communes_of_offer(shared_data / "lheo" / "sample_edof_v7r0_formation1_utf8.xml")

    imported(path)

    action = Action.objects.get()
    place = Session.objects.get().place
    assert not ImportFinding.objects.exists()
    assert (action.price_cents, action.hours_minutes) == (600_60, 23 * 60)
    assert action.accessibility == "modalités adaptées aux personnes en situation de handicap"
    assert (place.address, place.town) == ("12 RUE du général Leclerc", "LARDY")
    assert action.training.certification_code == "RNCP40344"


def test_import_of_a_bare_number_leaves_what_is_known_of_the_organisation(corsica, tmp_path):
    imported(written(tmp_path / "whole.xml", FORMATION))
    path = written(tmp_path / "edof.xml", test_edof.FORMATION, namespace=test_edof.NAMESPACE)

    imported(path, feed="edof")

    assert Organisation.objects.get().name == "Centre d'essai"
    assert Training.objects.count() == 2


def test_import_of_a_bare_number_names_an_unknown_organisation_by_it(corsica, tmp_path):
    imported(written(tmp_path / "edof.xml", test_edof.FORMATION, namespace=test_edof.NAMESPACE))

    assert Organisation.objects.get().name == "Organisme 19290076900014"
