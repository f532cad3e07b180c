"""Who may open a page: every view names its rule, and a view without a rule is opened to nobody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.module_loading import import_string

Predicate = Callable[[Any], bool]
View = Callable[..., HttpResponseBase]
RULE_ATTRIBUTE = "access_rule"


def anyone(user: Any) -> bool:
    """The rule of a public page."""
    return True


def signed_in(user: Any) -> bool:
    """The rule of a page that only asks who is there."""
    return bool(user.is_authenticated)


def requires(predicate: Predicate) -> Callable[[View], View]:
    """Open the view to the people for whom the predicate holds; others get 403, anonymous people the sign-in page."""

    def decorate(view: View) -> View:
        @wraps(view)
        def ruled(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return refusal(request, predicate) or view(request, *args, **kwargs)

        setattr(ruled, RULE_ATTRIBUTE, predicate)
        return ruled

    return decorate


def public(view: View) -> View:
    """Open the view to all."""
    return requires(anyone)(view)


def refusal(request: HttpRequest, predicate: Predicate) -> HttpResponseBase | None:
    """None when the person may go on. Raises PermissionDenied for a signed-in person who may not."""
    if predicate is anyone or predicate(request.user):
        return None
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    raise PermissionDenied


class AccessMiddleware:
    """Refuses a view that declares no rule. Views of other packages have theirs in `settings.ACCESS_RULES`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if hasattr(view, RULE_ATTRIBUTE):
            return None
        assert request.resolver_match is not None
        predicate = rule_of_other_package(request.resolver_match.view_name)
        if predicate is None:
            raise PermissionDenied("Cette page n'a pas de règle d'accès.")
        return refusal(request, predicate)


def rule_of_other_package(view_name: str) -> Predicate | None:
    """The predicate that `settings.ACCESS_RULES` gives to a view name or to its namespace (`admin:`)."""
    rules: dict[str, str] = settings.ACCESS_RULES
    namespace = view_name.partition(":")[0] + ":"
    dotted = rules.get(view_name) or (rules.get(namespace) if ":" in view_name else None)
    return import_string(dotted) if dotted else None
