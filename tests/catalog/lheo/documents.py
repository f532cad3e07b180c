"""A small valid offer, and ways to change one thing in it."""

from pathlib import Path

from lxml import etree

from catalog.gazetteer import Gazetteer, KnownCommune
from catalog.lheo.reader import FormationReader

NAMESPACE = "http://lheo.gouv.fr/2.3"
AJACCIO = KnownCommune("2A004", "ajaccio", None, "2A", ("20000", "20090"), 41.93, 8.70)
BASTIA = KnownCommune("2B033", "bastia", None, "2B", ("20200", "20600"), 42.70, 9.45)
AIX = KnownCommune("13001", "aix en provence", None, "13", ("13090", "13100"), 43.53, 5.45)
GAZETTEER = Gazetteer([AJACCIO, BASTIA, AIX])

ADDRESS = """<adresse><ligne>1 rue des Écoles</ligne><codepostal>20000</codepostal><ville>Ajaccio</ville>
<code-INSEE-commune>2A004</code-INSEE-commune>
<geolocalisation><latitude>41.92</latitude><longitude>8.74</longitude></geolocalisation></adresse>"""
COORDINATES = f"""<coordonnees><ligne>Centre d'essai</ligne>{ADDRESS}
<telfixe><numtel>01 99 00 00 01</numtel></telfixe><courriel>contact@essai.example</courriel></coordonnees>"""
SESSION = f"""<session numero="S1"><periode><debut>20260901</debut><fin>20260930</fin></periode>
<adresse-inscription>{ADDRESS}</adresse-inscription><etat-recrutement>1</etat-recrutement></session>"""
ACTION = f"""<action numero="A1">
<rythme-formation>Temps plein</rythme-formation><code-public-vise>83056</code-public-vise>
<niveau-entree-obligatoire>0</niveau-entree-obligatoire><modalites-alternance>-</modalites-alternance>
<modalites-enseignement>0</modalites-enseignement><conditions-specifiques>Aucune</conditions-specifiques>
<prise-en-charge-frais-possible>1</prise-en-charge-frais-possible>
<lieu-de-formation tag="principal">{COORDINATES}</lieu-de-formation>
<modalites-entrees-sorties>0</modalites-entrees-sorties>{SESSION}
<langue-formation>FR</langue-formation><prix-total-TTC>1190</prix-total-TTC>
<nombre-heures-total>70</nombre-heures-total></action>"""
FORMATION = f"""<formation numero="F1" datemaj="20260101">
<domaine-formation><code-ROME>H2913</code-ROME></domaine-formation>
<intitule-formation>Soudeur</intitule-formation><objectif-formation>Souder</objectif-formation>
<resultats-attendus>Une certification</resultats-attendus><contenu-formation>Des arcs</contenu-formation>
<certifiante>1</certifiante><contact-formation>{COORDINATES}</contact-formation>
<parcours-de-formation>4</parcours-de-formation><code-niveau-entree>4</code-niveau-entree>
<certification><code-RNCP>RNCP38311</code-RNCP></certification><code-niveau-sortie>14</code-niveau-sortie>{ACTION}
<organisme-formation-responsable><numero-activite>94202000001</numero-activite>
<SIRET-organisme-formation><SIRET>19290076900014</SIRET></SIRET-organisme-formation>
<nom-organisme>Centre d'essai</nom-organisme><raison-sociale>Centre d'essai SARL</raison-sociale>
<coordonnees-organisme>{COORDINATES}</coordonnees-organisme><contact-organisme>{COORDINATES}</contact-organisme>
</organisme-formation-responsable></formation>"""


def changed(*pairs: tuple[str, str]) -> str:
    """The formation with each `old` replaced by `new`, once; `old` must be there."""
    text = FORMATION
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def offer(*formations: str, namespace: str = NAMESPACE) -> bytes:
    body = "\n".join(formations)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<lheo xmlns="{namespace}"><offres>{body}</offres></lheo>'.encode()


def written(path: Path, *formations: str, namespace: str = NAMESPACE) -> Path:
    path.write_bytes(offer(*formations, namespace=namespace))
    return path


def read(formation: str = FORMATION, *, index: int = 1):
    """Facts (None when refused) and findings as (path after the formation, value, rule, action)."""
    root = etree.fromstring(offer(formation))
    element = root.find(f".//{{{NAMESPACE}}}formation")
    assert element is not None
    reader = FormationReader(element, NAMESPACE, index, GAZETTEER)
    facts = reader.read()
    start = f"/lheo/offres/formation[{index}]/"
    assert all(finding.path.startswith(start) for finding in reader.findings)
    return facts, [(f.path.removeprefix(start), f.value, f.rule, str(f.action)) for f in reader.findings]
