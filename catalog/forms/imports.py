from typing import Any

from django import forms

from catalog.enums import ImportKind

ACCEPTED = ".xml,.gz,.zip,.csv"
FILE = {
    "required": "Choisissez un fichier.",
    "empty": "Ce fichier est vide.",
    "missing": "Choisissez un fichier.",
}


def upload_field(label: str, help_text: str) -> forms.FileField:
    return forms.FileField(
        label=label,
        help_text=help_text,
        max_length=200,
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        error_messages=FILE,
    )


class HandOverForm(forms.Form):
    """A file of the site's own feeds and registers."""

    kind = forms.ChoiceField(
        label="Ce que contient le fichier",
        choices=[
            (ImportKind.OFFER, "Une offre de formation : LHEO 2.2 ou 2.3, EDOF (XML, .gz accepté)"),
            (ImportKind.CERTIFICATIONS, "Le RNCP ou le RS de France compétences : .zip de CSV, ou XML"),
            (ImportKind.ORGANISATIONS, "La liste publique des organismes de formation (CSV)"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Dites ce que contient le fichier."},
    )
    feed = forms.RegexField(
        r"^[\w.-]*$",
        label="Nom du flux, pour une offre",
        help_text="Ce que ce flux ne contient plus est retiré. Laissé vide : le nom du fichier.",
        max_length=60,
        required=False,
        error_messages={"invalid": "Lettres, chiffres, points et tirets seulement."},
    )
    is_complete = forms.BooleanField(
        label="Le fichier est le répertoire entier",
        help_text="Pour un répertoire seulement : les certifications qu’il ne contient plus sont retirées.",
        required=False,
    )
    file = upload_field("Fichier", "500 Mo au plus.")

    def clean(self) -> dict[str, Any]:
        answers: dict[str, Any] = super().clean() or {}
        if answers.get("is_complete") and answers.get("kind") == ImportKind.OFFER:
            self.add_error("is_complete", "Cette case ne vaut que pour un répertoire de certifications.")
        return answers


class TrialForm(forms.Form):
    """An organisation's own file, to be read and not published."""

    file = upload_field("Votre fichier", "LHEO 2.2, LHEO 2.3 ou EDOF, en XML ou en .gz ; 100 Mo au plus.")


class ConfirmationForm(forms.Form):
    """Asked when the import would take away more than a tenth of what the feed offers."""

    accepts_closures = forms.BooleanField(
        error_messages={
            "required": "Cochez cette case si le retrait est voulu ; sinon, abandonnez ce fichier."
        }
    )

    def __init__(self, *args: Any, closed: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["accepts_closures"].label = (
            f"Le retrait de ces {closed} fiches est voulu"
            if closed > 1
            else "Le retrait de cette fiche est voulu"
        )
