"""A board keeps the cards that it drew: whatever a card says, it is never another one's that is shown."""

from __future__ import annotations

import re
from copy import copy
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from django.template import Context, engines
from django.template.loader import get_template

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
        {"id": UUID(int=77)},
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
    """What pages know of the reader and the board: each differs from the first in one thing."""
    entry = board_parts(group)[0]
    workshop, edition = group.workshop, group.workshop.edition
    known = {
        "edition": edition,
        "workshop": workshop,
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
        known | {"group": but(group, state="closed")},
        known | {"group": but(group, slug="group-2")},
        known | {"workshop": but(workshop, number=7)},
        known | {"edition": but(edition, slug="2023")},
        known | {"csrf_token": "b" * 64},
    ]


def but(row: Any, **changed: Any) -> Any:
    """The same row with something else in it; nothing is stored."""
    other = copy(row)
    vars(other).update(changed)
    return other


def drawn(card: Card, known: dict[str, Any], *, folded: bool = False) -> tuple[str, str]:
    """(the card as the board shows it, the card drawn anew)."""
    given = known | {"card": card, "folded": folded}
    return KEPT.render(given), get_template("workshops/finding.html").render(given)


def all_drawn(group: Group, finding: Finding) -> Iterator[tuple[str, str]]:
    """`drawn` for the plain card, and for each that differs from it in one thing."""
    rooms, faces = rooms_of(group), faces_of(finding)
    yield from (drawn(card, rooms[0]) for card in faces)
    yield from (drawn(faces[0], known) for known in rooms)
    yield drawn(faces[0], rooms[0], folded=True)


def test_a_kept_card_is_what_would_be_drawn_whoever_asked_before(room: Group, bruno: User) -> None:
    finding, seen = make_finding(room, by=bruno, text=TEXTS[0]), set()
    for _again in range(2):
        for known in rooms_of(room):
            for card in faces_of(finding):
                for folded in (False, True):
                    kept, anew = drawn(card, known, folded=folded)
                    assert kept == anew
                    seen.add(kept)
    assert len(seen) > 250


def test_each_part_of_the_key_tells_cards_apart(
    room: Group, bruno: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without any one of them, some card would be shown in the place of another."""
    finding, key_of = make_finding(room, by=bruno, text=TEXTS[0]), cards._key
    assert all(kept == anew for kept, anew in all_drawn(room, finding))
    known = rooms_of(room)[0]
    size = len(key_of(Context(known), Card(finding), folded=False))
    missed = []
    for place in range(1, size):  # the first is the language, and boards speak one so far

        def without(context: Context, card: Card, *, folded: bool, place: int = place) -> tuple[object, ...]:
            key = key_of(context, card, folded=folded)
            return key[:place] + key[place + 1 :]

        monkeypatch.setattr(cards, "_key", without)
        cards.forget_cards()
        if all(kept == anew for kept, anew in all_drawn(room, finding)):
            missed.append(place)
    assert missed == []


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
