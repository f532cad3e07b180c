"""The network that figures are taken on is what it says, and is gone afterwards."""

import pytest

from cep.models import Booking, Site, Window
from cep.selectors.slots import first_slot_of_each_site
from tests.support.cep_network import network
from tests.support.factories.accounts import HolderFactory
from tests.support.factories.cep import NOW

pytestmark = pytest.mark.django_db


def test_network_has_the_size_and_the_filling_asked_for_and_leaves_nothing():
    HolderFactory()

    with network(advisers=10, days=14, fill=0.5, now=NOW) as made:
        # Ten advisers, two windows on each of ten working days; six meetings a day.
        assert made.windows == Window.objects.count() == 200
        assert made.bookings == Booking.objects.count()
        assert 0.4 < made.bookings / 600 < 0.6
        assert len(made.sites) == 2
        assert first_slot_of_each_site(sites=made.sites, mode="on_site", now=NOW)

    assert not Site.objects.exists()
    assert not Booking.objects.exists()
