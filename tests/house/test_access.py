"""Who may open which page. A new page without a declared rule, or without a row here, fails."""

import pytest
from django.conf import settings

from cpa_portal.kernel.access import RULE_ATTRIBUTE, rule_of_other_package
from tests.support.urls import Address, every_address

ADDRESSES = list(every_address())


def by_name(address: Address) -> str:
    return address.name


@pytest.mark.parametrize("address", ADDRESSES, ids=by_name)
def test_every_address_declares_who_may_open_it(address: Address) -> None:
    assert hasattr(address.view, RULE_ATTRIBUTE) or rule_of_other_package(address.name)


def test_no_rule_is_left_for_a_view_that_is_gone() -> None:
    names = {address.name for address in ADDRESSES}
    namespaces = {name.partition(":")[0] + ":" for name in names if ":" in name}

    assert set(settings.ACCESS_RULES) <= names | namespaces
