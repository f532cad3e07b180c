"""Certificates that will end are told in time to those who keep and watch the habilitations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.enums import StaffRole
from accounts.models import StaffScope, User
from accounts.ports import RenderedMessage
from accounts.services.notifications import notify
from agora_sync.selectors.certificates import own_certificates, partner_certificates
from cpa_portal.kernel.theme import current_portal

CERTIFICATE_ENDING = "agora_sync.certificate_ending"
TOLD = (StaffRole.CDC, StaffRole.RSSI)


def warn_of_ending_certificates(*, now: datetime) -> int:
    """Write to CDC and to the RSSI 60, 30 and 7 days before a certificate ends, once each. Returns how many end soon.

    None of a certificate that another one of the same use takes over from. Safe to run twice; a day without a run is
    made good by the next one.
    """
    ending = [
        (certificate, certificate.warning_days)
        for certificate in (*own_certificates(now), *partner_certificates(now))
        if certificate.warning_days is not None
    ]
    readers = _readers(timezone.localdate(now)) if ending else []
    for certificate, days in ending:
        for user in readers:
            notify(
                kind=CERTIFICATE_ENDING,
                recipient=user.email,
                dedup_key=f"{CERTIFICATE_ENDING}:{certificate.fingerprint}:{days}:{user.pk}",
                context={
                    "owner": certificate.owner,
                    "use": certificate.use,
                    "fingerprint": certificate.fingerprint,
                    "ends_at": certificate.ends_at.isoformat(),
                },
            )
    return len(ending)


def render_certificate_ending(context: Mapping[str, Any]) -> RenderedMessage:
    subject = "Un certificat des échanges avec AGORA arrive à sa fin"
    variables = {
        **context,
        "ends_at": datetime.fromisoformat(context["ends_at"]),
        "address": f"{settings.SITE_URL}{reverse('agora_sync:habilitation_table')}",
        "subject": subject,
        "portal": current_portal(),
    }
    return RenderedMessage(
        subject=subject,
        text=render_to_string("emails/agora_sync/certificate_ending.txt", variables),
        html=render_to_string("emails/agora_sync/certificate_ending.html", variables),
    )


def _readers(day: date) -> list[User]:
    """Each person once, whatever roles they hold."""
    holding = StaffScope.objects.on(day).filter(role__in=TOLD).values("user")
    return list(User.objects.filter(pk__in=holding, is_active=True).order_by("pk"))
