"""The doors of the site. What each does for an address that has an account, it does for one that has none."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from allauth.account.forms import LoginForm, ResetPasswordForm, SignupForm
from allauth.account.models import EmailAddress
from django.db import transaction
from django.http import HttpRequest

from accounts.models import User


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Adresse électronique"
        # The page has the link to a forgotten password, beside the button rather than inside the label.
        self.fields["password"].help_text = ""

    def clean(self) -> Any:
        if "login" in self.cleaned_data:
            look_once_more_for_known(self.cleaned_data["login"])
        return super().clean()


class ResetForm(ResetPasswordForm):
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        if not self.users:
            # A known address is looked for once more, to write its link.
            list(EmailAddress.objects.filter(email=self.cleaned_data["email"]).values_list("email"))
        saved: str = super().save(request, **kwargs)
        return saved


class SignUpForm(SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Adresse électronique"

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            self._open_an_account_for_nobody(request)
        return super().try_save(request)

    def _open_an_account_for_nobody(self, request: HttpRequest) -> None:
        """The whole work of a sign-up, password hashed and rows written, then undone: its time tells nothing."""
        email = self.cleaned_data["email"]
        self.cleaned_data["email"], self.account_already_exists = f"{uuid4()}@personne.invalid", False
        try:
            with transaction.atomic():
                self.save(request)
                transaction.set_rollback(True)
        finally:
            self.cleaned_data["email"], self.account_already_exists = email, True


def look_once_more_for_known(email: str) -> None:
    """allauth looks among users for an address that it does not find among addresses: one statement more. Here the
    others get theirs.
    """
    if EmailAddress.objects.filter(email=email.lower()).exists():
        list(User.objects.filter(email=email.lower())[:1])
