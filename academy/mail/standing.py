"""Mail that goes out by itself once organisers turn it on: reminders of one's own sessions, the summary of the day.

Each is one row per edition. A reminder's `minutes` say how long before each session, a summary's at which minute of
the day, by the academy's clock. Both are off until somebody turns them on.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.mail.audience import reachable, wanting_news
from academy.mail.letters import letter_words
from academy.mail.planners import is_planner_shut_out
from academy.mail.reading import language_for
from academy.mail.sessions import (
    SessionFacts,
    calendar_of_session,
    news_between,
    own_sessions_of,
    sessions_of,
)
from academy.mail.standing_words import languages_of, reminder_to, summary_to
from academy.mail.turning import kept_back, turned_off, turned_on
from academy.mail.turns import mailing_in_turn
from academy.models import Edition, Mailing, Message, Participant, User
from academy.outbox import queue_all
from academy.permissions import insist, is_organiser
from academy.registration import in_turn

Kind, State = Mailing.Kind, Mailing.State
STANDING = (Kind.REMINDER, Kind.SUMMARY)
# (lowest, highest, what is proposed): minutes before a session; minutes of the day.
LIMITS = {Kind.REMINDER: (5, 24 * 60, 60), Kind.SUMMARY: (12 * 60, 24 * 60 - 30, 18 * 60)}
# A summary that could not be written for so long is not written any more.
STALE = timedelta(hours=4)
EXAMPLES = 25


def standing(edition: Edition, kind: str) -> Mailing | None:
    """The row of an edition's reminders or summaries, if they were ever turned on."""
    return Mailing.objects.filter(edition=edition, kind=kind).first()


@transaction.atomic
def turn_on(edition: Edition, kind: str, *, minutes: int, with_calendar: bool = False, by: User) -> Mailing:
    """Have reminders or summaries go out from now on, or at another time than before.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        Invalid: too early or too late.
    """
    insist(is_organiser(by, edition))
    lowest, highest, _proposed = LIMITS[Kind(kind)]
    if not lowest <= minutes <= highest:
        raise Invalid(
            _("Choose from %(lowest)s to %(highest)s minutes.") % {"lowest": lowest, "highest": highest}
        )
    edition = in_turn(edition)
    mailing, _fresh = Mailing.objects.select_for_update().get_or_create(
        edition=edition, kind=kind, defaults={"created_at": clock.now(), "written_by": by}
    )
    mailing.state, mailing.minutes = State.PLANNED, minutes
    mailing.with_calendar = with_calendar and kind == Kind.REMINDER
    mailing.save()
    record(edition, turned_on(kind), mailing, by=by, content=letter_words(mailing))
    return mailing


@transaction.atomic
def turn_off(edition: Edition, kind: str, *, by: User) -> None:
    """Have no more of them go out; what is in the outbox goes.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
    """
    insist(is_organiser(by, edition))
    edition = in_turn(edition)
    mailing = (
        Mailing.objects.select_for_update().filter(edition=edition, kind=kind, state=State.PLANNED).first()
    )
    if mailing:
        mailing.state = State.CANCELLED
        mailing.save(update_fields=["state"])
        record(edition, turned_off(kind), mailing, by=by, content=letter_words(mailing))


def keep_off(mailing: Mailing) -> None:
    """Have reminders or summaries, whose row is locked, go out no more until an organiser turns them on anew.

    With nobody's doing: an account had a hand in them that was closed, as it was in other hands.
    """
    mailing.state = State.CANCELLED
    mailing.save(update_fields=["state"])
    record(mailing.edition, kept_back(mailing.kind), mailing, by=None, content=letter_words(mailing))


def due_standing() -> list[UUID]:
    """The reminders and summaries that are turned on, in academies that are not over."""
    on = Mailing.objects.filter(kind__in=STANDING, state=State.PLANNED)
    yesterday = clock.now().date() - timedelta(days=1)
    return list(on.filter(edition__ends__gte=yesterday).values_list("pk", flat=True))


@transaction.atomic
def write_standing(key: UUID) -> int:
    """Put the reminders or summaries that are due now into the outbox, each once; returns how many.

    If who turned them on or worded them last has a closed account, they are off from now on.
    """
    mailing = mailing_in_turn(key)
    if mailing is None or mailing.state != State.PLANNED:
        return 0
    if is_planner_shut_out(mailing):
        keep_off(mailing)
        return 0
    write = _reminders if mailing.kind == Kind.REMINDER else _summaries
    return queue_all(write(mailing))


# --- Reminders --------------------------------------------------------------------------------------------------------


def _reminders(mailing: Mailing) -> Iterator[Message]:
    """A mail to everybody whose own session starts within the minutes; to a session that moved, another one."""
    edition, present = mailing.edition, clock.now()
    until = present + timedelta(minutes=mailing.minutes or 0)
    soon = {
        key: session
        for key, session in sessions_of(edition).items()
        if session.starts and present < session.starts <= until
    }
    if not soon:
        return
    keys: dict[str, list[tuple[SessionFacts, str]]] = {}
    for who, sessions in own_sessions_of(edition).items():
        for key in sessions & soon.keys():
            name = f"mailing:{mailing.pk}:{key}:{who}:{_minute(soon[key].starts)}"
            keys.setdefault(who, []).append((soon[key], name))
    known = _known(mailing)
    entries = {key: calendar_of_session(edition, key) for key in soon} if mailing.with_calendar else {}
    wanted = {who: [pair for pair in pairs if pair[1] not in known] for who, pairs in keys.items()}
    for person in _people(edition, [who for who, pairs in wanted.items() if pairs]):
        for session, name in wanted[str(person.pk)]:
            calendar = entries.get(session.id, "")
            yield reminder_to(mailing, person, session, key=name, calendar=calendar)


def _minute(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y%m%d%H%M}" if moment else ""


def _known(mailing: Mailing) -> set[str]:
    """The keys of what was written lately."""
    lately = clock.now() - timedelta(days=2)
    return set(Message.objects.filter(mailing=mailing, created_at__gte=lately).values_list("key", flat=True))


def _people(edition: Edition, keys: list[str]) -> list[Participant]:
    rows = Participant.objects.confirmed().filter(edition=edition, pk__in=keys)
    return list(wanting_news(reachable(rows)).select_related("user").order_by("pk"))


# --- The summary of the day -------------------------------------------------------------------------------------------


def _summaries(mailing: Mailing) -> Iterator[Message]:
    """In the evening, to everybody with a session of their own tomorrow; to all if anything was published by then."""
    edition, present = mailing.edition, clock.now()
    zone = ZoneInfo(edition.time_zone)
    today = present.astimezone(zone).date()
    evening = datetime.combine(today, time(), zone) + timedelta(minutes=mailing.minutes or 0)
    is_evening = evening <= present < evening + STALE
    if not is_evening or not edition.starts - timedelta(days=1) <= today <= edition.ends:
        return
    news = news_between(edition, evening - timedelta(days=1), evening)
    tomorrow = _sessions_on(today + timedelta(days=1), edition, zone)
    own = {who: [one for one in tomorrow if one.id in keys] for who, keys in own_sessions_of(edition).items()}
    known = _known(mailing)
    people = Participant.objects.confirmed().filter(edition=edition)
    for person in wanting_news(reachable(people)).select_related("user").order_by("pk").iterator():
        name, sessions = f"mailing:{mailing.pk}:{today}:{person.pk}", own.get(str(person.pk), [])
        if name not in known and (sessions or news):
            yield summary_to(mailing, person, sessions, news, key=name)


def _sessions_on(day: date, edition: Edition, zone: ZoneInfo) -> list[SessionFacts]:
    """The sessions that start on a day of the academy, by time."""
    found = [
        session
        for session in sessions_of(edition).values()
        if session.starts and session.starts.astimezone(zone).date() == day
    ]
    return sorted(found, key=lambda session: str(session.starts))


# --- Reading them before anybody gets them ----------------------------------------------------------------------------


def readers(edition: Edition) -> list[Participant]:
    """Some of those who get such mail, so that it can be read as one of them reads it."""
    return list(_readers(edition).order_by("name_key", "pk")[:EXAMPLES])


def _readers(edition: Edition) -> QuerySet[Participant]:
    people = Participant.objects.confirmed().filter(edition=edition)
    return wanting_news(reachable(people)).select_related("user")


def languages_read(mailing: Mailing) -> list[tuple[str, int]]:
    """(language, how many get such mail in it), the largest first."""
    languages = languages_of(mailing)
    people = _readers(mailing.edition).only("languages", "user__language")
    counted = Counter(language_for(person, languages) for person in people)
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def as_read_by(mailing: Mailing, person: Participant) -> Message | None:
    """A mail as this person would get it for a session, or an evening, of the programme; None without a programme."""
    edition, zone = mailing.edition, ZoneInfo(mailing.edition.time_zone)
    keys = own_sessions_of(edition).get(str(person.pk), set())
    timed = sorted(
        (one for one in sessions_of(edition).values() if one.starts),
        key=lambda one: (one.id not in keys, str(one.starts)),
    )
    if not timed:
        return None
    if mailing.kind == Kind.REMINDER:
        return reminder_to(mailing, person, timed[0])
    day = timed[0].starts.astimezone(zone).date() if timed[0].starts else edition.starts
    own = [one for one in _sessions_on(day, edition, zone) if one.id in keys or not keys]
    news = news_between(edition, clock.now() - timedelta(days=365), clock.now())
    return summary_to(mailing, person, own[:4], news[:3])
