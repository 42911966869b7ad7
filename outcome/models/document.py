"""The outcome document and its sections."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified
from programme.models import Strand


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
    # The verb forms with which an encouragement begins, with commas between; None: as the house has it.
    beginnings = models.CharField(_("beginnings"), max_length=200, null=True, blank=True)  # noqa: DJ001  # came later
    frozen_revision = models.ForeignKey("Revision", models.PROTECT, null=True, blank=True, related_name="+")
    # Written together: the last line of the log, the line up to which the clauses show it, and which log it is.
    # (Columns that came later are empty at first: SQLite adds those without building the table anew, under its seals.)
    head = models.PositiveIntegerField(_("last line of the log"), null=True, blank=True)
    shown = models.PositiveIntegerField(_("last line that the clauses show"), null=True, blank=True)
    epoch = models.UUIDField(_("log"), null=True, blank=True)

    OPEN = (State.COLLECTING, State.DRAFTING, State.FINALISING)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("outcome:document", args=(self.edition.slug,))

    @property
    def is_open(self) -> bool:
        """Whether its text may be changed."""
        return self.state in self.OPEN

    @property
    def is_live(self) -> bool:
        """Whether it is written together: its words lie in the log, and its clauses show them."""
        return bool(self.head)


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
