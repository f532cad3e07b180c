"""The facts every page's frame needs, read from settings: no query is spent on a page's look."""

from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest

SERVICE_NAME = "Mon compte personnel d'activité"


@dataclass(frozen=True)
class Portal:
    """`is_state`: with the State's block-marque and typeface, which the DSFR's terms reserve to State sites."""

    name: str
    is_state: bool
    is_demo: bool
    url: str


def current_portal() -> Portal:
    return Portal(
        name=SERVICE_NAME,
        is_state=settings.THEME == "state",
        is_demo=settings.DEMO,
        url=settings.SITE_URL,
    )


def context(request: HttpRequest | None = None) -> dict[str, Portal]:
    """Context processor: `portal` in every template. Also called without a request by the error pages."""
    return {"portal": current_portal()}
