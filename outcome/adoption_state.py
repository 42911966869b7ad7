"""How an adoption stands, for the pages: its rules in words, how many are here and took a position, and one's own."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from academy.permissions import Visitor
from outcome import adoption as rules
from outcome.deciding import quorum_needed, quorum_words
from outcome.methods import ABSTENTIONS, METHODS, Method, Tally
from outcome.models import Elector, Floor, Indication, Position, Presence, Procedure, Statement
from outcome.permissions import elector_of

Stage = Procedure.State


@dataclass(frozen=True)
class State:
    """How an adoption stands, and the reader's own place in it."""

    procedure: Procedure
    method: Method
    electorate: int
    present: int
    taken: int
    needed: int
    floor: str
    elector: Elector | None = None
    mine: Position | None = None
    has_taken: bool = False
    where: str = ""
    statements: list[Statement] = field(default_factory=list)
    indications: dict[str, str] = field(default_factory=dict)

    @property
    def is_elector(self) -> bool:
        return self.elector is not None

    @property
    def my_words(self) -> Any:
        return self.method.choices[self.mine.choice] if self.mine else ""

    @property
    def quorum(self) -> str:
        return quorum_words(rules.rules_of(self.procedure))

    @property
    def abstentions(self) -> Any:
        return ABSTENTIONS[self.procedure.abstentions] if self.method.asks_abstentions else ""

    @property
    def electorate_words(self) -> str:
        return rules.electorate_words(self.procedure.electorate)

    @property
    def is_quorate(self) -> bool:
        return self.taken >= self.needed

    @property
    def missed_quorum(self) -> bool:
        """Whether it came to nothing for want of positions, whatever those that were taken say."""
        is_over = self.procedure.state == Stage.NOT_ADOPTED
        return is_over and not self.method.by_silence and not self.is_quorate

    @property
    def missing(self) -> int:
        """How many more positions the quorum needs."""
        return max(0, self.needed - self.taken)

    @property
    def takes_positions(self) -> bool:
        return self.procedure.state == Stage.OPEN and not rules.is_due(self.procedure)

    @property
    def may_be_closed(self) -> bool:
        """Whether the chair can close it now: announced time is not shortened until everybody took a position."""
        if not self.takes_positions or self.method.by_silence:
            return False
        return self.procedure.closes_at is None or self.taken >= self.electorate

    @property
    def may_vote(self) -> bool:
        """Whether the reader can take a position now, with their own device."""
        return self.is_elector and self.takes_positions and self.where != Presence.Where.ROOM

    @property
    def takes_statements(self) -> bool:
        return self.is_elector and rules.takes_statements(self.procedure)

    @property
    def next_moment(self) -> datetime | None:
        """What the clock counts down to."""
        if self.procedure.state == Stage.OPEN:
            return self.procedure.closes_at
        return self.procedure.opens_at if self.procedure.state == Stage.CONFIRMED else None

    def version(self, *, with_counts: bool) -> str:
        """What changes when a page has something new to show; the counts only where they are shown."""
        parts = [self.procedure.pk, self.procedure.state, self.floor, hasattr(self.procedure, "record")]
        if with_counts:
            parts += [self.taken, self.present, self.procedure.room_counts.count(), self.needed]
            parts += [self.procedure.room_counts.filter(is_confirmed=True).count()]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]


def state_of(procedure: Procedure, user: Visitor | None = None) -> State:
    """How an adoption stands, and where this person is in it."""
    elector = elector_of(user, procedure) if procedure.opened_at else None
    taken, present = rules.taken_count(procedure), rules.present_count(procedure)
    electorate = procedure.electors.count()
    if not procedure.opened_at:
        electorate = len(rules.electorate_now(procedure.document.edition, procedure.electorate))
    floor = Floor.objects.filter(procedure=procedure).first()
    return State(
        procedure=procedure,
        method=METHODS[procedure.method],
        electorate=electorate,
        present=present,
        taken=taken,
        needed=quorum_needed(rules.rules_of(procedure), Tally({}, electorate, present)),
        floor=str(floor.clause_id) if floor and floor.clause_id else "",
        elector=elector,
        **(_of_elector(procedure, elector) if elector else {}),
    )


def _of_elector(procedure: Procedure, elector: Elector) -> dict[str, Any]:
    presence = Presence.objects.filter(elector=elector).first()
    own = Indication.objects.filter(elector=elector).values_list("clause", "choice")
    return {
        "mine": None if procedure.is_pseudonymous else elector.positions.order_by("-number").first(),
        "has_taken": rules.has_taken(procedure, elector),
        "where": presence.where if presence else "",
        "statements": list(elector.statements.filter(is_withdrawn=False)),
        "indications": {str(clause): choice for clause, choice in own},
    }
