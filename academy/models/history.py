"""The history of an edition, and who made it."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models.editions import Edition
from academy.models.people import User


class HistoryHead(models.Model):
    """The end of an edition's chain: locked while an entry is written, so that the chain never forks."""

    edition = models.OneToOneField(Edition, models.PROTECT, primary_key=True, related_name="history_head")
    number = models.PositiveIntegerField(default=0)
    digest = models.CharField(max_length=64, default="", blank=True)

    def __str__(self) -> str:
        return f"head {self.number}"


class HistoryEntry(models.Model):
    """One thing that was done. Append-only and chained: each digest covers the digest before it."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="history")
    number = models.PositiveIntegerField(_("number"))
    at = models.DateTimeField(_("at"))
    verb = models.CharField(_("verb"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=64)
    data: Any = models.JSONField(_("data"), default=dict)
    actor_commitment = models.CharField(_("commitment to the actor"), max_length=64, blank=True)
    previous = models.CharField(_("previous digest"), max_length=64, blank=True)
    digest = models.CharField(_("digest"), max_length=64)

    class Meta:
        ordering = ("edition", "number")
        verbose_name_plural = _("history entries")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_entry_per_number"),)
        indexes = (models.Index(fields=("object_type", "object_id"), name="history_by_object"),)

    def __str__(self) -> str:
        return f"{self.number} {self.verb} {self.object_type}"


class HistoryActor(models.Model):
    """Who did it: outside the chain, so that a person can be erased while the chain still verifies.

    The entry holds sha256(salt + user id); without this row the commitment says nothing about anybody.
    """

    entry = models.OneToOneField(HistoryEntry, models.PROTECT, primary_key=True, related_name="actor")
    user = models.ForeignKey(User, models.PROTECT, related_name="+")
    salt = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"actor of {self.entry_id}"
