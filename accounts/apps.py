from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes et identité"


class CPAAdminConfig(AdminConfig):
    """Django's administration on our own site: every room's `admin.register` lands there."""

    default_site = "accounts.admin_site.CPAAdminSite"
