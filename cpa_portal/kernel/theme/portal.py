"""The facts every page's frame needs, read from settings: no query is spent on a page's look."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

SERVICE_NAME = "Mon compte personnel d'activité"
# The other system is another service, even when the same code runs it.
AGORA_NAME = "AGORA, système d'échange de démonstration"


@dataclass(frozen=True)
class Portal:
    """What the frame says of the whole site.

    `is_state`: with the State's brand and typeface, which the DSFR's terms reserve to State sites.
    `is_agora`: this process plays AGORA (`AGORA_ROLE=provider`). `publisher` and the support may be empty.
    """

    name: str
    url: str
    is_state: bool
    is_demo: bool
    is_agora: bool
    publisher: str
    support_email: str
    support_phone: str

    @property
    def support_phone_digits(self) -> str:
        """The number as a `tel:` link wants it."""
        return "".join(character for character in self.support_phone if character in "+0123456789")


def current_portal() -> Portal:
    is_agora = settings.AGORA_ROLE == "provider"
    return Portal(
        name=AGORA_NAME if is_agora else SERVICE_NAME,
        url=settings.SITE_URL,
        is_state=settings.THEME == "state",
        is_demo=settings.DEMO,
        is_agora=is_agora,
        publisher=settings.PUBLISHER,
        support_email=settings.SUPPORT_EMAIL,
        support_phone=settings.SUPPORT_PHONE,
    )


def context(request: HttpRequest | None = None) -> dict[str, Portal]:
    """Context processor: `portal` in every template. The error pages call it without a request."""
    return {"portal": current_portal()}
