"""What the rules of the imports say to people: what is wrong with a field, and what to write instead.

The names of the rules are those of the report (`catalog.lheo.fields`, `catalog.registers.records`…).
"""

from dataclasses import dataclass

from catalog.enums import FindingAction


@dataclass(frozen=True)
class Wording:
    """`problem`: what is wrong, a sentence without its full stop. `advice`: what to write, a whole sentence."""

    problem: str
    advice: str


_SIRET = "Un SIRET a 14 chiffres : les 9 du SIREN, puis 5. Copiez celui de votre avis de situation Sirene."
_SIREN = "Un SIREN a 9 chiffres : copiez celui de votre avis de situation Sirene."
_NDA = "Ce numéro a 11 chiffres : copiez celui que la DREETS a délivré, ou laissez l’élément vide."
_DATE = "Écrivez l’année, le mois et le jour, sans rien entre eux : 20260901 pour le 1er septembre 2026."
_NUMBER = "Écrivez le nombre seul, avec un point pour les décimales : 1250.50."
_CERTIFICATION = "Écrivez RNCP ou RS suivi du numéro, sans espace : RNCP38311."
_IDENTIFIER = (
    "Donnez à chaque formation, action et session un numéro à elle, qui ne change pas d’un envoi à l’autre."
)
_ADDRESS = "Écrivez le code INSEE de la commune (2A004 pour Ajaccio), qui n’est pas son code postal."
_POSITION = "Écrivez la latitude puis la longitude en degrés : 41.92 et 8.74 pour Ajaccio."
_WEBSITE = "Écrivez l’adresse entière, avec https:// devant."
_TABLE = "Reprenez un code de la table du format."

RULES: dict[str, Wording] = {
    # Identity of the records
    "number_missing": Wording("Il n’y a pas de numéro", _IDENTIFIER),
    "number_too_long": Wording("Le numéro dépasse 120 caractères : la fin est coupée", _IDENTIFIER),
    "duplicate_number": Wording("Le même numéro porte un autre contenu plus haut", _IDENTIFIER),
    "duplicate_identical": Wording("Le même contenu est déjà écrit plus haut", "Retirez la répétition."),
    "required_missing": Wording(
        "Cet élément est obligatoire et il est vide", "Remplissez-le : sans lui, la fiche n’est pas publiée."
    ),
    # Organisations
    "siret_missing": Wording("Le SIRET manque : la fiche ne peut pas être publiée", _SIRET),
    "siret_characters": Wording("Ce SIRET contient autre chose que des chiffres", _SIRET),
    "siret_length": Wording("Ce SIRET n’a pas 14 chiffres", _SIRET),
    "siret_specimen": Wording("Ce SIRET est un exemple, pas un numéro réel", _SIRET),
    "siret_zeros": Wording("Ce SIRET ne contient que des zéros", _SIRET),
    "siret_key": Wording("Ce SIRET contient un chiffre faux : sa clé de contrôle ne correspond pas", _SIRET),
    "siret_spacing": Wording("Ce SIRET est écrit avec des espaces", "Écrivez les 14 chiffres à la suite."),
    "siret_nic": Wording("Ce SIRET est réduit à ses 5 derniers chiffres", _SIRET),
    "siret_of_another": Wording("Ce SIRET n’est pas celui d’un établissement de ce SIREN", _SIRET),
    "siren_characters": Wording("Ce SIREN contient autre chose que des chiffres", _SIREN),
    "siren_length": Wording("Ce SIREN n’a pas 9 chiffres", _SIREN),
    "siren_zeros": Wording("Ce SIREN ne contient que des zéros", _SIREN),
    "siren_key": Wording("Ce SIREN contient un chiffre faux : sa clé de contrôle ne correspond pas", _SIREN),
    "nda_characters": Wording("Ce numéro de déclaration contient autre chose que des chiffres", _NDA),
    "nda_length": Wording("Ce numéro de déclaration n’a pas 11 chiffres", _NDA),
    "nda_specimen": Wording("Ce numéro de déclaration est un exemple, pas un numéro réel", _NDA),
    "nda_zeros": Wording("Ce numéro de déclaration ne contient que des zéros", _NDA),
    "nda_prefix": Wording("Ce numéro de déclaration ne commence pas par le code d’une région", _NDA),
    "nda_place": Wording("Ce numéro de déclaration ne contient pas le code d’un département", _NDA),
    "nda_spacing": Wording("Ce numéro est écrit avec des espaces", "Écrivez les 11 chiffres à la suite."),
    # Texts
    "placeholder": Wording(
        "Ce texte ne dit rien", "Écrivez ce qu’il en est, ou laissez l’élément vide s’il est facultatif."
    ),
    "html_escaped_twice": Wording(
        "Le texte contient des balises échappées deux fois", "Échappez le texte une seule fois à l’export."
    ),
    "title_trailing_dot": Wording("L’intitulé se termine par un point", "Retirez le point."),
    "title_too_long": Wording("L’intitulé dépasse 255 caractères : la fin est coupée", "Raccourcissez-le."),
    "text_too_long": Wording("Le texte dépasse la longueur permise : la fin est coupée", "Raccourcissez-le."),
    "apostrophe_doubled": Wording("Les apostrophes sont doublées", "Écrivez une seule apostrophe."),
    "control_characters": Wording(
        "Le texte contient des caractères invisibles", "Retirez-les : ils viennent souvent d’un copier-coller."
    ),
    # Dates
    "date_malformed": Wording("Ce n’est pas une date", _DATE),
    "date_impossible": Wording("Ce jour n’existe pas", _DATE),
    "date_out_of_range": Wording("Cette année ne peut pas être la bonne", _DATE),
    "date_format": Wording("La date n’est pas écrite dans le format attendu", _DATE),
    "end_before_start": Wording("La fin précède le début", "Vérifiez les deux dates."),
    # Prices and lengths
    "price_malformed": Wording("Ce n’est pas un prix", f"{_NUMBER} « 1.250 » peut se lire de deux façons."),
    "price_out_of_range": Wording("Ce prix dépasse un million d’euros", "Vérifiez le montant."),
    "price_in_words": Wording("Le prix est écrit en lettres", "Écrivez 0 pour une formation gratuite."),
    "price_with_unit": Wording("Le prix porte une unité ou des espaces", _NUMBER),
    "hours_malformed": Wording("Ce n’est pas un nombre d’heures", _NUMBER),
    "hours_out_of_range": Wording("Cette durée dépasse 20 000 heures", "Vérifiez la durée, en heures."),
    "hours_and_minutes": Wording("La durée est écrite en heures et minutes", "Écrivez 70.5 pour 70 heures et demie."),
    "hours_with_unit": Wording("La durée porte une unité ou des espaces", _NUMBER),
    "rate_malformed": Wording("Ce n’est pas un taux", _NUMBER),
    "rate_out_of_range": Wording("Ce taux dépasse 100 %", "Vérifiez le taux."),
    "rate_with_unit": Wording("Le taux porte une unité ou des espaces", _NUMBER),
    "decimal_comma": Wording("Les décimales suivent une virgule", _NUMBER),
    # Codes
    "certification_code_malformed": Wording("Ce n’est pas un numéro de certification", _CERTIFICATION),
    "certification_code_format": Wording("Ce numéro n’est pas écrit comme au répertoire", _CERTIFICATION),
    "certification_prefix_missing": Wording("Le numéro de certification n’a pas son préfixe", _CERTIFICATION),
    "certification_unknown": Wording("Cette certification n’est pas dans l’export", "Vérifiez son numéro."),
    "certification_in_no_register": Wording(
        "Cette action n’est dans aucun répertoire (bilan de compétences, VAE, permis…)",
        "Il n’y a rien à changer : aucune certification n’est affichée.",
    ),
    "code_unknown": Wording("Ce code n’est pas dans la table du format", _TABLE),
    "code_malformed": Wording("Ce code n’a pas la forme attendue", _TABLE),
    "level_unknown": Wording("Ce niveau n’est pas dans la table du format", _TABLE),
    "level_format": Wording("Le niveau est écrit comme dans les anciens exports", "Écrivez NIV5 pour le niveau 5."),
    # Addresses
    "postal_code_malformed": Wording("Ce n’est pas un code postal", "Écrivez ses 5 chiffres."),
    "insee_is_postal_code": Wording("Le code postal est écrit à la place du code INSEE", _ADDRESS),
    "insee_unknown": Wording("Aucune commune ne porte ce code INSEE", _ADDRESS),
    "insee_contradicts_address": Wording("Le code INSEE est celui d’une autre commune que l’adresse", _ADDRESS),
    "position_malformed": Wording("Ce n’est pas une position", _POSITION),
    "position_out_of_range": Wording("Cette position n’est pas sur la Terre", _POSITION),
    "position_swapped": Wording("Latitude et longitude sont inversées", _POSITION),
    "position_contradicts_commune": Wording("La position est loin de la commune de l’adresse", _POSITION),
    "url_malformed": Wording("Ce n’est pas une adresse de site", _WEBSITE),
    "url_scheme_missing": Wording("L’adresse du site est incomplète", _WEBSITE),
    "email_malformed": Wording("Ce n’est pas une adresse électronique", "Écrivez-la comme contact@exemple.fr."),
}  # fmt: skip

# What was done with the value, for whoever wrote it.
CONSEQUENCES = {
    FindingAction.REFUSED: "Cette valeur n’est pas reprise.",
    FindingAction.REPAIRED: "Nous avons compris, et corrigé.",
}


def wording(rule: str) -> Wording:
    """The words of a rule; the name of the rule itself for one that old reports alone know."""
    return RULES.get(rule, Wording(f"Règle « {rule} »", ""))
