"""Editions: one academy each."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models.identified import Identified
from academy.querysets import EditionQuerySet
from academy.zones import UnknownZone, zone_named

# First parts of addresses that no edition can have.
RESERVED = frozenset({"accounts", "admin", "api", "health", "my", "static", "style-guide", "ws", "zone"})


def insist_on_free_address(slug: str) -> None:
    """Refuse the address of an edition that means something else already.

    Raises:
        ValidationError
    """
    if slug in RESERVED:
        raise ValidationError(_("This address has another meaning."))


def insist_on_zone(name: str) -> None:
    """Refuse a name that is no time zone.

    Raises:
        ValidationError
    """
    try:
        zone_named(name)
    except UnknownZone as error:
        raise ValidationError(str(error)) from error


class Colour(models.TextChoices):
    """The colours of the theme that a strand or a day may carry."""

    TEAL = "teal", _("teal")
    OCHRE = "ochre", _("ochre")
    VIOLET = "violet", _("violet")
    PLUM = "plum", _("plum")
    SLATE = "slate", _("slate")


class Edition(Identified):
    """One academy, from its programme to its adopted outcome document."""

    class Mode(models.TextChoices):
        OPEN = "open", _("open")
        APPROVAL = "approval", _("by approval")
        INVITATION = "invitation", _("by invitation")

    slug = models.SlugField(_("address"), max_length=32, unique=True, validators=[insist_on_free_address])
    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True)
    motto = models.CharField(_("motto"), max_length=200, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    aims = models.TextField(_("aims"), blank=True)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="Europe/Vienna", validators=[insist_on_zone]
    )
    registration_opens = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes = models.DateTimeField(_("registration closes"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), null=True, blank=True)
    changes_until = models.DateTimeField(_("registrations can be corrected until"), null=True, blank=True)
    offer_hours = models.PositiveSmallIntegerField(_("hours that an offered place is kept"), default=48)
    contact = models.EmailField(_("address of the organisers"), blank=True)
    mode = models.CharField(_("mode"), max_length=12, choices=Mode, default=Mode.OPEN)
    is_current = models.BooleanField(_("current edition"), default=False)

    objects = EditionQuerySet.as_manager()

    class Meta:
        ordering = ("-starts",)
        constraints = (
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="edition_ends_after_it_starts"),
            models.UniqueConstraint(
                fields=("is_current",), condition=Q(is_current=True), name="one_current_edition"
            ),
        )

    def __str__(self) -> str:
        return f"{self.title} ({self.slug})"

    def get_absolute_url(self) -> str:
        return reverse("home", args=(self.slug,))

    @property
    def zone(self) -> ZoneInfo:
        """The academy's own time zone."""
        return ZoneInfo(self.time_zone)

    def takes_registrations(self, moment: datetime) -> bool:
        """Whether anybody may register at this moment: not by invitation, and within the window."""
        opens, closes = self.registration_opens, self.registration_closes
        if self.mode == self.Mode.INVITATION:
            return False
        return (opens is None or opens <= moment) and (closes is None or moment < closes)
