"""A file handed over on a page: kept, read by a worker, decided upon by whoever handed it over, then forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.core.files.base import File
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from catalog.enums import ImportKind, OrderState
from catalog.exceptions import FileNotTaken, OrderAlreadyDecided
from catalog.models import ImportOrder
from catalog.models.imports import HANDED_OVER_FOLDER
from catalog.services.offer_import import feed_of
from cpa_portal.kernel.tasks import wake_after_commit

TASK = "catalog.tasks.work_on_imports"
# A file that nobody decided upon: its difference is that of another day.
FORGOTTEN_AFTER = timedelta(days=7)
# deploy/nginx/nginx.conf lets as much through, and the form around it.
MEGABYTE = 1_000_000
LARGEST_FEED, LARGEST_TRIAL = 500 * MEGABYTE, 100 * MEGABYTE
MOST_TRIALS_WAITING = 3


@transaction.atomic
def hand_over(
    *,
    kind: ImportKind,
    upload: File[bytes],
    user: User,
    feed: str = "",
    is_complete: bool = False,
    siret: str = "",
) -> ImportOrder:
    """Keep the file and have it read; nothing of it is published. `siret`: an organisation tries its own file.

    Raises FileNotTaken: too large, or too many files of the organisation waiting already.
    """
    _refuse_what_is_too_much(upload, siret)
    name = Path(upload.name or "fichier").name
    order = ImportOrder(
        kind=kind,
        # An organisation's trial is compared with nothing: it does not say which feed would carry it.
        feed="" if siret or kind != ImportKind.OFFER else feed or feed_of(Path(name)),
        is_complete=is_complete,
        file_name=name[-250:],
        siret=siret,
        requested_by=user,
    )
    order.file.save(name, upload, save=False)
    order.save(force_insert=True)
    wake_after_commit(TASK)
    return order


def _refuse_what_is_too_much(upload: File[bytes], siret: str) -> None:
    largest = LARGEST_TRIAL if siret else LARGEST_FEED
    if upload.size > largest:
        message = (
            f"Ce fichier dépasse {largest // MEGABYTE} Mo. Compressez-le (.gz), ou envoyez-en une partie."
        )
        raise FileNotTaken("file_too_large", message)
    waiting = ImportOrder.objects.filter(siret=siret, state=OrderState.WAITING)
    if siret and waiting.count() >= MOST_TRIALS_WAITING:
        message = f"{MOST_TRIALS_WAITING} de vos fichiers attendent déjà leur lecture. Réessayez quand elle sera faite."
        raise FileNotTaken("too_many_waiting", message)


@transaction.atomic
def confirm_order(*, order: ImportOrder) -> None:
    """Import the file that was read. Raises OrderAlreadyDecided."""
    _decide(order, OrderState.CONFIRMED)
    wake_after_commit(TASK)


@transaction.atomic
def drop_order(*, order: ImportOrder) -> None:
    """Leave the file as it was read, without importing it. Raises OrderAlreadyDecided."""
    _decide(order, OrderState.DROPPED)
    forget_file(order)


def _decide(order: ImportOrder, state: OrderState) -> None:
    undecided = ImportOrder.objects.filter(pk=order.pk, state=OrderState.CHECKED, siret="")
    if not undecided.update(state=state):
        message = "Ce fichier n'attend plus de décision : quelqu'un l'a déjà prise, ou il est trop ancien."
        raise OrderAlreadyDecided("already_decided", message)
    order.state = state


def forget_file(order: ImportOrder) -> None:
    """Delete the content once the transaction holds; what was read of it stays."""
    if not order.file:
        return
    storage, name = order.file.storage, order.file.name
    order.file = ""
    order.save(update_fields=["file"])
    transaction.on_commit(lambda: _delete(storage, name))


def _delete(storage: Storage, name: str) -> None:
    storage.delete(name)
    storage.delete(str(Path(name).parent))


def forget_old_orders() -> int:
    """Drop the files that nobody decided upon for a week. Returns how many."""
    late = ImportOrder.objects.filter(
        state=OrderState.CHECKED, siret="", created_at__lt=timezone.now() - FORGOTTEN_AFTER
    )
    dropped = 0
    for order in late:
        drop_order(order=order)
        dropped += 1
    return dropped


def remove_orphan_uploads() -> int:
    """Delete the contents that no order names, older than a day: their transaction was given up. Returns how many."""
    storage = ImportOrder._meta.get_field("file").storage
    if not storage.exists(HANDED_OVER_FOLDER):
        return 0
    removed = 0
    limit = timezone.now() - timedelta(days=1)
    for folder in storage.listdir(HANDED_OVER_FOLDER)[0]:
        for file in storage.listdir(f"{HANDED_OVER_FOLDER}/{folder}")[1]:
            name = f"{HANDED_OVER_FOLDER}/{folder}/{file}"
            if storage.get_modified_time(name) < limit and not ImportOrder.objects.filter(file=name).exists():
                _delete(storage, name)
                removed += 1
    return removed
