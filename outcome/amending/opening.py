"""What a document takes from participants: amendments and comments, each with a switch and a date."""

from datetime import datetime

from django.db import transaction

from academy.history import record
from academy.models import User
from academy.permissions import insist
from outcome.amending.permissions import may_moderate_comments
from outcome.amending.recording import rules_words
from outcome.amending.turns import in_turn
from outcome.models import ContributionRules, Document


@transaction.atomic
def set_rules(
    document: Document,
    *,
    takes_amendments: bool,
    amendments_from: datetime | None,
    takes_comments: bool,
    comments_from: datetime | None,
    by: User,
) -> ContributionRules:
    """Say what the document takes, and from when participants may write it; without a date only delegates may.

    Raises:
        NotAllowed, DocumentFixed
    """
    insist(may_moderate_comments(by, document.edition))
    document = in_turn(document)
    rules, _fresh = ContributionRules.objects.update_or_create(
        document=document,
        defaults={
            "takes_amendments": takes_amendments,
            "amendments_from": amendments_from,
            "takes_comments": takes_comments,
            "comments_from": comments_from,
        },
    )
    record(document.edition, "contributions set", rules, by=by, content=rules_words(rules))
    return rules
