import pytest

from accounts.models import AccessLogEntry
from accounts.selectors.access_log import consultations_of
from accounts.services.access_log import record_consultation, record_consultations
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db

WHY_AND_WHAT = {"purpose": "Entretien de conseil", "what": "Droits et dossiers"}


def test_record_consultation_by_staff_keeps_the_roles_of_that_day():
    adviser = UserFactory(cep_adviser=True)
    holder = HolderFactory()

    record_consultation(actor=adviser, holder=holder, **WHY_AND_WHAT)
    adviser.staff_scopes.all().delete()

    (seen,) = consultations_of(holder)
    assert seen.who == "Conseiller en évolution professionnelle"
    assert (seen.purpose, seen.what) == ("Entretien de conseil", "Droits et dossiers")


def test_record_consultation_by_a_partner_names_it():
    holder = HolderFactory()

    record_consultation(actor=None, partner="Pôle de formation", holder=holder, **WHY_AND_WHAT)

    assert consultations_of(holder)[0].who == "Pôle de formation"


def test_record_consultation_by_nobody_is_refused():
    with pytest.raises(ValueError, match="actor or a partner"):
        record_consultation(actor=None, holder=HolderFactory(), **WHY_AND_WHAT)

    assert not AccessLogEntry.objects.exists()


@pytest.mark.parametrize("missing", ["purpose", "what"])
def test_record_consultation_without_reason_or_object_is_refused(missing):
    with pytest.raises(ValueError, match="why and what"):
        record_consultation(actor=UserFactory(), holder=HolderFactory(), **{**WHY_AND_WHAT, missing: ""})

    assert not AccessLogEntry.objects.exists()


def test_record_consultations_of_a_list_is_one_statement(django_assert_num_queries):
    adviser = UserFactory(cep_adviser=True)
    holders = HolderFactory.create_batch(3)

    with django_assert_num_queries(2):
        record_consultations(actor=adviser, holders=holders, **WHY_AND_WHAT)

    assert AccessLogEntry.objects.count() == 3


def test_consultations_of_shows_only_the_holders_own_newest_first(django_assert_num_queries):
    holder, other = HolderFactory.create_batch(2)
    record_consultation(actor=None, partner="Premier", holder=holder, **WHY_AND_WHAT)
    record_consultation(actor=None, partner="Second", holder=holder, **WHY_AND_WHAT)
    record_consultation(actor=None, partner="Ailleurs", holder=other, **WHY_AND_WHAT)

    with django_assert_num_queries(1):
        seen = consultations_of(holder)

    assert [consultation.who for consultation in seen] == ["Second", "Premier"]
