"""Summaries of trainings (root `lheo-index`)."""

from catalog.models import Organisation, Session, Training
from catalog.services.offer_import import import_offer
from tests.catalog.lheo.documents import NAMESPACE, SESSION
from tests.support.factories.catalog import TODAY, OrganisationFactory

SUMMARY = f"""<resume-offre numero="R1"><domaine-formation><code-ROME>H2913</code-ROME></domaine-formation>
<intitule-formation>Soudeur</intitule-formation><nom-organisme>Centre d'essai</nom-organisme>
<SIRET>19290076900014</SIRET><codepostal>20000</codepostal><code-INSEE-commune>2A004</code-INSEE-commune>
<ville>Ajaccio</ville><departement>2A</departement><certifiante>1</certifiante>
<code-niveau-entree>0</code-niveau-entree><prise-en-charge-frais-possible>1</prise-en-charge-frais-possible>
<modalites-enseignement>0</modalites-enseignement><code-public-vise>83056</code-public-vise>
<nombre-heures-total>70</nombre-heures-total>{SESSION}
<certification><code-RNCP>RNCP38311</code-RNCP></certification></resume-offre>"""


def imported(tmp_path, *summaries):
    path = tmp_path / "index.xml"
    path.write_text(
        f'<lheo-index xmlns="{NAMESPACE}"><resumes-offres>{"".join(summaries)}</resumes-offres>'
        "<resumes-organismes><resume-organisme/></resumes-organismes></lheo-index>"
    )
    return import_offer(path=path, feed="index", today=TODAY)


def test_index_is_imported_with_what_summaries_say(corsica, tmp_path):
    result = imported(tmp_path, SUMMARY)

    training = Training.objects.get()
    session = Session.objects.select_related("action", "place").get()
    assert (result.formations, result.refused, result.repaired, result.problem) == (1, 0, 0, "")
    assert (training.title, training.number, training.certification_code) == ("Soudeur", "R1", "RNCP38311")
    assert (session.action.hours_minutes, session.place.commune_id) == (4_200, "2A004")
    assert training.organisation.name == "Centre d'essai"


def test_index_does_not_take_away_what_is_known_of_the_organisation(corsica, tmp_path):
    OrganisationFactory(siret="19290076900014", name="Centre connu", nda="94202000001")

    imported(tmp_path, SUMMARY)

    assert Organisation.objects.values_list("name", "nda").get() == ("Centre connu", "94202000001")


def test_index_summary_without_organisation_is_refused_at_its_place(corsica, tmp_path):
    result = imported(tmp_path, SUMMARY, SUMMARY.replace("19290076900014", "123"), SUMMARY)

    found = result.run.findings.values_list("path", "rule")
    assert set(found) == {
        ("/lheo-index/resumes-offres/resume-offre[2]/SIRET", "siret_length"),
        ("/lheo-index/resumes-offres/resume-offre[3]/@numero", "duplicate_identical"),
    }
