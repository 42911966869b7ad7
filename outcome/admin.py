"""The admin of the outcome document: to look at; the text changes at the desk, revisions and records never."""

from academy.admin import show
from outcome.models import (
    Amendment,
    BallotBox,
    Cast,
    Clause,
    Comment,
    Commitment,
    CommitmentWording,
    ContributionRules,
    Disposition,
    Document,
    Elector,
    Endorsement,
    Floor,
    Indication,
    LanguageVersion,
    Merge,
    MergedAmendment,
    Position,
    Presence,
    Procedure,
    ProgressNote,
    Record,
    Revision,
    RoomCount,
    Round,
    Section,
    Source,
    Statement,
    Translation,
    Treatment,
    Wording,
)

show(Document, "title", "edition", "state")
show(Section, "title", "kind", "document", "position")
show(Clause, "kind", "heading", "section", "version", "removed", filters=("kind", "removed"))
show(Source, "clause", "finding", "relation", filters=("relation",))
show(Disposition, "finding", "reason", "set_aside_at")
show(Revision, "number", "label", "audience", "published_at", "digest")
show(
    Procedure,
    "method",
    "quorum",
    "publicity",
    "state",
    "opened_at",
    "closed_at",
    hidden=("prepared_by", "confirmed_by"),
)
show(Elector, "procedure", "id", hidden=("participant",))
show(Position, "elector", "number", "choice", "taken_at")
show(Cast, "elector")
show(BallotBox, "procedure", hidden=("ballots", "minute"))
show(Presence, "elector", "where")
show(Floor, "procedure", "clause")
show(RoomCount, "procedure", "number", "label", "is_confirmed", hidden=("entered_by", "confirmed_by"))
show(Indication, "elector", "clause", "choice")
show(Statement, "procedure", "kind", "clause", "made_at", "is_withdrawn", hidden=("elector", "attribution"))
show(Record, "procedure", "digest", "made_at")
show(ContributionRules, "document", "takes_amendments", "takes_comments")
show(Round, "section", "workshop", "opened_at", "closes_at", "closed_at")
show(Amendment, "number", "kind", "clause", "state", "proposed_at", hidden=("proposer",))
show(Wording, "amendment", "number", "base", "written_at")
show(Treatment, "amendment", "number", "stage", "what", "manner", "at")
show(Merge, "document", "clause", "merged_at")
show(MergedAmendment, "merge", "amendment", "share")
show(Comment, "clause", "written_at", "resolved_at", "hidden_at", hidden=("author",))
show(
    Endorsement,
    "organisation",
    "country",
    "kind",
    "state",
    "way",
    "asked_at",
    filters=("state", "kind"),
    hidden=("account", "signer", "function", "decided_by"),
)
show(Commitment, "endorsement", "number", "due", "state", filters=("state",))
show(CommitmentWording, "commitment", "number", "written_at")
show(ProgressNote, "commitment", "number", "state", "noted_at")
show(Translation, "language", "revision", "state", "begun_at", filters=("language", "state"))
show(LanguageVersion, "translation", "number", "published_at", "digest")
