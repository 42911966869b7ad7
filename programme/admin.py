"""The admin of the programme: everything to look at. The draft is changed at the organisers' desk, with a history."""

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from academy.admin import ReadOnlyAdmin, show
from programme.models import (
    Attendance,
    CalendarKey,
    Certificate,
    Day,
    Edit,
    JoinLink,
    Material,
    Release,
    Session,
    SessionRole,
    Star,
    Strand,
)


class DraftAdmin(ReadOnlyAdmin):
    """Rows of the draft, each with the way to the desk, where they are changed."""

    readonly_fields = ("at_the_desk",)

    @admin.display(description="")
    def at_the_desk(self, row: models.Model) -> SafeString:
        """A link to the page of the desk where the row is changed."""
        return format_html('<a href="{}">{}</a>', desk_of(row), _("Change it at the programme desk"))


def desk_of(row: models.Model) -> str:
    """Where the desk shows a row of the draft."""
    if isinstance(row, Session):
        return reverse("programme:edit_session", args=(row.edition.slug, row.pk))
    if isinstance(row, Day):
        return reverse("programme:desk_day", args=(row.edition.slug, row.slug))
    if isinstance(row, Strand):
        return reverse("programme:change_strand", args=(row.edition.slug, row.slug))
    if isinstance(row, JoinLink | SessionRole | Material):
        return desk_of(row.session)
    return "/"


@admin.register(Strand)
class StrandAdmin(DraftAdmin):
    list_display = ("title", "short_title", "colour", "edition", "at_the_desk")
    list_select_related = ("edition",)


@admin.register(Day)
class DayAdmin(DraftAdmin):
    list_display = ("date", "title", "strand", "edition", "at_the_desk")
    list_select_related = ("strand", "edition")


@admin.register(Session)
class SessionAdmin(DraftAdmin):
    list_display = ("title", "kind", "day", "starts_at", "ends_at", "removed_at", "at_the_desk")
    list_filter = ("edition", "day", "kind")
    list_select_related = ("day", "edition")


@admin.register(JoinLink)
class JoinLinkAdmin(DraftAdmin):
    list_display = ("session", "opens_minutes", "opens_minutes_leads", "at_the_desk")
    list_select_related = ("session__edition",)
    exclude = ("url",)


@admin.register(Material)
class MaterialAdmin(DraftAdmin):
    list_display = ("title", "session", "name", "size", "removed_at", "at_the_desk")
    list_select_related = ("session__edition",)
    exclude = ("file", "url")


show(SessionRole, "session", "kind", "guest_name")
show(Edit, "number", "edition", "words", "at", "undone_at", hidden=("by", "before", "after"))
show(Release, "number", "edition", "label", "released_at", "digest")
show(Attendance, "session", "since", hidden=("participant",))
show(Star, "session", hidden=("participant",))
show(Certificate, "code", "made_at", "withdrawn_at", hidden=("participant", "name_digest"))
show(CalendarKey, "id", "made_at", "revoked_at", hidden=("participant", "key"))
