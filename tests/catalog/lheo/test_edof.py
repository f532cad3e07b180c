"""The dialect of Mon Compte Formation: what it puts elsewhere is found again, and the rest reads as LHEO."""

import pytest
from lxml import etree

from catalog.enums import EntryMode, Modality
from catalog.lheo.edof import EdofReader
from tests.catalog.lheo.documents import GAZETTEER

NAMESPACE = "https://www.of.moncompteformation.gouv.fr"
STREET = """<extras info="adresse"><extra info="numero-voie">12</extra><extra info="code-nature-voie">RUE</extra>
<extra info="libelle-voie">du Port</extra><extra info="conformite-reglementaire">1</extra></extras>"""
ADDRESS = f"""<adresse numero="2"><ligne>Centre d'essai</ligne><codepostal>20000</codepostal><ville>AJACCIO</ville>
{STREET}</adresse>"""
FEES = """<extras info="frais-pedagogiques"><extra info="taux-tva">20.0</extra>
<extra info="frais-ht">500.50</extra><extra info="frais-ttc">600.60</extra></extras>"""
FORMATION = f"""<formation numero="F1" datemaj="20260526" datecrea="20260526">
<intitule-formation>Soudeur</intitule-formation><objectif-formation><![CDATA[<ul><li>Souder</li></ul>]]></objectif-formation>
<resultats-attendus>Un titre</resultats-attendus><contenu-formation>Des arcs</contenu-formation>
<parcours-de-formation>1</parcours-de-formation><objectif-general-formation>6</objectif-general-formation>
<certification><code-RNCP>RNCP38311</code-RNCP></certification>
<action numero="A1" datemaj="20260526" datecrea="20260526"><niveau-entree-obligatoire>0</niveau-entree-obligatoire>
<modalites-enseignement>2</modalites-enseignement>
<lieu-de-formation><coordonnees numero="1"><nom>N</nom><prenom>P</prenom>{ADDRESS}</coordonnees></lieu-de-formation>
<modalites-entrees-sorties>1</modalites-entrees-sorties>
<session numero="S1" datemaj="20260526" datecrea="20260526"><adresse-inscription>{ADDRESS}</adresse-inscription>
<etat-recrutement>1</etat-recrutement><extras info="session"><extra info="garantie">1</extra></extras></session>
<acces-handicapes>0</acces-handicapes><langue-formation>FR</langue-formation>
<nombre-heures-centre>21</nombre-heures-centre>
<extras info="action"><extra info="duree-apprentissage">23</extra>{FEES}<extra info="existence-prerequis">0</extra>
</extras></action>
<organisme-formation-responsable><SIRET-organisme-formation><SIRET>19290076900014</SIRET></SIRET-organisme-formation>
</organisme-formation-responsable>
<extras info="formation"><extra info="resume-contenu">Souder</extra></extras></formation>"""


def read(*pairs):
    text = FORMATION
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    root = etree.fromstring(f'<lheo xmlns="{NAMESPACE}"><offres>{text}</offres></lheo>')
    reader = EdofReader(root.find("{*}offres/{*}formation"), NAMESPACE, 1, GAZETTEER)
    return reader.read(), [(finding.field, finding.value, finding.rule) for finding in reader.findings]


def test_read_finds_in_the_extras_what_the_dialect_puts_there():
    facts, findings = read()

    (action,) = facts.actions
    (place,) = action.places
    assert findings == []
    assert (action.price_cents, action.hours_minutes) == (600_60, 23 * 60)
    assert (place.name, place.address, place.commune_code) == ("Centre d'essai", "12 RUE du Port", "2A004")
    assert (action.conditions, action.accessibility) == ("Aucun prérequis.", "")
    assert (action.modality, action.entry_mode) == (Modality.REMOTE, EntryMode.PERMANENT)
    assert (facts.certification_code, facts.is_certifying) == ("RNCP38311", True)
    assert facts.objective == "• Souder"
    assert [session.starts_on for session in action.sessions] == [None]


def test_read_knows_the_organisation_by_its_number_alone():
    organisation = read()[0].organisation

    assert (organisation.siret, organisation.is_described) == ("19290076900014", False)


@pytest.mark.parametrize(
    ("fees", "cents"),
    [
        ('<extra info="frais-ttc">600.60</extra>', 600_60),
        ('<extra info="taux-tva">20.0</extra><extra info="frais-ht">500.50</extra>', 600_60),
        ('<extra info="taux-tva">0</extra><extra info="frais-ht">80</extra>', 80_00),
        ('<extra info="taux-tva">5.5</extra><extra info="frais-ht">99.99</extra>', 105_49),
        ('<extra info="frais-ht">500.50</extra>', None),
        ("", None),
    ],
)
def test_read_price_is_with_taxes_written_or_worked_out(fees, cents):
    facts, _ = read((FEES, f'<extras info="frais-pedagogiques">{fees}</extras>'))

    assert facts.actions[0].price_cents == cents


def test_read_length_falls_back_on_the_hours_in_the_centre_and_in_the_company():
    facts, _ = read(
        ('<extra info="duree-apprentissage">23</extra>', ""),
        (
            "</nombre-heures-centre>",
            "</nombre-heures-centre><nombre-heures-entreprise>7</nombre-heures-entreprise>",
        ),
    )

    assert facts.actions[0].hours_minutes == 28 * 60


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (("600.60", "600,60"), ("frais-ttc", "600,60", "decimal_comma")),
        (("600.60", "six cents"), ("frais-ttc", "six cents", "price_malformed")),
        ((">23<", ">beaucoup<"), ("duree-apprentissage", "beaucoup", "hours_malformed")),
        (("<code-RNCP>RNCP38311</code-RNCP>", "<code-CPF>CPF201</code-CPF>"),
         ("code-CPF", "CPF201", "certification_in_no_register")),
    ],
)  # fmt: skip
def test_read_one_defect_is_reported_and_the_training_kept(change, finding):
    facts, findings = read(change)

    assert facts is not None
    assert findings == [finding]


@pytest.mark.parametrize(
    ("said", "arranged", "kept"),
    [("0", "", ""), ("1", "", "Accessible aux personnes en situation de handicap."),
     ("0", '<extra info="modalites-handicap">Rampe d’accès</extra>', "Rampe d’accès"), ("Ascenseur", "", "Ascenseur")],
)  # fmt: skip
def test_read_access_is_what_is_arranged_not_a_flag(said, arranged, kept):
    facts, _ = read(
        ("<acces-handicapes>0", f"<acces-handicapes>{said}"),
        ('<extras info="action">', f'<extras info="action">{arranged}'),
    )

    assert facts.actions[0].accessibility == kept
