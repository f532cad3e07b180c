from django.urls import path

from cpa_portal.home.views import public
from cpa_portal.home.views.dashboard import dashboard

app_name = "home"
urlpatterns = [
    path("", public.index, name="index"),
    path("tableau-de-bord/", dashboard, name="dashboard"),
    path("aide/", public.help_page, name="help"),
    path("accessibilite/", public.accessibility, name="accessibility"),
    path("mentions-legales/", public.legal, name="legal"),
    path("donnees-personnelles/", public.privacy, name="privacy"),
    path("plan-du-site/", public.sitemap, name="sitemap"),
]
