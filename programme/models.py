"""The programme's data: strands, days, sessions, who does what in them, join links, and releases."""

from datetime import datetime, timedelta
from typing import Any

from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Colour, Edition, Identified, Participant


class Strand(Identified):
    """A thematic strand; its colour follows it through every page."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="strands")
    slug = models.SlugField(_("address"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(_("short title"), max_length=40)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.SLATE)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("edition", "position")
        constraints = (models.UniqueConstraint(fields=("edition", "slug"), name="one_strand_per_slug"),)

    def __str__(self) -> str:
        return self.title


class Day(Identified):
    """A day of the programme, in the academy's time zone."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="days")
    strand = models.ForeignKey(Strand, models.PROTECT, null=True, blank=True, related_name="days")
    date = models.DateField(_("date"))
    slug = models.SlugField(_("address"), max_length=40)
    title = models.CharField(_("title"), max_length=200)
    short_title = models.CharField(_("short title"), max_length=60)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.SLATE)
    aim = models.TextField(_("aim"), blank=True)

    class Meta:
        ordering = ("edition", "date")
        constraints = (
            models.UniqueConstraint(fields=("edition", "date"), name="one_day_per_date"),
            models.UniqueConstraint(fields=("edition", "slug"), name="one_day_per_slug"),
        )

    def __str__(self) -> str:
        return f"{self.date:%d %b} {self.short_title}"


class Session(Identified):
    """An item of the programme; parallel groups, panels and parts are its children."""

    class Kind(models.TextChoices):
        CEREMONY = "ceremony", _("ceremony")
        INTRODUCTION = "introduction", _("introduction")
        PLENARY = "plenary", _("plenary")
        PANEL = "panel", _("panel")
        DISCUSSION = "discussion", _("discussion")
        WORKSHOP = "workshop", _("workshop")
        GROUP = "group", _("parallel group")
        ROUNDTABLE = "roundtable", _("roundtable")
        BREAK = "break", _("break")
        CLOSING = "closing", _("closing")
        CONFERENCE = "conference", _("conference")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="sessions")
    day = models.ForeignKey(Day, models.PROTECT, related_name="sessions")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    strand = models.ForeignKey(Strand, models.PROTECT, null=True, blank=True, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    slug = models.SlugField(_("address"), max_length=60)
    title = models.CharField(_("title"), max_length=200)
    subtitle = models.CharField(_("subtitle"), max_length=200, blank=True)
    description = models.TextField(_("description"), blank=True)
    footnote = models.TextField(_("footnote"), blank=True)
    hosts = models.CharField(_("hosts"), max_length=300, blank=True)
    points = models.JSONField(_("points"), default=list, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"), null=True, blank=True)

    class Meta:
        ordering = ("edition", "day", "position")
        constraints = (
            models.UniqueConstraint(fields=("edition", "slug"), name="one_session_per_slug"),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="session_ends_after_it_starts",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("programme:session", args=(self.edition.slug, self.slug))


class SessionRole(Identified):
    """What a participant or a named guest does in a session."""

    class Kind(models.TextChoices):
        SPEAKER = "speaker", _("speaker")
        PANELLIST = "panellist", _("panellist")
        MODERATOR = "moderator", _("moderator")
        CO_FACILITATOR = "co-facilitator", _("co-facilitator")
        HOST = "host", _("host")
        INTERPRETER = "interpreter", _("interpreter")

    session = models.ForeignKey(Session, models.PROTECT, related_name="people")
    kind = models.CharField(_("role"), max_length=16, choices=Kind)
    participant = models.ForeignKey(
        Participant, models.PROTECT, null=True, blank=True, related_name="session_roles"
    )
    guest_name = models.CharField(_("guest's name"), max_length=120, blank=True)
    guest_affiliation = models.CharField(_("guest's affiliation"), max_length=160, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        ordering = ("session", "position")
        constraints = (
            models.UniqueConstraint(
                fields=("session", "kind", "participant"),
                condition=Q(participant__isnull=False),
                name="one_role_per_session_and_person",
            ),
            models.CheckConstraint(
                condition=Q(participant__isnull=False, guest_name="", guest_affiliation="")
                | (Q(participant=None) & ~Q(guest_name="")),
                name="a_participant_or_a_guest",
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} in {self.session_id}"


class JoinLink(Identified):
    """Where a session meets; opens earlier for those who run it."""

    session = models.OneToOneField(Session, models.PROTECT, related_name="join_link")
    url = models.URLField(_("link"), max_length=500, validators=[URLValidator(schemes=["https"])])
    opens_minutes = models.PositiveSmallIntegerField(_("opens for participants, minutes before"), default=10)
    opens_minutes_leads = models.PositiveSmallIntegerField(
        _("opens for moderators, minutes before"), default=30
    )

    def __str__(self) -> str:
        return f"link of {self.session_id}"

    def opens_at(self, *, leads: bool) -> datetime | None:
        """When the link opens; None if the session has no time yet."""
        starts = self.session.starts_at
        return starts and starts - timedelta(
            minutes=self.opens_minutes_leads if leads else self.opens_minutes
        )


class Release(Identified):
    """A frozen programme: everything in it, under a number and a label. Sealed in the database."""

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="releases")
    number = models.PositiveIntegerField(_("number"))
    label = models.CharField(_("label"), max_length=120)
    note = models.TextField(_("note"), blank=True)
    content: Any = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    released_at = models.DateTimeField(_("released"))

    class Meta:
        ordering = ("edition", "-number")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_release_per_number"),)

    def __str__(self) -> str:
        return f"{self.number}: {self.label}"
