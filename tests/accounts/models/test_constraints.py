"""What the database refuses, whichever code asks."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import (
    HolderNIR,
    JobState,
    Notification,
    NotificationState,
    PrivateFile,
    SituationKind,
    User,
)
from accounts.services.background_jobs import start_job
from tests.support.factories.accounts import (
    HolderFactory,
    HolderNIRFactory,
    SituationFactory,
    StaffScopeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def refused(constraint, action):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        action()


def test_user_email_with_capitals_is_refused():
    refused(
        "accounts_user_email_lower",
        lambda: User.objects.bulk_create([User(email="Camille@exemple.test", password="x")]),
    )


def test_user_email_given_with_capitals_is_stored_small():
    user = User.objects.create_user("  Camille@Exemple.TEST ")

    assert user.email == "camille@exemple.test"
    assert User.objects.get_by_natural_key("CAMILLE@exemple.test") == user


def test_user_same_email_is_refused():
    UserFactory(email="camille@exemple.test")

    refused("accounts_user_email", lambda: UserFactory(email="Camille@exemple.test"))


def test_holder_dead_before_birth_is_refused():
    refused(
        "accounts_holder_dies_after_birth",
        lambda: HolderFactory(birth_date=date(1980, 1, 2), deceased_on=date(1980, 1, 1)),
    )


def test_nir_same_hash_for_two_people_is_refused():
    row = HolderFactory().nirs.get()

    refused("nir_hash", lambda: HolderNIRFactory(holder=HolderFactory(nir=None), nir=row.nir))


def test_nir_two_current_ones_are_refused():
    holder = HolderFactory()

    refused("accounts_nir_one_current", lambda: HolderNIRFactory(holder=holder))


def test_nir_ending_before_it_begins_is_refused():
    refused(
        "accounts_nir_dates_in_order",
        lambda: HolderNIRFactory(since=date(2020, 1, 2), until=date(2020, 1, 1)),
    )


def test_situation_of_same_kind_sharing_one_day_is_refused():
    first = SituationFactory(starts_on=date(2020, 1, 1), ends_on=date(2020, 6, 30))

    refused(
        "accounts_situation_no_overlap",
        lambda: SituationFactory(holder=first.holder, starts_on=date(2020, 6, 30)),
    )


def test_situation_of_same_kind_the_day_after_is_accepted():
    first = SituationFactory(starts_on=date(2020, 1, 1), ends_on=date(2020, 6, 30))

    SituationFactory(holder=first.holder, starts_on=date(2020, 7, 1))

    assert first.holder.situations.count() == 2


def test_situation_of_other_kind_or_other_person_may_overlap():
    first = SituationFactory()

    SituationFactory(holder=first.holder, kind=SituationKind.EXECUTIVE)
    SituationFactory()

    assert first.holder.situations.count() == 2


def test_situation_ending_before_it_begins_is_refused():
    refused(
        "accounts_situation_dates_in_order|range lower bound",
        lambda: SituationFactory(starts_on=date(2020, 1, 2), ends_on=date(2020, 1, 1)),
    )


def test_situation_of_unknown_kind_is_refused():
    refused("accounts_situation_kind_known", lambda: SituationFactory(kind="astronaut"))


@pytest.mark.parametrize("role", ["regional_agent", "cep_adviser", "cep_manager", "training_organisation"])
def test_staff_scope_without_its_place_is_refused(role):
    refused("accounts_staff_scope_code_given", lambda: StaffScopeFactory(role=role, scope_code=""))


def test_staff_scope_twice_at_once_is_refused():
    scope = StaffScopeFactory(regional_agent=True)

    refused(
        "accounts_staff_scope_no_overlap",
        lambda: StaffScopeFactory(user=scope.user, regional_agent=True, starts_on=date(2021, 1, 1)),
    )


def test_staff_scope_of_unknown_role_is_refused():
    refused("accounts_staff_scope_role_known", lambda: StaffScopeFactory(role="king", scope_code="1"))


@pytest.mark.parametrize("owners", ["both", "none"])
def test_private_file_without_exactly_one_owner_is_refused(owners):
    holder = HolderFactory()
    given = {"owner_holder": holder, "owner_user": holder.user} if owners == "both" else {}

    refused(
        "accounts_private_file_one_owner",
        lambda: PrivateFile.objects.create(
            name="a", content_type="text/plain", size=1, sha256="0" * 64, file="private/00/a", **given
        ),
    )


def test_notification_sent_without_a_date_is_refused():
    refused(
        "accounts_notification_sent_dated",
        lambda: Notification.objects.create(
            kind="k", recipient="a@exemple.test", dedup_key="k", state=NotificationState.SENT
        ),
    )


def test_background_job_beyond_its_total_is_refused():
    job = start_job(kind="test", total=2)
    job.done = 3

    refused("accounts_job_done_within_total", job.save)


def test_background_job_over_without_a_date_is_refused():
    job = start_job(kind="test")
    job.state = JobState.FINISHED

    refused("accounts_job_ended_when_over", job.save)


def test_nir_rows_follow_their_holder():
    holder = HolderFactory(identity_proof=False)

    holder.delete()

    assert not HolderNIR.objects.exists()
