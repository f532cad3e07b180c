"""What this room holds about a person, and how long: its part of the copy and of the retention table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.socialaccount.models import SocialAccount

from accounts.enums import CheckedFact
from accounts.ports import RetentionRule
from accounts.selectors.access_log import consultations_of
from accounts.selectors.places import commune_label

if TYPE_CHECKING:
    from accounts.models import Holder

RETENTION_RULES = [
    RetentionRule(
        data_class="Identité, coordonnées et numéro de sécurité sociale",
        seen_by=(
            "Délégué à la protection des données et administrateurs ; votre conseiller voit votre "
            "nom et vos coordonnées ; les partenaires d’AGORA, votre identité. Votre numéro n’est "
            "montré entier à personne"
        ),
        models=("accounts.Holder", "accounts.HolderNIR"),
        kept="Tant que le compte est ouvert, puis trois ans après le décès",
        ground="Code du travail, articles R. 5151-1 à R. 5151-10",
    ),
    RetentionRule(
        data_class="Situations (emploi, diplôme, handicap)",
        seen_by=(
            "Délégué à la protection des données et administrateurs ; la personne à qui vous avez "
            "donné un mandat"
        ),
        models=("accounts.Situation",),
        kept="Tant que le compte est ouvert, puis trois ans après le décès",
        ground="Code du travail, articles R. 5151-1 à R. 5151-10",
    ),
    RetentionRule(
        data_class="Journal des consultations",
        seen_by="Délégué à la protection des données et responsable de la sécurité",
        models=("accounts.AccessLogEntry",),
        kept="Un an",
        ground="Code du travail, article R. 6323-40",
    ),
    RetentionRule(
        data_class="Consentements",
        seen_by="Délégué à la protection des données",
        models=("accounts.Consent",),
        kept="Tant que le compte est ouvert, puis trois ans après le décès, comme preuve",
        ground="Règlement (UE) 2016/679, article 7, paragraphe 1",
    ),
    RetentionRule(
        data_class="Documents privés et comptes rendus",
        models=("accounts.PrivateFile",),
        kept="Tant que le compte est ouvert, puis trois ans après le décès",
        ground="Code du travail, articles R. 5151-1 à R. 5151-10",
    ),
    RetentionRule(
        data_class="Demandes sur vos données et instructions après votre décès",
        seen_by="Délégué à la protection des données",
        models=("accounts.DataRequest", "accounts.AfterDeathInstruction"),
        kept="Tant que le compte est ouvert, puis trois ans après le décès, comme preuve",
        ground="Règlement (UE) 2016/679, article 12 ; loi n° 78-17, article 85",
    ),
    RetentionRule(
        data_class="Courriers et codes envoyés par la poste pour ouvrir le compte",
        seen_by="Le service qui imprime, pour le courrier seulement",
        models=("accounts.PostalLetter", "accounts.ActivationCode"),
        kept="Un an ; le contenu du courrier est effacé dès son impression",
        ground="Code du travail, article R. 6323-40",
    ),
    RetentionRule(
        data_class="Contrôles d’identité, codes reçus par la poste pour dépenser, blocages du compte",
        seen_by="Responsable de la sécurité et administrateurs, pour les blocages",
        models=("accounts.IdentityProof", "accounts.ProofCode", "accounts.SpendingBlock"),
        kept="Tant que le compte est ouvert, puis trois ans après le décès, comme preuve de ce qui a été dépensé",
        ground="Règlement (UE) 2016/679, article 17, paragraphe 3, point e",
    ),
    RetentionRule(
        data_class="Protection des personnes connues du public",
        seen_by="Responsable de la sécurité",
        models=("accounts.WatchedHolder",),
        kept="Tant que la protection est utile, au plus trois ans après le décès",
        ground="Règlement (UE) 2016/679, article 32",
    ),
    RetentionRule(
        data_class="Mandats donnés, et ce qui a été fait sous chacun",
        seen_by="La personne à qui vous avez donné le mandat",
        models=("accounts.Delegation", "accounts.DelegatedActEntry"),
        kept="Tant que le compte est ouvert, puis trois ans après le décès, comme preuve",
        ground="Code civil, article 2008 ; règlement (UE) 2016/679, article 17, paragraphe 3, point e",
    ),
    RetentionRule(
        data_class="Enregistrement d’un décès",
        seen_by="Délégué à la protection des données et administrateurs",
        models=("accounts.DeathRecord",),
        kept="Trois ans après le décès",
        ground="Code du travail, articles R. 5151-1 à R. 5151-10",
    ),
    RetentionRule(
        data_class="Messages envoyés",
        seen_by="Administrateurs, sans leur contenu",
        models=("accounts.Notification",),
        kept="Un an",
        ground="Code du travail, article R. 6323-40",
    ),
]

TITLE = "Identité, situations et compte"
COPIED = {
    "accounts.Holder": "Identité",
    "accounts.HolderNIR": "Numéros de sécurité sociale",
    "accounts.Situation": "Situations",
    "accounts.Consent": "Consentements",
    "accounts.AccessLogEntry": "Consultations",
    "accounts.PrivateFile": "Documents",
    "accounts.Notification": "Messages",
    "accounts.PostalLetter": "Courriers",
    "accounts.ActivationCode": "Codes d’activation",
    "accounts.IdentityProof": "Contrôles d’identité",
    "accounts.ProofCode": "Codes de preuve d’identité",
    "accounts.SpendingBlock": "Blocages",
    "accounts.DataRequest": "Demandes sur vos données",
    "accounts.AfterDeathInstruction": "Instructions après votre décès",
    "accounts.Delegation": "Mandats",
    "accounts.DelegatedActEntry": "Mandats / Actes",
    "accounts.DeathRecord": "Décès enregistré",
}
NOT_COPIED = {
    "accounts.BackgroundJob": "Travaux demandés par des agents ; leur compte rendu est un document, et figure avec eux",
    "accounts.WatchedHolder": (
        "Mesure de sécurité : chaque lecture des données d’une personne connue du public est examinée. Elle ne dit "
        "rien d’autre de la personne, et perdrait son effet si elle était connue"
    ),
}


def export_personal_data(holder: Holder) -> dict[str, Any]:
    """A fixed number of queries, whatever the number of rows. The NIR is masked here too: the file may be left
    anywhere.
    """
    return {
        "Identité": _identity(holder),
        "Numéros de sécurité sociale": [
            {"numéro (masqué)": row.masked, "depuis le": row.since, "jusqu’au": row.until}
            for row in holder.nirs.all()
        ],
        "Situations": [
            {
                "situation": row.get_kind_display(),
                "à partir du": row.starts_on,
                "jusqu’au": row.ends_on,
                "origine": row.get_source_display(),
                "précision": row.source_detail,
                "détails": row.details,
            }
            for row in holder.situations.all()
        ],
        "Consentements": [
            {
                "le": row.at,
                "finalité": row.purpose,
                "bénéficiaire": row.beneficiary,
                "version du texte": row.text_version,
                "acte": row.get_act_display(),
            }
            for row in holder.consents.order_by("id")
        ],
        "Consultations": [
            {"le": row.at, "par": row.who, "motif": row.purpose, "données": row.what}
            for row in consultations_of(holder)
        ],
        "Documents": [
            {"nom": row.name, "taille (octets)": row.size, "créé le": row.created_at}
            for row in holder.private_files.order_by("created_at")
        ],
        "Messages": [
            {
                "nature": row.kind,
                "destinataire": row.recipient,
                "état": row.get_state_display(),
                "écrit le": row.created_at,
                "envoyé le": row.sent_at,
            }
            for row in holder.notifications.order_by("created_at")
        ],
        "Courriers": [
            {
                "nature": row.get_kind_display(),
                "état": row.get_state_display(),
                "écrit le": row.created_at,
                "remis à l’impression le": row.printed_at,
            }
            for row in holder.letters.order_by("created_at")
        ],
        "Codes d’activation": [
            {"demandé le": row.created_at, "valable jusqu’au": row.expires_at, "utilisé le": row.used_at}
            for row in holder.activation_codes.order_by("created_at")
        ],
        **_security(holder),
        "Demandes sur vos données": [
            {
                "reçue le": row.received_at,
                "demande": row.get_kind_display(),
                "texte": row.text,
                "état": row.get_state_display(),
                "réponse": row.answer,
                "fondement": row.ground,
                "réponse le": row.answered_at,
                "limitation levée le": row.restriction_lifted_at,
                "motif de la levée": row.restriction_lift_reason,
            }
            for row in holder.data_requests.order_by("received_at")
        ],
        "Instructions après votre décès": [
            {
                "enregistrées le": row.recorded_at,
                "remplacées le": row.replaced_at,
                "texte": row.text,
                "personne de confiance": row.trusted_person,
            }
            for row in holder.after_death_instructions.order_by("recorded_at")
        ],
        "Mandats": _delegations(holder),
        "Décès enregistré": [
            {"date": row.deceased_on, "origine": row.source, "enregistré le": row.recorded_at}
            for row in holder.death_records.order_by("id")
        ],
        "Connexion": _sign_in(holder),
    }


def _identity(holder: Holder) -> dict[str, Any]:
    return {
        "nom de naissance": holder.birth_name,
        "nom d’usage": holder.usual_name,
        "prénoms": holder.first_names,
        "sexe": holder.get_sex_display(),
        "date de naissance": holder.birth_date or holder.partial_birth_date or None,
        "commune de naissance": commune_label(holder.birth_commune_code),
        "pays de naissance (code INSEE)": holder.birth_country_code,
        "adresse électronique": holder.email,
        "téléphone": holder.phone,
        "téléphone vérifié le": holder.phone_verified_on,
        "adresse postale": holder.postal_address,
        "adresse postale vérifiée le": holder.postal_verified_on,
        "commune de résidence": commune_label(holder.home_commune_code),
        "commune de travail": commune_label(holder.work_commune_code),
        "ne pas appeler": holder.refuses_calls,
        "date de décès": holder.deceased_on,
        "compte créé le": holder.created_at,
    }


def _delegations(holder: Holder) -> list[dict[str, Any]]:
    return [
        {
            "personne": row.delegate_name,
            "qualité": row.get_kind_display(),
            "actes permis": row.act_labels,
            "à partir du": row.starts_on,
            "jusqu’au": row.ends_on,
            "accepté le": row.accepted_at,
            "retiré le": row.revoked_at,
            "Actes": [{"fait le": entry.at, "acte": entry.what} for entry in row.entries.all()],
        }
        for row in holder.delegations.prefetch_related("entries")
    ]


def _security(holder: Holder) -> dict[str, Any]:
    return {
        "Contrôles d’identité": [
            {
                "moyen": row.get_kind_display(),
                "niveau": row.get_level_display(),
                "pièces vues": [CheckedFact(fact).label for fact in row.facts],
                "motif": row.reason,
                "contrôlé le": row.verified_at,
                "valable jusqu’au": row.valid_until,
            }
            for row in holder.identity_proofs.order_by("verified_at")
        ],
        "Codes de preuve d’identité": [
            {"demandé le": row.created_at, "valable jusqu’au": row.expires_at, "clos le": row.closed_at}
            for row in holder.proof_codes.order_by("created_at")
        ],
        "Blocages": [
            {
                "origine": row.get_kind_display(),
                "motif": row.reason,
                "posé le": row.placed_at,
                "levé le": row.lifted_at,
                "motif de la levée": row.lift_reason,
            }
            for row in holder.spending_blocks.order_by("placed_at")
        ],
    }


def _sign_in(holder: Holder) -> dict[str, Any] | None:
    if holder.user is None:
        return None
    return {
        "adresse de connexion": holder.user.email,
        "inscrit le": holder.user.date_joined,
        "dernière connexion": holder.user.last_login,
        "liens avec FranceConnect": [
            {"lié le": row.date_joined, "dernière utilisation": row.last_login, "identifiant": row.uid}
            for row in SocialAccount.objects.filter(user=holder.user)
        ],
        "appareils connus": [
            {"première fois": row.first_seen_at, "dernière fois": row.last_seen_at}
            for row in holder.user.known_devices.order_by("first_seen_at")
        ],
        "changements de coordonnée": [
            {
                "coordonnée": row.get_what_display(),
                "ancienne valeur": row.old_value,
                "nouvelle valeur": row.new_value,
                "demandé le": row.asked_at,
                "accepté le": row.confirmed_on_old_at,
                "fait le": row.applied_at,
                "abandonné le": row.refused_at,
            }
            for row in holder.user.contact_changes.order_by("asked_at")
        ],
    }
