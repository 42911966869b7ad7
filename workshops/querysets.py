"""Named queries over groups and findings."""

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from academy.models import Edition
    from workshops.models import Finding, Group  # noqa: F401  # named in strings below


class GroupQuerySet(models.QuerySet["Group"]):
    def of_edition(self, edition: "Edition") -> Self:
        return self.filter(workshop__edition=edition).select_related(
            "workshop__strand", "workshop__edition", "session__day"
        )

    def planned(self) -> Self:
        """The groups whose sessions are in the programme, not those that were taken out."""
        return self.filter(session__removed_at=None, workshop__session__removed_at=None)


class FindingQuerySet(models.QuerySet["Finding"]):
    """Findings are read without their author: who said something leaves the database only through a rule for it."""

    def of_edition(self, edition: "Edition") -> Self:
        return self.filter(group__workshop__edition=edition)

    def unattributed(self) -> Self:
        return self.defer("author")

    def standing(self) -> Self:
        """The findings that were not merged into another one."""
        return self.exclude(state="merged")
