"""The shipped tables say what the official files say, within the tolerances written beside them."""

import csv
import gzip
import json
import re

import pytest

from catalog import shipped
from catalog.gazetteer import distance_km

PRECISE_SHARE, NEIGHBOURS_SHARE, TOWNS_SHARE = 0.99, 0.80, 0.985


def rows_of(path):
    content = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(content.decode().splitlines()))


@pytest.fixture(scope="module")
def communes():
    return {row["code"]: row for row in rows_of(shipped.COMMUNES)}


@pytest.fixture(scope="module")
def official(shared_data):
    return rows_of(shared_data / "geo" / "communes_2026_latlon.csv.gz")


def test_communes_all_official_ones_are_there_with_their_facts(communes, official):
    for row in official:
        ours = communes[row["code_insee"]]
        assert (ours["name"], ours["department"], ours["region"]) == (
            row["nom"],
            row["departement"],
            row["region"],
        )
        assert ours["postal_codes"] == row["codes_postaux"]
        assert ours["population"] == row["population"]
        assert (ours["kind"] == "arrondissement") == (row["type"] == "A")


def near_share(communes, official, wanted):
    """Share of the communes wanted whose position is less than 10 km from the official centre."""
    distances = []
    for row in official:
        ours = communes[row["code_insee"]]
        if wanted(ours):
            here = float(ours["latitude"]), float(ours["longitude"])
            distances.append(distance_km(*here, float(row["lat"]), float(row["lon"])))
    return sum(distance < 10 for distance in distances) / len(distances)


def test_communes_with_a_place_of_their_own_are_within_ten_kilometres(communes, official):
    assert near_share(communes, official, lambda row: row["precision"] == "place") > PRECISE_SHARE


def test_communes_placed_by_neighbours_are_mostly_within_ten_kilometres(communes, official):
    assert near_share(communes, official, lambda row: row["precision"] == "neighbours") > NEIGHBOURS_SHARE


def test_towns_where_people_search_are_within_ten_kilometres(communes, official):
    assert near_share(communes, official, lambda row: int(row["population"]) >= 2_000) > TOWNS_SHARE


def test_regions_and_departments_agree_with_the_official_file(shared_data):
    official = json.loads((shared_data / "geo" / "regions_departements_2026.json").read_text())

    assert {(r["code"], r["name"]) for r in rows_of(shipped.REGIONS)} == {
        (r["code"], r["nom"]) for r in official["regions"]
    }
    assert {(d["code"], d["name"]) for d in rows_of(shipped.DEPARTMENTS)} == {
        (d["code"], d["nom"]) for d in official["departements"]
    }


def test_communes_every_one_has_a_position_and_a_department():
    departments = {row["code"] for row in rows_of(shipped.DEPARTMENTS)}
    rows = rows_of(shipped.COMMUNES)

    assert len(rows) > 34_900
    assert all(row["department"] in departments and row["latitude"] and row["longitude"] for row in rows)
    assert {row["parent"] for row in rows if row["kind"] == "arrondissement"} == {"75056", "69123", "13055"}


def test_certifications_agree_with_the_registers(shared_data):
    with gzip.open(shared_data / "rncp" / "certifications_merged.csv.gz", "rt", encoding="utf-8") as file:
        official = {row["numero_fiche"]: row for row in csv.DictReader(file, delimiter=";")}
    states = {"ACTIVE": "active", "INACTIVE": "inactive", "": "unknown"}

    for row in rows_of(shipped.CERTIFICATIONS):
        source = official[row["number"]]
        assert row["level"] == source["niveau_europeen"]
        assert row["state"] == states[source["statut_2025_01"]]
        assert row["expires_on"] == source["date_echeance"]


def test_certifications_blocks_and_occupations_hang_together():
    certifications = {row["number"]: row for row in rows_of(shipped.CERTIFICATIONS)}
    occupations = {row["code"] for row in rows_of(shipped.OCCUPATIONS)}

    assert len(certifications) >= 400
    assert all(re.fullmatch(r"(RNCP|RS)\d+", number) for number in certifications)
    assert {row["certification"] for row in rows_of(shipped.CERTIFICATION_BLOCKS)} <= set(certifications)
    used = {code for row in certifications.values() for code in row["occupations"].split("|") if code}
    assert used <= occupations


def test_skills_are_those_of_the_official_file_with_one_apostrophe(shared_data):
    with gzip.open(
        shared_data / "nomenclatures" / "rome347_competences.csv.gz", "rt", encoding="utf-8"
    ) as file:
        official = {row["code_ogr"]: row["libelle_competence"] for row in csv.DictReader(file)}
    occupations = {row["code"] for row in rows_of(shipped.OCCUPATIONS)}

    for row in rows_of(shipped.SKILLS):
        assert row["label"] == official[row["code"]].replace("''", "'").strip()
        assert set(row["occupations"].split("|")) <= occupations
