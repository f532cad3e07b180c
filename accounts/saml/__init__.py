"""Signing in through one's organisation: requests we sign, answers we check before believing a word of them."""

from accounts.saml.metadata import ProviderMetadata, read_provider_metadata
from accounts.saml.responses import Answer, SAMLRefused, checked_answer, request_named_in
from accounts.saml.sp import sign_in_address, sp_metadata

__all__ = [
    "Answer",
    "ProviderMetadata",
    "SAMLRefused",
    "checked_answer",
    "read_provider_metadata",
    "request_named_in",
    "sign_in_address",
    "sp_metadata",
]
