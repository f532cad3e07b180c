"""The exports of France compétences as they really are: names of another alphabet, TAB before numbers, '' for '."""

import csv
import zipfile

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.enums import CertificationState
from catalog.exceptions import UnreadableFile
from catalog.models import Certification, CertificationBlock, ImportFinding, ImportRun
from catalog.services.register_import import import_register
from tests.support.factories.catalog import TODAY, CertificationFactory, OccupationFactory

STANDARD = (
    '"Id_Fiche";"Numero_Fiche";"Intitule";"Abrege_Libelle";"Abrege_Intitule";"Nomenclature_Europe_Niveau";'
    '"Date_Fin_Enregistrement";"Actif"\n'
    '"1";"RNCP509";"Agent vérificateur d\'\'appareils";"CAP";"Certificat d\'aptitude";"NIV3";"31/08/2023";"INACTIVE"\n'
    '"2";"RNCP38228";"CAP Agent vérificateur d\'appareils";"CAP";;"NIV3";"31/08/2028";"ACTIVE"\n'
    '"3";"RS5000";"Développer des applications";;;;"31/02/2025";"ACTIVE"\n'
    '"4";"RNCP1";"";"TP";;"niveau5";;"PEUT-ETRE"\n'
    '"5";"X12";"Rien";;;;;"ACTIVE"\n'
)
FILES = {
    "Standard": STANDARD,
    "Blocs_De_Comp├⌐tences": '"Numero_Fiche";"Bloc_Competences_Code";"Bloc_Competences_Libelle"\n'
    '"RNCP509";"RNCP509BC05";"UG2 : Mathématiques"\n"RNCP509";"509BC06";"UG3"\n',
    "Certificateurs": '"Numero_Fiche";"Siret_Certificateur";"Nom_Certificateur"\n'
    '"RNCP509";"\t11004301500012";"MINISTERE DE L\'\'EDUCATION"\n"RS5000";"\t79279132900017";"ÉCOLE"\n',
    "Rome": '"Numero_Fiche";"Codes_Rome_Code";"Codes_Rome_Libelle"\n"RNCP509";"H2913";"Soudage"\n',
    "Formacode": '"Numero_Fiche";"Formacode_Code";"Formacode_Libelle"\n"RNCP509";"42872";"42872 : Sécurité incendie"\n',
    "Nsf": '"Numero_Fiche";"Nsf_Code";"Nsf_Intitule"\n"RNCP509";"221w";"221w : Commerce"\n',
    "Ancienne_Nouvelle_Certification": '"Numero_Fiche";"Ancienne_Certification";"Nouvelle_Certification"\n'
    '"RNCP509";;"RNCP38228"\n"RNCP38228";"RNCP509";\n',
    "VoixdAcc├¿s": '"Numero_Fiche";"Si_Jury"\n"RNCP509";"Par expérience"\n',
}
XML = """<?xml version="1.0" encoding="UTF-8"?><FICHES><VERSION_FLUX>4.1</VERSION_FLUX>
<FICHE><ID_FICHE>1</ID_FICHE><NUMERO_FICHE>RNCP509</NUMERO_FICHE><INTITULE>Agent vérificateur d''appareils</INTITULE>
<ABREGE><CODE>CAP</CODE><LIBELLE>Certificat d'aptitude</LIBELLE></ABREGE>
<NOMENCLATURE_EUROPE><NIVEAU>NIV3</NIVEAU><INTITULE>Niveau 3</INTITULE></NOMENCLATURE_EUROPE>
<CODES_NSF><NSF><CODE>221w</CODE></NSF></CODES_NSF>
<FORMACODES><FORMACODE><CODE>42872</CODE><LIBELLE>42872 : Sécurité incendie</LIBELLE></FORMACODE></FORMACODES>
<CODES_ROME><ROME><CODE>H2913</CODE><LIBELLE>Soudage</LIBELLE></ROME></CODES_ROME>
<CERTIFICATEURS><CERTIFICATEUR><SIRET_CERTIFICATEUR>11004301500012</SIRET_CERTIFICATEUR>
<NOM_CERTIFICATEUR>MINISTERE DE L''EDUCATION</NOM_CERTIFICATEUR></CERTIFICATEUR></CERTIFICATEURS>
<ACTIF>Non</ACTIF><DATE_FIN_ENREGISTREMENT>31/08/2023</DATE_FIN_ENREGISTREMENT>
<BLOCS_COMPETENCES><BLOC_COMPETENCES><CODE>RNCP509BC05</CODE><LIBELLE>UG2 : Mathématiques</LIBELLE></BLOC_COMPETENCES>
<BLOC_COMPETENCES><CODE>509BC06</CODE><LIBELLE>UG3</LIBELLE></BLOC_COMPETENCES></BLOCS_COMPETENCES>
<NOUVELLE_CERTIFICATION>RNCP38228</NOUVELLE_CERTIFICATION></FICHE>
<FICHE><NUMERO_FICHE>RNCP38228</NUMERO_FICHE><INTITULE>CAP Agent vérificateur d'appareils</INTITULE>
<ABREGE><CODE>CAP</CODE></ABREGE><NOMENCLATURE_EUROPE><NIVEAU>NIV3</NIVEAU></NOMENCLATURE_EUROPE><ACTIF>Oui</ACTIF>
<DATE_FIN_ENREGISTREMENT>31/08/2028</DATE_FIN_ENREGISTREMENT></FICHE>
<FICHE><NUMERO_FICHE>RS5000</NUMERO_FICHE><INTITULE>Développer des applications</INTITULE><ACTIF>Oui</ACTIF>
<DATE_FIN_ENREGISTREMENT>31/02/2025</DATE_FIN_ENREGISTREMENT><CERTIFICATEURS><CERTIFICATEUR>
<SIRET_CERTIFICATEUR>79279132900017</SIRET_CERTIFICATEUR><NOM_CERTIFICATEUR>ÉCOLE</NOM_CERTIFICATEUR></CERTIFICATEUR>
</CERTIFICATEURS></FICHE>
<FICHE><NUMERO_FICHE>RNCP1</NUMERO_FICHE><ABREGE><CODE>TP</CODE></ABREGE><NOMENCLATURE_EUROPE><NIVEAU>niveau5</NIVEAU>
</NOMENCLATURE_EUROPE><ACTIF>PEUT-ETRE</ACTIF></FICHE>
<FICHE><NUMERO_FICHE>X12</NUMERO_FICHE><INTITULE>Rien</INTITULE><ACTIF>Oui</ACTIF></FICHE></FICHES>"""
pytestmark = pytest.mark.django_db


def zipped(path, files=FILES):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"export_fiches_CSV_{name}_2026_11_22.csv", content)
    return path


def xml(path):
    path.write_text(XML, encoding="utf-8")
    return path


@pytest.fixture(params=[zipped, xml], ids=["zip", "xml"])
def export(request, tmp_path):
    return request.param(tmp_path / "export")


def versions():
    with connection.cursor() as cursor:
        cursor.execute("SELECT xmin::text, code FROM catalog_certification ORDER BY code")
        return cursor.fetchall()


def test_import_register_stores_certifications_blocks_and_successors(export):
    OccupationFactory()

    run = import_register(path=export, today=TODAY)

    found = Certification.objects.in_bulk()
    old, new, skill = found["RNCP509"], found["RNCP38228"], found["RS5000"]
    assert (run.position, run.created) == (5, 3)
    assert (old.full_title, old.level, old.state) == (
        "CAP Agent vérificateur d'appareils", 3, CertificationState.INACTIVE
    )  # fmt: skip
    assert (old.expires_on.isoformat(), old.successor_codes) == ("2023-08-31", ["RNCP38228"])
    assert (old.certifiers, old.formacodes, old.formacode_labels, old.nsf_codes) == (
        ["MINISTERE DE L'EDUCATION"], ["42872"], ["Sécurité incendie"], ["221w"]
    )  # fmt: skip
    assert [row.pk for row in old.occupations.all()] == ["H2913"]
    assert (new.full_title, new.state) == ("CAP Agent vérificateur d'appareils", CertificationState.ACTIVE)
    assert (skill.register, skill.expires_on) == ("RS", None)
    assert list(CertificationBlock.objects.values_list("code", "title")) == [
        ("RNCP509BC05", "UG2 : Mathématiques")
    ]


def test_import_register_reports_every_field_touched_the_same_from_both(export):
    import_register(path=export, today=TODAY)

    assert sorted(ImportFinding.objects.values_list("identifier", "rule", "value", "action")) == [
        ("RNCP1", "code_unknown", "PEUT-ETRE", "refused"),
        ("RNCP1", "level_format", "niveau5", "repaired"),
        ("RNCP1", "required_missing", "", "refused"),
        ("RNCP509", "apostrophe_doubled", "Agent vérificateur d''appareils", "repaired"),
        ("RNCP509", "apostrophe_doubled", "MINISTERE DE L''EDUCATION", "repaired"),
        ("RNCP509", "code_malformed", "509BC06", "refused"),
        ("RS5000", "date_impossible", "31/02/2025", "refused"),
        ("RS5000", "siret_key", "79279132900017", "refused"),
        ("X12", "certification_code_malformed", "X12", "refused"),
    ]


def test_import_register_twice_writes_nothing_the_second_time(export):
    import_register(path=export, today=TODAY)
    before = versions()

    run = import_register(path=export, today=TODAY)

    assert versions() == before
    assert (run.created, run.changed, run.closed) == (0, 0, 0)


def test_import_register_extract_closes_nothing_and_a_whole_one_its_own_registers(export):
    for code in ("RNCP4", "RS9"):
        CertificationFactory(code=code)

    import_register(path=export, today=TODAY)
    assert not Certification.objects.exclude(closed_on=None).exists()

    run = import_register(path=export, today=TODAY, complete=True)
    assert set(Certification.objects.filter(closed_on=TODAY).values_list("pk", flat=True)) == {"RNCP4", "RS9"}
    assert run.closed == 2


def test_command_dry_run_writes_the_report_alone(export, tmp_path):
    call_command("import_certifications", export, dry_run=True, report=tmp_path / "rapport.csv")

    with (tmp_path / "rapport.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 9
    assert not Certification.objects.exists()
    assert not ImportRun.objects.exists()


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04rien", b"<FICHES/>", b"<FICHES><FICHE>", b'<!DOCTYPE a [<!ENTITY b "c">]><FICHES/>'],
    ids=["zip cut", "xml empty", "xml cut", "doctype"],
)
def test_command_unreadable_export_ends_in_one_clear_line_and_changes_nothing(tmp_path, content):
    path = tmp_path / "export.zip"
    path.write_bytes(content)

    with pytest.raises(CommandError, match=r"export\.zip"):
        call_command("import_certifications", path)

    assert not Certification.objects.exists()


def test_import_register_zip_without_certifications_is_refused(tmp_path):
    with pytest.raises(UnreadableFile, match="ne contient pas le fichier des certifications"):
        import_register(path=zipped(tmp_path / "a.zip", {"Nsf": FILES["Nsf"]}), today=TODAY)


def test_import_register_sample_of_france_competences(shared_data):
    run = import_register(path=shared_data / "rncp" / "fc_export_sample_2024-02-22.zip", today=TODAY)

    assert run.created == run.position - run.findings.filter(rule="required_missing").count()
    assert Certification.objects.get(pk="RNCP509").successor_codes == ["RNCP38228"]
    assert CertificationBlock.objects.filter(certification="RNCP509").exists()
    assert not run.findings.filter(rule__in=["certification_code_malformed", "siret_length"]).exists()
