"""Every model of the room that points at a person has its part of the copy and its retention rule."""

from django.apps import apps

from accounts.models import Holder
from accounts.personal_data import NOT_COPIED, RETENTION_RULES


def models_about_a_person():
    """Those from which foreign keys of the room, one after another, lead to a holder."""
    found = {Holder}
    while True:
        reached = {
            relation.related_model
            for model in found
            for relation in model._meta.get_fields(include_hidden=True)
            if relation.auto_created
            and relation.is_relation
            and relation.related_model._meta.app_label == "accounts"
        }
        if reached <= found:
            return found
        found |= reached


def test_retention_rules_cover_every_model_about_a_person():
    ruled = {apps.get_model(label) for rule in RETENTION_RULES for label in rule.models}

    about = models_about_a_person()
    # What serves staff and holds nothing of the person says so in NOT_COPIED.
    assert {model._meta.label for model in about - ruled} <= set(NOT_COPIED)
    assert ruled <= about


def test_retention_rules_all_name_their_ground():
    assert all(rule.kept and rule.ground for rule in RETENTION_RULES)
