"""What the closing of a day shows: the summaries of the groups and the thoughts of a guest."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models import Identified
from programme.models import Day
from workshops.models.groups import Group


class Summary(Identified):
    """The co-facilitator's concise summary of a group's core results, shown in the day's closing."""

    group = models.OneToOneField(Group, models.PROTECT, related_name="summary")
    text = models.TextField(_("summary"), max_length=4000)
    written_at = models.DateTimeField(_("written"))

    def __str__(self) -> str:
        return f"summary of {self.group_id}"


class Thought(Identified):
    """Thoughts on the day: a short comment by a distinguished guest at a day's end; a draft until it is published."""

    day = models.ForeignKey(Day, models.PROTECT, related_name="thoughts")
    speaker = models.CharField(_("speaker"), max_length=120)
    affiliation = models.CharField(_("affiliation"), max_length=160, blank=True)
    text = models.TextField(_("thoughts"), max_length=4000)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("day", "speaker"), name="one_thought_per_speaker"),)

    def __str__(self) -> str:
        return f"thoughts on {self.day_id}"
