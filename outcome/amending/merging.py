"""Merging: amendments that were adopted or referred are taken into the draft clause by clause, or left out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.announcements import announce
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.models import User
from academy.text import tidy
from outcome.amending.clauses import NOTHING, Words, words_by_clause
from outcome.amending.combining import combine
from outcome.amending.recording import merge_words
from outcome.amending.standing import WITH_ALL, last_treatment, latest_wording, words_in
from outcome.drafting import add_clause, move_clause, remove_clause, reword_clause
from outcome.live.showing import followed
from outcome.locking import writable
from outcome.models import Amendment, Clause, Document, Merge, MergedAmendment, Revision, Treatment

HANDED_OVER = (Treatment.What.ADOPT, Treatment.What.ADOPT_CHANGED, Treatment.What.REFER)
Share, Kind = MergedAmendment.Share, Amendment.Kind


class NotWaiting(DomainError):
    """The amendment was neither adopted nor referred, or its words are in the draft already."""

    message = gettext_lazy("One of these amendments does not wait for the drafting group any more.")


@dataclass(frozen=True)
class Adopted:
    """An adopted or referred amendment with its words, and those that they start from."""

    amendment: Amendment
    decision: Treatment
    base: Words
    words: Words

    @property
    def is_referred(self) -> bool:
        """Whether the room left it to the drafting group."""
        return self.decision.what == Treatment.What.REFER


@dataclass(frozen=True)
class Preview:
    """What chosen amendments make of a clause: its words now, the words then, and which could not be taken in."""

    now: Words
    then: Words
    clashing: tuple[int, ...]
    removes: bool = False


def waiting(document: Document) -> list[Adopted]:
    """The amendments handed over to the drafting group of which nothing became yet, in the order of their numbers."""
    rows = (
        Amendment.objects.filter(document=document, state=Amendment.State.DECIDED, merged=None)
        .select_related("document__edition", "section__strand", "clause", "after")
        .prefetch_related(*WITH_ALL)
        .order_by("number")
    )
    decided = [(row, last_treatment(row, Treatment.Stage.DECISION)) for row in rows]
    adopted = [(row, decision) for row, decision in decided if decision and decision.what in HANDED_OVER]
    bases = _bases(
        {latest_wording(row).base_id for row, _d in adopted} | {d.round.base_id for _r, d in adopted}
    )
    return [_adopted(row, decision, bases) for row, decision in adopted]


def _bases(keys: Iterable[object]) -> dict[object, tuple[int, dict[str, Words]]]:
    """{revision: its number, and its words by clause}."""
    rows = Revision.objects.filter(pk__in=list(keys)).values_list("pk", "number", "content")
    return {key: (number, words_by_clause(content)) for key, number, content in rows}


def _adopted(
    row: Amendment, decision: Treatment, bases: dict[object, tuple[int, dict[str, Words]]]
) -> Adopted:
    """Words adopted as changed start from the text that the room had before it, others from what they were written on.

    The room has the base of its round before it, or the later revision that an amendment was put on meanwhile.
    """
    wording = latest_wording(row)
    base, words = bases[wording.base_id], words_in(wording)
    if decision.what == Treatment.What.ADOPT_CHANGED:
        base = max(base, bases[decision.round.base_id], key=lambda one: one[0])
        words = Words(decision.heading, decision.text, decision.remark)
    before = base[1].get(str(row.clause_id), NOTHING) if row.clause_id else NOTHING
    return Adopted(row, decision, before, words)


def draft_words(clause: Clause) -> Words:
    """What a clause says in the draft now."""
    remark = Clause.objects.filter(parent=clause, removed=False).values_list("text", flat=True).first()
    row = Clause.objects.get(pk=clause.pk)
    return Words(row.heading, row.text, remark or "")


def preview(now: Words, chosen: Sequence[Adopted]) -> Preview:
    """What the clause would say with these amendments taken in one after the other; what clashes stays as it was."""
    if any(one.amendment.kind == Kind.DELETION for one in chosen):
        others = tuple(one.amendment.number for one in chosen if one.amendment.kind != Kind.DELETION)
        return Preview(now, NOTHING, others, removes=True)
    then, clashing = now, []
    for one in chosen:
        made = combine(one.base, [then, one.words])
        if made.clashes:
            clashing.append(one.amendment.number)
        then = made.words
    return Preview(now, then, tuple(clashing))


@transaction.atomic
def merge_into_clause(
    clause: Clause, numbers: Iterable[int], words: Words, *, version: int, by: User
) -> Merge:
    """Give a clause the words that the drafting group made of adopted amendments, through the draft.

    Args:
        version: the version of the clause that the group saw.

    Raises:
        NotAllowed, DocumentFixed, Invalid, NotWaiting
        Overtaken: somebody changed the clause meanwhile.
    """
    document = _draft(clause.document, by=by)
    chosen = _chosen(document, numbers, clause)
    seen = preview(draft_words(clause), chosen)
    if seen.removes:
        raise Invalid(_("A deletion is taken in by removing the clause."))
    reword_clause(
        clause,
        text=words.text,
        heading=words.heading,
        remark=words.remark if clause.kind == Clause.Kind.ENCOURAGEMENT else None,
        version=version,
        by=by,
    )
    made = draft_words(clause)
    whole = made == seen.then
    shares = {
        one.amendment: Share.WHOLE if whole and one.amendment.number not in seen.clashing else Share.EDITED
        for one in chosen
    }
    return _merged(document, clause, made, shares, by=by)


@transaction.atomic
def merge_deletion(clause: Clause, numbers: Iterable[int], *, by: User) -> Merge:
    """Take a clause out of the draft as an adopted amendment says.

    Raises:
        NotAllowed, DocumentFixed, NotWaiting
    """
    document = _draft(clause.document, by=by)
    chosen = _chosen(document, numbers, clause)
    if any(one.amendment.kind != Kind.DELETION for one in chosen):
        raise NotWaiting
    remove_clause(clause, by=by)
    return _merged(document, clause, NOTHING, {one.amendment: Share.WHOLE for one in chosen}, by=by)


@transaction.atomic
def merge_addition(amendment: Amendment, words: Words, *, by: User) -> Merge:
    """Put a new clause into the draft as an adopted amendment says, after the clause that it names.

    Raises:
        NotAllowed, DocumentFixed, Invalid, NotWaiting
    """
    document = _draft(amendment.document, by=by)
    chosen = _chosen(document, [amendment.number], None)[0]
    amendment = chosen.amendment
    clause = add_clause(
        amendment.section,
        text=words.text,
        heading=words.heading,
        remark=words.remark if amendment.section.strand_id else "",
        by=by,
    )
    if following := _following(amendment, clause):
        move_clause(clause, before=following, by=by)
    made = draft_words(clause)
    share = Share.WHOLE if made == chosen.words else Share.EDITED
    return _merged(document, clause, made, {amendment: share}, by=by)


def _following(amendment: Amendment, clause: Clause) -> Clause | None:
    """The clause before which the new one stands: the one after its neighbour, or the first of the section."""
    others = list(
        Clause.objects.standing().filter(section=amendment.section_id, parent=None).exclude(pk=clause.pk)
    )
    if amendment.after_id is None:
        return others[0] if others else None
    place = next((n for n, other in enumerate(others) if other.pk == amendment.after_id), len(others))
    return others[place + 1] if place + 1 < len(others) else None


@transaction.atomic
def leave_out(amendment: Amendment, *, reason: str, by: User) -> Merge:
    """Leave the words of an amendment out of the draft, with the reason that its proposer reads.

    Raises:
        NotAllowed, DocumentFixed, Invalid, NotWaiting
    """
    document = _draft(amendment.document, by=by)
    chosen = _chosen(document, [amendment.number], amendment.clause)
    words = tidy(reason, limit=500, what=_("The reason"))
    now = draft_words(amendment.clause) if amendment.clause else NOTHING
    return _merged(
        document, amendment.clause, now, {chosen[0].amendment: Share.LEFT_OUT}, reason=words, by=by
    )


def _draft(document: Document, *, by: User) -> Document:
    """The document, locked for a change of its text, with everything in its clauses that was written together.

    Raises:
        NotAllowed, DocumentFixed
    """
    document = writable(document, by=by)
    followed(document)
    return document


def _chosen(document: Document, numbers: Iterable[int], clause: Clause | None) -> list[Adopted]:
    """The waiting amendments of these numbers, all on this clause.

    Raises:
        Invalid: none was chosen.
        NotWaiting
    """
    wanted = set(numbers)
    if not wanted:
        raise Invalid(_("Please choose at least one amendment."))
    key = clause.pk if clause else None
    chosen = [
        one for one in waiting(document) if one.amendment.number in wanted and one.amendment.clause_id == key
    ]
    if len(chosen) != len(wanted):
        raise NotWaiting
    return chosen


def _merged(
    document: Document,
    clause: Clause | None,
    made: Words,
    shares: dict[Amendment, MergedAmendment.Share],
    *,
    reason: str = "",
    by: User,
) -> Merge:
    merge = Merge.objects.create(document=document, clause=clause, digest=made.digest, merged_at=clock.now())
    for amendment, share in shares.items():
        MergedAmendment.objects.create(merge=merge, amendment=amendment, share=share, reason=reason)
    facts = {"amendments": sorted(amendment.number for amendment in shares)}
    record(document.edition, "amendments merged", merge, by=by, data=facts, content=merge_words(merge))
    announce("amendments changed", document=str(document.pk))
    return merge
