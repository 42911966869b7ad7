"""Named queries of the programme."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from programme.models import Session  # noqa: F401  # named in the generic base below


class SessionQuerySet(models.QuerySet["Session"]):
    def planned(self) -> Self:
        """The sessions of the draft: those that were not taken out."""
        return self.filter(removed_at=None)
