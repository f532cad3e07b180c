"""What a partner is told of a refusal, in its own area: the check that failed and what to look at.

The wire stays generic, and so does this: a sentence by check, never a value, neither what we expected nor what came.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agora_sync.faults import BUSINESS_STEP, FaultCode, SOAPRefusal


@dataclass(frozen=True)
class Check:
    """One check of a step, known by the beginning of the reason that its refusal gives."""

    name: str
    reason: str
    sentence: str


CHECKS: dict[FaultCode, tuple[Check, ...]] = {
    FaultCode.SERVICE_INTERRUPTED: (
        Check(
            "window", "weekly window", "L’appel est arrivé dans la plage de maintenance : revenez à sa fin."
        ),
        Check(
            "stop", "stopped", "Le service était arrêté par décision : il rouvrira sans action de votre part."
        ),
        Check(
            "cut_off", "partner cut off", "L’interconnexion était coupée : votre RSSI en connaît les raisons."
        ),
    ),
    FaultCode.MALFORMED_XML: (
        Check(
            "header_comment", "comment or", "L’en-tête SOAP contient un commentaire ou une instruction XML."
        ),
        Check("depth", "more than", "Le message compte trop de niveaux d’éléments imbriqués."),
        Check("namespace", "namespace name", "Un espace de noms n’est pas une adresse absolue."),
    ),
    FaultCode.OPERATION_MISMATCH: (
        Check("soap_action", "SOAPAction", "L’en-tête HTTP SOAPAction ne nomme pas l’opération du corps."),
        Check("operation", "operation", "L’élément du corps n’est pas une opération du contrat."),
    ),
    FaultCode.TOKEN_INVALID: (
        Check(
            "assertions",
            r"\d+ assertions",
            "L’enveloppe contient plusieurs assertions : une seule est admise.",
        ),
        Check("headers", r"\d+ Security", "L’enveloppe contient plusieurs en-têtes wsse:Security."),
        Check(
            "header_place",
            "Security header out",
            "L’en-tête wsse:Security n’est pas directement dans soap:Header.",
        ),
        Check("assertion_place", "assertion out", "L’assertion n’est pas directement dans wsse:Security."),
        Check("comment", "comment or", "L’assertion contient un commentaire ou une instruction XML."),
        Check("elsewhere", "SAML element", "Un élément SAML se trouve hors de l’assertion."),
        Check("repeated_id", "identifier used", "Un même identifiant sert à deux éléments de l’enveloppe."),
        Check("no_id", "assertion without", "L’assertion n’a pas d’identifiant."),
        Check(
            "reference",
            "the reference|token reference",
            "La référence ne désigne pas l’assertion du message.",
        ),
        Check("foreign", "unexpected in", "L’en-tête wsse:Security contient un élément inattendu."),
    ),
    FaultCode.FAILED_CHECK: (
        Check("unsigned", "ValueError: 0 signatures", "L’assertion n’est pas signée."),
        Check("signatures", r"ValueError: \d+ signatures", "L’assertion porte plusieurs signatures."),
        Check(
            "method",
            "ValueError: signature method",
            "L’algorithme de signature n’est pas admis : RSA-SHA256 ou plus.",
        ),
        Check("digest", "ValueError: digest ", "L’algorithme d’empreinte n’est pas admis : SHA-256 ou plus."),
        Check("canonical", "ValueError: canonicalisation", "La canonicalisation n’est pas C14N exclusive."),
        Check(
            "transform",
            "(?i).*transform",
            "Les transformations ne sont pas exactement « enveloped » puis C14N exclusive.",
        ),
        Check("altered", ".*the digest is of", "L’assertion a changé depuis sa signature."),
        Check(
            "unregistered",
            ".*not registered for this channel",
            "Le certificat qui a signé n’est pas enregistré pour le titulaire du canal, ou ne l’est plus ; pour une "
            "transmission par un tiers, vérifiez que la délégation est en vigueur.",
        ),
        Check("self_signed", ".*self-signed", "Le certificat qui a signé est auto-signé."),
        Check("revoked", ".*Refused: revoked", "Le certificat qui a signé est révoqué par son autorité."),
        Check(
            "untrusted",
            ".*no trusted path",
            "Aucune autorité acceptée n’a émis ce certificat, ou il est hors dates.",
        ),
        Check("key", ".*key given otherwise", "La clé est donnée autrement que par un certificat X509."),
        Check(
            "cryptography",
            "(Verification|Internal)?Error:",
            "La signature ne correspond pas : l’assertion a changé depuis, ou une autre clé a signé.",
        ),
    ),
    FaultCode.INVALID_VI: (
        Check(
            "replayed",
            "vector already used",
            "Ce vecteur a déjà servi : fabriquez-en un par appel, reprises comprises.",
        ),
        Check(
            "lifetime", "lifetime", "La durée de validité dépasse cinq minutes, ou ses bornes sont inversées."
        ),
        Check(
            "future",
            "starts at|confirmation not started",
            "Le vecteur n’est pas encore valable : votre horloge avance.",
        ),
        Check(
            "expired",
            "ended at",
            "Le vecteur avait expiré à sa réception : votre horloge retarde, ou il a attendu.",
        ),
        Check(
            "confirmation",
            "confirmation ends",
            "NotOnOrAfter de la confirmation est passé, ou trop lointain.",
        ),
        Check("issued", "issued at", "IssueInstant est trop loin de notre heure."),
        Check("session", "session over", "SessionNotOnOrAfter est passé."),
        Check(
            "recipient",
            "recipient",
            "Recipient n’est pas l’identifiant de ce service, dans cet environnement.",
        ),
        Check(
            "name_id", "empty NameID", "NameID est vide : il nomme la personne ou l’application qui demande."
        ),
        Check(
            "not_bound",
            "no digest of the body",
            "L’empreinte du corps, convenue avec vous, manque au vecteur.",
        ),
        Check(
            "other_body",
            "digest of the body",
            "L’empreinte que porte le vecteur n’est pas celle de ce corps.",
        ),
        Check("method", "confirmation method", "La méthode de confirmation n’est pas « bearer »."),
        Check("date_form", ".*time zone|.* '", "Une date n’est pas lisible, ou n’a pas de fuseau."),
    ),
    FaultCode.INVALID_PAGM: (
        Check(
            "other_application",
            ".* signed by ",
            "NameID nomme une autre application que celle du certificat.",
        ),
        Check("none", r"\[\] for ", "Le vecteur ne porte aucun PAGM."),
        Check(
            "not_held",
            r"\[.*\] for ",
            "Un des PAGM présentés est inconnu, ou n’est pas attribué à cette application à cet instant avec "
            "l’approbation des deux parties.",
        ),
    ),
}

ADVICE: dict[FaultCode, str] = {
    FaultCode.METHOD_FORBIDDEN: "Appelez par POST.",
    FaultCode.CONTENT_TYPE: "Envoyez Content-Type: text/xml; charset=utf-8.",
    FaultCode.ENCODING: "Envoyez le message en UTF-8, sans compression, avec une déclaration qui le dit.",
    FaultCode.TOO_LARGE: "Un message tient dans 1 Mio.",
    FaultCode.OVERLOAD: "Trop d’appels à la fois : réessayez après le délai de Retry-After.",
    FaultCode.MALFORMED_XML: "Le message n’a pas pu être lu comme du XML : il est peut-être tronqué.",
    FaultCode.DOCTYPE: "Retirez toute déclaration DOCTYPE.",
    FaultCode.VERSION_MISMATCH: "L’enveloppe doit être celle de SOAP 1.1.",
    FaultCode.ENVELOPE: "L’enveloppe contient au plus un en-tête puis un corps, et le corps un seul élément.",
    FaultCode.MUST_UNDERSTAND: "Un bloc d’en-tête marqué mustUnderstand nous est inconnu : retirez-le.",
    FaultCode.TOKEN_INVALID: "Le vecteur n’a pas la forme attendue : comparez-le avec la documentation de l’étape 7.",
    FaultCode.FAILED_CHECK: "La signature n’a pas la forme admise : comparez-la avec la documentation de l’étape 8.",
    FaultCode.INVALID_VI: "Une donnée du vecteur manque ou n’est pas admise : comparez-le avec la documentation.",
    FaultCode.TOKEN_MISSING: "Ajoutez l’assertion SAML dans soap:Header/wsse:Security.",
    FaultCode.INVALID_ISSUER: "Issuer n’est pas celui enregistré pour vous, ou vous êtes d’un autre environnement.",
    FaultCode.INVALID_SERVICE: "Audience n’est pas l’identifiant de ce service, dans cet environnement.",
    FaultCode.INVALID_AUTH_LEVEL: "AuthnContextClassRef n’est pas le niveau convenu avec vous.",
    FaultCode.NOT_ENTITLED: "Les PAGM présentés n’ouvrent pas cette opération, ou pas encore : deux approbations.",
    FaultCode.VERSION_NOT_OPEN: "Appelez une version du contrat qui vous est ouverte : votre espace les donne.",
    FaultCode.SCHEMA: "Chaque erreur est dans le refus, avec son chemin : comparez avec le contrat en vigueur.",
    FaultCode.REQUEST_CONFLICT: "Un nouveau contenu demande un nouvel identifiantRequete.",
    FaultCode.INTERNAL: "L’incident est de notre côté : réessayez, puis donnez cet identifiant à notre exploitation.",
}
_OF_A_STEP = "Comparez le message avec la documentation de cette étape."
_BUSINESS = (
    "La demande est bien formée : c’est le service qui la refuse, pour la donnée que le refus désigne."
)
_BY_NAME = {code.qualified_name: code for code in FaultCode}


def failed_check(refusal: SOAPRefusal) -> str:
    """The name of the check that failed, for the exchange log; "" where the step says it all."""
    for check in CHECKS.get(refusal.code, ()):
        if re.match(check.reason, refusal.reason):
            return check.name
    return ""


def explanation(*, fault_code: str, step: int | None, check: str) -> str:
    """The sentence for a line of the exchange log (qualified code, step, check). "" when nothing was refused."""
    if not fault_code:
        return ""
    code = _BY_NAME.get(fault_code)
    known = {one.name: one.sentence for one in CHECKS.get(code, ())} if code else {}
    if check in known:
        return known[check]
    return ADVICE.get(code, _BUSINESS if step == BUSINESS_STEP else _OF_A_STEP) if code else _OF_A_STEP
