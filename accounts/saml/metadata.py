"""What an organisation's metadata file says: read on upload, nothing is ever fetched."""

from __future__ import annotations

from dataclasses import dataclass

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from onelogin.saml2.errors import OneLogin_Saml2_Error
from onelogin.saml2.idp_metadata_parser import OneLogin_Saml2_IdPMetadataParser
from onelogin.saml2.utils import OneLogin_Saml2_Utils


@dataclass(frozen=True, slots=True)
class ProviderMetadata:
    entity_id: str
    sso_url: str
    certificates: list[str]


def read_provider_metadata(xml: bytes) -> ProviderMetadata:
    """Entity, address of sign-in by redirection and every signing certificate (PEM).

    Raises ValueError, with a sentence for the administrator, when one is missing or unreadable.
    """
    try:
        idp = OneLogin_Saml2_IdPMetadataParser.parse(xml).get("idp", {})
    except (OneLogin_Saml2_Error, ValueError, SyntaxError, TypeError):
        raise ValueError("Ce fichier n’est pas une description SAML lisible.") from None
    listed = idp.get("x509certMulti", {}).get("signing") or [idp.get("x509cert")]
    entity_id, sso_url = idp.get("entityId"), idp.get("singleSignOnService", {}).get("url")
    if not (entity_id and sso_url and any(listed)):
        raise ValueError(
            "Il manque l’identifiant du fournisseur, son adresse de connexion par redirection ou son certificat."
        )
    return ProviderMetadata(entity_id, sso_url, [_pem(one) for one in listed if one])


def _pem(certificate: str) -> str:
    try:
        loaded = load_pem_x509_certificate(OneLogin_Saml2_Utils.format_cert(certificate).encode())
    except ValueError:
        raise ValueError("Un certificat de ce fichier ne se lit pas.") from None
    return loaded.public_bytes(Encoding.PEM).decode()
