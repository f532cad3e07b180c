import json

import pytest
from django.apps import apps

from cep.enums import BookingAction, BookingStatus
from cep.models import BookingEvent
from cep.personal_data import RETENTION_RULES, export_personal_data
from tests.support.factories.cep import BookingFactory

pytestmark = pytest.mark.django_db


def test_export_personal_data_gives_the_person_their_appointments_and_nobody_elses():
    mine = BookingFactory()
    BookingEvent.objects.create(booking=mine, action=BookingAction.BOOK, status_after=BookingStatus.CONFIRMED)
    BookingFactory()

    exported = export_personal_data(mine.holder)

    (appointment,) = exported["Rendez-vous avec un conseiller"]
    assert appointment["Référence"] == str(mine.pk)
    assert appointment["Date et heure"] == "lundi 23 novembre 2026 à 9\u00a0h"
    assert [event["Action"] for event in appointment["Historique"]] == ["Réservation"]
    assert json.dumps(exported)


@pytest.mark.parametrize("rows", [1, 3])
def test_export_personal_data_costs_six_queries(rows, django_assert_num_queries):
    first = BookingFactory()
    for _ in range(rows - 1):
        BookingFactory(holder=first.holder, status=BookingStatus.CANCELLED_BY_PERSON)

    with django_assert_num_queries(6):
        export_personal_data(first.holder)


def test_retention_rules_cover_every_model_that_names_a_person():
    named = {label for rule in RETENTION_RULES for label in rule.models}

    about_people = {
        model._meta.label
        for model in apps.get_app_config("cep").get_models()
        if any(field.name in {"holder", "booking"} for field in model._meta.concrete_fields)
    }
    assert about_people == named
