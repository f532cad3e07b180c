from django.http import HttpRequest

from accounts.models import Holder


class HolderRequest(HttpRequest):
    """A request that `@requires(is_holder)` let through: the middleware found the holder."""

    holder: Holder
