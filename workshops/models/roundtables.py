"""The tables of the networking day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified
from programme.models import Session


class Roundtable(Identified):
    """A table of the networking day, hosted by experts."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="roundtables")
    session = models.OneToOneField(Session, models.PROTECT, related_name="roundtable")
    number = models.PositiveSmallIntegerField(_("number"))
    minutes = models.PositiveSmallIntegerField(_("minutes a rotation"), default=45)

    class Meta:
        ordering = ("edition", "number")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_table_per_number"),)

    def __str__(self) -> str:
        return f"Roundtable {self.number}"
