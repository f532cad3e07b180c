"""The person's copy: all that the room holds, nothing of anyone else, in values that JSON knows."""

import json
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings

from rights.enums import Scheme
from rights.personal_data import COPIED, RETENTION_RULES, export_personal_data
from rights.services.training_files import request_training_file
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.rights import (
    REQUEST_DAY,
    CounterFactory,
    RequestableSessionFactory,
    TrainingFileFactory,
)

pytestmark = pytest.mark.django_db


def test_export_holds_counters_entries_files_and_their_history():
    counter = CounterFactory(balance=5_000_00)
    request_training_file(
        key=uuid4(), holder=counter.holder, session=RequestableSessionFactory(), today=REQUEST_DAY
    )

    copy = export_personal_data(counter.holder)

    right, training_file = copy["Droits à la formation"][0], copy["Dossiers de formation"][0]
    assert [entry["Nature"] for entry in right["Écritures"]] == ["Solde d’ouverture", "Réservation"]
    assert right["Écritures"][1]["Calcul"]["steps"]
    assert training_file["Demandé le"] == "2026-03-02"
    assert {part["Payeur"] for part in training_file["Financement"]} == {"Vos droits à la formation", "Vous"}
    assert training_file["Histoire"][0]["État"] == "Demande envoyée"
    assert json.loads(json.dumps(copy)) == copy


def test_export_holds_nothing_of_another_person():
    CounterFactory(balance=5_000_00)
    TrainingFileFactory()

    copy = export_personal_data(HolderFactory())

    assert set(copy) == {title.split(" / ")[0] for title in COPIED.values()}
    assert not any(copy.values())


def test_export_asks_the_same_queries_whatever_the_number_of_rows(django_assert_num_queries):
    counter = CounterFactory(balance=5_000_00)
    CounterFactory(holder=counter.holder, scheme=Scheme.DIF, balance=1)
    for _ in range(3):
        TrainingFileFactory(holder=counter.holder)

    with django_assert_num_queries(10):
        export_personal_data(counter.holder)


def test_retention_rules_cover_every_table_of_the_room():
    covered = {model for rule in RETENTION_RULES for model in rule.models}

    assert covered == {model._meta.label for model in apps.get_app_config("rights").get_models()}


def test_the_room_is_in_the_registry_of_personal_data():
    assert "rights.personal_data" in settings.PERSONAL_DATA_EXPORTERS
