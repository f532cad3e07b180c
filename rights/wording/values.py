"""Legal values as people read them."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from cpa_portal.kernel.money import SPACE, format_euros
from cpa_portal.kernel.templatetags.cpa import date_fr
from rights.enums import Scheme
from rights.parameters.types import Confidence, DatedValue, Parameter, ParameterUnit, PostingDay, Topic

TOPICS: dict[Topic, tuple[str, str]] = {
    Topic.CPF: ("Compte personnel de formation", "Ce que le travail rapporte chaque année, et jusqu’où."),
    Topic.PARTICIPATION: (
        "Ce qui reste à votre charge",
        "La participation obligatoire, et les plafonds par sorte d’action.",
    ),
    Topic.ORDER: ("Quels droits paient, dans quel ordre", "Les actions possibles et l’ordre d’utilisation."),
    Topic.DIF: ("Droit individuel à la formation (DIF)", "Les heures acquises avant 2015."),
    Topic.CONVERSION: ("Des heures aux euros", "La conversion du 1er janvier 2019."),
    Topic.PUBLIC: ("Agents publics", "Les droits en heures, et leur conversion."),
    Topic.CEC: ("Engagement citoyen (CEC)", "Les activités reconnues, leurs seuils et leurs dates."),
    Topic.C2P: (
        "Prévention de la pénibilité (C3P puis C2P)",
        "Les points : comment on les gagne, ce qu’ils valent.",
    ),
    Topic.SUPPLEMENTS: ("Ce que d’autres ajoutent", "Dotations et abondements."),
    Topic.DELAYS: ("Délais", "Combien de temps pour demander, répondre, annuler."),
    Topic.RETIREMENT: ("Retraite", "Quand le compte s’arrête."),
    Topic.TRANSITIONS: (
        "Changer de métier",
        "Démission pour un projet, projet de transition professionnelle.",
    ),
}

CONFIDENCES: dict[Confidence, tuple[str, str]] = {
    Confidence.HIGH: ("Texte lu", "success"),
    Confidence.MEDIUM: ("D’après une autre source", "info"),
    Confidence.LOW: ("Choix du site", "warning"),
}

CHOICES = {
    "prorated": "au prorata du temps de travail",
    "flat": "montant entier",
    "highest": "le montant le plus favorable, une fois",
    "added": "les deux majorations s’ajoutent",
    "outside": "hors du plafond",
    "inside": "dans le plafond",
    "nearest_hour": "à l’heure la plus proche",
    "lower_hour": "à l’heure inférieure",
    "acquired": "à tout ce qui a été acquis",
    "balance": "au solde",
    "nothing_on_account": "rien n’est pris sur le compte",
}
NAMES = {
    "RNCP": "formations du RNCP et blocs",
    "RS": "formations du répertoire spécifique",
    "CLEA": "CléA",
    "VAE": "validation des acquis (VAE)",
    "BILAN": "bilan de compétences",
    "PERMIS_B": "permis du groupe léger",
    "PERMIS_C": "permis du groupe lourd",
    "MISSION": "formation à une mission bénévole",
    "RECONVERSION_INTERNE": "période de reconversion interne",
    "demandeur_emploi": "être demandeur d’emploi",
    "employeur": "abondement de l’employeur",
    "opco": "abondement de l’OPCO",
    "c2p": "points de prévention (C2P)",
    "atmp": "abondement après un accident du travail",
    "france_travail": "France Travail",
    "mission_locale": "mission locale",
    "maternite": "maternité",
    "paternite_accueil_enfant": "paternité et accueil de l’enfant",
    "presence_parentale": "présence parentale",
    "parental_education": "congé parental d’éducation",
    "maladie_professionnelle": "maladie professionnelle",
    "accident_du_travail": "accident du travail",
    "conge_supplementaire_naissance": "congé supplémentaire de naissance",
    "nuit": "travail de nuit",
    "equipes_alternantes": "équipes successives alternantes",
    "repetitif": "travail répétitif",
    "hyperbare": "milieu hyperbare",
    "temperatures": "températures extrêmes",
}
_PLURALS = {
    ParameterUnit.POINTS: "point",
    ParameterUnit.DAYS: "jour",
    ParameterUnit.QUARTERS: "trimestre",
    ParameterUnit.YEARS: "an",
}
_UNCHANGED = {
    ParameterUnit.HOURS: "h",
    ParameterUnit.HOURS_PER_POINT: "h par point",
    ParameterUnit.PERCENT: "%",
    ParameterUnit.MONTHS: "mois",
}


def format_value(parameter: Parameter, dated: DatedValue) -> str:
    """The value with its unit: `500,00 €`, `120 h`, `1/2`, `1er avril, l’année suivante`; "aucun" for none."""
    value, unit = dated.value, parameter.unit
    if isinstance(value, tuple):
        return ", ".join(_name(unit, name) for name in value)
    if isinstance(value, Fraction):
        return "la totalité" if value == 1 else str(value)
    if isinstance(value, int):
        return _number(unit, value)
    return _text(value)


def _text(value: PostingDay | date | str | None) -> str:
    if value is None:
        return "aucun"
    if isinstance(value, PostingDay):
        return _posting_day(value)
    return date_fr(value) if isinstance(value, date) else CHOICES.get(value, value)


def _number(unit: ParameterUnit, number: int) -> str:
    if unit is ParameterUnit.CENTS:
        return format_euros(number)
    if unit is ParameterUnit.CENTS_PER_HOUR:
        return f"{format_euros(number)} l’heure"
    if unit is ParameterUnit.CENTS_PER_POINT:
        return f"{format_euros(number)} le point"
    if unit is ParameterUnit.WORKING_DAYS:
        return f"{number}{SPACE}jours ouvrés"
    if unit in _PLURALS:
        return f"{number}{SPACE}{_PLURALS[unit]}{'s' if number > 1 else ''}"
    return f"{number}{SPACE}{_UNCHANGED[unit]}" if unit in _UNCHANGED else str(number)


def _name(unit: ParameterUnit, name: str) -> str:
    if unit is ParameterUnit.SCHEMES:
        return Scheme(name).label
    return NAMES.get(name, name.replace("_", " "))


def _posting_day(day: PostingDay) -> str:
    # Any year that is not a leap one will do: only the day and the month are shown.
    written = date_fr(date(2022, day.month, day.day)).removesuffix("2022").strip()
    later = day.years_later
    return f"{written}, {('la même année', 'l’année suivante')[later] if later < 2 else f'{later} ans après'}"
