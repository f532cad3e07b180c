"""What is bought decides what the rights may pay: the code of the certification first, then the words of the law."""

import pytest

from rights.rules.actions import action_of
from rights.rules.funding import Action

CLEA = ("RS5080",)


@pytest.mark.parametrize(
    ("code", "title", "action"),
    [
        ("RNCP38311", "Soudeur assembleur", Action.RNCP),
        ("RS6151", "Anglais professionnel", Action.RS),
        ("RS5080", "Socle de connaissances", Action.CLEA),
        ("", "Bilan de compétences", Action.SKILLS_REVIEW),
        ("", "Bilan de competences à distance", Action.SKILLS_REVIEW),
        ("", "Validation des acquis de l'expérience : aide-soignant", Action.VAE),
        ("", "VAE éducateur spécialisé", Action.VAE),
        ("", "Permis de conduire B accéléré", Action.LIGHT_LICENCE),
        ("", "Permis moto A2", Action.LIGHT_LICENCE),
        ("", "Permis CE", Action.HEAVY_LICENCE),
        ("", "Permis de feu", Action.RNCP),
        ("", "Comment faire le bilan de compétences de son équipe", Action.RNCP),
        ("RNCP1", "Bilan de compétences", Action.RNCP),
    ],
)
def test_action_of_training_is_told_by_its_code_then_its_title(code: str, title: str, action: Action) -> None:
    assert action_of(certification_code=code, title=title, clea_codes=CLEA) is action
