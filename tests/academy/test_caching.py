"""Redis as a cache: what lies in it may be lost, and it may be away."""

from __future__ import annotations

import pytest
from redis.exceptions import RedisError

from academy.caching import FragmentCache, KeptRedisCache

NOBODY = "redis://127.0.0.1:1/0"


def test_parts_of_pages_are_made_anew_while_redis_is_away():
    cache = FragmentCache(NOBODY, {})
    cache.set("part", "words", 60)
    assert cache.get("part") is None
    assert cache.get("part", "made anew") == "made anew"


def test_what_must_know_whether_it_is_kept_is_told_that_redis_is_away():
    with pytest.raises(RedisError):
        KeptRedisCache(NOBODY, {}).get("stamp")
