"""What a view is given once its access rule has let somebody in."""

from django.http import HttpRequest

from accounts.models import Holder, User


class HolderRequest(HttpRequest):
    """Behind `requires(is_holder)`: somebody is signed in and has an account."""

    holder: Holder
    user: User
