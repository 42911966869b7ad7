"""Pages and mails about one's account: moments in words, and browsers by name."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from academy.browsers import browser_in_words
from academy.mail.dates import day_of_month
from academy.step_secrets import State, state_of
from academy.templatetags.times import day_and_time

register = template.Library()


@register.filter
def in_utc(moment: datetime) -> str:
    """A moment in words, in universal time: for mails and running text."""
    local = moment.astimezone(UTC)
    return f"{day_of_month(local)}, {local:%H:%M} UTC"


@register.simple_tag(takes_context=True)
def account_time(context: Any, moment: datetime) -> SafeString:
    """A moment in the zone that the viewer chose, else in universal time, which it says."""
    zone = context.get("zone")
    return (
        day_and_time(moment, zone) if zone else format_html("{} UTC", day_and_time(moment, ZoneInfo("UTC")))
    )


@register.filter
def browser_words(user_agent: str) -> str:
    """A browser and its system in words."""
    return browser_in_words(user_agent)


@register.filter
def is_lost(step: Any) -> bool:
    """Whether no key opens the secret of this second step any more."""
    return state_of(step.instance) is State.LOST
