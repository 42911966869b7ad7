"""Published states of the document."""

from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Identified
from outcome.models.document import Document
from outcome.querysets import RevisionQuerySet


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
