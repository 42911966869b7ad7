"""The workshops of the edition, and one workshop: open to everybody; who sits where is for organisers only."""

from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_countries import countries

from academy.models import Edition, Participant
from academy.permissions import takes_part
from academy.requests import EditionRequest, status_of
from programme.views.scope import zones_of
from workshops.balance import Share, balance
from workshops.forms import PinForm
from workshops.guiding import Guidance, guidance_of
from workshops.models import Group, Seat, Workshop
from workshops.permissions import may_allocate, may_read_twins, readable_boards
from workshops.released import released_workshops
from workshops.seating import groups_in, slot_of, without_seat
from workshops.views.scope import get_workshop


@dataclass(frozen=True)
class Place:
    """A group in a list: its size, whether the viewer sits in it, and whether they may read its board."""

    group: Group
    size: int
    own: bool
    readable: bool


@dataclass(frozen=True)
class Sitter:
    """Somebody in a seat, with the name of their country."""

    seat: Seat
    country: str


@dataclass(frozen=True)
class Seating:
    """What the organisers see of a slot: its groups with their people, and the balance."""

    groups: list[tuple[Group, list[Sitter]]]
    shares: list[Share]
    count: int
    pinned: int


@require_safe
def index(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The workshops of the edition, day by day, with their groups."""
    rows = _shown_workshops(request, edition)
    places = _places(request, edition)
    workshops: list[dict[str, Any]] = [
        {"workshop": row, "places": places.get(row.pk, []), "slot": slot_of(row)} for row in rows
    ]
    days = [
        {
            "day": day,
            "slots": [list(same) for _slot, same in groupby(entries, key=lambda entry: entry["slot"])],
        }
        for day, entries in groupby(workshops, key=lambda entry: entry["workshop"].session.day)
    ]
    return render(
        request,
        "workshops/index.html",
        {
            "days": days,
            "zones": zones_of(request, edition),
            "allocates": may_allocate(request.user, edition),
            "closings": takes_part(request.user, edition),
        },
    )


@require_safe
def workshop(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """One workshop: aim, parts and guiding questions, groups; for organisers the draft, and who sits where."""
    return show_workshop(request, get_workshop(edition, number))


def show_workshop(
    request: EditionRequest,
    row: Workshop,
    *,
    pin: PinForm | None = None,
) -> HttpResponse:
    """The page of a workshop; an organiser's forms stand on it as they were filled in."""
    slot = slot_of(row)
    context: dict[str, Any] = {
        "workshop": row,
        "slot": slot,
        "parts": _guidance(request, row).parts,
        "places": _places(request, row.edition).get(row.pk, []),
        "zones": zones_of(request, row.edition),
        "reads_twins": may_read_twins(request.user, row),
    }
    if may_allocate(request.user, row.edition):
        groups = groups_in(slot)
        context |= {
            "seating": _seating(list(groups)),
            "unseated": without_seat(slot).order_by("name_key"),
            "pin": pin or PinForm(edition=row.edition, groups=groups),
            "guides": True,
        }
    forms = [pin] if pin else []
    return render(request, "workshops/workshop.html", context, status=status_of(*forms))


def _seating(groups: list[Group]) -> Seating:
    seats = list(
        Seat.objects.filter(group__in=groups).select_related("participant").order_by("participant__name_key")
    )
    people: dict[UUID, list[Sitter]] = {group.pk: [] for group in groups}
    for seat in seats:
        people[seat.group_id].append(Sitter(seat, countries.name(seat.participant.country)))
    return Seating(
        groups=[(group, people[group.pk]) for group in groups],
        shares=balance(seats, groups),
        count=len(seats),
        pinned=sum(seat.pinned for seat in seats),
    )


def _places(request: EditionRequest, edition: Edition) -> dict[UUID, list[Place]]:
    """{workshop: its groups}, for the whole edition in a few queries."""
    readable = readable_boards(request.user, edition)
    own = _own_groups(request.participant)
    places: dict[UUID, list[Place]] = {}
    seats = Seat.objects.filter(workshop__edition=edition).order_by()
    sizes = dict(seats.values_list("group").annotate(count=Count("pk")))
    groups = Group.objects.of_edition(edition).filter(_is_shown(request, edition) | Q(pk__in=own))
    for group in groups.order_by("workshop__number", "slug"):
        place = Place(group, sizes.get(group.pk, 0), group.pk in own, group.pk in readable)
        places.setdefault(group.workshop_id, []).append(place)
    return places


def _shown_workshops(request: EditionRequest, edition: Edition) -> list[Workshop]:
    """The workshops that are listed: those of the newest release as it says them; for organisers, the draft."""
    rows = (
        Workshop.objects.filter(_is_shown(request, edition), edition=edition)
        .select_related("edition", "strand", "session__edition", "session__day", "session__parent")
        .order_by("session__day__date", "number")
    )
    if may_allocate(request.user, edition):
        return list(rows)
    released = released_workshops(edition)
    return [row for row in rows if released.reads(row)]


def _guidance(request: EditionRequest, row: Workshop) -> Guidance:
    """What the groups of a workshop talk about, as it was released; for organisers as it is in the draft.

    Raises:
        Http404: the workshop was not released.
    """
    if may_allocate(request.user, row.edition):
        return guidance_of(row)
    released = released_workshops(row.edition)
    if not released.reads(row):
        raise Http404(_("The academy has no such workshop."))
    return released.guidance(row)


def _is_shown(request: EditionRequest, edition: Edition) -> Q:
    """What of the workshops is listed: what is released; for organisers, what is in the draft."""
    if may_allocate(request.user, edition):
        return Q(session__removed_at=None)
    return Q(session__in=released_workshops(edition).sessions)


def _own_groups(participant: Participant | None) -> frozenset[UUID]:
    if not participant or participant.state != Participant.State.CONFIRMED:
        return frozenset()
    return frozenset(Seat.objects.filter(participant=participant).values_list("group", flat=True))
