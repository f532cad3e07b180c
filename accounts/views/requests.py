"""What a view is given once its access rule has let somebody in."""

from django.http import HttpRequest

from accounts.models import Holder, User


class HolderRequest(HttpRequest):
    """Behind `requires(is_holder)`: somebody is signed in and has an account."""

    holder: Holder
    user: User


def user_of(request: HttpRequest) -> User:
    """Who is signed in, behind an access rule that lets nobody else in."""
    user = request.user
    assert isinstance(user, User)
    return user
