"""The admin of the ground floor. Editions can be edited; everything that has a history is shown read-only.

Who did or said something is not shown: an administrator of the machine has no need to know, and a screen can be seen
by others. Organisers find people on their own pages.
"""

import re
from collections.abc import Iterable
from typing import Any, cast

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.auth.models import Group
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from academy.history import record
from academy.models import (
    Alarm,
    Consent,
    Edition,
    HistoryEntry,
    HistoryHead,
    Invitation,
    InvitationList,
    Mailing,
    Message,
    Participant,
    PendingFact,
    Pulse,
    Question,
    Role,
    SavedView,
    User,
)


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is generic in the stubs only
    """Rows to look at. Changes go through the pages, whose rules write the history."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


def show(
    model: type[models.Model],
    *columns: str,
    filters: tuple[str, ...] = (),
    search: tuple[str, ...] = (),
    hidden: tuple[str, ...] = (),
) -> None:
    """Have the admin show a model's rows, to look at only; `hidden` fields are not shown even there."""
    attributes: dict[str, Any] = {
        "list_display": columns or ("__str__",),
        "list_filter": filters,
        "search_fields": search,
        "list_select_related": related_to(model, columns),
        "exclude": hidden or None,
    }
    admin.site.register(model, type(f"{model.__name__}Admin", (ReadOnlyAdmin,), attributes))


def related_to(model: type[models.Model], columns: Iterable[str]) -> tuple[str, ...]:
    """The columns that are rows of another table.

    Only those are joined: all that can be reached, as the admin does it by itself, are up to 43 tables, and a database
    that has not counted its rows yet takes minutes for them.
    """
    related = {field.name for field in model._meta.concrete_fields if field.is_relation}
    return tuple(name for name in columns if name in related)


@admin.register(Edition)
class EditionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # the class is generic in the stubs only
    """An edition's dates, registration window and mode; never removed."""

    list_display = ("slug", "title", "starts", "ends", "mode", "is_current")

    def save_model(self, request: HttpRequest, obj: Edition, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        verb = "edition changed" if change else "edition made"
        record(obj, verb, obj, by=cast(User, request.user), data={"fields": sorted(form.changed_data)})

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):  # type: ignore[misc]  # allauth ships no types
    """The addresses of accounts, as allauth shows them."""

    def response_action(self, request: HttpRequest, queryset: models.QuerySet[EmailAddress]) -> Any:
        """Do the action; for what can be no row it is refused, where Django lets it raise."""
        chosen = request.POST.getlist(helpers.ACTION_CHECKBOX_NAME)
        if not all(re.fullmatch(r"[0-9]{1,18}", key) for key in chosen):
            self.message_user(request, _("What was chosen is no row of this list."), messages.WARNING)
            return None
        return super().response_action(request, queryset)


# Second steps and sessions are nobody's business but their owners'; `manage.py reset_second_factor` helps who lost one.
admin.site.unregister([Group, Authenticator, UserSession])
show(User, "id", "is_active", "is_staff", "date_joined", search=("email",), hidden=("password",))
WHO = ("user", "name", "organisation", "motivation", "pseudonym")
show(
    Participant,
    "id",
    "edition",
    "state",
    "actor",
    "country",
    "visibility",
    filters=("edition", "state", "actor"),
    hidden=WHO,
)
show(Role, "kind", "edition", "granted_at", "ended_at", filters=("edition", "kind"))
show(Consent, "purpose", "version", "given_at", "withdrawn_at")
show(
    Message,
    "id",
    "state",
    "subject",
    "attempts",
    "created_at",
    "sent_at",
    filters=("state",),
    hidden=("body", "calendar"),
)
show(
    HistoryEntry,
    "number",
    "edition",
    "at",
    "verb",
    "object_type",
    "object_id",
    filters=("edition", "object_type"),
)
show(HistoryHead, "edition", "number", "digest")
show(SavedView, "edition", "is_shared", "created_at", hidden=("user", "name", "query"))
show(
    Invitation,
    "id",
    "edition",
    "state",
    "role",
    "invited_at",
    "expires_at",
    hidden=("email", "name", "organisation", "token_digest", "invited_by", "participant"),
)
show(Question, "label", "kind", "edition", "position", "retired_at", filters=("edition",))
show(
    Mailing,
    "id",
    "edition",
    "kind",
    "state",
    "created_at",
    "written_at",
    filters=("edition", "state"),
    hidden=("texts", "audience", "written_by"),
)
show(
    InvitationList,
    "id",
    "edition",
    "state",
    "uploaded_at",
    hidden=("uploaded_by", "source", "unused", "note"),
)
show(Pulse, "name", "at", "well_at", "is_well")
show(Alarm, "key", "since", "told_at")
show(PendingFact, "since", hidden=("line",))
