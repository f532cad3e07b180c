"""What a test cached, in whichever thread, is not there for the next one."""

from django.core.cache import cache

from tests.support.caches import forget_what_is_cached
from tests.support.threads import results_together


def test_what_threads_cached_is_forgotten_with_the_rest():
    results_together([lambda: cache.set("counted", 3)])

    forget_what_is_cached()

    assert results_together([lambda: cache.get("counted")]) == [None]
    assert cache.get("counted") is None


def test_thread_reads_what_its_test_cached():
    cache.set("told", 3)

    assert results_together([lambda: cache.get("told")]) == [3]
