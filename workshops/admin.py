"""The admin of the workshops: to look at; findings, their ledger and summaries change on the board only."""

from academy.admin import show
from workshops.models import (
    ClosedPart,
    Finding,
    FindingEvent,
    Group,
    Guide,
    GuidingQuestion,
    Highlight,
    Part,
    Plan,
    PlanRun,
    PlanSlot,
    PlanStep,
    ReadBack,
    Rotation,
    Roundtable,
    Seat,
    Sentence,
    Summary,
    Thought,
    TwinDecision,
    WishRound,
    Workshop,
)

show(Workshop, "number", "title", "strand", "edition")
show(Part, "workshop", "letter", "title", "minutes")
show(GuidingQuestion, "part", "text")
show(Group, "workshop", "name", "state", "head", filters=("state",))
show(Seat, "workshop", "group", "pinned", "reason", filters=("workshop", "group"))
show(
    Finding,
    "number",
    "group",
    "kind",
    "state",
    "text",
    filters=("group", "kind", "state"),
    hidden=("author",),
)
show(FindingEvent, "group", "number", "verb", "at", filters=("group", "verb"))
show(Summary, "group", "written_at")
show(Thought, "day", "speaker", "published_at")
show(TwinDecision, "one", "other", "verdict", "number", "decided_at", filters=("verdict",))
show(Highlight, "finding", "shown", "position", "changed_at", filters=("shown",))
show(Roundtable, "number", "session", "minutes")
show(ClosedPart, "group", "part", "closed_at")
show(ReadBack, "group", "begun_at", "ended_at")
show(Sentence, "read_back", "position", "version", "text")
show(Guide, "edition", "audience")
show(Plan, "number", "edition", "state", "begun_at", "decided_at")
show(PlanSlot, "plan", "slot", "is_open")
show(PlanStep, "plan", "number", "verb", "at", "is_undone")
show(PlanRun, "plan", "kind", "seed", "state", "cost", "bound")
show(WishRound, "slot", "closes_at")
show(Rotation, "slot", "count", "minutes", "published_at")
