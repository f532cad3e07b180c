"""The versions of the table of correspondences: one is kept each time that the code changes it."""

from __future__ import annotations

from agora_sync.mapping.correspondence import described, digest_of
from agora_sync.models import CorrespondenceVersion


def note_correspondences() -> CorrespondenceVersion:
    """The version in force, kept now if the code's table is not that of the last one. Safe to run twice."""
    content = described()
    digest = digest_of(content)
    last = CorrespondenceVersion.objects.order_by("-number").first()
    if last is not None and last.sha256 == digest:
        return last
    number = last.number + 1 if last else 1
    version = CorrespondenceVersion(number=number, sha256=digest, lines=content)
    # The number is unique: of two workers that notice the change, one writes it.
    CorrespondenceVersion.objects.bulk_create([version], ignore_conflicts=True)
    return CorrespondenceVersion.objects.get(number=number)
