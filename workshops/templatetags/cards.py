"""The cards of a board, drawn once for everybody to whom they say the same.

A board of some hundred findings is opened by a whole room at once, and again by all after the network was away. Two
people see the same card unless they noted the finding, gave it dots, or run the group; so each process keeps what it
drew, by everything that stands in it.
"""

from collections.abc import Hashable
from secrets import token_hex
from sys import getsizeof
from threading import Lock
from typing import Any

from cachetools import LRUCache
from django import template
from django.template.context import Context
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from workshops.reading import Card

register = template.Library()
BYTES = 32_000_000
# About what the key of a card takes, which holds its words.
KEY_BYTES = 2_000
# Stands in a kept card where each page has its own token; nobody can write it into a finding, as nobody knows it.
TOKEN = f"token-{token_hex(16)}"

_drawn: LRUCache[Hashable, str] = LRUCache(BYTES, getsizeof=lambda drawn: getsizeof(drawn) + KEY_BYTES)
_guard = Lock()


@register.simple_tag(takes_context=True)
def finding_card(context: Context, card: Card, *, folded: bool = False) -> SafeString:
    """The card of a finding in a part (`entry`) of a group's board."""
    change = context.get("change")
    if change and change.finding.pk == card.finding.pk:  # it holds what this person typed
        return _draw(context, card=card, folded=folded)
    key = _key(context, card, folded=folded)
    with _guard:
        drawn = _drawn.get(key)
    if drawn is None:
        drawn = _draw(context, card=card, folded=folded, csrf_token=TOKEN)
        with _guard:
            _drawn[key] = drawn
    return SafeString(drawn.replace(TOKEN, str(context.get("csrf_token", ""))))


def forget_cards() -> None:
    """Drop what this process keeps."""
    with _guard:
        _drawn.clear()


def _draw(context: Context, **more: Any) -> SafeString:
    drawing = context.template.engine.get_template("workshops/finding.html")  # type: ignore[union-attr]  # it is drawn
    with context.push(**more):
        return drawing.render(context)


def _key(context: Context, card: Card, *, folded: bool) -> tuple[Hashable, ...]:
    """Everything that a card says, and to whom."""
    finding = card.finding
    return (
        get_language(),
        context["edition"].slug,
        context["workshop"].number,
        context["group"].slug,
        context["group"].state,
        *(bool(context.get(name)) for name in ("sits", "notes", "writes")),
        context["entry"].is_counted,
        folded,
        *(finding.pk, finding.number, finding.state, finding.text, finding.language, finding.kind),
        *(finding.on_behalf, finding.reason),
        *(card.origin, card.dots, card.name, card.own_dots, card.is_own),
        tuple((other.pk, other.language, other.text) for other in card.merged),
    )
