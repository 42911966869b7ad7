"""Named queries over clauses and revisions."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from outcome.models import Clause, Revision  # noqa: F401  # named by the bases below


class ClauseQuerySet(models.QuerySet["Clause"]):
    def standing(self) -> Self:
        """The clauses that were not removed, in the order of the document."""
        return self.filter(removed=False).order_by("section__position", "order", "id")


class RevisionQuerySet(models.QuerySet["Revision"]):
    def readable(self, audiences: tuple[str, ...]) -> Self:
        """The revisions that somebody of these audiences may read, newest first."""
        return self.filter(audience__in=audiences).order_by("-number")
