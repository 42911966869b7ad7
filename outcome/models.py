"""The outcome document's data: clauses and their sources, revisions, and the adoption with its record."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified, Participant
from outcome.querysets import ClauseQuerySet, RevisionQuerySet
from programme.models import Strand
from workshops.models import Finding


class Document(Identified):
    """The outcome document of an edition: a preamble, numbered encouragements, an explanatory remark to each."""

    class State(models.TextChoices):
        COLLECTING = "collecting", _("collecting findings")
        DRAFTING = "drafting", _("drafting")
        FINALISING = "finalising", _("finalising")
        FROZEN = "frozen", _("frozen")
        ADOPTED = "adopted", _("adopted")
        PUBLISHED = "published", _("published")

    edition = models.OneToOneField(Edition, models.PROTECT, related_name="document")
    title = models.CharField(_("title"), max_length=200)
    lead = models.TextField(_("opening words"), blank=True)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.DRAFTING)
    frozen_revision = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("outcome:document", args=(self.edition.slug,))

    @property
    def is_open(self) -> bool:
        """Whether its text may be changed."""
        return self.state in (self.State.COLLECTING, self.State.DRAFTING, self.State.FINALISING)


class Section(Identified):
    """The preamble, or the encouragements of one strand."""

    class Kind(models.TextChoices):
        PREAMBLE = "preamble", _("preamble")
        STRAND = "strand", _("strand")

    document = models.ForeignKey(Document, models.PROTECT, related_name="sections")
    kind = models.CharField(_("kind"), max_length=8, choices=Kind)
    strand = models.ForeignKey(Strand, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("title"), max_length=200)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("document", "position")
        constraints = (
            models.UniqueConstraint(fields=("document", "strand"), name="one_section_per_strand"),
            models.CheckConstraint(
                condition=Q(kind="preamble", strand=None) | Q(kind="strand", strand__isnull=False),
                name="a_strand_section_has_its_strand",
            ),
        )

    def __str__(self) -> str:
        return self.title


class Clause(Identified):
    """A preamble paragraph, an encouragement, or the explanatory remark to one. Removed ones stay as tombstones."""

    class Kind(models.TextChoices):
        PREAMBLE = "preamble", _("preamble paragraph")
        ENCOURAGEMENT = "encouragement", _("encouragement")
        REMARK = "remark", _("explanatory remark")

    document = models.ForeignKey(Document, models.PROTECT, related_name="clauses")
    section = models.ForeignKey(Section, models.PROTECT, related_name="clauses")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="remarks")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    heading = models.CharField(_("short title"), max_length=120, blank=True)
    text = models.TextField(_("text"), max_length=4000)
    order = models.PositiveIntegerField(_("order"), default=0)
    version = models.PositiveIntegerField(_("version"), default=1)
    removed = models.BooleanField(_("removed"), default=False)

    objects = ClauseQuerySet.as_manager()

    class Meta:
        ordering = ("section__position", "order", "id")
        constraints = (
            models.CheckConstraint(
                condition=Q(kind="remark", parent__isnull=False) | (~Q(kind="remark") & Q(parent=None)),
                name="a_remark_belongs_to_an_encouragement",
            ),
            models.UniqueConstraint(
                fields=("parent",), condition=Q(removed=False), name="one_remark_per_encouragement"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind}: {self.heading or self.text[:60]}"


class Source(Identified):
    """A finding that a clause rests on."""

    class Relation(models.TextChoices):
        SUPPORTS = "supports", _("supports")
        QUALIFIES = "qualifies", _("qualifies")
        CONTRADICTS = "contradicts", _("contradicts")

    clause = models.ForeignKey(Clause, models.PROTECT, related_name="sources")
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="sources")
    relation = models.CharField(_("relation"), max_length=12, choices=Relation, default=Relation.SUPPORTS)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("clause", "finding"), name="cited_once_per_clause"),)

    def __str__(self) -> str:
        return f"{self.finding_id} {self.relation} {self.clause_id}"


class Disposition(Identified):
    """That a finding was set aside, with the reason that everyone may read."""

    finding = models.OneToOneField(Finding, models.PROTECT, related_name="disposition")
    reason = models.CharField(_("reason"), max_length=500)
    set_aside_at = models.DateTimeField(_("set aside"))

    class Meta:
        constraints = (models.CheckConstraint(condition=~Q(reason=""), name="set_aside_with_a_reason"),)

    def __str__(self) -> str:
        return f"{self.finding_id} set aside"


class Revision(Identified):
    """A published state of the document: its whole content, and the digest over it. Sealed in the database."""

    class Audience(models.TextChoices):
        ORGANISERS = "organisers", _("organisers")
        PARTICIPANTS = "participants", _("participants")
        PUBLIC = "public", _("everyone")

    document = models.ForeignKey(Document, models.PROTECT, related_name="revisions")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=120)
    note = models.TextField(_("what changed"), max_length=2000, blank=True)
    audience = models.CharField(
        _("who may read it"), max_length=12, choices=Audience, default=Audience.PARTICIPANTS
    )
    content: Any = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    published_at = models.DateTimeField(_("published"))

    objects = RevisionQuerySet.as_manager()

    class Meta:
        ordering = ("document", "-number")
        constraints = (
            models.UniqueConstraint(fields=("document", "number"), name="one_revision_per_number"),
        )

    def __str__(self) -> str:
        return f"Revision {self.number}: {self.label}"

    def get_absolute_url(self) -> str:
        return reverse("outcome:revision", args=(self.document.edition.slug, self.number))


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
