"""Moves the rows of a table to the current keys, while the portal runs."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast

from cpa_portal.kernel.encryption.cipher import UnreadableToken, current_prefix, decrypt
from cpa_portal.kernel.encryption.hashing import current_hash_prefix, keyed_hash

AnyModel = TypeVar("AnyModel", bound=Model)


@dataclass(slots=True)
class RotationReport:
    """How many rows were rewritten, and the primary keys of those that no configured key can read."""

    rewritten: int = 0
    unreadable: list[Any] = field(default_factory=list)


def outdated_rows(
    queryset: QuerySet[AnyModel], *, field_name: str, hash_field_name: str = ""
) -> QuerySet[AnyModel]:
    """The rows whose token, or keyed hash where one is named, was made with another key than the current.

    Annotates `raw_token`, the stored token.
    """
    outdated = ~Q(raw_token__startswith=current_prefix())
    if hash_field_name:
        outdated |= ~Q(**{f"{hash_field_name}__startswith": current_hash_prefix()})
    tokens: QuerySet[AnyModel] = queryset.annotate(raw_token=Cast(F(field_name), TextField()))
    return tokens.filter(raw_token__gt="").filter(outdated)


def reencrypt_rows(
    queryset: QuerySet[AnyModel], *, field_name: str, hash_field_name: str = "", batch_size: int = 500
) -> RotationReport:
    """Write every outdated row again under the current keys. Safe to run twice, to stop and to restart.

    Each row is its own statement, conditional on the token that was read: a value changed meanwhile by
    the running portal is left alone (it was written under the current key anyway).
    """
    report = RotationReport()
    outdated = outdated_rows(queryset, field_name=field_name, hash_field_name=hash_field_name)
    for pk, token in _pages(outdated, batch_size):
        try:
            value = decrypt(token)
        except UnreadableToken:
            report.unreadable.append(pk)
            continue
        fresh = {field_name: value} | ({hash_field_name: keyed_hash(value)} if hash_field_name else {})
        report.rewritten += outdated.filter(pk=pk, raw_token=token).update(**fresh)
    return report


def _pages(queryset: QuerySet[AnyModel], size: int) -> Iterator[tuple[Any, str]]:
    rows = queryset.order_by("pk").values_list("pk", "raw_token")
    page = list(rows[:size])
    while page:
        yield from page
        page = list(rows.filter(pk__gt=page[-1][0])[:size])
