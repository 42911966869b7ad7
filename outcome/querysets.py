"""Named queries over clauses, revisions and endorsements."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, Value, When

from academy.models import Participant, Visibility

if TYPE_CHECKING:
    from outcome.models import Clause, Endorsement, Revision  # noqa: F401  # named by the bases below


class ClauseQuerySet(models.QuerySet["Clause"]):
    def standing(self) -> Self:
        """The clauses that were not removed, in the order of the document."""
        return self.filter(removed=False).order_by("section__position", "order", "id")


class RevisionQuerySet(models.QuerySet["Revision"]):
    def readable(self, audiences: tuple[str, ...]) -> Self:
        """The revisions that somebody of these audiences may read, newest first."""
        return self.filter(audience__in=audiences).order_by("-number")


class EndorsementQuerySet(models.QuerySet["Endorsement"]):
    def public(self) -> Self:
        """Those that everybody sees: confirmed ones, and those that were confirmed and withdrawn since."""
        return self.filter(Q(state="confirmed") | Q(state="withdrawn", decided_at__isnull=False))

    def as_shown(self) -> Self:
        """Each with `shown_signer` and `shown_function`: what others may see of the person who signed.

        Nothing, unless that person ticked that it is public, the endorsement stands, and they are protected nowhere:
        a choice made here does not undo a protection that somebody asked for, in whatever academy.
        """
        protected = Participant.objects.filter(user=OuterRef("account"), visibility=Visibility.PROTECTED)
        is_named = Q(shows_signer=True, state="confirmed") & ~Exists(protected)
        return self.annotate(
            shown_signer=Case(When(is_named, then=F("signer")), default=Value("")),
            shown_function=Case(When(is_named, then=F("function")), default=Value("")),
        )
