import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.models import PrivateFile
from accounts.services.private_files import delete_private_file, remove_orphans, store_private_file
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


def on_disk(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def empty_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def test_store_private_file_name_on_disk_tells_nothing(settings):
    holder = HolderFactory()

    document = store_private_file(name="relevé-martin.pdf", content=b"%PDF", owner_holder=holder)

    (path,) = on_disk(settings)
    assert "martin" not in str(path)
    assert path.suffix == ""
    assert path.read_bytes() == b"%PDF"
    assert path.stat().st_mode & 0o077 == 0
    assert (document.content_type, document.size) == ("application/pdf", 4)


def test_store_private_file_two_of_the_same_name_are_kept_apart(settings):
    user = UserFactory()

    store_private_file(name="a.txt", content=b"1", owner_user=user)
    store_private_file(name="a.txt", content=b"2", owner_user=user)

    assert sorted(path.read_bytes() for path in on_disk(settings)) == [b"1", b"2"]


@pytest.mark.parametrize("owners", ["both", "none"])
def test_store_private_file_without_exactly_one_owner_writes_nothing(owners, settings):
    holder = HolderFactory()
    given = {"owner_holder": holder, "owner_user": holder.user} if owners == "both" else {}

    with pytest.raises(ValueError, match="one owner"):
        store_private_file(name="a.txt", content=b"1", **given)

    assert not PrivateFile.objects.exists()
    assert on_disk(settings) == []


def test_delete_private_file_removes_row_then_content(settings, django_capture_on_commit_callbacks):
    document = store_private_file(name="a.txt", content=b"1", owner_user=UserFactory())

    with django_capture_on_commit_callbacks(execute=True):
        delete_private_file(document=document)
        assert len(on_disk(settings)) == 1

    assert on_disk(settings) == []
    assert not PrivateFile.objects.exists()


def test_remove_orphans_deletes_only_old_contents_without_a_row(settings):
    user = UserFactory()
    kept = store_private_file(name="kept", content=b"kept", owner_user=user)
    recent = store_private_file(name="recent", content=b"recent", owner_user=user)
    old = store_private_file(name="old", content=b"old", owner_user=user)
    before = (timezone.now() - timedelta(days=2)).timestamp()
    for document in (kept, old):
        os.utime(document.file.path, (before, before))
    PrivateFile.objects.filter(pk__in=[recent.pk, old.pk]).delete()

    removed = remove_orphans()

    assert removed == 1
    assert sorted(path.read_bytes() for path in on_disk(settings)) == [b"kept", b"recent"]
