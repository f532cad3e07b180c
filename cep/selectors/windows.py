"""Opening windows as the staff may see them."""

from django.db.models import QuerySet

from accounts.enums import StaffRole
from accounts.models import User
from accounts.permissions import is_cep_adviser
from accounts.selectors.staff import scope_codes
from cep.models import Window
from cep.rules.meetings import Slot


def place_of(slot: Slot) -> str:
    """The address where the adviser stands at that hour, when it is not the usual one of the site. One query."""
    window = Window.objects.filter(
        adviser=slot.adviser_id, site=slot.site_id, mode=slot.mode, span__contains=slot.start
    ).first()
    return window.place if window else ""


def windows_visible_to(user: User) -> QuerySet[Window]:
    """An adviser's own windows, a manager's operators' ones, nobody else's. Roles cost one query a user."""
    windows = Window.objects.select_related("site", "adviser__user")
    operators = scope_codes(user, StaffRole.CEP_MANAGER)
    if operators:
        return windows.filter(adviser__operator__code__in=operators)
    if is_cep_adviser(user):
        return windows.filter(
            adviser__user=user, adviser__operator__code__in=scope_codes(user, StaffRole.CEP_ADVISER)
        )
    return windows.none()
