import pytest

from accounts.models import Consent, ConsentAct
from accounts.selectors.consents import consent_holds
from accounts.services.consents import record_consent
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


def act(holder, what, **more):
    return record_consent(holder=holder, purpose="conseil", text_version="2026-1", act=what, **more)


def test_consent_never_asked_does_not_hold():
    assert not consent_holds(HolderFactory(), purpose="conseil")


def test_consent_given_holds_until_it_is_withdrawn():
    holder = HolderFactory()

    act(holder, ConsentAct.GIVEN)
    given = consent_holds(holder, purpose="conseil")
    act(holder, ConsentAct.WITHDRAWN)
    withdrawn = consent_holds(holder, purpose="conseil")
    act(holder, ConsentAct.GIVEN)

    assert (given, withdrawn) == (True, False)
    assert consent_holds(holder, purpose="conseil")
    assert holder.consents.count() == 3


def test_consent_holds_only_for_its_person_purpose_and_beneficiary():
    holder = HolderFactory()

    act(holder, ConsentAct.GIVEN, beneficiary="corse-conseil", recorded_by=UserFactory())

    assert consent_holds(holder, purpose="conseil", beneficiary="corse-conseil")
    assert not consent_holds(holder, purpose="conseil")
    assert not consent_holds(holder, purpose="autre", beneficiary="corse-conseil")
    assert not consent_holds(HolderFactory(), purpose="conseil", beneficiary="corse-conseil")


def test_consent_without_the_version_of_its_text_is_refused():
    with pytest.raises(ValueError, match="version"):
        record_consent(holder=HolderFactory(), purpose="conseil", act=ConsentAct.GIVEN, text_version="")

    assert not Consent.objects.exists()
