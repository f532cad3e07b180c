"""The paper form of each act of this room: whoever has no screen does by post, or at a counter, all that pages do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

IDENTITY: Final = (
    "Nom de naissance",
    "Nom d’usage, s’il est différent",
    "Prénoms",
    "Date de naissance (jour, mois, année ; laissez vide ce que vous ignorez)",
    "Commune ou pays de naissance",
    "Numéro de sécurité sociale (15 caractères), ou numéro d’attente",
)
ADDRESS: Final = "Adresse postale"
COUNTER: Final = (
    "Envoyez cette feuille signée au service qui tient votre compte, ou apportez-la à un guichet de conseil avec une "
    "pièce d’identité."
)


@dataclass(frozen=True, slots=True)
class PaperForm:
    """`lines`: what is written by hand. `boxes`: what is ticked. `sentence`: what the signature agrees to."""

    slug: str
    title: str
    use: str
    lines: tuple[str, ...] = ()
    boxes: tuple[str, ...] = ()
    sentence: str = "Je certifie que ces renseignements sont exacts."
    after: str = COUNTER


PAPER_FORMS: Final = (
    PaperForm(
        "ouvrir-mon-compte",
        "Ouvrir mon compte",
        "Pour recevoir par la poste un code qui ouvre votre compte, sans adresse électronique.",
        (ADDRESS,),
        after="Le code part à l’adresse postale que nous connaissons déjà, jamais à une autre. S’il n’y en a pas, "
        "présentez-vous à un guichet avec une pièce d’identité.",
    ),
    PaperForm(
        "prouver-mon-identite",
        "Prouver mon identité",
        "Pour utiliser vos droits sans FranceConnect+ : un contrôle à un guichet, ou un code reçu par la poste.",
        boxes=(
            "Je demande un code par la poste",
            "Je me présente à un guichet avec deux pièces, dont une avec photo",
        ),
    ),
    PaperForm(
        "changer-ma-situation",
        "Déclarer un changement de situation",
        "Pour dire ce qui a changé : emploi, diplôme, handicap, commune, retraite.",
        (
            "Ce qui change",
            "À partir du (jour, mois, année)",
            "Jusqu’au, si vous le savez",
            "Pièce jointe, s’il y en a une",
        ),
    ),
    PaperForm(
        "changer-mes-coordonnees",
        "Changer mes coordonnées",
        "Pour une nouvelle adresse électronique, un nouveau téléphone, une nouvelle adresse postale.",
        ("Ancienne adresse ou ancien numéro", "Nouvelle adresse électronique", "Nouveau téléphone", ADDRESS),
        after="L’ancienne coordonnée est prévenue. Pendant trois jours, aucun droit n’est utilisé. "
        + COUNTER,
    ),
    PaperForm(
        "bloquer-mon-compte",
        "Bloquer mon compte",
        "Pour arrêter toute utilisation de vos droits, si vous craignez une fraude.",
        ("Ce qui s’est passé",),
        ("Je bloque mon compte", "Je demande la levée du blocage : je joins la copie d’une pièce d’identité"),
        after="Le blocage est posé le jour où la feuille arrive. " + COUNTER,
    ),
    PaperForm(
        "demande-sur-mes-donnees",
        "Demande sur mes données",
        "Pour lire, corriger, limiter, effacer ou recevoir vos données. Réponse dans un mois au plus.",
        ("Ce que je demande", "Pourquoi"),
        (
            "Recevoir une copie de tout ce qui est enregistré (article 15)",
            "Corriger (article 16)",
            "Effacer (article 17)",
            "Limiter l’usage (article 18)",
            "Recevoir mes données pour un autre service (article 20)",
            "M’opposer (article 21)",
        ),
        sentence="Je fais cette demande au titre du règlement (UE) 2016/679.",
    ),
    PaperForm(
        "mes-consentements",
        "Donner ou retirer un consentement",
        "Une case par consentement ; vous pouvez les retirer quand vous voulez, avec la même feuille.",
        ("Nom du service choisi, s’il y en a un",),
        (
            "J’accepte que mon conseiller voie mes droits et mes dossiers",
            "Je retire cet accord",
            "J’accepte qu’un service que j’ai choisi reçoive mes droits",
            "Je retire cet accord",
        ),
        sentence="J’ai lu ce que chaque consentement permet.",
    ),
    PaperForm(
        "apres-mon-deces",
        "Instructions après mon décès",
        "Pour dire ce que deviennent vos données (loi n° 78-17, article 85).",
        ("Mes instructions", "Personne de confiance"),
        sentence="Ces instructions remplacent les précédentes.",
    ),
    PaperForm(
        "ne-pas-m-appeler",
        "Ne pas m’appeler",
        "Pour ne plus recevoir d’appel. Messages et courriers continuent.",
        boxes=("Ne m’appelez pas", "J’accepte de nouveau les appels"),
        sentence="Aucun code ne me sera jamais demandé au téléphone.",
    ),
    PaperForm(
        "donner-un-mandat",
        "Laisser quelqu’un agir pour moi",
        "Pour permettre à une personne de faire en votre nom les actes que vous cochez, un an au plus.",
        ("Nom et prénoms de la personne", "Son organisme, s’il y en a un", "Jusqu’au (jour, mois, année)"),
        (
            "Voir mes droits et mes dossiers",
            "Déclarer mes changements de situation",
            "Faire une demande sur mes données",
            "Je retire ce mandat dès aujourd’hui",
        ),
        sentence="Cette personne ne pourra jamais utiliser mes droits. Chaque acte est enregistré sous son nom.",
    ),
    PaperForm(
        "signaler-un-deces",
        "Signaler un décès",
        "Pour un proche : le compte se ferme, les messages et les courriers s’arrêtent.",
        ("Date du décès", "Commune du décès", "Votre nom, et votre lien avec la personne", ADDRESS),
        sentence="Je joins une copie de l’acte de décès.",
    ),
)
PAPER_FORM_OF_SLUG: Final = {form.slug: form for form in PAPER_FORMS}
