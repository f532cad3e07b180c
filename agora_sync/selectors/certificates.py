"""When registered certificates and our own end, and what takes over from each."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.utils import timezone

from agora_sync.enums import CertificateKind
from agora_sync.models import Partner, PartnerCertificate
from agora_sync.pki.trust import fingerprint

logger = logging.getLogger(__name__)

# Days before the end, each of which is told once.
WARNING_DAYS = (60, 30, 7)


@dataclass(frozen=True)
class WatchedCertificate:
    """A certificate in use. `owner`: the partner's name, "" for our own. `days_left`: whole days, 0 on the last one."""

    owner: str
    use: str
    fingerprint: str
    ends_at: datetime
    days_left: int
    has_successor: bool

    @property
    def warning_days(self) -> int | None:
        """The nearest of WARNING_DAYS that is reached; None while there is time, or when another one takes over."""
        if self.has_successor:
            return None
        return min((days for days in WARNING_DAYS if self.days_left <= days), default=None)


def partner_certificates(
    at: datetime, *, partners: Iterable[Partner] | None = None
) -> list[WatchedCertificate]:
    """Those registered and in force at that instant, the first to end first. `partners`: theirs alone. One query."""
    registered = PartnerCertificate.objects.select_related("partner", "application").order_by(
        "valid_to", "pk"
    )
    if partners is not None:
        registered = registered.filter(partner__in=partners)
    known = [row for row in registered if row.revoked_at is None or row.revoked_at > at]
    return [
        WatchedCertificate(
            owner=row.partner.name,
            use=_use(row),
            fingerprint=row.fingerprint,
            ends_at=row.valid_to,
            days_left=_days_left(row.valid_to, at),
            has_successor=any(_takes_over(other, row) for other in known),
        )
        for row in known
        if row.valid_from <= at < row.valid_to
    ]


def own_certificates(at: datetime) -> list[WatchedCertificate]:
    """Those by which this system makes itself known, read from its files. Nothing announces their successor.

    A file that cannot be read is left out, and said in the log: without it nothing is exchanged anyway.
    """
    return [
        WatchedCertificate(
            owner="",
            use=use,
            fingerprint=fingerprint(certificate),
            ends_at=certificate.not_valid_after_utc,
            days_left=_days_left(certificate.not_valid_after_utc, at),
            has_successor=False,
        )
        for use, path in _own_files()
        if (certificate := _leaf(path)) is not None
        and certificate.not_valid_before_utc <= at < certificate.not_valid_after_utc
    ]


def _leaf(path: str) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificates(Path(path).read_bytes())[0]
    except (OSError, ValueError):
        logger.warning("own_certificate_unreadable", extra={"path": path})
        return None


def _own_files() -> list[tuple[str, str]]:
    if settings.AGORA_ROLE == "provider":
        files = [("Écoute d’AGORA", settings.AGORA_TLS_CERTIFICATE)]
    else:
        files = [
            ("Canal vers AGORA", settings.AGORA_TLS_CERTIFICATE),
            ("Signature de nos vecteurs", settings.AGORA_VI_CERTIFICATE),
        ]
    return [(use, path) for use, path in files if path]


def _use(row: PartnerCertificate) -> str:
    kind = row.get_kind_display()
    return f"{kind}, {row.application.name}" if row.application else kind


def _takes_over(other: PartnerCertificate, row: PartnerCertificate) -> bool:
    """Of the same use, it begins before the end and lasts beyond it."""
    return (
        (other.partner_id, other.kind) == (row.partner_id, row.kind)
        and (row.kind == CertificateKind.TLS or other.application_id == row.application_id)
        and other.valid_from <= row.valid_to < other.valid_to
    )


def _days_left(end: datetime, at: datetime) -> int:
    return (_day(end) - _day(at)).days


def _day(instant: datetime) -> date:
    return timezone.localdate(instant)
