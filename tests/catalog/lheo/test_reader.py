import datetime
import random

import pytest
from lxml import etree

from catalog.enums import EntryMode, Modality, RecruitmentState
from catalog.lheo.reader import FormationReader
from tests.catalog.lheo.documents import (
    ACTION,
    ADDRESS,
    COORDINATES,
    FORMATION,
    GAZETTEER,
    NAMESPACE,
    SESSION,
    changed,
    offer,
    read,
)


def test_read_clean_formation_gives_every_fact_and_no_finding():
    facts, findings = read()

    assert findings == []
    assert (facts.number, facts.title, facts.certification_code) == ("F1", "Soudeur", "RNCP38311")
    assert (facts.entry_level, facts.exit_level, facts.is_certifying) == (3, 4, True)
    assert facts.occupation_codes == ("H2913",)
    assert facts.described_on == datetime.date(2026, 1, 1)
    assert (facts.organisation.siret, facts.organisation.nda) == ("19290076900014", "94202000001")
    assert facts.organisation.commune_code == "2A004"
    [action] = facts.actions
    assert (action.price_cents, action.hours_minutes) == (119_000, 4_200)
    assert (action.modality, action.entry_mode) == (Modality.ON_SITE, EntryMode.FIXED_DATES)
    assert [(p.commune_code, p.latitude, p.longitude) for p in action.places] == [("2A004", 41.92, 8.74)]
    [session] = action.sessions
    assert (session.starts_on, session.ends_on) == (datetime.date(2026, 9, 1), datetime.date(2026, 9, 30))
    assert session.recruitment_state == RecruitmentState.OPEN


@pytest.mark.parametrize(
    ("code", "modality"), [("0", Modality.ON_SITE), ("1", Modality.MIXED), ("2", Modality.REMOTE)]
)
def test_read_modality_codes_mean_on_site_mixed_remote(code, modality):
    facts, findings = read(changed(("<modalites-enseignement>0", f"<modalites-enseignement>{code}")))

    assert facts.actions[0].modality == modality
    assert findings == []


@pytest.mark.parametrize(
    ("change", "finding"),
    [
        (
            ("<debut>20260901", "<debut>20260900"),
            ("action[1]/session[1]/periode/debut", "20260900", "date_impossible", "refused"),
        ),
        (
            ("<fin>20260930", "<fin>20260801"),
            ("action[1]/session[1]/periode/fin", "20260801", "end_before_start", "refused"),
        ),
        (
            ('datemaj="20260101"', 'datemaj="00000000"'),
            ("@datemaj", "00000000", "date_impossible", "refused"),
        ),
        (
            ("RNCP38311", "38311"),
            ("certification[1]/code-RNCP", "38311", "certification_prefix_missing", "repaired"),
        ),
        (
            ("<prix-total-TTC>1190", "<prix-total-TTC>1190,50"),
            ("action[1]/prix-total-TTC", "1190,50", "decimal_comma", "repaired"),
        ),
        (
            ("<modalites-enseignement>0", "<modalites-enseignement>7"),
            ("action[1]/modalites-enseignement", "7", "code_unknown", "refused"),
        ),
        (
            ("<numero-activite>94202000001", "<numero-activite>99999999999"),
            ("organisme-formation-responsable/numero-activite", "99999999999", "nda_specimen", "refused"),
        ),
    ],
)
def test_read_one_defect_gives_one_finding_and_keeps_the_training(change, finding):
    facts, findings = read(changed(change))

    assert facts is not None
    assert findings == [finding]


def test_read_siret_of_fifteen_digits_refuses_the_training():
    facts, findings = read(changed(("19290076900014", "192900769000145")))

    path = "organisme-formation-responsable/SIRET-organisme-formation/SIRET"
    assert facts is None
    assert findings == [(path, "192900769000145", "siret_length", "refused")]


def test_read_title_that_says_nothing_refuses_the_training():
    facts, findings = read(changed(("<intitule-formation>Soudeur", "<intitule-formation>-")))

    assert facts is None
    assert ("intitule-formation", "", "required_missing", "refused") in findings


@pytest.mark.parametrize(
    ("code", "rule", "action", "commune"),
    [
        ("20000", "insee_is_postal_code", "repaired", "2A004"),
        ("99999", "insee_unknown", "repaired", "2A004"),
        ("13001", "insee_contradicts_address", "repaired", "2A004"),
    ],
)
def test_read_wrong_insee_code_is_found_again_by_the_address(code, rule, action, commune):
    place = COORDINATES.replace("2A004", code)
    facts, findings = read(changed((f'principal">{COORDINATES}', f'principal">{place}')))

    path = "action[1]/lieu-de-formation[1]/coordonnees/adresse/code-INSEE-commune"
    assert facts.actions[0].places[0].commune_code == commune
    assert findings == [(path, code, rule, action)]


def test_read_position_swapped_is_put_right():
    swapped = COORDINATES.replace("<latitude>41.92", "<latitude>8.74").replace(
        "<longitude>8.74", "<longitude>41.92"
    )
    facts, findings = read(changed((f'principal">{COORDINATES}', f'principal">{swapped}')))

    assert (facts.actions[0].places[0].latitude, facts.actions[0].places[0].longitude) == (41.92, 8.74)
    assert [rule for _, _, rule, _ in findings] == ["position_swapped"]


def test_read_position_elsewhere_gives_way_to_the_commune():
    elsewhere = COORDINATES.replace("<latitude>41.92", "<latitude>0").replace(
        "<longitude>8.74", "<longitude>0"
    )
    facts, findings = read(changed((f'principal">{COORDINATES}', f'principal">{elsewhere}')))

    assert (facts.actions[0].places[0].latitude, facts.actions[0].places[0].longitude) == (41.93, 8.70)
    assert [rule for _, _, rule, _ in findings] == ["position_contradicts_commune"]


def test_read_several_places_puts_the_marked_one_first():
    other = COORDINATES.replace("Ajaccio", "Bastia").replace("20000", "20200").replace("2A004", "2B033")
    other = other.replace("41.92", "42.70").replace("8.74", "9.45")
    facts, findings = read(
        changed(
            (
                "<lieu-de-formation tag",
                f"<lieu-de-formation>{other}</lieu-de-formation><lieu-de-formation tag",
            )
        )
    )

    assert [place.commune_code for place in facts.actions[0].places] == ["2A004", "2B033"]
    assert findings == []


def test_read_action_number_twice_with_another_content_keeps_both():
    double = ACTION.replace("<prix-total-TTC>1190", "<prix-total-TTC>1500")
    facts, findings = read(changed((ACTION, ACTION + double)))

    assert [(a.number, a.occurrence, a.price_cents) for a in facts.actions] == [
        ("A1", 1, 119_000),
        ("A1", 2, 150_000),
    ]
    assert findings == [("action[2]/@numero", "A1", "duplicate_number", "repaired")]


def test_read_session_repeated_alike_is_left_out():
    facts, findings = read(changed((SESSION, SESSION + SESSION)))

    assert len(facts.actions[0].sessions) == 1
    assert findings == [("action[1]/session[2]/@numero", "S1", "duplicate_identical", "refused")]


def test_read_formation_without_number_is_known_by_its_content():
    once, findings = read(changed((' numero="F1"', "")))
    again, _ = read(changed((' numero="F1"', "")))
    other, _ = read(changed((' numero="F1"', ""), ("Souder", "Braser")))

    assert once.number == again.number != other.number
    assert findings == [("@numero", "", "number_missing", "repaired")]


def test_read_price_by_hour_stands_in_for_the_total():
    facts, _ = read(
        changed(("<prix-total-TTC>1190</prix-total-TTC>", "<prix-horaire-TTC>10</prix-horaire-TTC>"))
    )

    assert facts.actions[0].price_cents == 70_000


def test_digest_changes_with_any_stored_fact_but_not_with_the_organisations_contacts():
    digest = read()[0].digest

    assert read(index=7)[0].digest == digest
    assert read(changed(("1190", "1191")))[0].digest != digest
    assert read(changed(("<debut>20260901", "<debut>20260902")))[0].digest != digest
    contacts = f"<coordonnees-organisme>{COORDINATES}"
    assert read(changed((contacts, contacts.replace("contact@", "accueil@"))))[0].digest == digest


@pytest.mark.parametrize("seed", range(60))
def test_read_formation_with_elements_taken_away_or_emptied_never_fails(seed):
    """Whatever is missing, there are facts or a finding that says why not."""
    rng = random.Random(seed)
    root = etree.fromstring(offer(FORMATION))
    formation = root.find(f".//{{{NAMESPACE}}}formation")
    for _ in range(rng.randrange(1, 12)):
        element = rng.choice(list(formation.iterdescendants()) or [formation])
        if element is formation:
            break
        if rng.random() < 0.5:
            element.getparent().remove(element)
        else:
            element.text = rng.choice(["", "-", "é" * 400, "00000000", "1,5", "<p>", "\u00a0", "2A004"])
    reader = FormationReader(formation, NAMESPACE, 1, GAZETTEER)

    facts = reader.read()

    assert facts is not None or reader.findings


def test_address_is_read_once_per_place():
    """Guard of the fixture: the address appears where the tests change it."""
    assert FORMATION.count(ADDRESS) == 5
