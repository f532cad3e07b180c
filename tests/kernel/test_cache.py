"""The cache, beside what Django's own does."""

from django.core.cache import cache


def test_cache_keeps_what_it_is_given_and_one_client_to_ask_for_it() -> None:
    cache.set("answer", {"is": 42}, timeout=60)

    assert cache.get("answer") == {"is": 42}
    assert cache._cache.get_client(write=True) is cache._cache.get_client(write=True)
