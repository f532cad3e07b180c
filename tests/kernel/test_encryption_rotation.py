"""Keys change while the portal runs: rows of every age stay readable and found, then move to the new keys."""

import pytest
from django.db.models import TextField
from django.db.models.functions import Cast

from accounts.models import HolderNIR
from accounts.services.holders import find_holder_by_nir
from cpa_portal.kernel.encryption import (
    generate_secret,
    needs_reencryption,
    needs_rehash,
    outdated_rows,
    reencrypt_rows,
)
from cpa_portal.kernel.identifiers import fictitious_nir
from tests.support.factories.accounts import HolderNIRFactory

pytestmark = pytest.mark.django_db

OLD, NEW = generate_secret(), generate_secret()


@pytest.fixture(autouse=True)
def _old_keys(settings):
    settings.FIELD_ENCRYPTION_KEYS = settings.NIR_HASH_KEYS = [OLD]


def put_in_front(settings, key):
    settings.FIELD_ENCRYPTION_KEYS = settings.NIR_HASH_KEYS = [key, OLD]


def stored():
    """What the database holds, not what the model reads."""
    return dict(HolderNIR.objects.annotate(raw=Cast("nir", TextField())).values_list("pk", "raw"))


def test_rotation_between_the_two_keys_rows_of_both_are_read_and_found(settings):
    before = HolderNIRFactory(nir=fictitious_nir(101))

    put_in_front(settings, NEW)
    after = HolderNIRFactory(nir=fictitious_nir(102))

    assert find_holder_by_nir(fictitious_nir(101)) == before.holder
    assert find_holder_by_nir(fictitious_nir(102)) == after.holder
    assert HolderNIR.objects.get(pk=before.pk).nir == fictitious_nir(101)
    assert needs_reencryption(stored()[before.pk])
    assert not needs_reencryption(stored()[after.pk])


def test_reencrypt_rows_frees_the_old_key(settings):
    rows = [HolderNIRFactory(nir=fictitious_nir(rank)) for rank in range(101, 106)]
    put_in_front(settings, NEW)

    report = reencrypt_rows(
        HolderNIR.objects.all(), field_name="nir", hash_field_name="nir_hash", batch_size=2
    )
    settings.FIELD_ENCRYPTION_KEYS = settings.NIR_HASH_KEYS = [NEW]

    assert (report.rewritten, report.unreadable) == (5, [])
    assert [HolderNIR.objects.get(pk=row.pk).nir for row in rows] == [row.nir for row in rows]
    assert [find_holder_by_nir(row.nir) for row in rows] == [row.holder for row in rows]


def test_reencrypt_rows_twice_rewrites_nothing_more(settings):
    HolderNIRFactory()
    put_in_front(settings, NEW)
    reencrypt_rows(HolderNIR.objects.all(), field_name="nir", hash_field_name="nir_hash")
    before = stored()

    report = reencrypt_rows(HolderNIR.objects.all(), field_name="nir", hash_field_name="nir_hash")

    assert report.rewritten == 0
    assert stored() == before


def test_reencrypt_rows_hash_key_alone_is_rotated_too(settings):
    row = HolderNIRFactory()
    settings.NIR_HASH_KEYS = [NEW, OLD]

    report = reencrypt_rows(HolderNIR.objects.all(), field_name="nir", hash_field_name="nir_hash")

    assert report.rewritten == 1
    assert not needs_rehash(HolderNIR.objects.get(pk=row.pk).nir_hash)


def test_reencrypt_rows_missing_key_is_reported_and_the_others_pass(settings):
    lost = HolderNIRFactory(nir=fictitious_nir(101))
    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    found = HolderNIRFactory(nir=fictitious_nir(102))
    newest = generate_secret()
    settings.FIELD_ENCRYPTION_KEYS = [newest, NEW]
    before = stored()[lost.pk]

    report = reencrypt_rows(HolderNIR.objects.all(), field_name="nir")

    assert report.unreadable == [lost.pk]
    assert report.rewritten == 1
    assert stored()[lost.pk] == before
    assert not needs_reencryption(stored()[found.pk])


def test_reencrypt_rows_value_changed_meanwhile_is_left_alone(settings):
    row = HolderNIRFactory(nir=fictitious_nir(101))
    put_in_front(settings, NEW)
    queryset = HolderNIR.objects.all()
    outdated = outdated_rows(queryset, field_name="nir").values_list("pk", "raw_token").get()

    HolderNIR.objects.filter(pk=row.pk).update(nir=fictitious_nir(102))
    changed = outdated_rows(queryset, field_name="nir").filter(pk=outdated[0], raw_token=outdated[1])

    assert changed.update(nir=fictitious_nir(101)) == 0
    assert HolderNIR.objects.get(pk=row.pk).nir == fictitious_nir(102)
