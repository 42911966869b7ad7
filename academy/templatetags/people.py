"""People in templates: the names of their countries and languages."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from academy.languages import in_words, language_name
from academy.mail.audience import addressed

register = template.Library()
# How the desk for groups calls somebody: by name; a protected person by the pseudonym, as everywhere.
register.filter("desk_name", addressed)

MAIL_PAGES = frozenset(
    {
        "mailing",
        "mailing_audience",
        "mailing_discard",
        "mailing_preview",
        "mailing_send",
        "mailing_stop",
        "new_mailing",
        "outbox_messages",
        "standing_mail",
        "standing_words",
    }
)
# The rooms of the organisers' desk for people: the address, its words, and the pages behind it.
ROOMS: tuple[tuple[str, Promise, frozenset[str]], ...] = (
    (
        "people",
        _("People"),
        frozenset(
            {"person", "saved_views", "people_decide", "people_grant", "people_export", "change_saved_view"}
        ),
    ),
    ("people_numbers", _("Numbers"), frozenset()),
    ("programme:attendance", _("Attendance"), frozenset()),
    (
        "workshops:desk",
        _("Groups"),
        frozenset(
            {
                "plan",
                "run_plan",
                "lock_seat",
                "undo_step",
                "pairs",
                "choices",
                "rotations",
                "rotate",
                "publish_rotations",
                "move_to_table",
            }
        ),
    ),
    ("workshops:without_group", _("Without a group"), frozenset()),
    ("invitations", _("Invitations"), frozenset({"invite_one", "invitation_upload", "invitation_list"})),
    ("mailings", _("Mail"), MAIL_PAGES),
    ("people_roles", _("Roles"), frozenset()),
    ("access_needs", _("Access needs"), frozenset()),
    ("people_questions", _("Questions"), frozenset()),
    ("people_settings", _("Registration"), frozenset()),
)


@register.inclusion_tag("academy/people/tabs.html", takes_context=True)
def people_tabs(context: dict[str, Any]) -> dict[str, Any]:
    """The rooms of the desk for people, with the one that this page belongs to."""
    match = context["request"].resolver_match
    rooms = [
        {
            "address": reverse(name, args=(context["edition"].slug,)),
            "words": words,
            "current": "page" if match.view_name == name else "true" if match.url_name in behind else "",
        }
        for name, words, behind in ROOMS
    ]
    return {"rooms": rooms}


@register.filter
def country_name(code: str) -> str:
    """The name of a country: "Austria" for AT; the code itself if it is not known."""
    return str(countries.name(code)) or code


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """Languages by their own names: "English, Français"."""
    return ", ".join(language_name(code) for code in codes)


@register.filter
def own_language_name(code: str) -> str:
    """A language by its own name: "Français" for fr."""
    return language_name(code)


@register.filter
def language_words(codes: Iterable[str] | str) -> str:
    """Languages as the page's reader calls them: "French, Spanish"; one code may be given by itself."""
    return in_words([codes] if isinstance(codes, str) else codes)


@register.filter
def roles_in(roles: Mapping[UUID, list[str]], user: UUID) -> str:
    """The roles of one person out of those of many: "delegate, speaker"."""
    return ", ".join(roles.get(user, ()))
