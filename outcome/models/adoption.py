"""The adoption: its rules, its electorate, the positions, and the record."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, Participant
from outcome.models.document import Document
from outcome.models.revisions import Revision


class Procedure(Identified):
    """An adoption: the frozen text by its digest, and the rules as they stood at opening."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ADOPTED = "adopted", _("adopted")
        NOT_ADOPTED = "not-adopted", _("not adopted")

    document = models.ForeignKey(Document, models.PROTECT, related_name="procedures")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="procedures")
    text_digest = models.CharField(_("digest of the text"), max_length=64)
    method = models.CharField(_("method"), max_length=32)
    quorum = models.CharField(_("quorum"), max_length=32)
    quorum_number = models.PositiveIntegerField(_("number for the quorum"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.OPEN)
    opened_at = models.DateTimeField(_("opened"))
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)

    class Meta:
        ordering = ("document", "opened_at")
        constraints = (
            models.UniqueConstraint(
                fields=("document",), condition=Q(state="open"), name="one_open_adoption"
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} on revision {self.revision_id}"


class Elector(Identified):
    """Somebody who may take a position: the electorate as it stood at opening."""

    procedure = models.ForeignKey(Procedure, models.PROTECT, related_name="electors")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("procedure", "participant"), name="one_elector_per_person"),
        )

    def __str__(self) -> str:
        return f"elector of {self.procedure_id}"


class Position(models.Model):
    """A position as it was taken; append-only, the last one counts."""

    elector = models.ForeignKey(Elector, models.PROTECT, related_name="positions")
    number = models.PositiveIntegerField(_("number"))
    choice = models.CharField(_("position"), max_length=16)
    taken_at = models.DateTimeField(_("taken"))

    class Meta:
        ordering = ("elector", "number")
        constraints = (models.UniqueConstraint(fields=("elector", "number"), name="one_position_per_number"),)

    def __str__(self) -> str:
        return self.choice


class Record(Identified):
    """What an adoption came to: text, digest, rules, numbers, positions. Sealed in the database."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="records")
    procedure = models.OneToOneField(Procedure, models.PROTECT, related_name="record")
    content: Any = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made"))

    def __str__(self) -> str:
        return f"record of {self.procedure_id}"
