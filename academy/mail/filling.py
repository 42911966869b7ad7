"""One letter for one person: the language, what the placeholders stand for, and the row for the outbox."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from academy import clock
from academy.mail.audience import addressed, zone_of
from academy.mail.dates import day_in_short
from academy.mail.placeholders import as_words, fill, set_apart
from academy.mail.posting import address_of
from academy.mail.reading import language_for, writing_in
from academy.mail.sessions import SessionFacts, calendar_of_session, own_sessions_of, sessions_of
from academy.models import Mailing, Message, Participant
from academy.outbox import one_line
from academy.zones import zone_in_words


@dataclass(frozen=True)
class Scene:
    """What a letter says of its session, the same for all: the session, its parts, whose they are, for calendars."""

    session: SessionFacts | None = None
    parts: list[SessionFacts] = field(default_factory=list)
    own: dict[str, set[str]] = field(default_factory=dict)
    calendar: str = ""


def scene_of(letter: Mailing) -> Scene:
    """The scene of a letter, asked for once for all who get it."""
    sessions = sessions_of(letter.edition) if letter.session else {}
    session = sessions.get(str(letter.session))
    if session is None:
        return Scene()
    return Scene(
        session=session,
        parts=[part for part in sessions.values() if part.parent == session.id],
        own=own_sessions_of(letter.edition),
        calendar=calendar_of_session(letter.edition, session.id) if letter.with_calendar else "",
    )


def message_to(participant: Participant, letter: Mailing, scene: Scene) -> Message:
    """The mail of a letter to one person, not yet in the outbox."""
    language = language_for(participant, letter.texts)
    words = letter.texts.get(language, {"subject": "", "body": ""})
    with writing_in(language):
        values = values_for(participant, letter, scene)
    return Message(
        edition=letter.edition,
        mailing=letter,
        user=participant.user,
        key=f"mailing:{letter.pk}:{participant.pk}",
        to=participant.user.email,
        subject=one_line(fill(words["subject"], values)),
        body=fill(words["body"], set_apart(values, language)),
        calendar=scene.calendar,
        language=language,
        is_essential=letter.is_essential,
        created_at=clock.now(),
    )


def values_for(participant: Participant, letter: Mailing, scene: Scene) -> dict[str, str]:
    """{placeholder: words} for one recipient. Nobody else is ever named in them."""
    edition = letter.edition
    values = {
        "name": as_words(addressed(participant)),
        "edition": one_line(edition.title),
        "my_academy": address_of("my_academy", edition.slug),
        "programme": address_of("programme:agenda", edition.slug),
    }
    if session := scene.session:
        zone = zone_of(participant, edition)
        values |= {
            "session": one_line(session.title),
            "time": in_zone(session.starts, zone) if session.starts else _("at a time that is not known yet"),
            "group": _group(session, scene, scene.own.get(str(participant.pk), set())),
        }
    return values


def in_zone(moment: datetime, zone: ZoneInfo) -> str:
    """A moment in somebody's zone, in words: "Wed 2 Feb 2022, 13:30 (Dhaka time, UTC+6)"."""
    local = moment.astimezone(zone)
    return f"{day_in_short(local)}, {local:%H:%M} ({zone_in_words(zone, moment)})"


def _group(session: SessionFacts, scene: Scene, own: Collection[str]) -> str:
    """Which part of a session is somebody's own."""
    if session.parent and session.id in own:
        return one_line(session.short)
    return next((one_line(part.short) for part in scene.parts if part.id in own), _("no group yet"))
