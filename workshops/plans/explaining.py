"""Why somebody sits in a group, without a word about anybody else; and how well a group mirrors the whole."""

from collections import Counter
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from academy.languages import in_words
from workshops.allocation.task import Plan as Seating
from workshops.models import Group, Lock
from workshops.plans.charts import ATTRIBUTES, values_of, words_of
from workshops.plans.reading import Draft

# In a group of fewer people, a number of new faces would tell who they are.
LEAST = 5


@dataclass(frozen=True)
class GroupWords:
    """What organisers are told about a group: how many sit in it, and in what it differs most from the whole."""

    group: Group
    size: int
    words: str


def reason_of(draft: Draft, slot: str, person: str) -> str:
    """Why a person sits where the draft has them: a clause about this person alone, that reads for anybody."""
    seat = draft.seats[slot][person]
    group = draft.group(str(seat.group_id))
    if person in draft.leads[slot]:
        return str(Lock.LEADS.label)
    earlier = draft.published[slot].get(person)
    if seat.lock == Lock.LOCKED and earlier and earlier.group_id == seat.group_id and earlier.pinned:
        return earlier.reason
    if seat.lock == Lock.LANGUAGE:
        return _("works in %(language)s, the language of this group") % {
            "language": in_words([group.language])
        }
    if seat.lock:
        return str(Lock(seat.lock).label)
    rank = draft.wishes.get((person, str(group.workshop.session_id)))
    if rank:
        return wish_words(rank)
    return mirror_words(*_met_only_here(draft, slot, person, group))


def wish_words(rank: int) -> str:
    """A choice in words: "it is the first choice"."""
    words = {1: _("it is the first choice"), 2: _("it is the second choice"), 3: _("it is the third choice")}
    return words.get(rank, _("it is choice %(rank)s") % {"rank": rank})


def mirror_words(new: int, others: int) -> str:
    """The usual reason, with how many of the others are met nowhere else, if that tells nothing about anybody."""
    if others + 1 < LEAST or new == others:
        return _("so that every group mirrors the whole, and people meet others than before")
    words = ngettext(
        "so that every group mirrors the whole; %(new)s of the %(others)s other is met only here",
        "so that every group mirrors the whole; %(new)s of the %(others)s others are met only here",
        others,
    )
    return words % {"new": new, "others": others}


def _met_only_here(draft: Draft, slot: str, person: str, group: Group) -> tuple[int, int]:
    """(how many of the others in the group were in no other group with the person, how many others there are)."""
    others = [one for one, seat in draft.seats[slot].items() if seat.group_id == group.pk and one != person]
    own = _groups_of(draft, slot, person)
    return sum(own.isdisjoint(_groups_of(draft, slot, one)) for one in others), len(others)


def _groups_of(draft: Draft, slot: str, person: str) -> set[str]:
    """The groups that somebody sits in at the other times."""
    inside = {
        str(seats[person].group_id) for key, seats in draft.seats.items() if key != slot and person in seats
    }
    return inside | draft.met.get(person, set())


def groups_in_words(draft: Draft, number: int, seating: Seating) -> list[GroupWords]:
    """One sentence for each group of a time: in which kind of people it differs most from its share of the whole."""
    slot = draft.keys[number]
    found = []
    for group in draft.groups[slot]:
        inside = [person for person, room in seating[number].items() if room == str(group.pk)]
        found.append(GroupWords(group, len(inside), _furthest(draft, list(seating[number]), inside)))
    return found


def _furthest(draft: Draft, everybody: list[str], inside: list[str]) -> str:
    if not inside:
        return _("nobody sits here yet")
    share = len(inside) / len(everybody)
    worst: tuple[float, str, int, int] = (0, "", 0, 0)
    for attribute in ATTRIBUTES:
        whole = Counter(v for one in everybody for v in values_of(draft.people[one], attribute))
        here = Counter(v for one in inside for v in values_of(draft.people[one], attribute))
        for value, count in sorted(whole.items()):
            gap = abs(here[value] - count * share)
            if gap > worst[0] + 1e-9:
                worst = (gap, words_of(attribute, value), here[value], count)
    if worst[0] < 1:
        return _("mirrors the whole in every respect, as far as whole people can")
    words = _("differs most in %(what)s: %(here)s of %(all)s sit here, %(share)s would be its share")
    return words % {
        "what": worst[1],
        "here": worst[2],
        "all": worst[3],
        "share": f"{worst[3] * share:.1f}",
    }
