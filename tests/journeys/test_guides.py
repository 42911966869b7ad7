"""The guides are true: what they name in bold is on the pages they speak of, and their pictures are of these pages.

`make pictures` runs this and keeps the pictures in `docs/pictures/guides`.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests import snapshots
from tests.journeys.conftest import Served, beside, pictures
from tests.lint_docs import ROOT

pytestmark = pytest.mark.journey

GUIDES = ROOT / "docs" / "guides"
DAY_3, DAY_5, DAY_6 = "2022-02-03T13:40+01:00", "2022-02-07T10:00+01:00", "2022-02-08T16:00+01:00"
# Every word of a page, also those of menus, folded parts and names of buttons.
WORDS = """() => [document.body.textContent, ...[...document.querySelectorAll("[aria-label]")].map(
  (one) => one.getAttribute("aria-label"))].join(" \\n ").replace(/\\s+/g, " ").toLowerCase()"""


class Reader:
    """Goes through the pages of a guide, takes its pictures, and remembers every word that stood there."""

    def __init__(self, guide: str, folder: Path) -> None:
        self.guide, self.folder = guide, folder
        self.text = (GUIDES / f"{guide}.md").read_text(encoding="utf-8")
        self.read = ""
        self.taken: set[str] = set()

    def see(self, page: Page, address: str, picture: str = "", *, at: str = "") -> None:
        """Open a page; with a picture, keep what one sees of it, from the element `at` on."""
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        page.wait_for_load_state("networkidle")
        self.read += str(page.evaluate(WORDS))
        if picture:
            if at:
                page.locator(at).first.evaluate("element => element.scrollIntoView({block: 'start'})")
            self.folder.mkdir(parents=True, exist_ok=True)
            page.screenshot(path=self.folder / f"{self.guide}-{picture}.png", animations="disabled")
            self.taken.add(f"{self.guide}-{picture}.png")

    def missing(self) -> list[str]:
        """What the guide names in bold and no page had."""
        bold = {" ".join(found.split()) for found in re.findall(r"\*\*(.+?)\*\*", self.text, re.DOTALL)}
        return sorted(words for words in bold if words.lower() not in self.read)

    def pictures(self) -> set[str]:
        """The pictures that the guide shows."""
        return set(re.findall(r"pictures/guides/([\w-]+\.png)\)", self.text))


@pytest.fixture
def reader():
    return lambda guide: Reader(guide, pictures() / "guides")


@pytest.fixture
def served_at(serve: Callable[..., Served]) -> Callable[[str, str], Served]:
    """Serves one stage after the other, each in an empty database."""

    def start(stage: str, now: str) -> Served:
        beside(snapshots.empty)
        return serve(stage, now=now)

    return start


def close(reader):
    assert reader.missing() == []
    assert reader.taken == reader.pictures()


def test_the_guide_for_participants_is_true(served_at, reader):
    guide = reader("participant")
    day_3 = served_at("workshops", DAY_3)
    guide.see(day_3.visitor(), "/2022/register/", "register", at="h2:has-text('Who sees you')")
    guide.see(day_3.visitor(), "/2022/")
    dawit = day_3.person("dawit")
    guide.see(dawit, "/2022/programme/?day=2022-02-03&tz=Asia/Dhaka", "programme")
    guide.see(dawit, "/2022/my/", "my-academy")
    board = dawit.get_by_role("link", name="The group’s board").get_attribute("href")
    guide.see(dawit, str(board), "board")
    guide.see(dawit, "/my/data/")
    drafted = served_at("drafting", DAY_5).person("dawit")
    guide.see(drafted, "/2022/document/", "document", at=".clause >> nth=4")
    guide.see(drafted, "/2022/document/thread/")
    adopted = served_at("adopted", DAY_6).person("dawit")
    guide.see(adopted, "/2022/document/adoption/")
    guide.see(adopted, "/2022/document/record/")
    close(guide)


def test_the_guide_for_moderators_is_true(served_at, reader):
    guide = reader("moderator")
    bruno = served_at("workshops", DAY_3).person("bruno")
    guide.see(bruno, "/2022/workshops/3/", "workshop")
    guide.see(bruno, "/2022/workshops/3/group-1/", "board")
    guide.see(bruno, "/2022/workshops/3/group-1/close/", "close")
    guide.see(bruno, "/2022/workshops/days/day-1/", "closing")
    close(guide)


def test_the_guide_for_organisers_is_true(served_at, reader):
    guide = reader("organiser")
    amara = served_at("workshops", DAY_3).person("amara")
    guide.see(amara, "/2022/programme/desk/", "programme")
    guide.see(amara, "/2022/programme/desk/release/", "release")
    guide.see(amara, "/2022/people/", "people")
    guide.see(amara, "/2022/workshops/desk/", "groups")
    guide.see(amara, "/2022/operations/", "operations")
    drafting = served_at("drafting", DAY_5).person("amara")
    guide.see(drafting, "/2022/document/desk/", "desk")
    guide.see(drafting, "/2022/document/desk/write/")
    guide.see(drafting, "/2022/document/desk/publish/", "publish")
    adopted = served_at("adopted", DAY_6).person("amara")
    guide.see(adopted, "/2022/document/record/", "record")
    close(guide)


def test_a_word_that_no_page_has_is_noticed(reader):
    """The control: the guide against pages of nothing but one of its words."""
    guide = reader("moderator")
    guide.read = "workshops"
    assert "Read back" in guide.missing()
    assert "Workshops" not in guide.missing()
