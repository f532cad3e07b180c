"""What must not grow for ever."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from agora_sync.models import ReplayedVector

# Far beyond any clock skew: an expired vector is refused by its dates whether we remember it or not.
KEPT_AFTER_EXPIRY = timedelta(days=1)


def remove_expired_vectors() -> int:
    """Forget the vectors that no longer need remembering. Returns how many."""
    removed, _ = ReplayedVector.objects.filter(expires_at__lt=timezone.now() - KEPT_AFTER_EXPIRY).delete()
    return removed
