"""Amendments as pages show them: whose they are as far as it may be said, what they change, what became of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from academy.word_changes import Segment
from outcome.amending.clauses import NOTHING, Changes, Words, changes_between, words_by_clause
from outcome.amending.combining import rebased
from outcome.amending.standing import WITH_ALL, Standing, last_treatment, standings
from outcome.amending.telling import fate_of, fate_words, reason_of, sections_over
from outcome.comments.naming import name_of, shown_names
from outcome.models import Amendment, Comment, Document, Revision, Treatment

QUOTED = 60


@dataclass(frozen=True)
class Shown:
    """An amendment on a page."""

    standing: Standing
    changes: Changes
    clause_number: int | None
    proposer: str
    signers: list[str]
    signed_before: list[str]
    recommendation: Treatment | None
    decision: Treatment | None
    fate: str
    fate_words: str | Promise
    reason: str

    @property
    def amendment(self) -> Amendment:
        return self.standing.amendment

    @property
    def is_settled(self) -> bool:
        """Whether it is shown as it was proposed: nothing can become of it on the present text any more."""
        return not self.amendment.is_pending

    @property
    def brief(self) -> str:
        """What it changes, in a few words."""
        return brief(self.amendment, self.changes)


def brief(amendment: Amendment, changes: Changes) -> str:
    """What an amendment changes, in a few words."""
    if amendment.kind == Amendment.Kind.DELETION:
        return _("take this clause out")
    words = "".join(segment.text for segment in changes.text if segment.kind != "deleted")
    if amendment.kind == Amendment.Kind.ADDITION:
        return _("new clause: “%(words)s”") % {"words": _short(words)}
    groups = _groups(changes.text)
    if not groups:
        return _("the text stays, its short title or remark changes")
    if len(groups) > 1:
        return ngettext("%(count)s change", "%(count)s changes", len(groups)) % {"count": len(groups)}
    gone, come = groups[0]
    if gone and come:
        return _("replace “%(gone)s” by “%(come)s”") % {"gone": _short(gone), "come": _short(come)}
    return (
        _("add “%(words)s”") % {"words": _short(come)}
        if come
        else _("remove “%(words)s”") % {"words": _short(gone)}
    )


def _groups(segments: Sequence[Segment]) -> list[tuple[str, str]]:
    """The places that change, each as (what goes, what comes)."""
    groups: list[tuple[str, str]] = []
    before = "same"
    for segment in segments:
        if segment.kind != "same":
            gone, come = groups.pop() if before != "same" else ("", "")
            groups.append(
                (gone + segment.text, come) if segment.kind == "deleted" else (gone, come + segment.text)
            )
        before = segment.kind
    return groups


def _short(words: str) -> str:
    text = " ".join(words.split())
    return text if len(text) <= QUOTED else text[: QUOTED - 1].rstrip() + "…"


def all_of(document: Document) -> QuerySet[Amendment]:
    """The amendments to a document with all that pages show, by their numbers."""
    return (
        Amendment.objects.filter(document=document)
        .select_related("document__edition", "section__strand", "clause", "after", "merged__merge")
        .prefetch_related(*WITH_ALL)
        .order_by("number")
    )


def show(document: Document, rows: Iterable[Amendment], content: Mapping[str, Any] | None) -> list[Shown]:
    """Amendments against a revision's content, in their own order. Give it all that may conflict with each other."""
    return show_standings(document, standings(rows, words_by_clause(content)), content)


def show_standings(
    document: Document, found: Sequence[Standing], content: Mapping[str, Any] | None
) -> list[Shown]:
    """Amendments whose standing is known, for a page; in three queries however many they are."""
    people = {row.amendment.proposer_id for row in found}
    people |= {s.participant_id for row in found for s in row.amendment.co_signatures.all()}
    names = shown_names(people)
    settled = {row.wording.base_id for row in found if not row.amendment.is_pending}
    bases = {
        key: words_by_clause(base)
        for key, base in Revision.objects.filter(pk__in=settled).values_list("pk", "content")
    }
    numbers = _numbers(content)
    over = sections_over(document.pk)
    return [_shown(row, names, bases, numbers, over) for row in found]


def _numbers(content: Mapping[str, Any] | None) -> dict[str, int | None]:
    sections = content["sections"] if content else ()
    return {clause["id"]: clause["number"] for section in sections for clause in section["clauses"]}


def _shown(
    row: Standing,
    names: Mapping[UUID, str],
    bases: Mapping[UUID, dict[str, Words]],
    numbers: Mapping[str, int | None],
    over: set[UUID],
) -> Shown:
    amendment = row.amendment
    before = row.now or NOTHING
    if not amendment.is_pending and amendment.clause_id:
        before = bases[row.wording.base_id].get(str(amendment.clause_id), NOTHING)
    fate = fate_of(amendment, is_over=amendment.section_id in over)
    signed = [(s.participant_id, s.wording_id == row.wording.pk) for s in amendment.co_signatures.all()]
    return Shown(
        standing=row,
        changes=changes_between(before, row.proposed),
        clause_number=numbers.get(str(amendment.clause_id or amendment.after_id)),
        proposer=name_of(amendment.proposer_id, names),
        signers=sorted(name_of(key, names) for key, is_present in signed if is_present),
        signed_before=sorted(name_of(key, names) for key, is_present in signed if not is_present),
        recommendation=last_treatment(amendment, Treatment.Stage.RECOMMENDATION),
        decision=last_treatment(amendment, Treatment.Stage.DECISION),
        fate=fate,
        fate_words=fate_words(amendment, fate),
        reason=reason_of(amendment),
    )


# --- Beside the clauses of the document -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Note:
    """What is proposed and said on a clause, for its margin.

    `overtaken` are the numbers of those amendments that conflict with what the draft says by now.
    """

    amendments: list[Shown]
    comments: int
    overtaken: frozenset[int] = frozenset()


def notes_on(document: Document, content: Mapping[str, Any]) -> dict[str, Note]:
    """{clause: its amendments that were not rejected, and how many comments it has}."""
    beside: defaultdict[str, list[Shown]] = defaultdict(list)
    rows = all_of(document).exclude(state=Amendment.State.WITHDRAWN)
    for shown in show(document, rows, content):
        if shown.fate != Treatment.What.REJECT:
            beside[str(shown.amendment.clause_id or shown.amendment.after_id)].append(shown)
    comments: defaultdict[str, int] = defaultdict(int)
    seen = Comment.objects.filter(clause__document=document, hidden_at=None, parent__hidden_at=None)
    for key in seen.values_list("clause", flat=True):
        comments[str(key)] += 1
    return {key: Note(beside[key], comments[key]) for key in beside.keys() | comments.keys()}


def notes_on_draft(
    document: Document, content: Mapping[str, Any], draft: Mapping[str, Any]
) -> dict[str, Note]:
    """The notes for who writes, with the amendments that conflict with what was edited since the latest revision."""
    published, now = words_by_clause(content), words_by_clause(draft)

    def overtaken(key: str, shown: Shown) -> bool:
        base, there, row = published.get(key), now.get(key), shown.standing
        is_open = shown.amendment.clause_id and not hasattr(shown.amendment, "merged")
        if not is_open or base is None or there is None or row.wording.base_digest != base.digest:
            return False
        return bool(rebased(base, there, row.proposed).clashes)

    return {
        key: replace(
            note,
            overtaken=frozenset(s.amendment.number for s in note.amendments if overtaken(key, s)),
        )
        for key, note in notes_on(document, content).items()
    }


def with_notes(content: dict[str, Any], notes: Mapping[str, Note]) -> dict[str, Any]:
    """The content with the notes on each clause that has some, as "note"."""
    return {
        **content,
        "sections": [
            {**section, "clauses": [{**c, "note": notes.get(c["id"])} for c in section["clauses"]]}
            for section in content["sections"]
        ],
    }


def fingerprint(notes: Mapping[str, Note]) -> list[Any]:
    """What the margin says, as a value: what is rendered for one is right for every other that is equal."""
    return sorted(
        [
            key,
            note.comments,
            [
                [
                    s.amendment.number,
                    s.standing.wording.number,
                    s.standing.needs_rebase,
                    s.standing.conflicts,
                    s.fate,
                ]
                for s in note.amendments
            ],
        ]
        for key, note in notes.items()
    )
