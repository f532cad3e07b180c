from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm, SignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Adresse électronique"
        # The page has the link to a forgotten password, beside the button rather than inside the label.
        self.fields["password"].help_text = ""


class SignUpForm(SignupForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = "Adresse électronique"

    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # Hashing a password is most of the time a sign-up takes: without it, the speed of the answer would
            # tell that the address has an account.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
