"""Calls to other systems over HTTP: always with time limits, a bounded answer, verified TLS, no redirect."""

from cpa_portal.kernel.http.limits import Limits
from cpa_portal.kernel.http.session import ClientCertificate, http_session
from cpa_portal.kernel.http.transport import (
    AnswerEncoded,
    AnswerTooLarge,
    AnswerTooSlow,
    InsecureAddress,
)

__all__ = [
    "AnswerEncoded",
    "AnswerTooLarge",
    "AnswerTooSlow",
    "ClientCertificate",
    "InsecureAddress",
    "Limits",
    "http_session",
]
