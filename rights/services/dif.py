"""The hours of the former individual right to training (DIF), entered once on the account."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from accounts.models import Holder
from rights.enums import Scheme
from rights.exceptions import DIFRefused, KeyReused
from rights.models import Counter
from rights.parameters import legal_values, value_on
from rights.rules import conversion
from rights.services.ledger import ensure_counter, lock_counters, open_counter
from rights.services.training_files.guards import check_account


def record_dif_balance(*, holder: Holder, minutes: int, declared_on: date, source: str) -> Counter:
    """Open the DIF counter with the hours that the person declared that day, in euros. The same again changes nothing.

    Raises AccountClosed; DIFRefused: more than the ceiling, declared after the last day, another balance is recorded.
    Sources: article R. 6323-7 (120 hours), ordinance no. 2019-861 and its extension to 30 June 2021, D. 6323-44.
    """
    check_account(holder)
    values = legal_values()
    if declared_on > value_on("dif_entry_deadline", declared_on).day:
        raise DIFRefused("deadline", "Les heures de DIF s’inscrivaient jusqu’à l’échéance légale.")
    if not 0 < minutes <= value_on("dif_ceiling_hours", declared_on).minutes:
        raise DIFRefused("ceiling", "Le nombre d’heures de DIF dépasse le plafond légal, ou est nul.")
    euros = conversion.converted_to_euros(minutes, rate_name="cpf_cents_per_hour", values=values)
    with transaction.atomic():
        counter = ensure_counter(holder=holder, scheme=Scheme.DIF)
        lock_counters([counter.pk])
        key = f"dif:{holder.pk}"
        try:
            return _opened(holder, int(euros.result), declared_on, source, key, counter)
        except KeyReused:
            raise DIFRefused("recorded", "Un autre solde de DIF est déjà inscrit.") from None


def _opened(
    holder: Holder, amount_cents: int, declared_on: date, source: str, key: str, counter: Counter
) -> Counter:
    counter.refresh_from_db()
    has_history = counter.last_position > 0 and not counter.entries.filter(key=key).exists()
    if has_history:
        raise KeyReused
    return open_counter(
        holder=holder, scheme=Scheme.DIF, amount=amount_cents, value_date=declared_on, source=source, key=key
    )
