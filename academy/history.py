"""The history of an edition: append-only, chained, without names.

Each entry's digest is sha256 over the canonical form (RFC 8785) of its fields and the digest before it. The actor
stands in it as sha256(salt + user id); salt and user lie in a row of their own, which erasure removes.
"""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models, transaction

from academy import clock
from academy.announcements import announce
from academy.canonical import digest, digest_or_none
from academy.models import Edition, HistoryActor, HistoryEntry, HistoryHead, User


@dataclass(frozen=True)
class Mismatch:
    """The first thing that a verification found not to match: which object, and why, in words."""

    object: str
    reason: str

    def __str__(self) -> str:
        return f"{self.object}: {self.reason}"


def entry_content(
    *,
    edition: str,
    number: int,
    at: datetime,
    verb: str,
    object_type: str,
    object_id: str,
    data: Any,
    actor_commitment: str,
    previous: str,
) -> dict[str, Any]:
    """The JSON value whose digest is the entry's."""
    return {
        "edition": edition,
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "verb": verb,
        "object_type": object_type,
        "object_id": object_id,
        "data": data,
        "actor_commitment": actor_commitment,
        "previous": previous,
    }


def commitment(salt: str, user_id: str) -> str:
    """What the chain holds of an actor: sha256(salt + user id), 64 hexadecimal digits."""
    return hashlib.sha256(f"{salt}{user_id}".encode()).hexdigest()


def record(
    edition: Edition,
    verb: str,
    subject: models.Model,
    *,
    by: User | None,
    data: dict[str, Any] | None = None,
    content: Any = None,
    gone: bool = False,
) -> HistoryEntry:
    """Write one entry; call it last in a rule's transaction, as it locks the edition's chain until the commit.

    Args:
        verb: what was done, in the past tense ("finding noted").
        by: who did it; None for the system itself.
        data: JSON values without names, addresses or free text.
        content: what the subject says after this; only its digest enters the chain, and `verify_contents` compares
            the subject with it for ever after.
        gone: the subject no longer exists after this.
    """
    with transaction.atomic():
        head = HistoryHead.objects.select_for_update().get_or_create(edition=edition)[0]
        facts = {**(data or {}), **_committed(content, gone=gone)}
        entry, actor = _next_entry(head, verb, subject, facts, by=by)
        entry.save(force_insert=True)
        if actor:
            actor.save(force_insert=True)
        head.save()
        announce("recorded", edition=edition.slug, kind=entry.object_type)
    return entry


def record_all(
    edition: Edition,
    verb: str,
    contents: Iterable[tuple[models.Model, Any]],
    *,
    by: User | None,
    data: dict[str, Any] | None = None,
) -> int:
    """Write an entry for each of many subjects of one kind, as `record` does for one; returns how many.

    Args:
        contents: each subject with what it says now.
        data: the same for all of them.
    """
    with transaction.atomic():
        head = HistoryHead.objects.select_for_update().get_or_create(edition=edition)[0]
        written = [
            _next_entry(head, verb, subject, {**(data or {}), **_committed(content, gone=False)}, by=by)
            for subject, content in contents
        ]
        entries = HistoryEntry.objects.bulk_create([entry for entry, _actor in written], batch_size=500)
        for (_entry, actor), entry in zip(written, entries, strict=True):
            if actor:
                actor.entry = entry
        HistoryActor.objects.bulk_create([actor for _entry, actor in written if actor], batch_size=500)
        head.save()
        if entries:
            announce("recorded", edition=edition.slug, kind=entries[0].object_type)
    return len(entries)


def _next_entry(
    head: HistoryHead, verb: str, subject: models.Model, data: dict[str, Any], *, by: User | None
) -> tuple[HistoryEntry, HistoryActor | None]:
    """The entry after the head's, with its actor; the head moves on. None of them is saved yet."""
    salt = secrets.token_hex(32)
    entry = HistoryEntry(
        edition_id=head.edition_id,
        number=head.number + 1,
        at=clock.now(),
        verb=verb,
        object_type=subject._meta.label_lower,
        object_id=str(subject.pk),
        data=data,
        actor_commitment=commitment(salt, str(by.pk)) if by else "",
        previous=head.digest,
    )
    entry.digest = digest(content_of(entry))
    head.number, head.digest = entry.number, entry.digest
    return entry, HistoryActor(entry=entry, user=by, salt=salt) if by else None


def _committed(content: Any, *, gone: bool) -> dict[str, str | None]:
    """What an entry commits to of its subject: the digest of its content, or that there is none any more."""
    if gone:
        return {"content": None}
    return {} if content is None else {"content": digest(content)}


def content_of(entry: HistoryEntry) -> dict[str, Any]:
    """The JSON value that an entry's digest covers."""
    return entry_content(
        edition=str(entry.edition_id),
        number=entry.number,
        at=entry.at,
        verb=entry.verb,
        object_type=entry.object_type,
        object_id=entry.object_id,
        data=entry.data,
        actor_commitment=entry.actor_commitment,
        previous=entry.previous,
    )


def entries_by(
    user: User, *, since: datetime | None = None, until: datetime | None = None
) -> models.QuerySet[HistoryEntry]:
    """What somebody did, in its order, from one moment up to another; nothing of who was erased."""
    rows = HistoryEntry.objects.filter(actor__user=user).select_related("edition")
    if since:
        rows = rows.filter(at__gte=since)
    if until:
        rows = rows.filter(at__lte=until)
    return rows.order_by("edition__slug", "number")


def verify_history(edition: Edition) -> Iterator[Mismatch]:
    """Walk the chain from its first entry and yield what does not match."""
    previous, expected = "", 1
    for entry in HistoryEntry.objects.filter(edition=edition).order_by("number").iterator():
        name = f"history entry {entry.number} ({entry.verb})"
        if entry.number != expected:
            yield Mismatch(name, f"entry {expected} is missing before it")
        if entry.previous != previous:
            yield Mismatch(name, "it does not follow the entry before it")
        if digest_or_none(content_of(entry)) != entry.digest:
            yield Mismatch(name, "its content was changed after it was written")
        previous, expected = entry.digest, entry.number + 1
    yield from _verify_actors(edition)
    head = HistoryHead.objects.filter(edition=edition).first()
    written, last = (head.number, head.digest) if head else (0, "")
    if (written, last) != (expected - 1, previous):
        yield Mismatch("history head", f"the chain ends at entry {expected - 1}, the head says {written}")


def _verify_actors(edition: Edition) -> Iterator[Mismatch]:
    """Yield the entries whose actor is not the person that the chain committed to. Erased actors are no mismatch."""
    actors = (
        HistoryActor.objects.filter(entry__edition=edition).select_related("entry").order_by("entry__number")
    )
    for actor in actors.iterator():
        if commitment(actor.salt, str(actor.user_id)) != actor.entry.actor_commitment:
            name = f"history entry {actor.entry.number} ({actor.entry.verb})"
            yield Mismatch(name, "its actor was changed after it was written")


def verify_contents(
    edition: Edition, model: type[models.Model], contents: dict[str, Any]
) -> Iterator[Mismatch]:
    """Yield the objects whose content is not what the history last said of it.

    Args:
        contents: what each object of this model says now, by its key.
    """
    last = _last_contents(edition, model)
    kind = model._meta.verbose_name
    for key, content in contents.items():
        if last.get(key) is None:
            yield Mismatch(f"{kind} {key}", "the history knows nothing of it")
        elif digest_or_none(content) != last[key]:
            yield Mismatch(f"{kind} {key}", "it was changed without an entry in the history")
    for key, known in last.items():
        if known is not None and key not in contents:
            yield Mismatch(f"{kind} {key}", "the history knows it, but it is gone")


def _last_contents(edition: Edition, model: type[models.Model]) -> dict[str, str | None]:
    """{key: digest of what the history last said of the object, None if it said that the object is gone}."""
    last: dict[str, str | None] = {}
    entries = HistoryEntry.objects.filter(edition=edition, object_type=model._meta.label_lower).order_by(
        "number"
    )
    for object_id, data in entries.values_list("object_id", "data").iterator():
        if "content" in data:
            last[object_id] = data["content"]
    return last
