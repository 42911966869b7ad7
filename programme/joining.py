"""The link to a session: for whom it opens, and when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
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


def doors_of(participant: Participant, *, also: Collection[str] = ()) -> dict[str, Door]:
    """{session id: door} for a participant's own sessions that have a link, in one query.

    Args:
        also: the ids of other sessions that the participant may join.
    """
    wanted = [UUID(key) for key in own_sessions(participant).union(also)]
    links = JoinLink.objects.filter(session__in=wanted).select_related("session")
    return {
        str(link.session_id): Door(link, link.opens_at(leads=False), link.session.ends_at) for link in links
    }


def open_to(content: dict[str, Any], own: Collection[str]) -> list[dict[str, Any]]:
    """What somebody with a confirmed place may join of a release, without breaks; as `all_sessions` has it.

    Of a session that is held side by side those parts that are their own stand for it, if any are; if its rooms are for
    the people of each only, and none is their own, it is not among them.
    """
    kept: set[str] = set()
    for day in content["days"]:
        for item in day["sessions"]:
            parts, inside = _own_parts(item, own), [child["kind"] for child in item["children"]]
            if parts:
                kept |= parts
            elif item["kind"] != "break" and not (inside and OWN_PEOPLE_ONLY.issuperset(inside)):
                kept.add(item["id"])
    return [item for item in all_sessions(content) if item["id"] in kept]


def _own_parts(item: dict[str, Any], own: Collection[str]) -> set[str]:
    """Somebody's own among the parts of a session that run side by side; the innermost."""
    found: set[str] = set()
    for child in item["children"]:
        if child["kind"] in PARALLEL:
            found |= _own_parts(child, own) or ({child["id"]} & set(own))
    return found
