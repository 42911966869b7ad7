"""What became of each session from release to release: how often it moved, when it changed, whether it was cancelled.

A calendar that holds a session already must be told by a higher sequence number that it moved, and by a cancelled
entry that it will not take place (RFC 5545, sections 3.8.7.4 and 3.8.1.11).
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.core.cache import cache
from redis.exceptions import RedisError

from academy.canonical import text_digest
from programme.entries import Entry, details, entries_of
from programme.models import Release

# A release never changes, so what follows from it does not either.
KEPT_SECONDS = 7 * 24 * 3600


@dataclass(frozen=True)
class Trace:
    """A session up to a release.

    `uid` is its identity in calendars for ever. `sequence` counts the releases that moved, retitled, cancelled or
    reinstated it; `changed_at` says when the last release came out that changed anything about it. `lost` is the
    entry as it last stood, for a session that is not in the programme any more. `place` and `words` are digests of
    what raises the sequence, and of everything else that a calendar shows.
    """

    uid: str
    sequence: int
    changed_at: datetime
    place: str
    words: str
    lost: Entry | None = None


def follow(
    traces: Mapping[str, Trace], before: dict[str, Any] | None, after: dict[str, Any], released_at: datetime
) -> dict[str, Trace]:
    """The traces after one more release. Pure.

    Args:
        traces: {session id: trace} up to the release before; empty for the first.
        before: the content of the release before, None for the first.
        after: the content of this release, which came out at `released_at`.
    """
    entries = {entry.id: entry for entry in entries_of(after)}
    slug = after["edition"]["slug"]
    followed = {
        key: _met(entry, traces.get(key), f"{key}@{slug}", released_at) for key, entry in entries.items()
    }
    gone = {key: trace for key, trace in traces.items() if key not in entries}
    last = {entry.id: entry for entry in entries_of(before)} if before and gone else {}
    for key, trace in gone.items():
        followed[key] = trace if trace.lost else _lost(trace, last[key], released_at)
    return followed


def traces_up_to(newest: Release) -> dict[str, Trace]:
    """{session id: trace} over all releases of the edition up to this one."""
    key = f"traces:{newest.pk}:{newest.digest}"
    with suppress(RedisError):
        known: dict[str, Trace] | None = cache.get(key)
        if known is not None:
            return known
    traces: dict[str, Trace] = {}
    before = None
    earlier = Release.objects.filter(edition=newest.edition_id, number__lte=newest.number).order_by("number")
    for content, released_at in earlier.values_list("content", "released_at").iterator(chunk_size=4):
        traces = follow(traces, before, content, released_at)
        before = content
    with suppress(RedisError):
        cache.set(key, traces, KEPT_SECONDS)
    return traces


def _met(entry: Entry, known: Trace | None, uid: str, released_at: datetime) -> Trace:
    """The trace of a session that is in the programme."""
    place = text_digest(repr((entry.full_title, entry.slug, entry.starts, entry.ends, entry.day["date"])))
    words = text_digest(details(entry))
    if known is None:
        return Trace(uid, 0, released_at, place, words)
    if known.lost or known.place != place:
        return replace(
            known, sequence=known.sequence + 1, changed_at=released_at, place=place, words=words, lost=None
        )
    return known if known.words == words else replace(known, changed_at=released_at, words=words)


def _lost(trace: Trace, entry: Entry, released_at: datetime) -> Trace:
    """The trace of a session that is no longer in the programme; only what a calendar says of it is kept."""
    return replace(trace, sequence=trace.sequence + 1, changed_at=released_at, lost=_alone(entry))


def _alone(entry: Entry) -> Entry:
    """The entry without its parts and its day's other sessions."""
    parent = entry.parent and _alone(entry.parent)
    return replace(
        entry,
        node={**entry.node, "children": []},
        day={**entry.day, "sessions": []},
        parent=parent,
    )
