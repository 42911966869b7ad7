"""The adoption: its rules, its electorate, the positions, and the record."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, Participant, User
from outcome.models.document import Document
from outcome.models.revisions import Revision


class Procedure(Identified):
    """An adoption: the frozen text by its digest, the rules, and the two organisers who set it up."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("prepared")
        CONFIRMED = "confirmed", _("confirmed")
        OPEN = "open", _("open")
        ADOPTED = "adopted", _("adopted")
        NOT_ADOPTED = "not-adopted", _("not adopted")
        POLLED = "polled", _("straw poll taken")
        RECALLED = "recalled", _("recalled")

    class Publicity(models.TextChoices):
        NAMED = "named", _("named: positions stand beside names in the record")
        PSEUDONYMOUS = "pseudonymous", _("pseudonymous: the record lists positions by receipt, nobody’s name")

    document = models.ForeignKey(Document, models.PROTECT, related_name="procedures")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="procedures")
    text_digest = models.CharField(_("digest of the text"), max_length=64)
    method = models.CharField(_("method"), max_length=32)
    abstentions = models.CharField(_("abstentions"), max_length=16, default="aside")
    quorum = models.CharField(_("quorum"), max_length=32)
    quorum_of = models.CharField(_("quorum of whom"), max_length=16, default="electorate")
    quorum_number = models.PositiveIntegerField(_("number for the quorum"), null=True, blank=True)
    publicity = models.CharField(_("publicity"), max_length=16, choices=Publicity, default=Publicity.NAMED)
    # {"roles": [...], "actors": [...], "regions": [...]}; an empty list asks nothing.
    electorate: Any = models.JSONField(_("who may take a position"), default=dict, blank=True)
    by_clause = models.BooleanField(_("indication clause by clause before the whole"), default=False)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    short_notice = models.CharField(_("why the silence is short"), max_length=300, blank=True)
    statement_hours = models.PositiveSmallIntegerField(_("hours for statements after the closing"), default=0)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.PREPARED)
    prepared_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    prepared_at = models.DateTimeField(_("prepared"))
    opened_at = models.DateTimeField(_("opened"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    recall_reason = models.CharField(_("why it was recalled"), max_length=500, blank=True)

    class Meta:
        ordering = ("document", "prepared_at")
        constraints = (
            models.UniqueConstraint(
                fields=("document",),
                condition=Q(state__in=("prepared", "confirmed", "open")),
                name="one_adoption_under_way",
            ),
            models.CheckConstraint(
                condition=~Q(confirmed_by=F("prepared_by"))
                | Q(confirmed_by__isnull=True)
                | Q(prepared_by__isnull=True),
                name="set_up_by_two_people",
            ),
            models.CheckConstraint(
                condition=~Q(state="recalled") | ~Q(recall_reason=""), name="recalled_with_a_reason"
            ),
            models.CheckConstraint(
                condition=~Q(method="silence") | Q(closes_at__isnull=False), name="silence_has_a_deadline"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("open", "adopted", "not-adopted", "polled"))
                | Q(opened_at__isnull=False),
                name="opened_at_some_moment",
            ),
        )

    def __str__(self) -> str:
        return f"{self.method} on revision {self.revision_id}"

    @property
    def is_under_way(self) -> bool:
        """Whether it is set up or open, and nothing is decided yet."""
        return self.state in (self.State.PREPARED, self.State.CONFIRMED, self.State.OPEN)

    @property
    def is_closed(self) -> bool:
        """Whether it came to a result."""
        return self.state in (self.State.ADOPTED, self.State.NOT_ADOPTED, self.State.POLLED)

    @property
    def is_pseudonymous(self) -> bool:
        return self.publicity == self.Publicity.PSEUDONYMOUS

    @property
    def statements_until(self) -> datetime | None:
        """Until when statements are taken after the closing; none before it."""
        return self.closed_at + timedelta(hours=self.statement_hours) if self.closed_at else None


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
    """A position as it was taken; append-only, the last one counts. `key` is made by whoever sends it."""

    elector = models.ForeignKey(Elector, models.PROTECT, related_name="positions")
    number = models.PositiveIntegerField(_("number"))
    choice = models.CharField(_("position"), max_length=16)
    taken_at = models.DateTimeField(_("taken"))
    key = models.UUIDField(_("key"), null=True, default=uuid4, editable=False)

    class Meta:
        ordering = ("elector", "number")
        constraints = (
            models.UniqueConstraint(fields=("elector", "number"), name="one_position_per_number"),
            models.UniqueConstraint(fields=("elector", "key"), name="one_position_per_key"),
        )

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
