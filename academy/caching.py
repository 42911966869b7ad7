"""Redis as the cache, with one client instead of one a question; and one for parts of pages, which may be away.

Django makes a client for every question to the cache, and redis-py 8 fills a table of 169 entries for each: a tenth of
what a kept page costs. A client holds nothing of its own but its pool of connections, and threads may share it.
"""

from contextlib import suppress
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError


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


class FragmentCache(KeptRedisCache):
    """Parts of pages that lie in Redis. While it is away nothing is found and nothing kept: the part is made anew."""

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        try:
            return super().get(key, default, version)
        except RedisError:
            return default

    def set(
        self, key: str, value: Any, timeout: float | None = DEFAULT_TIMEOUT, version: int | None = None
    ) -> None:
        with suppress(RedisError):
            super().set(key, value, timeout, version)
