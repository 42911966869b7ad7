"""Who came to what, for the organisers: what a person did in sessions, and how many came to each.

That somebody came is known from the link of a session: whoever went through it was there. Sessions without a link
count nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.models import Edition, Participant
from academy.people.charts import share
from academy.people.columns import Column
from academy.people.knowing import Fact, Section
from programme.models import Attendance, Session, SessionRole

# How early a link may open.
EARLY_MINUTES = 60


def who_came(edition: Edition) -> QuerySet[Any, Any]:
    """The registrations of those who came to any session."""
    return Attendance.objects.filter(session__edition=edition).values("participant")


def parts_in_sessions(participant: Participant) -> Section:
    """What a person does in the programme."""
    rows = SessionRole.objects.filter(participant=participant, session__removed_at=None)
    roles = rows.select_related("session__edition", "session__parent").order_by("session__starts_at", "kind")
    facts = [
        Fact(
            _title(role.session),
            str(role.get_kind_display()),
            role.session.get_absolute_url(),
            role.session.starts_at,
        )
        for role in roles
    ]
    return Section("sessions", _("Parts in the programme"), facts, _("No part in a session."))


def sessions_attended(participant: Participant) -> Section:
    """To which sessions a person came, and when."""
    rows = Attendance.objects.filter(participant=participant).select_related(
        "session__edition", "session__parent"
    )
    facts = [
        Fact(_title(row.session), _("came in"), row.session.get_absolute_url(), row.since)
        for row in rows.order_by("since", "pk")
    ]
    return Section("attendance", _("Came to"), facts, _("To no session yet."))


def _title(session: Session) -> str:
    """The title of a session, with that of the session it is part of before it."""
    return f"{session.parent.title}: {session.title}" if session.parent else session.title


def parts_recorded(participant: Participant) -> tuple[str, list[str]]:
    """The parts in sessions whose history is about this person."""
    keys = SessionRole.objects.filter(participant=participant).values_list("pk", flat=True)
    return "programme.sessionrole", [str(key) for key in keys]


def _came(_edition: Edition, rows: Sequence[Participant]) -> dict[UUID, str]:
    counts = Attendance.objects.filter(participant__in=[row.pk for row in rows]).values_list("participant")
    return {key: str(count) for key, count in counts.annotate(count=Count("pk"))}


SESSIONS_ATTENDED = Column("came", gettext_lazy("Sessions attended"), _came)


@dataclass(frozen=True)
class Turnout:
    """A session and how many came; None before it begins. `share` is the length of a bar in hundredths."""

    session: Session
    came: int | None
    share: str


def turnout_of(edition: Edition) -> list[Turnout]:
    """How many came to each session that has a link, or to which somebody came; in the order of the programme.

    A session that is held in groups has the numbers of its groups, and stands here only if somebody came to itself.
    """
    rows = Attendance.objects.filter(session__edition=edition).values_list("session")
    counts = dict(rows.annotate(count=Count("pk")))
    has_link = Q(join_link__isnull=False) & ~Q(join_link__url="")
    timed = Session.objects.planned().filter(edition=edition, starts_at__isnull=False)
    sessions = timed.filter(has_link | Q(pk__in=list(counts))).select_related("day", "edition", "parent")
    largest = max(counts.values(), default=0)
    in_parts = {session.parent_id for session in sessions}
    return [
        Turnout(session, count if _has_begun(session) else None, share(count, largest))
        for session in sessions.order_by("starts_at", "position", "pk")
        for count in [counts.get(session.pk, 0)]
        if count or session.pk not in in_parts
    ]


def _has_begun(session: Session) -> bool:
    """Whether somebody can have come; links open some minutes before the start."""
    opens = session.starts_at and session.starts_at - timedelta(minutes=EARLY_MINUTES)
    return opens is not None and opens <= clock.now()
