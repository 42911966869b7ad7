"""Telling people what a new version changes for them: mails drafted from the comparison, sent with the release."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.mail.audience import addressed
from academy.mail.dates import day_in_short
from academy.mail.placeholders import as_words
from academy.mail.reading import language_of, writing_in
from academy.models import Edition, Participant, User
from academy.outbox import queue_message
from academy.permissions import insist
from academy.zones import zone_in_words
from programme.agenda import moment
from programme.attendance import everybodys_sessions
from programme.comparing import Comparison, SessionChange, compare, whole_title
from programme.joining import OWN_PEOPLE_ONLY
from programme.models import Release, SessionRole
from programme.permissions import may_release
from programme.releases import current_release, release


@dataclass(frozen=True)
class Letter:
    """A mail to one participant; `changes` are sentences in their language, in the order of the programme."""

    participant: Participant
    changes: list[str]
    language: str = ""


@transaction.atomic
def release_and_tell(
    edition: Edition,
    *,
    label: str,
    note: str = "",
    seen: str | None = None,
    tells: bool = True,
    address: str = "",
    by: User | None,
) -> Release:
    """Release the draft, and put a mail into the outbox for everybody for whom something changes.

    Args:
        seen: the digest of the draft as it was read, as `release` takes it.
        tells: False releases without a mail.
        address: where the whole programme is to be read, for the mails.

    Raises:
        NotAllowed: `by` is no organiser.
        DraftChanged, NothingToRelease
    """
    insist(by is None or may_release(by, edition))
    last = current_release(edition)
    made = release(edition, label=label, note=note, seen=seen, by=by)
    if last and tells:
        for letter in letters_about(edition, compare(last.content, made.content)):
            with writing_in(letter.language):
                queue_message(
                    key=f"release:{made.pk}:{letter.participant.pk}",
                    to=letter.participant.user.email,
                    subject=_("The programme has changed: %(title)s") % {"title": edition.title},
                    body=body_of(letter, made, address),
                    edition=edition,
                    language=letter.language,
                )
    return made


def letters_about(edition: Edition, comparison: Comparison) -> list[Letter]:
    """Who has to know what: confirmed participants who have a role, a place or a star in a session that changed.

    Told are new sessions, times and days, new titles, sessions cancelled, and one's own role given or ended. A session
    that is open to all concerns all when it is new, moves or is cancelled. Of what is over already nobody is told.
    """
    zone = ZoneInfo(edition.time_zone)
    concerned = everybodys_sessions(edition)
    stars = Participant.objects.confirmed().filter(edition=edition, stars__isnull=False)
    for participant, session in stars.values_list("pk", "stars__session"):
        concerned.setdefault(str(participant), set()).add(str(session))
    people = (
        Participant.objects.confirmed()
        .filter(edition=edition)
        .select_related("user")
        .order_by("name_key", "pk")
    )
    everybody = {str(person.pk): language_of(person.user, person) for person in people}
    lines: dict[str, list[str]] = {}
    for change in comparison.sessions:
        if _is_over(change):
            continue
        said = _in_words(change, zone, set(everybody.values()))
        told = {who for who, own in concerned.items() if change.session["id"] in own}
        told |= {who for _general, personal in said.values() for who in personal}
        for key in everybody.keys() & (everybody.keys() if _is_for_all(change) else told):
            general, personal = said[everybody[key]]
            if words := [*personal.get(key, ()), *general]:
                lines.setdefault(key, []).extend(words)
    found = [(person, str(person.pk)) for person in people if str(person.pk) in lines]
    return [Letter(person, lines[key], everybody[key]) for person, key in found]


Words = tuple[list[str], dict[str, list[str]]]


def _in_words(change: SessionChange, zone: ZoneInfo, languages: Iterable[str]) -> dict[str, Words]:
    """{language: what a change means for everybody in the session, and for whom it gives or ends a role}."""
    found = {}
    for language in languages:
        with writing_in(language):
            found[language] = (list(_sentences(change, zone)), _roles(change, zone))
    return found


def _is_over(change: SessionChange) -> bool:
    """Whether all of it lies behind us: what a session was called when it was over changes nothing for anybody."""
    ends = [_ends(one) for one in (change.old, change.new) if one]
    return all(end is not None and end < clock.now() for end in ends)


def _ends(session: dict[str, Any]) -> datetime | None:
    at = session.get("at") or {}
    return moment(at.get("ends") or at.get("starts"))


def _is_for_all(change: SessionChange) -> bool:
    """Whether a session in which everybody takes part is new, was moved or cancelled; parts go with the whole."""
    is_open = change.session["kind"] not in OWN_PEOPLE_ONLY | {"break"}
    is_new = change.what == "new" and not (change.new or {}).get("parent")
    return is_open and (is_new or change.what == "cancelled" or change.is_moved)


def body_of(letter: Letter, made: Release, address: str) -> str:
    """The text of a mail."""
    edition = made.edition
    changes = "\n".join(f"- {change}" for change in letter.changes)
    zone = ZoneInfo(edition.time_zone)
    noon = datetime.combine(edition.starts, datetime.min.time(), zone)
    paragraphs = [
        _("Hello %(name)s,") % {"name": as_words(addressed(letter.participant))},
        _("there is a new version of the programme (%(label)s). This changes for you:")
        % {"label": made.label},
        changes,
        _("Times are in %(zone)s.") % {"zone": zone_in_words(zone, noon)},
        made.note,
        _("The whole programme: %(address)s") % {"address": address} if address else "",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _sentences(change: SessionChange, zone: ZoneInfo) -> Iterator[str]:
    """What everybody in a session has to know about its change."""
    title = whole_title(change.session)
    if change.what == "cancelled":
        yield _("%(title)s, %(when)s, is cancelled.") % {"title": title, "when": _when(change.old, zone)}
        return
    if change.what == "new":
        yield _("%(title)s is new: %(when)s.") % {"title": title, "when": _when(change.new, zone)}
        return
    if change.is_retitled and change.old:
        yield _("%(old)s is now called %(new)s.") % {"old": whole_title(change.old), "new": title}
    if change.is_moved:
        yield _("%(title)s was %(old)s and is now %(new)s.") % {
            "title": title,
            "old": _when(change.old, zone),
            "new": _when(change.new, zone),
        }


def _roles(change: SessionChange, zone: ZoneInfo) -> dict[str, list[str]]:
    """{participant id: sentences} about roles that were given, with the time of the session, or ended."""
    when = _when(change.new or change.old, zone)
    title = whole_title(change.session)
    found: dict[str, list[str]] = {}
    came = change.came if change.what == "changed" else (change.new or {}).get("people", [])
    went = (change.old or {}).get("people", []) if change.what == "cancelled" else change.went
    for people, words in (
        (came, _("You are %(role)s in %(title)s, %(when)s.")),
        (went, _("You are no longer %(role)s in %(title)s.")),
    ):
        for person in people:
            if key := person.get("participant"):
                said = words % {"role": SessionRole.Kind(person["role"]).label, "title": title, "when": when}
                found.setdefault(key, []).append(said)
    return found


def _when(session: dict[str, Any] | None, zone: ZoneInfo) -> str:
    """The date and times of a session in a zone, in words."""
    starts, ends = (moment(((session or {}).get("at") or {}).get(name)) for name in ("starts", "ends"))
    if starts is None:
        return _("at a time that is not known yet")
    local = starts.astimezone(zone)
    words = f"{day_in_short(local)}, {local:%H:%M}"
    return f"{words}–{ends.astimezone(zone):%H:%M}" if ends else words
