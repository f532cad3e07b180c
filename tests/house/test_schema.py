"""The database that the migrations make is the one that the models say."""

import re
from collections import defaultdict
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignKey, Model

COLUMNS = """
SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull
FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
  AND a.attnum > 0 AND NOT a.attisdropped
"""
NAMED = """
SELECT t.relname, k.conname FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
UNION SELECT t.relname, i.relname
FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
"""
REFERENCES = """
SELECT t.relname, a.attname, r.relname
FROM pg_constraint k
JOIN pg_class t ON t.oid = k.conrelid JOIN pg_class r ON r.oid = k.confrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.conkey[1]
WHERE k.contype = 'f' AND array_length(k.conkey, 1) = 1
"""
# How PostgreSQL writes the types that Django names otherwise.
SPELT = {"varchar": "character varying", "time": "time without time zone", "bool": "boolean"}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def tables() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.managed and not model._meta.proxy]


def rows(query: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())


def test_columns_are_those_of_the_models(tables):
    there = set(rows(COLUMNS))
    said = {
        (model._meta.db_table, field.column, spelt(field.db_type(connection)), not field.null)
        for model in tables
        for field in model._meta.local_concrete_fields
    }

    of_models = {table for table, *_ in said}
    assert {column for column in there if column[0] in of_models} ^ said == set()


def spelt(kind: str) -> str:
    name, *rest = re.split(r"(?=[(\[])", kind, maxsplit=1)
    return SPELT.get(name, name) + re.sub(r"\[\d+\]", "[]", "".join(rest)).replace(", ", ",")


def test_constraints_and_indexes_of_the_models_are_there(tables):
    there = defaultdict(set)
    for table, name in rows(NAMED):
        there[table].add(name)

    missing = {
        f"{model._meta.db_table}.{named.name}"
        for model in tables
        for named in [*model._meta.constraints, *model._meta.indexes]
        if named.name not in there[model._meta.db_table]
    }

    assert missing == set()


def test_references_lead_to_the_tables_that_the_models_say(tables):
    there = {(table, column): to for table, column, to in rows(REFERENCES)}

    wrong = {
        f"{model._meta.db_table}.{field.column}"
        for model in tables
        for field in model._meta.local_concrete_fields
        if isinstance(field, ForeignKey)
        and field.db_constraint
        and there.get((model._meta.db_table, field.column)) != field.related_model._meta.db_table
    }

    assert wrong == set()
