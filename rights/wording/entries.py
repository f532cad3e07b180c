"""One plain sentence for each entry of a counter."""

from __future__ import annotations

from rights.enums import EntryKind
from rights.models import Entry
from rights.wording.amounts import format_amount

# `{amount}` without sign; the words say whether it comes or goes.
SENTENCES: dict[EntryKind, tuple[str, str]] = {
    EntryKind.OPENING: ("Ouverture de votre compteur avec {amount}.", ""),
    EntryKind.CREDIT: ("Ajout de {amount} : {label}.", ""),
    EntryKind.HOLD: ("", "Mise de côté de {amount} : {label}."),
    EntryKind.RELEASE: ("Retour de {amount} : {label}.", ""),
    EntryKind.DEBIT: ("", "Utilisation de {amount} : {label}."),
    EntryKind.CONVERSION: (
        "Ajout de {amount} par conversion : {label}.",
        "Conversion de {amount} : {label}.",
    ),
    EntryKind.CORRECTION: (
        "Correction en votre faveur de {amount} : {label}.",
        "Correction de {amount} en moins : {label}.",
    ),
    EntryKind.EXPIRY: ("", "Fin de validité de {amount} : {label}."),
}


def entry_sentence(entry: Entry, unit: str) -> str:
    """What happened, with its amount in the counter's unit."""
    added, taken = SENTENCES[EntryKind(entry.kind)]
    sentence = added if entry.amount > 0 else taken
    return sentence.format(amount=format_amount(abs(entry.amount), unit), label=_inside(entry.label))


def _inside(label: str) -> str:
    """The label as the end of a sentence: no capital of its own, no full stop."""
    return f"{label[:1].lower()}{label[1:]}".rstrip(".")
