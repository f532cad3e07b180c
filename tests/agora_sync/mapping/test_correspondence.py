"""The table of correspondences says what the code does, because it is observed on it."""

import csv
import io

from agora_sync.contract.shapes import element_shape, leaves
from agora_sync.mapping.correspondence import CONSTANT, PROBES, as_csv, described, digest_of, feeds, triggers
from agora_sync.mapping.events import TOLD
from agora_sync.services.outgoing import BUILDERS


def sources_of(operation: str, path: str) -> tuple[str, ...]:
    [feed] = [row for row in feeds() if (row.operation, row.path) == (operation, path)]
    return feed.sources


def test_every_operation_that_we_send_is_in_the_table():
    assert set(PROBES) == set(BUILDERS)
    assert {operation for told in TOLD.values() for operation in told} <= set(PROBES)


def test_every_item_of_the_table_is_one_of_the_contract():
    for feed in feeds():
        assert feed.path in leaves(element_shape(feed.operation)), feed
        assert feed.label


def test_items_are_fed_by_the_fields_that_the_code_reads():
    assert sources_of("CreerDossier", "titulaire/nir") == ("titulaire.nir",)
    assert sources_of("CreerDossier", "formation/prix") == ("dossier.price_cents",)
    assert sources_of("CreerDossier", "formation/financement/montant") == ("financement.amount_cents",)
    assert sources_of("AnnulerDossier", "motifAnnulation") == ("événement.action", "événement.role")
    assert sources_of("DeclarerSortie", "resultat/resultat") == ("dossier.certification_code",)
    assert sources_of("SolderDossier", "natureSolde") == (CONSTANT,)


def test_triggers_are_those_of_the_table_of_events_and_the_request():
    rows = triggers()

    assert len(rows) == len(TOLD) + 1
    assert rows[0].operations == ("CreerDossier",)
    assert "ReingenierDossier, ValiderDossier" in described()["triggers"][3]


def test_digest_changes_with_a_line_and_with_nothing_else():
    table = described()

    assert digest_of(table) == digest_of(dict(reversed(table.items())))
    assert digest_of(table) != digest_of({**table, "feeds": table["feeds"][:-1]})


def test_sheet_holds_every_event_and_item():
    rows = list(csv.DictReader(io.StringIO(as_csv(), newline=""), delimiter=";"))

    sent = sum(len(row.operations) for row in triggers())
    assert [row["nature"] for row in rows] == ["evenement"] * sent + ["donnee"] * len(feeds())
    assert all(row["champs"] for row in rows if row["nature"] == "donnee")
