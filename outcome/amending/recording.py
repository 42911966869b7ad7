"""What the history commits to of amendments, rounds and merges, and that they are as it says."""

from collections.abc import Iterable, Iterator
from typing import Any

from academy.history import Mismatch, verify_contents
from academy.models import Edition
from outcome.models import Amendment, ContributionRules, Merge, Round

SAID = ("number", "heading", "text", "remark", "reason")
TREATED = (*SAID, "stage", "what", "manner", "yes", "no", "abstentions")
WITH_ALL = ("wordings", "co_signatures", "treatments")


def amendment_words(amendment: Amendment) -> dict[str, Any]:
    """What the history commits to of an amendment: its place, state, every wording, signature and treatment."""
    return {
        "number": amendment.number,
        "kind": amendment.kind,
        "section": str(amendment.section_id),
        "clause": _key(amendment.clause_id),
        "after": _key(amendment.after_id),
        "proposer": _key(amendment.proposer_id),
        "state": amendment.state,
        "wordings": [
            {**_fields(row, SAID), "base": str(row.base_id), "base_digest": row.base_digest}
            for row in _by_number(amendment.wordings.all())
        ],
        "co_signatures": sorted(
            [str(row.participant_id), str(row.wording_id)] for row in amendment.co_signatures.all()
        ),
        "treatments": [
            {**_fields(row, TREATED), "round": str(row.round_id), "wording": str(row.wording_id)}
            for row in _by_number(amendment.treatments.all())
        ],
    }


def _by_number(rows: Iterable[Any]) -> list[Any]:
    return sorted(rows, key=lambda row: row.number)


def _fields(row: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _key(key: Any) -> str | None:
    return str(key) if key else None


def rules_words(rules: ContributionRules) -> dict[str, Any]:
    """What the history commits to of what a document takes."""
    moments = (rules.amendments_from, rules.comments_from)
    return {
        "takes": [rules.takes_amendments, rules.takes_comments],
        "from": [moment.isoformat() if moment else None for moment in moments],
    }


def round_words(found: Round) -> dict[str, Any]:
    """What the history commits to of a finalisation round."""
    return {
        "section": str(found.section_id),
        "workshop": _key(found.workshop_id),
        "base": str(found.base_id),
        "closes_at": found.closes_at.isoformat(),
        "closed": found.closed_at is not None,
    }


def merge_words(merge: Merge) -> dict[str, Any]:
    """What the history commits to of a merge: the clause, the words that it made, and what became of each amendment."""
    return {
        "clause": _key(merge.clause_id),
        "digest": merge.digest,
        "amendments": sorted(
            [str(row.amendment_id), row.share, row.reason] for row in merge.amendments.all()
        ),
    }


def verify_amendments(edition: Edition) -> Iterator[Mismatch]:
    """Yield the amendments, rounds, merges and rules that are not as they were written."""
    amendments = Amendment.objects.filter(document__edition=edition).prefetch_related(*WITH_ALL)
    yield from verify_contents(edition, Amendment, {str(row.pk): amendment_words(row) for row in amendments})
    rounds = Round.objects.filter(document__edition=edition)
    yield from verify_contents(edition, Round, {str(row.pk): round_words(row) for row in rounds})
    merges = Merge.objects.filter(document__edition=edition).prefetch_related("amendments")
    yield from verify_contents(edition, Merge, {str(row.pk): merge_words(row) for row in merges})
    rules = ContributionRules.objects.filter(document__edition=edition)
    yield from verify_contents(edition, ContributionRules, {str(row.pk): rules_words(row) for row in rules})
