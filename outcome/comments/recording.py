"""What the history commits to of comments, and that they are as it says."""

from collections.abc import Iterator
from typing import Any

from academy.history import Mismatch, verify_contents
from academy.models import Edition
from outcome.models import Comment


def comment_words(comment: Comment) -> dict[str, Any]:
    """What the history commits to of a comment: its words and place, whom it mentions, and whether it is seen."""
    return {
        "clause": str(comment.clause_id),
        "parent": str(comment.parent_id) if comment.parent_id else None,
        "author": str(comment.author_id) if comment.author_id else None,
        "text": comment.text,
        "quote": comment.quote,
        "mentions": sorted(str(row.participant_id) for row in comment.mentions.all()),
        "resolved": comment.resolved_at is not None,
        "hidden": comment.hidden_because,
    }


def verify_comments(edition: Edition) -> Iterator[Mismatch]:
    """Yield the comments that are not as they were written or moderated."""
    comments = Comment.objects.filter(clause__document__edition=edition).prefetch_related("mentions")
    yield from verify_contents(edition, Comment, {str(row.pk): comment_words(row) for row in comments})
