"""People decide which findings of parallel groups say the same, contradict each other, or are not the same.

A decision is a row and is never changed; another decision about the same two findings is another row, and the newest
counts. Whoever decides says how many decisions they have seen; if there is one more by then, nothing is written.
"""

from collections.abc import Iterator

from django.db import IntegrityError, models, transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import Mismatch, record, verify_contents
from academy.models import Edition, User
from academy.permissions import insist
from workshops.models import Finding, TwinDecision
from workshops.permissions import may_compare


class NotTwins(Invalid):
    """The findings are not of two groups of one workshop, in one part."""

    message = gettext_lazy(
        "Only findings of two groups of the same workshop, in the same part, can be compared."
    )


class Stood(Invalid):
    """One of the findings was merged into another one."""

    message = gettext_lazy("One of these findings was merged into another one. Compare that one instead.")


class DecidedMeanwhile(DomainError):
    """Somebody else decided about the same two findings."""

    message = gettext_lazy(
        "Somebody else decided about these two findings meanwhile. Nothing was changed: look at it again."
    )


@transaction.atomic
def decide(one: Finding, other: Finding, *, verdict: str, seen: int, by: User) -> TwinDecision:
    """Keep what somebody decided about two findings. The same decision sent twice is one.

    Args:
        seen: the number of the decision that the person saw; 0 if there was none.

    Raises:
        NotAllowed, NotTwins, Stood, Invalid
        DecidedMeanwhile: there is a newer decision than the person saw.
    """
    workshop = one.group.workshop
    insist(may_compare(by, workshop))
    _insist_on_twins(one, other)
    if verdict not in TwinDecision.Verdict.values:
        raise Invalid(_("Choose whether both said it, they are opposed, or they are not the same."))
    first, second = sorted((one, other), key=lambda finding: finding.pk)
    decisions = TwinDecision.objects.filter(one=first, other=second)
    if _last(decisions) == seen + 1 and (same := decisions.filter(number=seen + 1, verdict=verdict).first()):
        return same
    if _last(decisions) != seen:
        raise DecidedMeanwhile
    decision = _written(first, second, number=seen + 1, verdict=verdict)
    record(workshop.edition, "twins compared", decision, by=by, content=decision_words(decision))
    return decision


def _insist_on_twins(one: Finding, other: Finding) -> None:
    if (
        one.group_id == other.group_id
        or one.group.workshop_id != other.group.workshop_id
        or one.part_id != other.part_id
    ):
        raise NotTwins
    if Finding.State.MERGED in {one.state, other.state}:
        raise Stood


def _last(decisions: models.QuerySet[TwinDecision]) -> int:
    return decisions.aggregate(last=Max("number"))["last"] or 0


def _written(one: Finding, other: Finding, *, number: int, verdict: str) -> TwinDecision:
    """The row; the constraint lets only one of those who decide at once write this number."""
    try:
        with transaction.atomic():
            return TwinDecision.objects.create(
                one=one, other=other, number=number, verdict=verdict, decided_at=clock.now()
            )
    except IntegrityError as error:
        raise DecidedMeanwhile from error


def decision_words(decision: TwinDecision) -> dict[str, str | int]:
    """What the history commits to of a decision."""
    return {
        "one": str(decision.one_id),
        "other": str(decision.other_id),
        "number": decision.number,
        "verdict": decision.verdict,
    }


def verify_decisions(edition: Edition) -> Iterator[Mismatch]:
    """Yield the decisions about twin findings that are not as they were written."""
    rows = TwinDecision.objects.filter(one__group__workshop__edition=edition)
    yield from verify_contents(edition, TwinDecision, {str(row.pk): decision_words(row) for row in rows})
