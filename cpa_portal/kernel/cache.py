"""Django's Redis cache, whose client is kept: Django builds one for each key asked, which takes longer than to ask."""

from functools import cache
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class _KeptClients(RedisCacheClient):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # A client holds nothing but its pool, and so may last as long.
        self._client = cache(self._client)


class KeptRedisCache(RedisCache):
    """The same cache, under the same keys; only the objects that speak to the server last longer."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients
