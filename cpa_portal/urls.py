"""Every address of the site. `docs/interfaces.md` lists those that stay put."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from cpa_portal.home import health
from cpa_portal.kernel.access import public

handler400 = "cpa_portal.home.views.errors.bad_request"
handler403 = "cpa_portal.home.views.errors.permission_denied"
handler404 = "cpa_portal.home.views.errors.page_not_found"
handler500 = "cpa_portal.home.views.errors.server_error"

urlpatterns = [
    path(
        "admin/login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="admin_login",
    ),
    path("admin/", admin.site.urls),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/v1/schema/", public(SpectacularAPIView.as_view()), name="api_schema"),
    path("", include("accounts.urls")),
    path("", include("catalog.urls")),
    path("", include("rights.urls")),
    path("", include("cep.urls")),
    path("", include("agora_sync.urls")),
    path("", include("cpa_portal.home.urls")),
]
