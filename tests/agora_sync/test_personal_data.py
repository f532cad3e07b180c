import json
from typing import Any

import pytest
from django.apps import apps

from agora_sync.enums import Direction, ExchangeState
from agora_sync.models import Exchange
from agora_sync.personal_data import RETENTION_RULES, export_personal_data
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db


def exchange(holder: Any) -> Exchange:
    return Exchange.objects.create(
        direction=Direction.OUTGOING, operation="ConsulterDossiers", state=ExchangeState.DONE, holder=holder
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_export_gives_the_person_their_exchanges_in_twelve_queries(
    django_assert_num_queries: Any, rows: int
) -> None:
    mine = HolderFactory()
    kept = [exchange(mine) for _ in range(rows)]
    exchange(HolderFactory())

    with django_assert_num_queries(12):
        exported = export_personal_data(mine)

    assert [told["Référence"] for told in exported["Échanges avec AGORA"]] == [str(row.pk) for row in kept]
    assert json.dumps(exported)


def test_retention_rules_cover_every_model_that_points_at_a_person_or_holds_messages() -> None:
    ruled = {label for rule in RETENTION_RULES for label in rule.models}

    about_people = {
        model._meta.label
        for model in apps.get_app_config("agora_sync").get_models()
        if any(field.name in {"holder", "training_file", "content"} for field in model._meta.concrete_fields)
    }
    assert about_people <= ruled
    assert all(rule.kept and rule.ground for rule in RETENTION_RULES)
