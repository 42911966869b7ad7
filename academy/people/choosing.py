"""Who is chosen in the organisers' list: some people by their ticks, or all that match, over all pages.

What is done to them is prepared first and done afterwards. The preparation holds a digest of whom it was shown for; if
they are others when it is done, or in other states, it is refused and shown again.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from academy import registration
from academy.canonical import digest
from academy.errors import DomainError
from academy.models import Edition, Participant, User
from academy.people.asking import Asking
from academy.people.filtering import keys_in
from academy.permissions import has_right, insist
from academy.registration import places
from academy.registration.addresses import without_confirmed_address
from academy.rights import Right
from academy.roles import grant_roles

CONFIRM, DECLINE, TAKE_BACK, RECONSIDER = "confirm", "decline", "take-back", "reconsider"
State = Participant.State
# Of whom each decision can be made.
FOR = {
    CONFIRM: (State.APPLIED, State.WAITING, State.OFFERED),
    DECLINE: (State.APPLIED, State.WAITING, State.OFFERED),
    # Apart from declining, so that nobody who has a place loses it among many who have none.
    TAKE_BACK: (State.CONFIRMED,),
    # Apart from confirming, so that nobody who was declined gets a place among many who were not.
    RECONSIDER: (State.DECLINED,),
}
GIVES_PLACES = (CONFIRM, RECONSIDER)
# How many can be chosen with ticks, and decided on at once.
TICKED, AT_ONCE = 200, 200


class NobodyChosen(DomainError):
    """Nothing is ticked."""

    message = gettext_lazy("Choose at least one person first.")


class ChangedMeanwhile(DomainError):
    """The people who were shown are not those who would be decided on now."""

    status = 409
    message = gettext_lazy(
        "Meanwhile something changed in this list. Nothing was done; please look at it once more."
    )


@dataclass(frozen=True)
class Chosen:
    """Whom the list's form names: those with these keys, or, for None, all whom it was asked for."""

    asking: Asking
    keys: tuple[UUID, ...] | None

    @classmethod
    def parse(cls, query: Any) -> Self:
        """What an address names, such as `request.GET`; what is no key names nobody."""
        asking = Asking.parse(query)
        if query.get("all"):
            return cls(asking, None)
        return cls(asking, tuple(UUID(key) for key in keys_in(query.getlist("people"), most=TICKED)))

    def of(self, edition: Edition) -> QuerySet[Participant]:
        """The registrations, in the order of the list.

        Raises:
            NobodyChosen
        """
        if self.keys is None:
            return self.asking.of(edition)
        rows = Asking(type(self.asking.filters)(), sort=self.asking.sort).of(edition)
        if not self.keys or not (found := rows.filter(pk__in=self.keys)).exists():
            raise NobodyChosen
        return found

    def query(self) -> list[tuple[str, str]]:
        """The parameters that choose the same again."""
        said = list(self.asking.query().items())
        if self.keys is None:
            return [*said, ("all", "1")]
        return [*said, *(("people", str(key)) for key in self.keys)]


@dataclass(frozen=True)
class Preview:
    """What a decision would do: to whom, what becomes of them, and who stays as they are, by state in words.

    A step takes `AT_ONCE` people, the first in the order of the list; `left` more could be decided on in the next ones.
    """

    decision: str
    people: list[Participant]
    free: int | None
    staying: Mapping[str, int]
    # How many are to get a place whose e-mail address nobody knows to be theirs.
    unconfirmed: int = 0
    left: int = 0

    @property
    def with_place(self) -> int:
        """How many get a place: whom one is offered to, and the others while places are free."""
        offered = sum(person.state == State.OFFERED for person in self.people)
        others = len(self.people) - offered
        return offered + (others if self.free is None else min(others, self.free))

    @property
    def without_place(self) -> int:
        """How many go to the waiting list, or stay on it."""
        return len(self.people) - self.with_place

    @property
    def seen(self) -> str:
        """Names what is shown, so that only that is done."""
        return digest([[str(person.pk), person.state] for person in sorted(self.people, key=lambda p: p.pk)])


def prepare(edition: Edition, chosen: QuerySet[Participant], decision: str) -> Preview:
    """What the decision would do now."""
    rows, states = list(chosen.select_related("user", "edition")), FOR[decision]
    staying = Counter(str(row.get_state_display()) for row in rows if row.state not in states)
    free = places.free_places(edition)
    able = [row for row in rows if row.state in states]
    people = able[:AT_ONCE]
    unconfirmed = len(without_confirmed_address(people)) if decision in GIVES_PLACES else 0
    return Preview(decision, people, free, dict(staying), unconfirmed, len(able) - len(people))


@transaction.atomic
def decide(
    edition: Edition, chosen: Chosen, decision: str, *, seen: str, by: User, reason: str = ""
) -> list[Participant]:
    """Decide on everybody whom the preparation showed, or on nobody.

    Raises:
        NotAllowed: `by` is no organiser.
        NobodyChosen
        ChangedMeanwhile: somebody came, went, or was decided on since it was shown.
    """
    insist(has_right(by, edition, Right.MANAGE_PEOPLE))
    registration.in_turn(edition)
    preview = prepare(edition, chosen.of(edition), decision)
    if preview.seen != seen:
        raise ChangedMeanwhile
    if not preview.people:
        raise NobodyChosen
    if decision in GIVES_PLACES:
        return list(registration.confirm(*preview.people, by=by, reason=reason))
    return list(registration.decline(*preview.people, by=by, reason=reason))


def named(people: Iterable[Participant]) -> str:
    """Names the people who are shown, so that only they get what was chosen for them."""
    return digest(sorted(str(person.pk) for person in people))


@transaction.atomic
def grant_to_all(edition: Edition, chosen: Chosen, kind: str, *, seen: str, by: User) -> int:
    """Give everybody who is chosen a role, however many they are; whoever has it keeps it.

    Args:
        seen: whom the page named, by `named`.

    Returns:
        How many have it now who had it not.

    Raises:
        NotAllowed, NobodyChosen, RolesApart
        ChangedMeanwhile: somebody came or went since they were shown.
    """
    insist(has_right(by, edition, Right.GIVE_ROLES))
    registration.in_turn(edition)
    people = list(chosen.of(edition).select_related("user"))
    if not people:
        raise NobodyChosen
    if named(people) != seen:
        raise ChangedMeanwhile
    before = edition.roles.filter(kind=kind, ended_at=None).count()
    grant_roles([person.user for person in people], edition, kind, by=by)
    return edition.roles.filter(kind=kind, ended_at=None).count() - before
