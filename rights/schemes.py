"""What each right is, in plain words, and its name in addresses."""

from __future__ import annotations

from dataclasses import dataclass

from rights.enums import Scheme


@dataclass(frozen=True)
class SchemeDescription:
    """`slug` is the name in the URL; `purpose` says in one sentence what the right is for."""

    slug: str
    name: str
    short_name: str
    purpose: str
    comes_from: str
    pays_for: str
    does_not_pay_for: str


SCHEMES: dict[Scheme, SchemeDescription] = {
    Scheme.CPF: SchemeDescription(
        name=Scheme.CPF.label,
        slug="cpf",
        short_name="CPF",
        purpose="Payer une formation qui mène à un diplôme, un titre ou un certificat reconnu.",
        comes_from="Chaque année de travail dans le privé ou à votre compte l’alimente, au printemps suivant.",
        pays_for=(
            "Les formations certifiantes, le bilan de compétences, la validation des acquis (VAE), "
            "et le permis de conduire sous conditions."
        ),
        does_not_pay_for="Les formations sans certification, ni vos frais de transport ou de repas.",
    ),
    Scheme.DIF: SchemeDescription(
        name=Scheme.DIF.label,
        slug="dif",
        short_name="DIF",
        purpose="Payer une formation avec les droits d’avant 2015, convertis en euros.",
        comes_from="Vos heures acquises avant 2015 et déclarées à temps, à 15 € l’heure.",
        pays_for="Les mêmes formations que le CPF.",
        does_not_pay_for="Les formations sans certification. Ce droit ne s’alimente plus.",
    ),
    Scheme.CEC: SchemeDescription(
        name=Scheme.CEC.label,
        slug="cec",
        short_name="Engagement citoyen",
        purpose="Payer une formation, aussi pour votre engagement, avec les droits de vos activités bénévoles.",
        comes_from="Bénévolat, service civique, réserves, tutorat d’apprentis, selon l’activité et sa durée.",
        pays_for="Les formations nécessaires à une mission bénévole, et les formations ouvertes au CPF après lui.",
        does_not_pay_for="Les dépenses de l’association elle-même.",
    ),
    Scheme.C2P: SchemeDescription(
        name=Scheme.C2P.label,
        slug="c2p",
        short_name="Prévention (C2P)",
        purpose="Changer de métier, travailler à temps partiel ou partir plus tôt après un travail pénible.",
        comes_from="Votre employeur déclare votre exposition ; les points arrivent avant l’été suivant.",
        pays_for="Une formation vers un métier moins exposé, un temps partiel payé à plein, ou des trimestres.",
        does_not_pay_for="Une formation sans rapport avec la sortie d’un travail exposé.",
    ),
    Scheme.PUBLIC_HOURS: SchemeDescription(
        name=Scheme.PUBLIC_HOURS.label,
        slug="heures-publiques",
        short_name="Heures d’agent public",
        purpose="Suivre une formation en accord avec votre employeur public, sur votre temps de travail.",
        comes_from="Chaque année de service public l’alimente, au 31 décembre.",
        pays_for="Un projet d’évolution professionnelle accepté par votre employeur public.",
        does_not_pay_for="L’adaptation à votre poste actuel, que votre employeur doit financer.",
    ),
    Scheme.SUPPLEMENT: SchemeDescription(
        name=Scheme.SUPPLEMENT.label,
        slug="dotations",
        short_name="Dotations",
        purpose="Payer une formation avec l’argent qu’un employeur, un accord ou un tribunal a ajouté à votre compte.",
        comes_from="Votre employeur, votre branche ou un autre organisme le verse ; il s’ajoute sans plafond.",
        pays_for="Les mêmes formations que le CPF, parfois une formation précise si la dotation est fléchée.",
        does_not_pay_for="Une formation choisie après la date limite, quand la dotation en porte une.",
    ),
}

SCHEME_OF_SLUG: dict[str, Scheme] = {description.slug: scheme for scheme, description in SCHEMES.items()}
