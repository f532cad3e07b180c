import csv
import datetime
import gzip

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection

from catalog import shipped
from catalog.models import (
    Certification,
    CertificationBlock,
    Commune,
    Department,
    ImportRun,
    Occupation,
    Region,
    Skill,
)
from catalog.selectors.places import FRANCE
from catalog.selectors.trainings import Wish, search_trainings
from catalog.services.gazetteer_import import import_communes
from tests.support.factories.catalog import TODAY, OccupationFactory, offered, some_communes

TABLES = (shipped.CERTIFICATIONS, shipped.CERTIFICATION_BLOCKS, shipped.OCCUPATIONS)


def versions(model):
    """The version of each row, which changes at each write."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT code, xmin::text FROM {model._meta.db_table}")  # noqa: S608
        return dict(cursor.fetchall())


def small_table(path, *codes):
    with gzip.open(shipped.COMMUNES, "rt", encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file) if row[0] in {"code", *codes}]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def lines_about(table, *words, into):
    """The header of a shipped table and the lines that say one of the words."""
    header, *lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    path = into / table.name
    path.write_text(
        header + "".join(line for line in lines if any(word in line for word in words)), encoding="utf-8"
    )
    return path


def test_import_communes_shipped_table_loads_the_whole_country(db):
    call_command("import_communes", shipped.COMMUNES)

    assert Commune.objects.count() > 34_900
    assert (Region.objects.count(), Department.objects.count()) == (26, 109)
    assert Commune.objects.get(pk="75111").parent_id == "75056"
    assert "20000" in Commune.objects.get(pk="2A004").postal_codes


def test_import_communes_twice_writes_nothing_the_second_time(db, tmp_path):
    path = small_table(tmp_path / "communes.csv", "2A004", "2B033", "75056", "75111")
    import_communes(path=path, today=TODAY)
    before = versions(Commune), versions(Department)

    run = import_communes(path=path, today=TODAY)

    assert (versions(Commune), versions(Department)) == before
    assert (run.created, run.changed, run.closed) == (0, 0, 0)


def test_import_communes_what_the_table_holds_no_more_is_closed_and_comes_back(db, tmp_path):
    both = small_table(tmp_path / "deux.csv", "2A004", "2B033")
    import_communes(path=both, today=TODAY)

    import_communes(path=small_table(tmp_path / "une.csv", "2A004"), today=TODAY)

    assert Commune.objects.get(pk="2B033").closed_on == TODAY

    import_communes(path=both, today=TODAY)

    assert Commune.objects.get(pk="2B033").closed_on is None


def test_import_communes_reads_the_names_of_the_official_file(db, tmp_path):
    path = tmp_path / "communes.csv"
    path.write_text(
        "code_insee,nom,type,commune_parent,departement,region,codes_postaux,population,lat,lon\n"
        "2A004,Ajaccio,C,,2A,94,20000|20090,76320,41.93,8.70\n",
        encoding="utf-8",
    )

    import_communes(path=path, today=TODAY)

    assert Commune.objects.get().postal_codes == ["20000", "20090"]


@pytest.mark.parametrize(
    "content",
    [
        "",
        "a,b\n1,2\n",
        "code,name,kind,parent,department,postal_codes,population,latitude,longitude\nX,Y,commune,,2A,,z,1,2\n",
    ],
)
def test_import_communes_unreadable_table_changes_nothing(db, tmp_path, content):
    some_communes("2A004")
    path = tmp_path / "communes.csv"
    path.write_text(content)

    with pytest.raises(CommandError):
        call_command("import_communes", path)

    assert Commune.objects.get().closed_on is None
    assert not ImportRun.objects.exists()


def test_import_certifications_shipped_tables_load_and_load_again_without_a_write(db):
    call_command("import_certifications", *TABLES)
    before = versions(Certification), versions(CertificationBlock), versions(Occupation)

    call_command("import_certifications", *TABLES)

    assert Certification.objects.count() >= 400
    assert Certification.objects.get(pk="RNCP38311").occupations.get().label == "Soudeur / Soudeuse"
    assert CertificationBlock.objects.filter(certification="RNCP38311").count() == 3
    assert (versions(Certification), versions(CertificationBlock), versions(Occupation)) == before


def test_import_certifications_links_the_trainings_that_named_them(corsica, tmp_path):
    training = offered("Assemblage de pièces", certification_code="RNCP38311")
    assert search_trainings(Wish(day=TODAY, words="soudeuse", area=FRANCE)).total == 0

    call_command(
        "import_certifications",
        *(lines_about(table, "RNCP38311", "H2913", into=tmp_path) for table in TABLES),
    )

    training.refresh_from_db()
    assert training.certification_id == "RNCP38311"
    [result] = search_trainings(Wish(day=TODAY, words="soudeuse", area=FRANCE)).items
    assert result.training == training


def test_import_skills_ties_them_to_known_occupations_and_a_second_run_changes_nothing(db, tmp_path):
    OccupationFactory()
    table = tmp_path / "skills.csv"
    table.write_text("code,label,occupations\n1,Soudage,H2913|Z9999\n2,Vannerie,H2913\n", encoding="utf-8")
    call_command("import_certifications", table)
    before = versions(Skill)
    call_command("import_certifications", table)
    assert versions(Skill) == before

    table.write_text("code,label,occupations\n1,Soudage,\n", encoding="utf-8")
    call_command("import_certifications", table)

    assert [(skill.code, skill.occupations.count()) for skill in Skill.objects.all()] == [("1", 0)]


def test_import_certifications_absent_ones_are_closed_not_deleted(db, tmp_path):
    call_command("import_certifications", shipped.CERTIFICATIONS)
    with shipped.CERTIFICATIONS.open(encoding="utf-8") as file:
        lines = file.readlines()
    shorter = tmp_path / "certifications.csv"
    shorter.write_text("".join(lines[:-1]), encoding="utf-8")

    call_command("import_certifications", shorter)

    [gone] = Certification.objects.exclude(closed_on=None)
    assert gone.code == lines[-1].split(",")[0]


@pytest.mark.parametrize(
    "content",
    [
        "a,b,c\n1,2,3\n",
        "number,diploma,title,level,state,expires_on,occupations,formacodes,formacode_labels,nsf,certifiers\n"
        "RNCP1,,T,quatre,active,,,,,,\n",
    ],
)
def test_import_certifications_unreadable_table_changes_nothing(db, tmp_path, content):
    path = tmp_path / "certifications.csv"
    path.write_text(content)

    with pytest.raises(CommandError):
        call_command("import_certifications", path)

    assert not Certification.objects.exists()


def test_certification_constraint_code_must_be_national(db):
    with pytest.raises(IntegrityError, match="catalog_certification_code_is_national"):
        Certification.objects.create(code="X1", title="T", state="active")


def test_session_constraint_end_comes_after_start(corsica):
    training = offered("Soudeur")
    with pytest.raises(IntegrityError, match="catalog_session_ends_after_start"):
        training.actions.get().sessions.update(ends_on=datetime.date(2020, 1, 1))
