"""Migrations that draw the few models an operation asks for, where Django draws anew all that are related to it.

Django keeps every model of a migration's state as a class. As classes point to each other, each operation replaces
those of all models related from near or far: nine tenths of what migrating an empty database took.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ModelState, ProjectState, StateApps
from django.db.migrations.utils import (  # type: ignore[attr-defined]  # the stubs do not know them
    RECURSIVE_RELATIONSHIP_CONSTANT,
    resolve_relation,
)

ModelKey = tuple[str, str]


class LightExecutor(MigrationExecutor):
    """Django's, whose way forwards goes through light states."""

    def _migrate_all_forwards(self, state: ProjectState, *args: Any, **options: Any) -> Any:
        light = LightState(models=state.models, real_apps=state.real_apps)
        return super()._migrate_all_forwards(light, *args, **options)  # type: ignore[misc]


class LightState(ProjectState):
    """A state that keeps no class: operations ask `apps` for theirs, code that migrates finds them all there."""

    _whole: StateApps | None = None

    @property
    def apps(self) -> Any:
        return self._whole or ModelsOnDemand(self)

    def clear_delayed_apps_cache(self) -> None:
        """Django says so before it hands `apps` to code that may follow any relation."""
        self._whole = registry_of(self, self.models)

    def clone(self) -> "LightState":
        return LightState({key: model.clone() for key, model in self.models.items()}, self.real_apps)


class ModelsOnDemand:
    """Stands for the registry of a state; anything but one model at a time is asked of a whole registry."""

    def __init__(self, state: ProjectState) -> None:
        self._state = state

    def get_model(
        self, app_label: str, model_name: str | None = None, require_ready: bool = True
    ) -> type[models.Model]:
        """The model, drawn with all that point to it, from near or far, and all that any of these points to.

        So nothing is missing of what its table refers to, nor of what refers to its table. Raises LookupError.
        """
        if model_name is None:
            app_label, model_name = app_label.split(".")
        asked = app_label, model_name.lower()
        if asked not in self._state.models:
            return self._all().get_model(app_label, model_name, require_ready)
        pointed_to = {key: set(_pointed_to(model)) for key, model in self._state.models.items()}
        pointing_to = defaultdict(set)
        for key, others in pointed_to.items():
            for other in others:
                pointing_to[other].add(key)
        drawn = _reached(_reached({asked}, pointing_to), pointed_to)
        known = {key: model for key, model in self._state.models.items() if key in drawn}
        return registry_of(self._state, known).get_model(app_label, model_name, require_ready)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._all(), name)

    def _all(self) -> StateApps:
        return registry_of(self._state, self._state.models)


def registry_of(state: ProjectState, drawn: dict[ModelKey, ModelState]) -> StateApps:
    return StateApps(state.real_apps, drawn)  # type: ignore[arg-type]  # a set, whatever the stubs say


def _pointed_to(model: ModelState) -> Iterable[ModelKey]:
    """The models that this one cannot be drawn without: of its relations, of its bases."""
    key = model.app_label, model.name_lower
    for field in model.fields.values():
        if field.remote_field:
            for other in (field.remote_field.model, getattr(field.remote_field, "through", None)):
                if other and other != RECURSIVE_RELATIONSHIP_CONSTANT:
                    yield resolve_relation(other, *key)
    for base in model.bases:
        if isinstance(base, str):
            yield resolve_relation(base, *key)


def _reached(start: set[ModelKey], steps: dict[ModelKey, set[ModelKey]]) -> set[ModelKey]:
    reached, waiting = set(start), list(start)
    while waiting:
        found = steps.get(waiting.pop(), set()) - reached
        reached |= found
        waiting.extend(found)
    return reached
