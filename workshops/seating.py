"""Seats in the groups of a workshop: placed by allocation, pinned by hand."""

from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import Edition, Participant, Role, User
from academy.permissions import insist
from academy.regions import region_of
from academy.rights import TABLE, Right
from academy.text import tidy
from programme.models import Session, SessionRole
from programme.permissions import LEADS
from workshops.allocation import Candidate, spread
from workshops.models import Group, PlanSlot, Seat, Workshop
from workshops.permissions import may_allocate

REASON_LENGTH = 200
# What a pair in one group counts: of the same kind of actor or region, with the same language, met before.
WEIGHTS = {"actor": 3, "region": 3, "language": 1, "met": 1}


class NoGroups(DomainError):
    """There is no group to place people in."""

    message = gettext_lazy("This workshop has no groups yet.")


class GroupsHaveMet(DomainError):
    """A group of the slot is at work or has closed its board."""

    message = gettext_lazy(
        "A group of this time has met already, so a draw moves nobody any more. Pin latecomers to a group instead."
    )


class DraftOpen(DomainError):
    """An organiser prepares the seats of this time in a draft."""

    message = gettext_lazy(
        "A draft for this time is open on the desk for groups. Place people there, or discard the draft first."
    )


class SeatTaken(DomainError):
    """The person sits elsewhere at the same time."""

    message = gettext_lazy("This person has a seat at the same time in another workshop.")


class NotConfirmed(Invalid):
    """Only confirmed participants of the same edition are seated."""

    message = gettext_lazy("Only people with a confirmed registration for this academy can be seated.")


@transaction.atomic
def allocate(slot: Session, *, seed: int, by: User | None) -> list[Seat]:
    """Spread all confirmed participants over the groups that meet in a slot of the programme.

    The groups are those of the slot's workshop, or of all its parallel workshops. Pinned seats are kept, the leads
    sit in the groups they run, and the other seats of an earlier allocation are drawn anew.

    Raises:
        NotAllowed: `by` is no organiser.
        NoGroups: nothing meets in this slot.
        GroupsHaveMet: a board of the slot was opened.
        DraftOpen: the seats of the slot are prepared in a draft.
    """
    insist(by is None or may_allocate(by, slot.edition))
    slot = Session.objects.select_for_update(of=("self",)).select_related("edition").get(pk=slot.pk)
    groups = {str(group.pk): group for group in groups_in(slot)}
    if not groups:
        raise NoGroups
    if any(group.state != Group.State.PLANNED for group in groups.values()):
        raise GroupsHaveMet
    _insist_on_no_draft(slot)
    seated = Seat.objects.filter(slot=slot)
    seated.exclude(pinned=True, participant__state=Participant.State.CONFIRMED).delete()
    _pin_leads(groups.values())
    pinned = {str(person): str(group) for person, group in seated.values_list("participant", "group")}
    capacities = {key: group.capacity for key, group in groups.items()}
    result = spread(candidates_of(slot), capacities, pinned=pinned, seed=seed, weights=WEIGHTS)
    placed = result.plan[0]
    seats = Seat.objects.bulk_create(
        Seat(
            workshop=groups[group].workshop,
            slot=slot,
            group=groups[group],
            participant_id=person,
            reason=_("so that every group mirrors the whole, and people meet others than before"),
        )
        for person, group in placed.items()
        if person not in pinned
    )
    sizes = {str(key): list(placed.values()).count(key) for key in groups}
    facts = {"seed": seed, "sizes": sizes, "cost": result.cost, "bound": result.bound}
    record(slot.edition, "groups allocated", slot, by=by, data=facts)
    return seats


def candidates_of(slot: Session) -> list[Candidate]:
    """Whoever is to sit in the groups of a slot, with what the groups should mirror, and whom they met before."""
    seated = Seat.objects.filter(slot=slot).values("participant")
    people = Participant.objects.confirmed().filter(Q(pk__in=drawn_people(slot.edition)) | Q(pk__in=seated))
    met: defaultdict[UUID, list[str]] = defaultdict(list)
    if slot.starts_at:
        before = Seat.objects.filter(slot__edition=slot.edition_id, slot__starts_at__lt=slot.starts_at)
        for person, group in before.values_list("participant", "group"):
            met[person].append(f"met:{group}")
    return [
        Candidate(
            str(pk),
            (
                f"actor:{actor}",
                f"region:{region_of(country)}",
                *(f"language:{one}" for one in languages),
                *met[pk],
            ),
        )
        for pk, actor, country, languages in people.values_list("pk", "actor", "country", "languages")
    ]


def groups_in(slot: Session) -> QuerySet[Group]:
    """The groups that meet in a slot of the programme: of its workshop, or of its parallel workshops."""
    return groups_at([slot])


def groups_at(slots: Iterable[Session]) -> QuerySet[Group]:
    """The groups that meet in several slots of the programme."""
    keys = [slot.pk for slot in slots]
    return (
        Group.objects.planned()
        .filter(Q(workshop__session__in=keys) | Q(workshop__session__parent__in=keys))
        .select_related("workshop__session", "workshop__edition", "session")
        .order_by("workshop__number", "slug")
    )


def slot_of(workshop: Workshop) -> Session:
    """The session of the programme during which the workshop runs; parallel workshops share it."""
    return workshop.session.parent or workshop.session


@transaction.atomic
def pin(participant: Participant, group: Group, *, reason: str, by: User | None) -> Seat:
    """Give a participant a seat in this group that allocations keep; a seat that was only drawn is given up for it.

    Raises:
        NotAllowed, NotConfirmed, Invalid
        SeatTaken: the person is pinned to another workshop at the same time.
        DraftOpen: the seats of the slot are prepared in a draft.
    """
    edition = group.workshop.edition
    insist(by is None or may_allocate(by, edition))
    reason = tidy(reason, limit=REASON_LENGTH, what=_("The reason"))
    if participant.edition_id != edition.pk or participant.state != Participant.State.CONFIRMED:
        raise NotConfirmed
    slot = Session.objects.select_for_update(of=("self",)).get(pk=slot_of(group.workshop).pk)
    _insist_on_no_draft(slot)
    seat = _seat(participant, group, reason=reason)
    record(edition, "seat pinned", seat, by=by, data={"group": str(group.pk)})
    return seat


def _insist_on_no_draft(slot: Session) -> None:
    """Refuse to change seats beside a draft, which would undo it when it is published.

    Raises:
        DraftOpen
    """
    if PlanSlot.objects.filter(slot=slot, is_open=True).exists():
        raise DraftOpen


def _seat(participant: Participant, group: Group, *, reason: str) -> Seat:
    slot = slot_of(group.workshop)
    drawn = Seat.objects.filter(slot=slot, participant=participant, pinned=False)
    drawn.exclude(workshop=group.workshop).delete()
    try:
        with transaction.atomic():
            return Seat.objects.update_or_create(
                workshop=group.workshop,
                participant=participant,
                defaults={"group": group, "slot": slot, "pinned": True, "reason": reason},
            )[0]
    except IntegrityError as error:
        raise SeatTaken from error


def _pin_leads(groups: Iterable[Group]) -> None:
    """Seat the moderators and co-facilitators in the groups they run."""
    for group in groups:
        leads = SessionRole.objects.filter(
            session=group.session_id,
            kind__in=LEADS,
            participant__state=Participant.State.CONFIRMED,
        ).select_related("participant")
        for lead in leads:
            if lead.participant:
                _seat(lead.participant, group, reason=_("runs this group"))


def without_seat(slot: Session) -> QuerySet[Participant]:
    """The confirmed participants who have no seat in a slot of the programme."""
    seated = Seat.objects.filter(slot=slot).values("participant")
    return drawn_people(slot.edition).exclude(pk__in=seated)


def drawn_people(edition: Edition) -> QuerySet[Participant]:
    """The confirmed participants who are spread over groups: all but those whose role takes this right away."""
    kinds = TABLE[Right.SIT_IN_GROUPS].without
    apart = Role.objects.active().filter(edition=edition, kind__in=kinds)
    return Participant.objects.confirmed().filter(edition=edition).exclude(user__in=apart.values("user"))


def seated_sessions(participant: Participant) -> set[str]:
    """The sessions of the groups that a participant has a seat in."""
    seats = Seat.objects.filter(participant=participant).values_list("group__session", flat=True)
    return {str(session) for session in seats}


def seated_people(edition: Edition) -> dict[str, set[str]]:
    """{participant id: the sessions of their groups} for all who are confirmed and have a seat."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    seats = Seat.objects.filter(
        workshop__edition=edition, participant__state=Participant.State.CONFIRMED
    ).values_list("participant", "group__session")
    for participant, session in seats:
        found[str(participant)].add(str(session))
    return dict(found)
