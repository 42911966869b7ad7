"""Counting: the last positions of all electors, the ballots in the box, the hands that were counted in the room."""

from collections import Counter

from django.db.models import Q

from academy.announcements import announce
from academy.models import HistoryEntry
from outcome.methods import Tally
from outcome.models import BallotBox, Cast, Elector, Position, Presence, Procedure, RoomCount

HERE = (Presence.Where.ONLINE, Presence.Where.ROOM)


def locked_procedure(procedure: Procedure) -> Procedure:
    """The procedure's row, locked: positions, the count and the closing come one after the other."""
    return (
        Procedure.objects.select_for_update(of=("self",))
        .select_related("document__edition", "revision")
        .defer("revision__content")
        .get(pk=procedure.pk)
    )


# Of these only the pages that show counts are told: a delegate's page does not change with somebody's position.
COUNTS = (
    "position taken",
    "ballot cast",
    "ballot changed",
    "presence noted",
    "indication given",
    "statement made",
)


def tell(procedure: Procedure, entry: HistoryEntry) -> None:
    """Tell the open pages of an adoption that something has changed, by the number of the entry in the history."""
    what = "counts" if entry.verb in COUNTS else "state"
    announce("adoption", procedure=str(procedure.pk), number=entry.number, what=what)


def tally_of(procedure: Procedure) -> Tally:
    """The count as it stands: online and in the room together."""
    counts = online_counts(procedure) + room_counts(procedure)
    return Tally(counts, procedure.electors.count(), present_count(procedure))


def online_counts(procedure: Procedure) -> Counter[str]:
    """{choice: how many took it online}."""
    if procedure.is_pseudonymous:
        box = BallotBox.objects.filter(procedure=procedure).first()
        return Counter(box.ballots.values()) if box else Counter()
    rows = Position.objects.filter(elector__procedure=procedure).order_by("elector", "number")
    last = dict(rows.values_list("elector", "choice"))
    return Counter(last.values())


def room_counts(procedure: Procedure) -> Counter[str]:
    """{choice: hands counted in the room}, as two organisers confirmed them last."""
    found = counted_last(procedure)
    return Counter(found.counts) if found else Counter()


def counted_last(procedure: Procedure) -> RoomCount | None:
    """The count in the room that stands: the last one that was confirmed."""
    return procedure.room_counts.filter(is_confirmed=True).order_by("-number").first()


def taken_online(procedure: Procedure) -> int:
    """How many took a position online; that much is known at any time, however public the positions are."""
    if procedure.is_pseudonymous:
        return Cast.objects.filter(elector__procedure=procedure).count()
    return Elector.objects.filter(procedure=procedure, positions__isnull=False).distinct().count()


def taken_count(procedure: Procedure) -> int:
    """How many took a position, online or in the room."""
    return taken_online(procedure) + room_counts(procedure).total()


def present_count(procedure: Procedure) -> int:
    """How many electors are here: checked in, or seen by the position that they took."""
    is_here = Q(presence__where__in=HERE) | Q(positions__isnull=False) | Q(cast__isnull=False)
    return Elector.objects.filter(is_here, procedure=procedure).distinct().count()
