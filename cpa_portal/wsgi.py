import os

from django.core.wsgi import get_wsgi_application
from django.urls import reverse

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
application = get_wsgi_application()
# Reads every address: gunicorn forks after this, and no worker makes its first visitor wait for it.
reverse("home:index")
