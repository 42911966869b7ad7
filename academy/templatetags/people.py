"""People in templates: the names of their countries and languages."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from django import template
from django_countries import countries

from academy.languages import in_words, language_name

register = template.Library()


@register.filter
def country_name(code: str) -> str:
    """The name of a country: "Austria" for AT; the code itself if it is not known."""
    return str(countries.name(code)) or code


@register.filter
def language_names(codes: Iterable[str]) -> str:
    """Languages by their own names: "English, Français"."""
    return ", ".join(language_name(code) for code in codes)


@register.filter
def language_words(codes: Iterable[str] | str) -> str:
    """Languages as the page's reader calls them: "French, Spanish"; one code may be given by itself."""
    return in_words([codes] if isinstance(codes, str) else codes)


@register.filter
def roles_in(roles: Mapping[UUID, list[str]], user: UUID) -> str:
    """The roles of one person out of those of many: "delegate, speaker"."""
    return ", ".join(roles.get(user, ()))
