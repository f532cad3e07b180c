"""WSGI entry point of the AGORA listener: one address, no session, no cookie, no page.

It adds to each request the client certificate of its TLS session.
"""

import os

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
django.setup(set_prefix=False)

from agora_sync.provider.peer import with_client_certificate  # noqa: E402 - needs the settings

# After the set-up, which checks that the site's own middleware is there, and before the handler reads them: this
# process serves partners alone.
settings.ROOT_URLCONF = "cpa_portal.urls_agora"
settings.MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "cpa_portal.kernel.access.AccessMiddleware",
]
# TLS ends in this very process, or in the proxy that it trusts: there is no plain address to leave.
settings.SECURE_SSL_REDIRECT = False

application = with_client_certificate(WSGIHandler())
