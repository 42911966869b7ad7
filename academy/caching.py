"""Redis as the cache, with one client instead of one a question.

Django makes a client for every question to the cache, and redis-py 8 fills a table of 169 entries for each: a tenth of
what a kept page costs. A client holds nothing of its own but its pool of connections, and threads may share it.
"""

from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient


class KeptClient(RedisCacheClient):
    """Asks one server, always through the same client."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clients: dict[bool, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        if write not in self._clients:
            self._clients[write] = super().get_client(key, write=write)
        return self._clients[write]


class KeptRedisCache(RedisCache):
    """Django's cache in Redis, asked through `KeptClient`."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClient
