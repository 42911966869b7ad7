"""What turned a letter, reminder or summary last, as the history says it: planned, taken back, or kept from going out.

Organisers read there why what was planned is a draft again, or off, and go on from that.
"""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID

from academy.models import HistoryEntry, Mailing

Kind = Mailing.Kind
PLANNED, TAKEN_BACK, DISCARDED = "letter planned", "letter taken back", "letter discarded"
LATE, HELD = "letter put back", "letter held back"


class Back(StrEnum):
    """Why something does not go out that was planned, without anybody having taken it back."""

    LATE = "late"  # its time had passed long ago
    RESTORED = "restored"  # it came with a backup, and may have gone out since
    CLOSED = "closed"  # an account had a hand in it that was closed, as it was in other hands


def turned_on(kind: str) -> str:
    """What the history says when reminders or summaries begin to go out."""
    return f"{kind} turned on"


def turned_off(kind: str) -> str:
    """What the history says when an organiser ends reminders or summaries."""
    return f"{kind} turned off"


def worded(kind: str) -> str:
    """What the history says when reminders or summaries get other words."""
    return f"{kind} worded"


def kept_back(kind: str) -> str:
    """What the history says when something does not go out because of a closed account."""
    return f"{kind} kept back"


def stopped(kind: str) -> str:
    """What the history says when mails that wait are kept back."""
    return f"{kind} stopped"


# Whoever did only this had no hand in what goes out.
ENDED = (
    TAKEN_BACK,
    DISCARDED,
    *(turned_off(kind) for kind in Kind.values),
    *(stopped(kind) for kind in Kind.values),
)
# The last of these counts; other changes, such as words, do not.
TURNS: dict[str, Back | None] = {
    PLANNED: None,
    TAKEN_BACK: None,
    LATE: Back.LATE,
    HELD: Back.RESTORED,
    **{turned_on(kind): None for kind in Kind.values},
    **{turned_off(kind): None for kind in Kind.values},
    **{kept_back(kind): Back.CLOSED for kind in Kind.values},
}


def reasons_back(mailings: Collection[Mailing]) -> dict[UUID, Back]:
    """{letter, reminder or summary: why it does not go out}, of those that something kept back; with one question."""
    keys = {str(mailing.pk): mailing.pk for mailing in mailings if mailing.state != Mailing.State.PLANNED}
    about = HistoryEntry.objects.filter(object_type=Mailing._meta.label_lower, object_id__in=[*keys])
    last = dict(about.filter(verb__in=TURNS).order_by("number").values_list("object_id", "verb"))
    return {keys[key]: reason for key, verb in last.items() if (reason := TURNS[verb])}
