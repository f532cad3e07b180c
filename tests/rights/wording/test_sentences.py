"""Amounts and entries in words: each kind and each sign has its sentence."""

from datetime import date

import pytest

from rights.enums import EntryKind, Unit
from rights.models import Entry
from rights.wording.amounts import format_amount
from rights.wording.entries import SENTENCES, entry_sentence


def plain(text):
    return text.replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("amount", "unit", "signed", "words"),
    [
        (1_234_56, Unit.CENTS, False, "1 234,56 €"),
        (500_00, Unit.CENTS, True, "+500,00 €"),
        (-500_00, Unit.CENTS, True, "−500,00 €"),
        (24 * 60, Unit.MINUTES, False, "24 h"),
        (-90, Unit.MINUTES, True, "−1 h 30"),
        (0, Unit.POINTS, True, "0 point"),
        (1, Unit.POINTS, False, "1 point"),
        (26, Unit.POINTS, True, "+26 points"),
        (-10, Unit.POINTS, True, "−10 points"),
    ],
)
def test_format_amount_in_each_unit(amount, unit, signed, words):
    assert plain(format_amount(amount, unit, signed=signed)) == words


@pytest.mark.parametrize(
    ("kind", "amount", "sentence"),
    [
        (EntryKind.OPENING, 5_00, "Ouverture de votre compteur avec 5,00 €."),
        (EntryKind.CREDIT, 5_00, "Ajout de 5,00 € : votre travail de 2025."),
        (EntryKind.HOLD, -5_00, "Mise de côté de 5,00 € : votre travail de 2025."),
        (EntryKind.RELEASE, 5_00, "Retour de 5,00 € : votre travail de 2025."),
        (EntryKind.DEBIT, -5_00, "Utilisation de 5,00 € : votre travail de 2025."),
        (EntryKind.CONVERSION, 5_00, "Ajout de 5,00 € par conversion : votre travail de 2025."),
        (EntryKind.CONVERSION, -5_00, "Conversion de 5,00 € : votre travail de 2025."),
        (EntryKind.CORRECTION, 5_00, "Correction en votre faveur de 5,00 € : votre travail de 2025."),
        (EntryKind.CORRECTION, -5_00, "Correction de 5,00 € en moins : votre travail de 2025."),
        (EntryKind.EXPIRY, -5_00, "Fin de validité de 5,00 € : votre travail de 2025."),
    ],
)
def test_entry_sentence_for_each_kind_and_sign(kind, amount, sentence):
    entry = Entry(kind=kind, amount=amount, label="Votre travail de 2025.", value_date=date(2026, 4, 1))

    assert plain(entry_sentence(entry, Unit.CENTS)) == sentence


def test_every_kind_has_its_sentence():
    assert set(SENTENCES) == set(EntryKind)
