"""What moves: addresses and who may open them, tasks, what the beat wakes, messages, journal events, operations."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

from celery import current_app
from django.apps import apps
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.module_loading import import_string

from cpa_portal.home.maps.rooms import ROOMS, modules_of, room_of, table
from cpa_portal.kernel.access import RULE_ATTRIBUTE, rule_of_other_package


def draw() -> str:
    """The five tables."""
    return (
        "# Flows\n\n"
        "## Addresses and who may open them\n\n"
        f"{table(('address', 'name', 'room', 'rule'), addresses())}\n"
        "## What the beat wakes\n\n"
        f"{table(('name', 'task', 'every (s)', 'queue'), schedule())}\n"
        "## Tasks woken after a commit\n\n"
        "The beat sweeps the same rows, so that a lost wake-up only costs time.\n\n"
        f"{table(('from', 'task'), wake_ups())}\n"
        "## Messages\n\n"
        f"{table(('kind', 'rendered by'), sorted(settings.NOTIFICATION_RENDERERS.items()))}\n"
        "## The journal and AGORA\n\n"
        "A service of `rights` appends an event in its own transaction; `agora_sync` takes every event that has no "
        "exchange yet.\n\n"
        f"{table(('list', 'value', 'label'), vocabularies())}"
    )


# Addresses ------------------------------------------------------------------------------------
def addresses() -> list[tuple[str, ...]]:
    """Every address of ours and of the packages we route; the back office's own pages are one line."""
    rows = []
    for path, name, view in patterns(get_resolver()):
        if not name.startswith("admin:"):
            rows.append(
                (f"`/{path}`", f"`{name}`", room_of(view.__module__) or "other package", rule(view, name))
            )
    return [*rows, ("`/admin/…`", "`admin:…`", "other package", rule(None, "admin:index"))]


def patterns(
    resolver: URLResolver, prefix: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, str, Callable[..., Any]]]:
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path, ":".join((*namespaces, entry.name or path)), entry.callback
        else:
            yield from patterns(
                entry, path, (*namespaces, entry.namespace) if entry.namespace else namespaces
            )


def rule(view: Callable[..., Any] | None, name: str) -> str:
    predicate = getattr(view, RULE_ATTRIBUTE, None) or rule_of_other_package(name)
    return f"`{predicate.__name__}`" if predicate else "none: refused"


# Work behind the pages ------------------------------------------------------------------------
def schedule() -> list[tuple[str, ...]]:
    entries = current_app.conf.beat_schedule or {}
    return [
        (name, f"`{entry['task']}`", str(entry["schedule"]), queue_of(entry["task"]))
        for name, entry in sorted(entries.items())
    ]


def queue_of(task: str) -> str:
    routes: dict[str, dict[str, str]] = settings.CELERY_TASK_ROUTES
    matching = (route["queue"] for pattern, route in routes.items() if task.startswith(pattern.rstrip("*")))
    return next(matching, settings.CELERY_TASK_DEFAULT_QUEUE)


def wake_ups() -> list[tuple[str, ...]]:
    """Calls of `wake_after_commit`, found in the code; a task named by a constant is read from its module."""
    found: set[tuple[str, ...]] = set()
    for room in ROOMS:
        for module in modules_of(room):
            found |= {(f"`{module.name}`", f"`{task_name(module.name, task)}`") for task in module.woken}
    return sorted(found)


def task_name(module: str, argument: ast.expr) -> str:
    if isinstance(argument, ast.Constant):
        return str(argument.value)
    return (
        str(import_string(f"{module}.{argument.id}"))
        if isinstance(argument, ast.Name)
        else ast.unparse(argument)
    )


# The journal ----------------------------------------------------------------------------------
JOURNAL_FIELDS = (
    ("rights.JournalEvent", "kind"),
    ("rights.JournalEvent", "origin"),
    ("agora_sync.Exchange", "operation"),
)


def vocabularies() -> list[tuple[str, ...]]:
    """The values that a journal event and an exchange may take."""
    rows: list[tuple[str, ...]] = []
    for label, field_name in JOURNAL_FIELDS:
        field = apps.get_model(label)._meta.get_field(field_name)
        rows += [(f"`{label}.{field_name}`", f"`{value}`", str(text)) for value, text in field.flatchoices]
    return rows
