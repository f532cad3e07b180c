"""Why a sign-in with FranceConnect ended without one. Each has a code for the log and a sentence for the person."""

from __future__ import annotations

from http import HTTPStatus

from allauth.socialaccount.providers.oauth2.client import OAuth2Error


class FranceConnectRefused(OAuth2Error):
    """The page shows `title` and `message`; the log gets `code` and nothing of the person."""

    code = "refused"
    title = "La connexion avec FranceConnect n’a pas abouti"
    message = "Nous n’avons pas pu vérifier la réponse de FranceConnect. Recommencez ; rien n’a été modifié."
    status = HTTPStatus.BAD_REQUEST

    def __init__(self, code: str = "") -> None:
        self.code = code or self.code
        super().__init__(self.code)


class WrongAnswer(FranceConnectRefused):
    """An answer that FranceConnect did not make for this person, this portal and this request. `code`: what failed."""

    code = "wrong_answer"
    message = (
        "La réponse reçue ne correspond pas à votre demande, ou sa signature n’est pas celle de FranceConnect : "
        "par sécurité, nous l’avons refusée. Rien n’a été modifié sur votre compte. Recommencez depuis cette page ; "
        "si le refus se répète, prévenez-nous."
    )


class StateUnknown(FranceConnectRefused):
    """No such request was made in this browser, it was already answered, or it is too old."""

    code = "state"
    message = (
        "Cette demande de connexion a expiré, a déjà servi, ou a été commencée dans un autre navigateur. "
        "Recommencez depuis cette page."
    )


class LevelTooLow(FranceConnectRefused):
    code = "level"
    message = (
        "Cette démarche demande FranceConnect+ : une connexion renforcée, comme celle de France Identité ou de "
        "L’Identité Numérique La Poste. La connexion reçue était d’un niveau plus faible."
    )


class Cancelled(FranceConnectRefused):
    code = "cancelled"
    title = "Vous avez interrompu la connexion"
    message = "Vous êtes revenu de FranceConnect sans vous identifier. Rien n’a été modifié."
    status = HTTPStatus.OK


class Unavailable(FranceConnectRefused):
    code = "unavailable"
    title = "FranceConnect ne répond pas"
    message = (
        "FranceConnect est momentanément indisponible. Réessayez dans quelques minutes, ou connectez-vous avec "
        "votre adresse électronique."
    )
    status = HTTPStatus.SERVICE_UNAVAILABLE


class IdentityShared(FranceConnectRefused):
    """Two account holders answer to this identity: nobody is linked, people decide."""

    code = "identity_ambiguous"
    title = "Nous ne pouvons pas vous reconnaître avec certitude"
    message = (
        "L’identité transmise par FranceConnect ne désigne pas un seul compte. Pour ne pas ouvrir le compte d’une "
        "autre personne, rien n’a été rattaché."
    )
    status = HTTPStatus.CONFLICT


class OtherPerson(FranceConnectRefused):
    """Signed in as one person, came back from FranceConnect as another."""

    code = "identity_other"
    title = "Cette identité n’est pas celle de votre compte"
    message = (
        "La personne identifiée par FranceConnect n’est pas celle du compte où vous êtes connecté. Rien n’a été "
        "modifié. Déconnectez-vous d’abord si vous vouliez ouvrir un autre compte."
    )
    status = HTTPStatus.CONFLICT


class NotConfigured(FranceConnectRefused):
    code = "not_configured"
    message = "La connexion avec FranceConnect n’est pas ouverte sur ce site."
    status = HTTPStatus.NOT_FOUND
