"""Who has a group's board open now. It lies in the cache for a minute and is written down nowhere."""

import contextlib
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from workshops.models import Group

SECONDS = 60


def _name(group: UUID | str, user: UUID | str) -> str:
    return f"here:{group}:{user}"


def be_here(group: UUID | str, users: Iterable[Any]) -> None:
    """Keep in mind for a minute that these people look at the board; without a cache nobody knows it."""
    with contextlib.suppress(RedisError):
        cache.set_many({_name(group, user): 1 for user in users}, timeout=SECONDS)


def people_here(group: Group) -> int:
    """How many of those who have a seat came in through the group's link, or have its board open now; once it is
    closed, how many came.
    """
    seats = list(group.seats.values_list("participant", "participant__user"))
    if not seats:
        return 0
    came = set(
        group.seats.filter(participant__attendances__session=group.session_id).values_list(
            "participant", flat=True
        )
    )
    looking: dict[str, Any] = {}
    if group.state == Group.State.CLOSED:
        return len(came)
    with contextlib.suppress(RedisError):
        looking = cache.get_many([_name(group.pk, user) for _participant, user in seats])
    return sum(participant in came or _name(group.pk, user) in looking for participant, user in seats)
