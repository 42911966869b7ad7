"""Pseudonymous ballots: that somebody cast one, and, apart from it, what lies in the box."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models import Identified
from outcome.models.adoption import Elector, Procedure


class Cast(Identified):
    """That an elector's ballot lies in the box; not which one, and not when."""

    elector = models.OneToOneField(Elector, models.PROTECT, related_name="cast")

    def __str__(self) -> str:
        return f"cast by {self.elector_id}"


class BallotBox(Identified):
    """All ballots of one adoption in one row, sorted by their random receipts, rewritten as a whole at each write.

    `minute` is the minute of the last write, for the database to compare with the closing; the closing empties it.
    """

    procedure = models.OneToOneField(Procedure, models.PROTECT, related_name="box")
    # The choice by its receipt.
    ballots: Any = models.JSONField(_("ballots"), default=dict)
    minute = models.DateTimeField(_("minute of the last write"), null=True, blank=True)

    def __str__(self) -> str:
        return f"box of {self.procedure_id}"
