"""The cache server is shared by every worker of a run: forgetting is a new prefix, never an emptied server."""

import uuid

from django.core.cache import caches


def forget_what_is_cached() -> None:
    """What this test cached is out of its reach; what another worker's test counts at this moment stays."""
    prefix = f"test-{uuid.uuid4().hex}"
    caches["default"].key_prefix = prefix
    # Each thread opens a cache of its own, by the settings.
    caches.settings["default"]["KEY_PREFIX"] = prefix
