"""A board keeps the cards that it drew: whatever a card says, it is never another one's that is shown."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.template import engines
from django.template.loader import get_template
from django.utils.translation import override

from tests.factories import make_finding, open_room
from workshops.dots import give_dots
from workshops.models import Finding, Group
from workshops.reading import Card, board_parts
from workshops.seating import pin
from workshops.templatetags import cards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.test import Client

    from academy.models import Edition, User

BOARD = "/2022/workshops/1/group-1/"
KEPT = engines["django"].from_string("{% load cards %}{% finding_card card folded=folded %}")
TEXTS = ("Money is missing", "Money & <trust>", "Money is missing ")


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    cards.forget_cards()
    yield
    cards.forget_cards()


@pytest.fixture
def room(edition: Edition, bruno: User) -> Group:
    return open_room(edition, by=bruno)


def of(finding: Finding, **changed: Any) -> Finding:
    """The finding as it would be with other facts; nothing is stored."""
    facts = {field.attname: getattr(finding, field.attname) for field in Finding._meta.concrete_fields}
    return Finding(**facts | changed)


def faces_of(finding: Finding) -> list[Card]:
    """The card in every state that pages show: each differs from the first in one thing."""
    plain = Card(finding)
    facts: list[dict[str, Any]] = [
        {"text": TEXTS[1]},
        {"text": TEXTS[2]},
        {"language": "ar"},
        {"kind": "opportunity"},
        {"state": "agreed"},
        {"state": "parked", "reason": "later"},
        {"state": "parked", "reason": "never"},
        {"number": 77},
        {"on_behalf": True},
    ]
    cards_of_facts = [Card(of(finding, **changed)) for changed in facts]
    other = of(finding, text="Another one")
    return [
        plain,
        *cards_of_facts,
        Card(finding, merged=(other,)),
        Card(finding, merged=(of(finding, text="A third one"),)),
        Card(finding, merged=(of(finding, text="Another one", language="fr"),)),
        replace(plain, origin=3),
        replace(plain, dots=1),
        replace(plain, dots=2),
        replace(plain, name="Chiara"),
        replace(plain, own_dots=1),
        replace(plain, is_own=True),
    ]


def rooms_of(group: Group) -> list[dict[str, Any]]:
    """What pages know of the reader and the board."""
    entry = board_parts(group)[0]
    known = {
        "edition": group.workshop.edition,
        "workshop": group.workshop,
        "group": group,
        "entry": entry,
        "sits": True,
        "notes": True,
        "writes": False,
        "csrf_token": "a" * 64,
    }
    return [
        known,
        known | {"sits": False},
        known | {"notes": False},
        known | {"writes": True},
        known | {"entry": replace(entry, is_counted=True)},
        known | {"csrf_token": "b" * 64},
    ]


def drawn(card: Card, known: dict[str, Any], *, folded: bool) -> tuple[str, str]:
    """(the card as the board shows it, the card drawn anew)."""
    given = known | {"card": card, "folded": folded}
    return KEPT.render(given), get_template("workshops/finding.html").render(given)


def test_a_kept_card_is_what_would_be_drawn_whoever_asked_before(room: Group, bruno: User) -> None:
    finding = make_finding(room, by=bruno, text=TEXTS[0])
    seen = set()
    for _again in range(2):
        for known in rooms_of(room):
            for card in faces_of(finding):
                for folded in (False, True):
                    kept, anew = drawn(card, known, folded=folded)
                    assert kept == anew
                    seen.add(kept)
    assert len(seen) > 150


def test_cards_of_two_languages_are_kept_apart(room: Group, bruno: User) -> None:
    card, known = Card(make_finding(room, by=bruno)), rooms_of(room)[0]
    for language in ("en", "de", "en"):
        with override(language):
            kept, anew = drawn(card, known, folded=False)
            assert kept == anew


@pytest.mark.parametrize("name", ["text", "own_dots", "csrf_token"])
def test_a_key_without_one_of_these_would_show_another_card(
    room: Group, bruno: User, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """The control: what is missing in the key is told wrongly."""
    finding = make_finding(room, by=bruno, text=TEXTS[0])
    monkeypatch.setattr(cards, "_key", lambda context, card, *, folded: "always the same")
    if name == "csrf_token":
        monkeypatch.setattr(cards, "TOKEN", "a" * 64)
    known, later = rooms_of(room)[0], rooms_of(room)[-1]
    drawn(Card(finding), known, folded=False)
    other = {
        "text": (Card(of(finding, text=TEXTS[1])), known),
        "own_dots": (Card(finding, own_dots=1), known),
        "csrf_token": (Card(of(finding, text=TEXTS[1])), later),
    }[name]
    kept, anew = drawn(*other, folded=False)
    assert kept != anew


def test_the_page_gives_each_reader_their_own_token_and_dots(
    edition: Edition,
    bruno: User,
    dawit: User,
    chiara: User,
    amara: User,
    client_of: Callable[[User | None], Client],
) -> None:
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    for user in (dawit, chiara):
        pin(user.participations.get(), group, reason="Test", by=amara)
    finding = make_finding(open_room(edition, by=bruno), by=bruno)
    give_dots(finding, 2, by=dawit)
    tokens = set()
    for user, dots in ((chiara, False), (dawit, True), (chiara, False)):
        page = client_of(user).get(BOARD).content.decode()
        assert (f'id="finding-{finding.pk}"' in page, cards.TOKEN in page) == (True, False)
        assert ("your dots: 2" in page) is dots
        found = set(re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', page))
        assert len(found) == 1
        tokens |= found
    assert len(tokens) == 3
