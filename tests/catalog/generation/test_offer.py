import csv
import datetime
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from catalog.generation import SHOWCASE_SIRET, GenerationOrder, generate_offer
from catalog.generation.organisations import share_out
from cpa_portal.kernel.identifiers import normalise_nda, normalise_siret

FIRST_DAY = datetime.date(2026, 3, 2)


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    """One offer that is large enough for its proportions to show."""
    path = tmp_path_factory.mktemp("large") / "offre.xml"
    generate_offer(path, GenerationOrder(organisations=250, sessions=3_000, seed=7, first_day=FIRST_DAY))
    return path


def parsed(path):
    return etree.parse(path).getroot()


def texts(root, name):
    return [element.text for element in root.iterfind(f".//{{*}}{name}")]


def test_offer_same_seed_and_day_gives_the_same_bytes(generated):
    one, again, other = generated("a.xml"), generated("b.xml"), generated("c.xml", seed=8)

    assert one.read_bytes() == again.read_bytes() != other.read_bytes()


@pytest.mark.parametrize("sessions", [1, 37, 400])
def test_offer_holds_the_number_of_sessions_asked(generated, sessions):
    root = parsed(generated(sessions=sessions))

    assert len(root.findall(".//{*}session")) == sessions


def test_offer_lheo23_is_valid_for_the_official_schema(generated, shared_data):
    schema = etree.XMLSchema(etree.parse(shared_data / "lheo" / "lheo-2.3.xsd"))

    schema.assertValid(etree.parse(generated(organisations=60, sessions=500)))


def test_offer_lheo22_is_valid_once_its_namespace_is_the_next_one(generated, shared_data, tmp_path):
    """The official note: a 2.2 file with the namespace of 2.3 is a 2.3 file."""
    path = generated(dialect="lheo22", organisations=60, sessions=500)
    renamed = path.read_bytes().replace(b"http://www.lheo.org/2.2", b"http://lheo.gouv.fr/2.3")
    schema = etree.XMLSchema(etree.parse(shared_data / "lheo" / "lheo-2.3.xsd"))

    schema.assertValid(etree.ElementTree(etree.fromstring(renamed)))
    root = parsed(path)
    assert not texts(root, "code-RS")
    assert set(texts(root, "code-niveau-sortie")) <= {"4", "5", "6", "7", "8"}


def test_offer_identifiers_are_valid_and_of_the_invented_pool(generated):
    root = parsed(generated(organisations=40, sessions=200))

    for siret in set(texts(root, "SIRET")):
        assert normalise_siret(siret) == siret
        assert siret.startswith("160")
    assert all(normalise_nda(nda) == nda for nda in set(texts(root, "numero-activite")))
    assert all(re.fullmatch(r"01 99 00 \d\d \d\d", number) for number in texts(root, "numtel"))
    assert all(address.endswith(".example") for address in texts(root, "courriel"))


@pytest.mark.parametrize("seed", range(5))
def test_offer_always_has_an_open_affordable_welding_session_in_ajaccio(generated, seed):
    root = parsed(generated(seed=seed))

    first = root.find(".//{*}formation")
    starts = [f"{day[:4]}-{day[4:6]}-{day[6:]}" for day in texts(first, "debut")]
    assert first.findtext("{*}intitule-formation").startswith("Soudeur")
    assert SHOWCASE_SIRET in texts(first, "SIRET")
    assert set(texts(first, "code-INSEE-commune")) == {"2A004"}
    assert set(texts(first, "etat-recrutement")) == {"1"}
    assert int(first.findtext(".//{*}prix-total-TTC")) <= 1_200
    # Eleven working days are at most 18 days with a week-end more and two public holidays.
    assert min(starts) > (FIRST_DAY + datetime.timedelta(days=18)).isoformat()


def test_offer_is_spread_over_france_with_several_sessions_in_corsica(large):
    root = parsed(large)

    regions = Counter(
        action.findtext("{*}lieu-de-formation//{*}region")
        for action in root.iterfind(".//{*}action")
        for _ in action.findall("{*}session")
    )
    assert len(regions) >= 16
    assert regions["94"] >= 30
    assert regions["11"] == max(regions.values())


def test_offer_has_what_people_usually_look_for(large):
    titles = " | ".join(texts(parsed(large), "intitule-formation")).lower()

    for word in (
        "soudeur",
        "boulanger",
        "développeur",
        "anglais",
        "cléa",
        "permis de conduire",
        "caces",
        "comptable",
    ):
        assert word in titles


def test_offer_calibration_is_near_the_published_figures(large):
    """A quarter of driving licences, a mean of some 113 h and 2,260 €: within a factor of two."""
    actions = parsed(large).findall(".//{*}action")

    hours = [int(action.findtext("{*}nombre-heures-total")) for action in actions]
    prices = [int(action.findtext("{*}prix-total-TTC")) for action in actions]
    titles = [action.getparent().findtext("{*}intitule-formation") for action in actions]
    assert 57 <= sum(hours) / len(hours) <= 226
    assert 1_130 <= sum(prices) / len(prices) <= 4_520
    assert 0.12 <= sum("ermis" in title for title in titles) / len(titles) <= 0.40


def test_offer_with_dirt_writes_the_report_to_expect_and_leaves_the_rest_alone(generated):
    clean = generated("offre.xml", sessions=400, organisations=40)
    dirty = generated("sale.xml", sessions=400, organisations=40, dirt=0.5)

    with dirty.with_name("sale.xml.expected.csv").open(newline="") as file:
        expected = list(csv.DictReader(file))
    assert list(expected[0]) == ["file", "path", "identifier", "field", "value", "rule", "action"]
    assert len({row["rule"] for row in expected}) >= 6
    soiled = {row["path"].split("/")[3] for row in expected}
    assert len(parsed(clean).findall(".//{*}formation")) >= len(soiled)
    assert not clean.with_name("offre.xml.expected.csv").exists()


@given(st.integers(1, 400), st.integers(0, 5_000))
def test_share_out_any_numbers_sum_up_exactly(organisations, sessions):
    shares = share_out(organisations, sessions)

    assert sum(shares) == sessions
    assert min(shares) >= 0
