"""The house: arrows between rooms only go down, foreign keys too."""

import weakref

import pytest
from django.apps import apps
from django.db import models

# From the lowest room to the highest.
ROOMS = ["accounts", "catalog", "rights", "cep", "agora_sync"]
MODELS = [model for model in apps.get_models() if model._meta.app_label in ROOMS]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m._meta.label)
def test_foreign_keys_only_point_down(model: type[models.Model]) -> None:
    height = ROOMS.index(model._meta.app_label)
    targets = [f.related_model for f in model._meta.get_fields() if f.is_relation and not f.auto_created]
    rooms_reached = {t._meta.app_label for t in targets if t._meta.app_label in ROOMS}

    assert all(ROOMS.index(room) <= height for room in rooms_reached)


def test_kernel_and_home_have_no_table() -> None:
    assert not list(apps.get_app_config("kernel").get_models())
    assert not list(apps.get_app_config("home").get_models())


def test_no_room_listens_to_signals_of_another() -> None:
    own_signals = (models.signals.post_save, models.signals.pre_save, models.signals.post_delete)
    kept = [receiver[1] for signal in own_signals for receiver in signal.receivers]
    # Django keeps a weak reference to a receiver unless it is asked to hold it.
    listeners = [receiver() if isinstance(receiver, weakref.ReferenceType) else receiver for receiver in kept]

    assert not [
        listener
        for listener in listeners
        if listener and listener.__module__.split(".")[0] in {*ROOMS, "cpa_portal"}
    ]
