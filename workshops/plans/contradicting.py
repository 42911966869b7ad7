"""What in the rules of a draft cannot hold together, in sentences, before anything is drawn."""

from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from academy.errors import DomainError
from academy.mail.audience import addressed
from workshops.allocation import Clash, Contradiction, contradictions_in
from workshops.models import Group
from workshops.plans.reading import Draft


class Contradictory(DomainError):
    """The rules contradict each other; the sentences say how."""

    def __init__(self, sentences: list[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = sentences


def contradictions_of(draft: Draft) -> list[str]:
    """Each contradiction in a sentence that names whom and what it is about; none if a draw can begin."""
    found = contradictions_in(
        list(draft.people),
        [draft.capacities(slot) for slot in draft.keys],
        fixed=_locks(draft),
        together=draft.rules("together"),
        apart=draft.rules("apart"),
    )
    sentences = [*_of_leads(draft), *(_WORDS[one.kind](draft, one) for one in found)]
    if not draft.people:
        sentences.append(_("Nobody with a confirmed place is there to be spread."))
    return list(dict.fromkeys(sentences))


def _locks(draft: Draft) -> list[dict[str, str]]:
    return [dict(seats) for seats in draft.fixed()]


def _of_leads(draft: Draft) -> list[str]:
    """Who runs two groups at one time, or is kept in another group than the one they run."""
    found = []
    for number, slot in enumerate(draft.keys):
        for person, groups in draft.leads[slot].items():
            if person not in draft.people and person not in draft.guests:
                continue
            facts = {
                "name": _name(draft, person),
                "group": _group(draft, groups[0]),
                "when": _when(draft, number),
            }
            seat = draft.seats[slot].get(person)
            if len(groups) > 1:
                facts["other"] = _group(draft, groups[1])
                found.append(_("%(when)s: %(name)s runs %(group)s and %(other)s at the same time.") % facts)
            elif seat and seat.lock and str(seat.group_id) not in groups:
                facts["other"] = _group(draft, str(seat.group_id))
                found.append(_("%(when)s: %(name)s runs %(group)s, but is kept in %(other)s.") % facts)
    return found


def _too_few_places(draft: Draft, one: Contradiction) -> str:
    words = _(
        "%(when)s: the groups have %(have)s places for %(need)s people. Raise a capacity, or leave one of them open."
    )
    return words % {"when": _when(draft, one.day), "have": one.have, "need": one.need}


def _overfull(draft: Draft, one: Contradiction) -> str:
    words = ngettext(
        "%(when)s: %(need)s person is kept in %(group)s, which has %(have)s places.",
        "%(when)s: %(need)s people are kept in %(group)s, which has %(have)s places.",
        one.need,
    )
    facts = {"when": _when(draft, one.day), "group": _group(draft, one.rooms[0])}
    return words % {**facts, "have": one.have, "need": one.need}


def _both(draft: Draft, one: Contradiction) -> str:
    first, second = _names(draft, one)
    words = _("%(first)s and %(second)s are to be kept apart, but other pairs keep them together.")
    return words % {"first": first, "second": second}


def _torn(draft: Draft, one: Contradiction) -> str:
    first, second = _names(draft, one)
    here, there = (_group(draft, room) for room in one.rooms)
    words = _(
        "%(when)s: %(first)s and %(second)s are to be kept together, but are kept in %(here)s and in %(there)s."
    )
    facts = {"first": first, "second": second, "here": here, "there": there}
    return words % {"when": _when(draft, one.day), **facts}


def _forced(draft: Draft, one: Contradiction) -> str:
    first, second = _names(draft, one)
    words = _("%(when)s: %(first)s and %(second)s are to be kept apart, but both are kept in %(group)s.")
    facts = {"first": first, "second": second, "group": _group(draft, one.rooms[0])}
    return words % {"when": _when(draft, one.day), **facts}


def _too_many_together(draft: Draft, one: Contradiction) -> str:
    words = _("%(when)s: %(names)s are to be kept together, but no group has %(need)s places.")
    facts = {"names": _listed(draft, one), "need": one.need}
    return words % {"when": _when(draft, one.day), **facts}


def _too_few_groups(draft: Draft, one: Contradiction) -> str:
    words = ngettext(
        "%(when)s: %(names)s cannot all be kept apart as the pairs ask for, with %(have)s group and those who are "
        "kept in it.",
        "%(when)s: %(names)s cannot all be kept apart as the pairs ask for, with %(have)s groups and those who are "
        "kept in them.",
        one.have,
    )
    return words % {"when": _when(draft, one.day), "names": _listed(draft, one), "have": one.have}


_WORDS: dict[Clash, Callable[[Draft, Contradiction], str]] = {
    Clash.TOO_FEW_PLACES: _too_few_places,
    Clash.OVERFULL: _overfull,
    Clash.BOTH: _both,
    Clash.TORN: _torn,
    Clash.FORCED: _forced,
    Clash.TOO_MANY_TOGETHER: _too_many_together,
    Clash.TOO_FEW_GROUPS: _too_few_groups,
}


def _names(draft: Draft, one: Contradiction) -> tuple[str, str]:
    first, second = one.people[:2]
    return _name(draft, first), _name(draft, second)


def _name(draft: Draft, person: str) -> str:
    return addressed(draft.anybody(person))


def _listed(draft: Draft, one: Contradiction) -> str:
    return ", ".join(_name(draft, person) for person in one.people)


def _when(draft: Draft, day: int | None) -> str:
    return slot_words(draft.groups[draft.keys[day or 0]])


def _group(draft: Draft, key: str) -> str:
    return draft.group(key).name


def slot_words(groups: list[Group]) -> str:
    """A time by the workshops that meet then: "Workshop 1", "Workshops 10, 11, 12"."""
    numbers = sorted({group.workshop.number for group in groups})
    words = ngettext("Workshop %(numbers)s", "Workshops %(numbers)s", len(numbers))
    return words % {"numbers": ", ".join(map(str, numbers))}
