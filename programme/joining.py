"""The link to a session: for whom it opens, and when."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from academy import clock
from academy.history import record
from academy.models import Participant
from academy.permissions import Visitor, has_right, participation
from academy.rights import Right
from programme.agenda import PARALLEL, all_sessions
from programme.attendance import own_sessions
from programme.models import Attendance, JoinLink, Session
from programme.permissions import enters_early, leads_session
from programme.releases import current_release

# Parallel rooms whose people are placed; the roundtables are open to everybody until seats at them are given.
OWN_PEOPLE_ONLY = PARALLEL - {"roundtable"}


@dataclass(frozen=True)
class Door:
    """A session's link as one person finds it: `opens_at` is None for a session without a time."""

    link: JoinLink
    opens_at: datetime | None
    closes_at: datetime | None

    @property
    def state(self) -> str:
        """ "later", "open" or "over" at this moment; "unknown" for a session without a time."""
        if self.opens_at is None or self.closes_at is None:
            return "unknown"
        present = clock.now()
        return "later" if present < self.opens_at else "open" if present < self.closes_at else "over"


def door_to(session: Session, user: Visitor) -> Door | None:
    """The link of a session for this person; None if there is none, or it is not for them.

    Parallel groups open to their own people only; other sessions to everybody who takes part. Whoever runs a session
    gets in earlier.
    """
    link = JoinLink.objects.select_related("session").filter(session=session).first()
    if link is None or _is_cancelled(session):
        return None
    runs = leads_session(user, session) or has_right(user, session.edition, Right.RUN_GROUPS)
    if not runs and not _may_join(session, user):
        return None
    return Door(link, link.opens_at(leads=runs or enters_early(user, session)), session.ends_at)


def _is_cancelled(session: Session) -> bool:
    """Whether a session was taken out, and the public knows."""
    if session.removed_at is None:
        return False
    release = current_release(session.edition)
    return release is None or str(session.pk) not in {item["id"] for item in all_sessions(release.content)}


def _may_join(session: Session, user: Visitor) -> bool:
    if session.kind in OWN_PEOPLE_ONLY and session.parent_id:
        return str(session.pk) in own_sessions(participation(user, session.edition))
    return has_right(user, session.edition, Right.JOIN_SESSIONS)


@transaction.atomic
def check_in(user: Visitor, session: Session) -> None:
    """Record that a participant went through the link of a session; the first time counts."""
    participant = participation(user, session.edition)
    if participant is None:
        return
    attendance, fresh = Attendance.objects.get_or_create(
        participant=participant, session=session, defaults={"since": clock.now()}
    )
    if fresh:
        record(session.edition, "session joined", attendance, by=participant.user)


def doors_of(participant: Participant) -> dict[str, Door]:
    """{session id: door} for a participant's own sessions that have a link, in one query."""
    own = [UUID(key) for key in own_sessions(participant)]
    links = JoinLink.objects.filter(session__in=own).select_related("session")
    return {
        str(link.session_id): Door(link, link.opens_at(leads=False), link.session.ends_at) for link in links
    }
