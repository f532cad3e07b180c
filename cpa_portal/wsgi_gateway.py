"""WSGI entry point of the gateway of local systems (AGORA_ROLE=portal): one address, no session, no cookie, no page.

It is AGORA's listener with another address book: the same TLS, the same certificate told to each request.
"""

from django.conf import settings

from cpa_portal.wsgi_agora import application

# Read at each request.
settings.ROOT_URLCONF = "cpa_portal.urls_gateway"

__all__ = ["application"]
