"""What people see once they have logged in, and every component: light and dark, wide and narrow, nothing wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Page

from academy.models import User
from outcome.adoption import freeze
from outcome.models import Clause, Document
from tests.factories import opened_adoption
from tests.journeys.conftest import Served, beside
from tests.journeys.looking import findings_of_axe, sticks_out

pytestmark = pytest.mark.journey

Serve = Callable[..., Served]
# A screen, the same at a zoom of 200 %, a phone, and what WCAG 2.2 asks for.
WIDTHS = (1280, 640, 375, 320)
SCHEMES: dict[Literal["light", "dark"], tuple[str, ...]] = {"light": (), "dark": ("color-contrast",)}


def problems_of(page: Page, *addresses: str) -> dict[str, list[str]]:
    """What is wrong on these pages, by address, scheme and width. The dark differs from the light in colours only."""
    found = {}
    for address in addresses:
        answer = page.goto(address)
        assert answer is not None
        assert (address, answer.status) == (address, 200)
        for scheme, only in SCHEMES.items():
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            for width in WIDTHS:
                page.set_viewport_size({"width": width, "height": 800})
                problems = findings_of_axe(page, only) + (["sticks out sideways"] if sticks_out(page) else [])
                if problems:
                    found[f"{address} {scheme} {width}"] = problems
    return found


def test_every_component_of_the_style_guide(serve: Serve) -> None:
    academy = serve("programme", debug=True)
    assert problems_of(academy.visitor(), "/style-guide/") == {}
    assert academy.complaints == []


def test_pages_of_those_who_meet_in_groups(serve: Serve) -> None:
    academy = serve("workshops", now="2022-02-03T13:40+01:00")
    bruno, amara = academy.person("bruno"), academy.person("amara")
    board = "/2022/workshops/3/group-1/"
    assert problems_of(bruno, board, f"{board}close/", "/2022/my/", "/2022/withdraw/") == {}
    pages = ("/2022/", "/2022/people/", "/2022/profile/", "/2022/workshops/3/", "/2022/workshops/days/day-2/")
    assert problems_of(amara, *pages) == {}
    assert academy.complaints == []


def test_pages_of_those_who_write_and_adopt_the_document(serve: Serve) -> None:
    academy = serve("drafting", now="2022-02-04T13:40+01:00")
    amara, dawit = academy.person("amara"), academy.person("dawit")
    clause = Clause.objects.standing().filter(kind="encouragement").earliest("order")
    desk, adoption = "/2022/document/desk/", "/2022/document/adoption/"
    drafting = (
        desk,
        f"{desk}clauses/{clause.pk}/",
        f"{desk}clauses/{clause.pk}/remove/",
        f"{desk}sections/{clause.section_id}/add/",
        f"{desk}publish/",
        f"{desk}freeze/",
    )
    assert problems_of(amara, *drafting) == {}
    beside(freeze_the_text)
    assert problems_of(amara, desk, f"{desk}unfreeze/", adoption) == {}
    beside(open_the_adoption)
    assert problems_of(amara, f"{adoption}close/") == {}
    assert problems_of(dawit, adoption, "/2022/my/", "/2022/document/findings/") == {}
    assert academy.complaints == []


def freeze_the_text() -> None:
    freeze(Document.objects.get(edition__slug="2022"), by=User.objects.get(email="amara@example.org"))


def open_the_adoption() -> None:
    document = Document.objects.get(edition__slug="2022")
    by = User.objects.get(email="amara@example.org")
    opened_adoption(document, method="consensus", quorum="half", by=by)
