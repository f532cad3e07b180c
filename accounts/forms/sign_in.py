from __future__ import annotations

from typing import Any

from allauth.account.forms import SignupForm
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest


class SignUpForm(SignupForm):
    def try_save(self, request: HttpRequest) -> Any:
        if self.account_already_exists:
            # Hashing a password is most of the time a sign-up takes: without it, the speed of the answer would
            # tell that the address has an account.
            make_password(self.cleaned_data["password1"])
        return super().try_save(request)
