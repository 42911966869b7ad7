"""The programme's data: the draft and its edits, releases, and what participants keep of it.

The draft is made of strands, days, and sessions with their people, links and materials.
"""

import secrets
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Colour, Edition, Identified, Participant, User
from programme.querysets import SessionQuerySet


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


# Last parts of addresses below a programme's that mean something else than a session.
RESERVED = frozenset({"attendance", "desk", "materials", "mine", "now", "star", "subscribe", "versions"})


def insist_on_free_address(slug: str) -> None:
    """Refuse the address of a session that means something else already.

    Raises:
        ValidationError
    """
    if slug in RESERVED:
        raise ValidationError(_("This address has another meaning."))


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
    slug = models.SlugField(_("address"), max_length=60, validators=[insist_on_free_address])
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
    language = models.CharField(_("spoken language"), max_length=12, blank=True)
    interpretation = models.JSONField(_("interpretation into"), default=list, blank=True)
    removed_at = models.DateTimeField(_("taken out"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

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
    guest_biography = models.TextField(_("guest's biography"), blank=True)
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
                condition=Q(
                    participant__isnull=False, guest_name="", guest_affiliation="", guest_biography=""
                )
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


class Material(Identified):
    """A file or a link that belongs to a session."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="materials")
    title = models.CharField(_("title"), max_length=200)
    url = models.URLField(_("link"), max_length=500, blank=True)
    file = models.FileField(_("file"), upload_to="materials/", blank=True)
    name = models.CharField(_("name of the file"), max_length=160, blank=True)
    content_type = models.CharField(_("type"), max_length=100, blank=True)
    size = models.PositiveIntegerField(_("size in bytes"), default=0)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    removed_at = models.DateTimeField(_("taken out"), null=True, blank=True)

    class Meta:
        ordering = ("session", "position", "title")
        constraints = (
            models.CheckConstraint(
                condition=(Q(file="") & ~Q(url="")) | (~Q(file="") & Q(url="")), name="a_file_or_a_link"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Edit(Identified):
    """One change of the draft as it can be undone: what the fields of a row said before and after.

    `before` and `after` are {field: JSON value}; `of` is one of the kinds of `programme.edits.KINDS`. Edits that were
    made in one step, such as an import, have the same `together`.
    """

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="edits")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(_("when"))
    number = models.PositiveIntegerField(_("number"))
    of = models.CharField(_("what"), max_length=12)
    row = models.UUIDField(_("row"))
    words = models.CharField(_("in words"), max_length=300)
    before = models.JSONField(_("before"))
    after = models.JSONField(_("after"))
    undone_at = models.DateTimeField(_("undone"), null=True, blank=True)
    together = models.UUIDField(_("made in one step"), null=True, blank=True)

    class Meta:
        ordering = ("edition", "-number")
        constraints = (models.UniqueConstraint(fields=("edition", "number"), name="one_edit_per_number"),)

    def __str__(self) -> str:
        return self.words


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


class Star(Identified):
    """A session that a participant marked for themselves."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="stars")
    session = models.ForeignKey(Session, models.PROTECT, related_name="stars")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "session"), name="one_star_per_participant_and_session"
            ),
        )

    def __str__(self) -> str:
        return f"star for {self.session_id}"


class Attendance(Identified):
    """That a participant went through the link of a session; the first time counts."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="attendances")
    session = models.ForeignKey(Session, models.PROTECT, related_name="attendances")
    since = models.DateTimeField(_("since"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("participant", "session"), name="one_attendance_per_participant_and_session"
            ),
        )

    def __str__(self) -> str:
        return f"attendance of {self.session_id}"


def new_calendar_key() -> str:
    """A key that nobody can guess: 192 bits."""
    return secrets.token_urlsafe(24)


class CalendarKey(Identified):
    """The secret in the address of a participant's own calendar; whoever has it reads the calendar, until revoked."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="calendar_keys")
    key = models.CharField(_("key"), max_length=64, unique=True, default=new_calendar_key)
    made_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("participant",), condition=Q(revoked_at=None), name="one_calendar_key_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"calendar key of {self.participant_id}"


class Certificate(Identified):
    """That a participant took part, as it was attested: what was attended, never a name. One is in use at a time.

    The name on the paper is checked against a slow, salted digest; `is_pseudonym` says which name it bears.
    """

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="certificates")
    code = models.CharField(_("code"), max_length=24, unique=True)
    content: Any = models.JSONField(_("what is attested"))
    name_digest = models.CharField(_("digest of the name"), max_length=200, blank=True)
    is_pseudonym = models.BooleanField(_("bears the pseudonym"), default=False)
    made_at = models.DateTimeField(_("made"))
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("participant",), condition=Q(withdrawn_at=None), name="one_certificate_in_use"
            ),
        )

    def __str__(self) -> str:
        return f"certificate of {self.participant_id}"
