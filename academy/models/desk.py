"""What organisers keep for themselves at their desk."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models.editions import Edition
from academy.models.identified import Identified
from academy.models.people import User


class SavedView(Identified):
    """A question to the list of people that somebody keeps: its filters, order and columns under a name."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="saved_views")
    user = models.ForeignKey(User, models.CASCADE, related_name="saved_views")
    name = models.CharField(_("name"), max_length=60)
    query = models.CharField(_("question"), max_length=2000, blank=True)
    is_shared = models.BooleanField(_("for all organisers"), default=False)
    created_at = models.DateTimeField(_("kept"))

    class Meta:
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=("edition", "user", "name"), name="one_saved_view_per_name"),
        )

    def __str__(self) -> str:
        return self.name
