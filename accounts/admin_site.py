from __future__ import annotations

from typing import Any

from allauth.account import views as account_views
from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from accounts.permissions import is_staff_member


class CPAAdminSite(AdminSite):
    """The back office. Entry depends on dated scopes; signing in and out are the portal's own pages."""

    site_title = "Compte personnel d’activité"
    site_header = "Espace de travail"
    index_title = "Accueil"
    site_url = "/"
    enable_nav_sidebar = True

    def register(
        self, model_or_iterable: Any, admin_class: type[ModelAdmin[Any]] | None = None, **options: Any
    ) -> None:
        """Take the pages that declare roles. Those that other packages bring know only Django's permissions, which
        nobody has here: pages that open to nobody are better not served at all.
        """
        if hasattr(admin_class, "view_roles"):
            super().register(model_or_iterable, admin_class, **options)

    def autocomplete_view(self, request: HttpRequest) -> HttpResponse:
        """Refused: it would list people by name without a line in the access log. No form of ours asks it."""
        raise PermissionDenied

    def has_permission(self, request: HttpRequest) -> bool:
        return is_staff_member(request.user)  # type: ignore[arg-type]

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponseRedirect:
        if request.user.is_authenticated:
            # Signed in and sent here: the door is shut, and asking for a password again leads nowhere.
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    # The base class declares TemplateResponse; any response serves its URLs.
    def logout(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:  # type: ignore[override]
        return account_views.logout(request)  # type: ignore[return-value]

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: Any = None
    ) -> HttpResponseRedirect:
        return redirect("account_change_password")
