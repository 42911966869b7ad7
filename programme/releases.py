"""Releases: the programme as it was published, frozen under a number and a label.

A release holds everything that the public reads (titles, texts, questions, times), except the names of participants:
it refers to them, and the page asks what may be shown of them today. So a person who becomes protected disappears
from old releases too, while their digest still holds.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from academy import clock
from academy.canonical import digest, digest_or_none
from academy.errors import Invalid
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, User
from academy.permissions import insist
from programme.agenda import all_sessions
from programme.models import Day, Material, Release, Session, SessionRole, Strand
from programme.permissions import may_release

# What an app above this one adds to a session: a function from the edition to {session id: {key: JSON value}}.
Contribution = Callable[[Edition], dict[str, dict[str, Any]]]
_contributions: list[Contribution] = []


class DraftChanged(Invalid):
    """The draft is not what was read before it was to be released."""

    message = _(
        "The draft has changed since you read this page. Please read what changes now, and release again."
    )


class NothingToRelease(Invalid):
    """The edition has no days, or nothing changed since the last release."""

    message = _("Nothing has changed since the last release.")


def contribute(contribution: Contribution) -> None:
    """Have every release hold what this function says of its sessions."""
    if contribution not in _contributions:
        _contributions.append(contribution)


@transaction.atomic
def release(
    edition: Edition,
    *,
    label: str,
    note: str = "",
    seen: str | None = None,
    by: User | None,
    at: datetime | None = None,
) -> Release:
    """Freeze the programme as it stands now under the next number.

    Args:
        label: what people call it, such as "version: 9 November 2021".
        seen: the digest of the draft as it was read; None for whoever has not read it.
        by: an organiser; None for the administrator's shell.
        at: when it was released; now, if nothing is said.

    Raises:
        NotAllowed: `by` is no organiser.
        DraftChanged: the draft is not the one that was seen.
        NothingToRelease: the content is that of the last release.
    """
    insist(by is None or may_release(by, edition))
    edition = Edition.objects.select_for_update(no_key=True).get(pk=edition.pk)
    content = programme_content(edition)
    last = current_release(edition)
    content_digest = digest(content)
    if seen is not None and seen != content_digest:
        raise DraftChanged
    if not content["days"] or (last and last.digest == content_digest):
        raise NothingToRelease
    made = Release.objects.create(
        edition=edition,
        number=last.number + 1 if last else 1,
        label=label,
        note=note,
        content=content,
        digest=content_digest,
        released_at=at or clock.now(),
    )
    facts = {"number": made.number, "digest": made.digest}
    record(edition, "programme released", made, by=by, data=facts, content=release_words(made))
    return made


def release_words(made: Release) -> dict[str, Any]:
    """What the history commits to of a release; its content stands in it by its digest."""
    return {field: getattr(made, field) for field in ("number", "label", "note", "digest")}


def current_release(edition: Edition) -> Release | None:
    """The release that the public reads: the newest. Its content is shared: to be read, never changed."""
    return _with_content(Release.objects.filter(edition=edition).order_by("-number"))


def release_numbered(edition: Edition, number: int) -> Release | None:
    """The release of this number, in the same way."""
    return _with_content(Release.objects.filter(edition=edition, number=number))


def is_released(session: Session) -> bool:
    """Whether the public can read of it: the newest release has it."""
    release = current_release(session.edition)
    return release is not None and any(
        item["id"] == str(session.pk) for item in all_sessions(release.content)
    )


def last_release_with(edition: Edition, slug: str) -> Release | None:
    """The newest release that has a session of this address; None for an address that no session ever had."""
    if not Session.objects.filter(edition=edition, slug=slug).exists():
        return None
    for number in (
        Release.objects.filter(edition=edition).order_by("-number").values_list("number", flat=True)
    ):
        release = release_numbered(edition, number)
        if release and any(item["slug"] == slug for item in all_sessions(release.content)):
            return release
    return None


# What a release says never changes, so that a process reads it from the database once.
_contents: LRUCache[tuple[Any, str], Any] = LRUCache(16)
_guard = Lock()


def _with_content(rows: QuerySet[Release]) -> Release | None:
    found = rows.defer("content").first()
    if found is None:
        return None
    with _guard:
        content = _contents.get((found.pk, found.digest))
    if content is None:
        content = found.content
        with _guard:
            _contents[found.pk, found.digest] = content
    found.content = content
    return found


def programme_content(edition: Edition) -> dict[str, Any]:
    """The whole programme as a JSON value: edition, strands, days with their nested sessions."""
    extras: defaultdict[str, dict[str, Any]] = defaultdict(dict)
    for contribution in _contributions:
        for session_id, extra in contribution(edition).items():
            extras[session_id] |= extra
    people: defaultdict[Any, list[dict[str, str]]] = defaultdict(list)
    for person in SessionRole.objects.filter(session__edition=edition).order_by("position", "id"):
        people[person.session_id].append(_person(person))
    materials: defaultdict[Any, list[dict[str, Any]]] = defaultdict(list)
    for material in Material.objects.filter(session__edition=edition, removed_at=None).order_by(
        "position", "id"
    ):
        materials[material.session_id].append(_material(material))
    children: defaultdict[Any, list[Session]] = defaultdict(list)
    planned = Session.objects.planned().filter(edition=edition)
    for session in planned.select_related("strand").order_by("position", "id"):
        children[session.parent_id or session.day_id].append(session)

    def node(session: Session) -> dict[str, Any]:
        return {
            **_session(session),
            "people": people[session.pk],
            "materials": materials[session.pk],
            "children": [node(child) for child in children[session.pk]],
            **extras[str(session.pk)],
        }

    return {
        "edition": {
            "slug": edition.slug,
            "title": edition.title,
            "starts": edition.starts.isoformat(),
            "ends": edition.ends.isoformat(),
            "time_zone": edition.time_zone,
        },
        "strands": [_strand(strand) for strand in edition.strands.order_by("position")],
        "days": [
            {**_day(day), "sessions": [node(session) for session in children[day.pk]]}
            for day in edition.days.select_related("strand").order_by("date")
        ],
    }


def _strand(strand: Strand) -> dict[str, Any]:
    return {field: getattr(strand, field) for field in ("slug", "title", "short_title", "colour")}


def _day(day: Day) -> dict[str, Any]:
    return {
        "slug": day.slug,
        "date": day.date.isoformat(),
        "title": day.title,
        "short_title": day.short_title,
        "colour": day.colour,
        "strand": day.strand.slug if day.strand else None,
        "aim": day.aim,
    }


def _session(session: Session) -> dict[str, Any]:
    fields = (
        "slug",
        "kind",
        "title",
        "subtitle",
        "description",
        "footnote",
        "hosts",
        "points",
        "minutes",
        "language",
        "interpretation",
    )
    return {
        "id": str(session.pk),
        "strand": session.strand.slug if session.strand else None,
        "starts": _utc(session.starts_at),
        "ends": _utc(session.ends_at),
        **{field: getattr(session, field) for field in fields},
    }


def _person(person: SessionRole) -> dict[str, str]:
    """A guest by name, a participant by reference only."""
    if person.participant_id:
        return {"role": person.kind, "participant": str(person.participant_id)}
    return {
        "role": person.kind,
        "guest": person.guest_name,
        "affiliation": person.guest_affiliation,
        "biography": person.guest_biography,
    }


def _material(material: Material) -> dict[str, Any]:
    """A link with its address, a file with its name, size in bytes and type."""
    said: dict[str, Any] = {"id": str(material.pk), "title": material.title}
    if material.url:
        return {**said, "url": material.url}
    return {**said, "file": material.name, "size": material.size, "type": material.content_type}


def _utc(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def verify_releases(edition: Edition) -> Iterator[Mismatch]:
    """Yield the releases that are not as they were published."""
    releases = list(Release.objects.filter(edition=edition).order_by("number"))
    yield from verify_contents(edition, Release, {str(made.pk): release_words(made) for made in releases})
    for made in releases:
        if digest_or_none(made.content) != made.digest:
            yield Mismatch(
                f"programme release {made.number}", "its content was changed after it was published"
            )
