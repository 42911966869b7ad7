"""Comments as pages show them: threads with their answers, with names only of those who may be named."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from outcome.comments.naming import mentioned_in, name_of, shown_names, with_names
from outcome.models import Clause, Comment


@dataclass(frozen=True)
class ShownComment:
    """A comment on a page; of a hidden one only organisers see the words."""

    key: UUID
    author: str
    author_key: UUID | None
    text: str
    quote: str
    written_at: datetime
    revision: int
    is_resolved: bool
    hidden_because: str
    answers: list["ShownComment"] = field(default_factory=list)


def threads_on(clause: Clause, *, sees_hidden: bool) -> list[ShownComment]:
    """The threads on a clause: open ones first, each in the order of writing; in two queries."""
    rows = list(Comment.objects.filter(clause=clause).select_related("revision").order_by("written_at", "pk"))
    names = shown_names({row.author_id for row in rows} | mentioned_in(row.text for row in rows))
    answers: defaultdict[UUID | None, list[ShownComment]] = defaultdict(list)
    for row in rows:
        if row.parent_id:
            answers[row.parent_id].append(_shown(row, names, (), sees_hidden=sees_hidden))
    threads = [
        _shown(row, names, answers[row.pk], sees_hidden=sees_hidden) for row in rows if row.parent_id is None
    ]
    return sorted(threads, key=lambda thread: thread.is_resolved)


def _shown(
    row: Comment, names: dict[UUID, str], answers: Iterable[ShownComment], *, sees_hidden: bool
) -> ShownComment:
    is_seen = sees_hidden or row.hidden_at is None
    return ShownComment(
        key=row.pk,
        author=name_of(row.author_id, names),
        author_key=row.author_id,
        text=with_names(row.text, names) if is_seen else "",
        quote=row.quote if is_seen else "",
        written_at=row.written_at,
        revision=row.revision.number,
        is_resolved=row.resolved_at is not None,
        hidden_because=row.hidden_because,
        # What was answered to a hidden comment is hidden with it.
        answers=list(answers) if is_seen else [],
    )
