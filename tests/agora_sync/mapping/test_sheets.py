"""Sheets of rejects brought back: what no sheet of ours holds is refused with a sentence."""

import pytest

from agora_sync.mapping.corrections import FIELDS
from agora_sync.mapping.reject_sheet import read_sheet


def test_cell_beyond_all_measure_is_refused_with_a_sentence() -> None:
    content = f"echange;intitule\r\n1;{'x' * 200_000}\r\n".encode()

    with pytest.raises(ValueError, match="démesurée"):
        read_sheet(content)


@pytest.mark.parametrize("character", ["\x00", "\x01", "\x0e", "\ufffe", "\ud800"])
def test_character_that_no_message_can_hold_is_no_right_value(character: str) -> None:
    with pytest.raises(ValueError, match="invisible"):
        FIELDS["title"].read(f"Soudeur{character}")


def test_accents_signs_and_emoji_are_right_values() -> None:
    assert FIELDS["title"].read("Électricien – niveau 2 🔧") == "Électricien – niveau 2 🔧"
