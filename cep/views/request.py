from django.http import HttpRequest

from accounts.models import Holder, User


class HolderRequest(HttpRequest):
    """What a view behind `requires(is_holder)` is given: somebody is signed in and has an account."""

    holder: Holder
    user: User
