"""Which of several parallel sessions people would like, stated until a deadline: workshops, or roundtables."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, Participant, User
from academy.permissions import insist
from programme.models import Session
from workshops.models import Wish, WishRound
from workshops.permissions import may_allocate, may_wish

CHOICES = 3


class WishesClosed(DomainError):
    """The deadline is over, or wishes were never asked for."""

    message = gettext_lazy("Choices can no longer be changed here: the time for them is over.")


@dataclass(frozen=True)
class WishCounts:
    """How often a session is the first, second and third choice."""

    session: Session
    counts: tuple[int, ...]


def sessions_to_wish(slot: Session) -> list[Session]:
    """The parallel sessions of a time that can be wished for: workshops, or roundtables."""
    kinds = (Session.Kind.WORKSHOP, Session.Kind.ROUNDTABLE)
    rows = Session.objects.filter(parent=slot, kind__in=kinds, removed_at=None)
    return list(rows.select_related("edition").order_by("position", "slug"))


def slots_with_wishes(edition: Edition) -> list[Session]:
    """The times at which people sit in one of several sessions; in the order of the programme."""
    kinds = (Session.Kind.WORKSHOP, Session.Kind.ROUNDTABLE)
    children = Session.objects.filter(edition=edition, kind__in=kinds, removed_at=None)
    rows = Session.objects.filter(pk__in=children.exclude(parent=None).values("parent"), removed_at=None)
    rows = rows.select_related("day", "edition", "wish_round")
    return sorted(rows, key=lambda slot: (slot.starts_at is None, str(slot.starts_at), slot.slug))


def is_open(slot: Session, moment: datetime) -> bool:
    """Whether choices can be stated and changed at this moment."""
    asked = WishRound.objects.filter(slot=slot).first()
    return asked is not None and moment < asked.closes_at


@transaction.atomic
def ask_for_wishes(slot: Session, *, closes_at: datetime | None, by: User | None) -> None:
    """Let participants state their choices until a moment; None ends it now and keeps what was stated.

    Raises:
        NotAllowed
        Invalid: the moment is past, or nothing can be chosen at this time.
    """
    insist(by is None or may_allocate(by, slot.edition))
    if len(sessions_to_wish(slot)) < 2:
        raise Invalid(_("At this time there are no parallel sessions to choose from."))
    if closes_at is None:
        WishRound.objects.filter(slot=slot).update(closes_at=clock.now())
    elif closes_at <= clock.now():
        raise Invalid(_("The deadline must lie in the future."))
    elif slot.starts_at is not None and closes_at > slot.starts_at:
        raise Invalid(_("The deadline must lie before these sessions begin."))
    else:
        WishRound.objects.update_or_create(slot=slot, defaults={"closes_at": closes_at})
    record(slot.edition, "choices asked for", slot, by=by, data={"open": closes_at is not None})


@transaction.atomic
def state_wishes(participant: Participant, slot: Session, sessions: Sequence[Session], *, by: User) -> None:
    """State one's choices, the first one first; none takes all of them back.

    Raises:
        NotAllowed: they are somebody else's, or without a confirmed place.
        Invalid: one is named twice, or is none of this time.
        WishesClosed
    """
    insist(may_wish(by, participant))
    slot = Session.objects.select_for_update(of=("self",)).select_related("edition").get(pk=slot.pk)
    if slot.edition_id != participant.edition_id or not is_open(slot, clock.now()):
        raise WishesClosed
    offered = {row.pk for row in sessions_to_wish(slot)}
    chosen = [row.pk for row in sessions]
    if len(set(chosen)) != len(chosen):
        raise Invalid(_("Please name each one once."))
    if not offered.issuperset(chosen) or len(chosen) > CHOICES:
        raise Invalid(_("This is not one of the choices."))
    Wish.objects.filter(participant=participant, slot=slot).delete()
    Wish.objects.bulk_create(
        Wish(participant=participant, slot=slot, session_id=key, rank=rank)
        for rank, key in enumerate(chosen, start=1)
    )
    record(slot.edition, "choices stated", slot, by=by, data={"choices": len(chosen)})
    announce("own pages changed", person=str(by.pk))


def wishes_of(participant: Participant, slot: Session) -> list[Session]:
    """What somebody chose at a time, the first choice first."""
    rows = Wish.objects.filter(participant=participant, slot=slot).select_related("session")
    return [row.session for row in rows.order_by("rank")]


def counted_wishes(slot: Session) -> list[WishCounts]:
    """How often each session of a time was chosen, by confirmed participants."""
    confirmed = Participant.State.CONFIRMED
    rows = Wish.objects.filter(slot=slot, participant__state=confirmed).values_list("session", "rank")
    counts = Counter(rows)
    return [
        WishCounts(row, tuple(counts[row.pk, rank] for rank in range(1, CHOICES + 1)))
        for row in sessions_to_wish(slot)
    ]


@dataclass(frozen=True)
class Asked:
    """A time for which a participant may state choices: until when, and what they chose so far."""

    slot: Session
    closes_at: datetime
    is_open: bool
    chosen: list[Session]


def asked_of(participant: Participant) -> list[Asked]:
    """What a confirmed participant is asked to choose, or chose, as long as the time itself is not over."""
    moment = clock.now()
    rounds = WishRound.objects.filter(slot__edition=participant.edition_id, slot__removed_at=None)
    if not rounds or not may_wish(participant.user, participant):
        return []
    rows = Wish.objects.filter(participant=participant).select_related("session").order_by("rank")
    chosen: dict[UUID, list[Session]] = {}
    for row in rows:
        chosen.setdefault(row.slot_id, []).append(row.session)
    return [
        Asked(one.slot, one.closes_at, moment < one.closes_at, chosen.get(one.slot_id, []))
        for one in rounds.select_related("slot__edition").order_by("closes_at")
        if one.slot.ends_at is None or moment < one.slot.ends_at
    ]
