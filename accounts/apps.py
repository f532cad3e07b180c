from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes et identité"

    def ready(self) -> None:
        # The only hook that the library of the second factor gives at this point.
        from allauth.mfa.signals import authenticator_added

        from accounts.mfa_adapter import remember_proof

        authenticator_added.connect(remember_proof, dispatch_uid="accounts.remember_proof")


class CPAAdminConfig(AdminConfig):
    """Django's administration on our own site: every room's `admin.register` lands there."""

    default_site = "accounts.admin_site.CPAAdminSite"
