"""Commitments: made for clauses of the adopted text, changed with their history kept, reported on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.models import Edition, User
from academy.permissions import insist
from academy.text import tidy
from outcome.following.locking import standing
from outcome.following.protecting import insist_on_no_name
from outcome.following.recording import commitment_content, commitment_words, note_words
from outcome.models import Clause, Commitment, Endorsement, Progress, ProgressNote, Revision
from outcome.permissions import acts_for
from outcome.revisions import clauses_of

WHAT_LENGTH, WHO_LENGTH, EVIDENCE_LENGTH, NOTE_LENGTH = 1000, 160, 500, 1000
MOST = 50
FARTHEST_YEARS = 50


@dataclass(frozen=True)
class Promise:
    """What a commitment says.

    Args:
        clauses: keys of encouragements of the adopted text.
        responsible: an office or a function.
        review_on: when it is looked at again; when it is due, if nothing is said.
    """

    clauses: tuple[UUID, ...]
    what: str
    responsible: str
    due: date
    evidence: str = ""
    review_on: date | None = None


@transaction.atomic
def commit(endorsement: Endorsement, said: Promise, *, by: User) -> Commitment:
    """Make a commitment for an organisation that endorses.

    Raises:
        NotAllowed, EndorsementOver
        Invalid: what was given cannot be.
    """
    insist(acts_for(by, endorsement))
    row = standing(endorsement)
    count = row.commitments.count()
    if count >= MOST:
        raise Invalid(_("An organisation can have %(most)s commitments at most.") % {"most": MOST})
    fields = _checked(said, row, by=by)
    _insist_on_future(said, row.edition)
    made = Commitment.objects.create(endorsement=row, number=count + 1, made_at=clock.now(), **fields)
    _word(made, said.clauses, number=1)
    _note("commitment made", made, by=by)
    return made


@transaction.atomic
def change_commitment(commitment: Commitment, said: Promise, *, by: User) -> Commitment:
    """Change what a commitment says; what it said before stays readable.

    Raises:
        NotAllowed, EndorsementOver
        Invalid: what was given cannot be, or nothing differs.
    """
    insist(acts_for(by, commitment.endorsement))
    row = standing(commitment.endorsement)
    commitment = Commitment.objects.prefetch_related("clauses").get(pk=commitment.pk)
    before = commitment_content(commitment)
    fields = _checked(said, row, by=by)
    if said.due != commitment.due or said.review_on != commitment.review_on:
        _insist_on_future(said, row.edition, but=(commitment.due, commitment.review_on))
    for name, value in fields.items():
        setattr(commitment, name, value)
    after = {**commitment_content(commitment), "clauses": sorted(map(str, said.clauses))}
    if after == before:
        raise Invalid(_("Nothing was changed: it says this already."))
    commitment.save(update_fields=list(fields))
    last = commitment.wordings.order_by("-number").values_list("number", flat=True)[0]
    _word(commitment, said.clauses, number=last + 1)
    _note("commitment changed", commitment, by=by)
    return commitment


@transaction.atomic
def note_progress(
    commitment: Commitment,
    *,
    state: str,
    words: str,
    by: User,
    evidence: str = "",
    review_on: date | None = None,
) -> ProgressNote:
    """Report how far a commitment is. What was reported before stays; the last report counts.

    Args:
        review_on: the next review; none leaves the one that is set, as long as it lies ahead.

    Raises:
        NotAllowed, EndorsementOver
        Invalid: no such state, no words, or a review in the past.
    """
    insist(acts_for(by, commitment.endorsement))
    row = standing(commitment.endorsement)
    commitment = Commitment.objects.prefetch_related("clauses").get(pk=commitment.pk)
    if state not in Progress.values:
        raise Invalid(_("Please choose how far it is."))
    today = today_in(row.edition)
    if review_on and review_on <= today and review_on != commitment.review_on:
        raise Invalid(_("The next review lies in the future."))
    words = tidy(words, limit=NOTE_LENGTH, what=_("What was done"))
    evidence = _line(evidence, limit=EVIDENCE_LENGTH, what=_("The evidence"))
    insist_on_no_name(by, words, evidence)
    made = ProgressNote.objects.create(
        commitment=commitment,
        number=commitment.notes.count() + 1,
        state=state,
        words=words,
        evidence=evidence,
        noted_at=clock.now(),
    )
    is_reworded = bool(review_on) and review_on != commitment.review_on
    commitment.state = state
    if is_reworded:
        commitment.review_on = review_on
    commitment.save(update_fields=["state", "review_on"])
    if is_reworded:
        number = commitment.wordings.count() + 1
        _word(commitment, [clause.pk for clause in commitment.clauses.all()], number=number)
    record(row.edition, "progress noted", made, by=by, data={"state": state}, content=note_words(made))
    _note("commitment reported on", commitment, by=by)
    return made


def today_in(edition: Edition) -> date:
    """The day that it is where the academy is."""
    return clock.now().astimezone(ZoneInfo(edition.time_zone)).date()


def encouragements_of(revision: Revision) -> list[dict[str, Any]]:
    """The clauses that one can commit to: those with a number."""
    return [clause for _section, clause in clauses_of(revision.content) if clause["number"] is not None]


def _checked(said: Promise, row: Endorsement, *, by: User) -> dict[str, Any]:
    known = {clause["id"] for clause in encouragements_of(row.revision)}
    if not said.clauses:
        raise Invalid(_("Please choose the encouragements that it answers."))
    if not {str(key) for key in said.clauses} <= known:
        raise Invalid(_("The adopted text has no such encouragement."))
    what = tidy(said.what, limit=WHAT_LENGTH, what=_("What you commit to"))
    responsible = _line(said.responsible, limit=WHO_LENGTH, what=_("Who is responsible"), needed=True)
    evidence = _line(said.evidence, limit=EVIDENCE_LENGTH, what=_("What will show it"))
    insist_on_no_name(by, what, responsible, evidence)
    return {
        "what": what,
        "responsible": responsible,
        "due": said.due,
        "evidence": evidence,
        "review_on": said.review_on,
    }


def _insist_on_future(said: Promise, edition: Edition, but: Iterable[date | None] = ()) -> None:
    today = today_in(edition)
    kept = set(but)
    if said.due < today and said.due not in kept:
        raise Invalid(_("The date by which it is done lies in the future."))
    if said.due.year > today.year + FARTHEST_YEARS:
        raise Invalid(_("The date by which it is done is too far away."))
    if said.review_on and said.review_on < today and said.review_on not in kept:
        raise Invalid(_("The review lies in the future."))
    if said.review_on and said.review_on.year > today.year + FARTHEST_YEARS:
        raise Invalid(_("The review is too far away."))


def _line(text: str, *, limit: int, what: str, needed: bool = False) -> str:
    """A text of one line; empty if it is not needed."""
    if not needed and not text.strip():
        return ""
    return " ".join(tidy(text, limit=limit, what=what).split())


def _word(commitment: Commitment, clauses: Iterable[UUID], *, number: int) -> None:
    """Set the clauses, and keep what the commitment says as its next wording."""
    commitment.clauses.set(Clause.objects.filter(pk__in=list(clauses)))
    now = Commitment.objects.prefetch_related("clauses").get(pk=commitment.pk)
    commitment.wordings.create(number=number, words=commitment_content(now), written_at=clock.now())


def _note(verb: str, commitment: Commitment, *, by: User) -> None:
    row = Commitment.objects.prefetch_related("clauses", "wordings").get(pk=commitment.pk)
    data = {"clauses": row.clauses.count(), "state": row.state}
    record(commitment.endorsement.edition, verb, row, by=by, data=data, content=commitment_words(row))
