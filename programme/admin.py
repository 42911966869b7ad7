"""The admin of the programme: the draft can be edited, a release only be looked at."""

from django.contrib import admin

from academy.admin import show
from programme.models import Day, JoinLink, Release, Session, SessionRole, Strand


@admin.register(Strand)
class StrandAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is generic in the stubs only
    list_display = ("title", "short_title", "colour", "edition")


@admin.register(Day)
class DayAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is generic in the stubs only
    list_display = ("date", "title", "strand", "edition")
    list_select_related = ("strand", "edition")


@admin.register(Session)
class SessionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is generic in the stubs only
    list_display = ("title", "kind", "day", "starts_at", "ends_at")
    list_filter = ("edition", "day", "kind")
    list_select_related = ("day",)


@admin.register(JoinLink)
class JoinLinkAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is generic in the stubs only
    list_display = ("session", "opens_minutes", "opens_minutes_leads")
    list_select_related = ("session",)


show(SessionRole, "session", "kind", "guest_name")
show(Release, "number", "edition", "label", "released_at", "digest")
