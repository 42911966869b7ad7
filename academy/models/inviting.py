"""Long lists of people to invite, which a worker reads and invites from in parts."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models.editions import Edition
from academy.models.identified import Identified
from academy.models.people import Role, User


class InvitationList(Identified):
    """A long list: what was uploaded until it is read, and how far the work on it has come."""

    class State(models.TextChoices):
        READING = "reading", _("being read")
        READ = "read", _("read, nobody invited yet")
        INVITING = "inviting", _("being invited")
        DONE = "done", _("everybody invited")
        STOPPED = "stopped", _("stopped")
        UNREADABLE = "unreadable", _("cannot be read")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="invitation_lists")
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.READING)
    days = models.PositiveSmallIntegerField(_("days that the links work"))
    language = models.CharField(
        _("language of the letters"), max_length=8, blank=True, default="", db_default=""
    )
    encoding = models.CharField(_("encoding"), max_length=16)
    # The file as UTF-8, compressed; empty as soon as all of it is read.
    source = models.BinaryField(_("file"), blank=True, default=b"")
    unused = models.JSONField(_("columns that mean nothing"), default=list, blank=True)
    note = models.CharField(_("what stopped it"), max_length=300, blank=True)
    worked_at = models.DateTimeField(_("last worked on"))

    class Meta:
        ordering = ("-uploaded_at", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("edition",),
                condition=Q(state__in=("reading", "inviting")),
                name="one_list_at_work_per_edition",
            ),
        )

    def __str__(self) -> str:
        return f"{self.state} list {self.pk}"


class ListedPerson(Identified):
    """A row of a long list: its line in the file, what it says, and what is wrong with it."""

    in_list = models.ForeignKey(InvitationList, models.CASCADE, related_name="people")
    line = models.PositiveIntegerField(_("line"))
    email = models.CharField(_("e-mail address"), max_length=254)
    name = models.CharField(_("name"), max_length=120, blank=True)
    organisation = models.CharField(_("organisation"), max_length=160, blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.Kind, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True, default="", db_default="")
    problems = models.JSONField(_("what is wrong with it"), default=list, blank=True)
    is_good = models.BooleanField(_("can be invited"), default=False)
    is_invited = models.BooleanField(_("invited"), default=False)

    class Meta:
        ordering = ("line",)
        constraints = (models.UniqueConstraint(fields=("in_list", "line"), name="a_line_is_read_once"),)
        indexes = (
            models.Index(fields=("in_list", "email"), name="listed_by_address"),
            models.Index(fields=("in_list", "is_good", "is_invited", "line"), name="listed_by_turn"),
        )

    def __str__(self) -> str:
        return f"line {self.line} of list {self.in_list_id}"
