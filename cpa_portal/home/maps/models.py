"""Tables and the keys between them, room by room, read from Django's models."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Model

from cpa_portal.home.maps.rooms import APPS, table
from cpa_portal.kernel.database import AppendOnlyModel, PartitionedModel


def draw() -> str:
    """One diagram and one table by room."""
    return (
        "# Models\n\n"
        "One part by room, from the lowest to the highest. A key that leaves the room goes to a room below. "
        "`append-only` tables give the running role SELECT and INSERT alone; `partitioned` ones are cut by month.\n\n"
        + "\n".join(part(app) for app in APPS)
    )


def part(app: str) -> str:
    models = sorted(apps.get_app_config(app).get_models(), key=lambda model: model.__name__)
    rows = [(f"`{m._meta.db_table}`", m.__name__, nature(m), first_sentence(m), columns(m)) for m in models]
    relations = "\n".join(sorted({line for model in models for line in arrows(model)}))
    diagram = f"```mermaid\nerDiagram\n{relations}\n```\n\n" if relations else ""
    return f"## {app}\n\n{diagram}{table(('table', 'model', 'kind', 'what it is', 'columns'), rows)}"


def nature(model: type[Model]) -> str:
    if issubclass(model, PartitionedModel):
        return "append-only, partitioned"
    return "append-only" if issubclass(model, AppendOnlyModel) else ""


def first_sentence(model: type[Model]) -> str:
    """The first sentence of the docstring; Django's own signature-like docstring says nothing."""
    text = " ".join((model.__doc__ or "").split())
    return "" if text.startswith(f"{model.__name__}(") else text.split(". ")[0].rstrip(".")


def columns(model: type[Model]) -> str:
    return ", ".join(f"`{field.column}`" for field in model._meta.concrete_fields)


def arrows(model: type[Model]) -> Iterator[str]:
    """One line by key: `o|` when the key may be empty."""
    for field in relations_of(model):
        target = field.related_model
        end = "o|" if field.null else "||"
        many = "o|" if field.one_to_one else "}o"
        yield f'  {model._meta.db_table} {many}--{end} {target._meta.db_table} : "{field.name}"'


def relations_of(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if field.is_relation and field.related_model]
