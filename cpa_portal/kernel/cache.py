"""Django's Redis cache, whose clients are kept: Django builds one for each key asked, which takes longer than to ask."""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool, Redis


class _KeptClients(RedisCacheClient):
    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # A client holds nothing but its pool, and so may last as long.
        self._clients: dict[ConnectionPool, Redis] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Redis:
        pool = self._get_connection_pool(write)
        if pool not in self._clients:
            self._clients[pool] = Redis(connection_pool=pool)
        return self._clients[pool]


class KeptRedisCache(RedisCache):
    """The same cache, under the same keys; only the objects that speak to the server last longer."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = _KeptClients
