"""What the history commits to of endorsements and commitments, and that they are as it says.

Who signed stands in none of it: a name is erased, and the rest stays and still matches.
"""

from collections.abc import Iterator
from typing import Any

from academy.history import Mismatch, verify_contents
from academy.models import Edition
from outcome.models import Commitment, CommitmentWording, Endorsement, ProgressNote


def endorsement_words(row: Endorsement) -> dict[str, Any]:
    """What the history commits to of an endorsement: the text, the organisation, and how it stands."""
    return {
        "revision": str(row.revision_id),
        "organisation": row.organisation,
        "kind": row.kind,
        "country": row.country,
        "domain": row.domain,
        "statement": row.statement,
        "state": row.state,
        "way": row.way,
        "address_domain": row.address_domain,
        "reason": row.reason,
    }


def commitment_content(row: Commitment) -> dict[str, Any]:
    """What a commitment says now, as its wordings keep it."""
    return {
        "clauses": sorted(str(clause.pk) for clause in row.clauses.all()),
        "what": row.what,
        "responsible": row.responsible,
        "due": row.due.isoformat(),
        "evidence": row.evidence,
        "review_on": row.review_on.isoformat() if row.review_on else None,
    }


def commitment_words(row: Commitment) -> dict[str, Any]:
    """What the history commits to of a commitment: its words, every wording before, and how far it is."""
    return {
        "endorsement": str(row.endorsement_id),
        "number": row.number,
        "state": row.state,
        **commitment_content(row),
        "wordings": [wording.words for wording in row.wordings.all()],
    }


def note_words(row: ProgressNote) -> dict[str, Any]:
    """What the history commits to of what was reported."""
    return {
        "commitment": str(row.commitment_id),
        "number": row.number,
        "state": row.state,
        "words": row.words,
        "evidence": row.evidence,
    }


def verify_following(edition: Edition) -> Iterator[Mismatch]:
    """Yield the endorsements, commitments and notes that are not as they were written."""
    endorsements = Endorsement.objects.filter(edition=edition)
    yield from verify_contents(
        edition, Endorsement, {str(row.pk): endorsement_words(row) for row in endorsements}
    )
    commitments = list(
        Commitment.objects.filter(endorsement__edition=edition).prefetch_related("clauses", "wordings")
    )
    yield from verify_contents(
        edition, Commitment, {str(row.pk): commitment_words(row) for row in commitments}
    )
    notes = ProgressNote.objects.filter(commitment__endorsement__edition=edition)
    yield from verify_contents(edition, ProgressNote, {str(row.pk): note_words(row) for row in notes})
    for row in commitments:
        last: CommitmentWording | None = max(row.wordings.all(), key=lambda one: one.number, default=None)
        if last is None or last.words != commitment_content(row):
            yield Mismatch(f"commitment {row.pk}", "it does not say what its last wording says")
