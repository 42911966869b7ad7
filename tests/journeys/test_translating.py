"""The adopted text in another language, in the browser: begun, translated by two people, published, read, corrected."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from academy import clock
from academy.models import User
from outcome.models import LanguageVersion, TranslatedPart, Translation
from outcome.translating.parts import parts_of
from outcome.translating.writing import save_part
from tests.journeys.conftest import Served, beside
from tests.journeys.looking import findings_of_axe, sticks_out
from tests.journeys.test_style_sheets import MISSED
from tests.outcome.translations import translate_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.journeys.looking import Looker

    Serve = Callable[..., Served]

pytestmark = pytest.mark.journey

NOW = "2022-12-12T12:00+01:00"
LANGUAGES = "/2022/document/languages/"
TITLE, WORDS, REMARK = (
    "قولها بكلمات بسيطة",
    "على أن تُقال بكلمات يفهمها الجميع؛",
    "لأن الكلمات البسيطة تصل إلى الجميع.",
)


def is_fine(page: Page, look: Looker, name: str) -> None:
    """In light and in dark, at both widths: nothing that axe-core finds, nothing that sticks out."""
    look(page, name)
    page.emulate_media(color_scheme="dark")
    look(page, f"{name}-dark")
    page.emulate_media(color_scheme="light")
    assert findings_of_axe(page) == []
    assert not sticks_out(page)
    usual = page.viewport_size
    assert usual is not None
    page.set_viewport_size({"width": 320, "height": 700})
    assert not sticks_out(page)
    page.set_viewport_size(usual)


@pytest.mark.parametrize("width", [1280, 375])
def test_the_adopted_text_is_translated_published_read_and_corrected(
    serve: Serve, look: Looker, width: int
) -> None:
    academy = serve("adopted", now=NOW)
    screen = {"width": width, "height": 800}
    amara, dawit = (academy.person(key, viewport=screen) for key in ("amara", "dawit"))
    begins(amara, look, width)
    translates(dawit, look, width)
    is_told_of_the_other(dawit, look, width)
    without_javascript(academy, dawit)
    is_published(amara, dawit, look, width)
    is_read(academy.visitor(viewport=screen), look, width)
    is_corrected(amara, academy.visitor(viewport=screen))
    # Chromium complains of the refusal of the second saving; of nothing else.
    assert [said for said in academy.complaints if "409" not in said] == []


def to_part(page: Page, what: str, number: int) -> None:
    page.get_by_role("link", name=re.compile(rf"^{what}\s*:\s+Encouragement {number}\s*$")).click()


def begins(page: Page, look: Looker, width: int) -> None:
    page.goto(LANGUAGES)
    expect(page.get_by_text("The translations will be here")).to_be_visible()
    page.get_by_label("Language*", exact=True).select_option("ar")
    is_fine(page, look, f"languages-{width}")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("heading", name="Translation into Arabic")).to_be_visible()
    page.get_by_label("Give it to*", exact=True).select_option(label="Dawit Bekele")
    page.get_by_role("button", name="Give it").click()
    expect(page.get_by_text("they are told by mail")).to_be_visible()
    is_fine(page, look, f"translation-{width}")


def translates(page: Page, look: Looker, width: int) -> None:
    page.goto(LANGUAGES)
    page.get_by_role("link", name="To the translation").click()
    to_part(page, "Translate", 9)
    expect(page.get_by_label("Text", exact=True)).to_have_attribute("dir", "rtl")
    page.get_by_label("Short title").fill(TITLE)
    page.get_by_label("Text", exact=True).fill(WORDS)
    is_fine(page, look, f"translate-part-{width}")
    page.reload()  # as after an expired session: what was typed and not sent is still there
    expect(page.get_by_text("What you wrote before is back.")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value(WORDS)
    if page.get_by_label("Explanatory remark").count():
        page.get_by_label("Explanatory remark").fill(REMARK)
    page.get_by_role("button", name="Save, and to the next one").click()
    expect(page.get_by_text(re.compile(r"Saved\. 1 of \d+ clauses are translated\."))).to_be_visible()
    expect(page.get_by_role("heading", name="Title of the section")).to_be_visible()
    page.get_by_role("link", name="The part after").click()
    expect(page.get_by_role("heading", name="Encouragement 10")).to_be_visible()


def is_told_of_the_other(page: Page, look: Looker, width: int) -> None:
    """While Dawit translates the tenth, Amara saves it."""
    page.get_by_label("Text", exact=True).fill("ما كتبه داويت؛")
    beside(lambda: saved_by_amara("e10", "ما كتبته أمارا؛"))
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", name="Somebody saved this part")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("ما كتبه داويت؛")
    is_fine(page, look, f"translate-meanwhile-{width}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()


def saved_by_amara(name: str, text: str) -> None:
    translation = Translation.objects.select_related("revision__document__edition").get()
    part = next(part for part in parts_of(translation.revision.content) if part.name == name)
    with clock.set_to(translation.begun_at):
        save_part(
            translation, part.key, {"text": text}, seen=0, by=User.objects.get(email="amara@example.org")
        )


def without_javascript(academy: Served, page: Page) -> None:
    """The same person in a browser that runs no script."""
    plain = academy.visitor(java_script_enabled=False)
    plain.context.add_cookies(page.context.cookies())  # type: ignore[arg-type]  # what one gives, the other takes
    plain.goto(LANGUAGES)
    plain.get_by_role("link", name="To the translation").click()
    to_part(plain, "Translate", 1)
    plain.get_by_label("Text", exact=True).fill("أول التشجيعات؛")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_text("Saved.")).to_be_visible()
    assert TranslatedPart.objects.filter(words__text="أول التشجيعات؛").count() == 1


def is_published(amara: Page, dawit: Page, look: Looker, width: int) -> None:
    beside(the_rest)
    dawit.goto(LANGUAGES)
    dawit.get_by_role("link", name="To the translation").click()
    dawit.get_by_role("button", name="Name me").click()
    expect(dawit.get_by_text("“Dawit Bekele” stands at what you translated.")).to_be_visible()
    dawit.get_by_role("button", name="Ready for review").click()
    expect(dawit.get_by_text("It is ready for review.")).to_be_visible()
    amara.goto(LANGUAGES)
    amara.get_by_role("link", name="To the translation").click()
    is_fine(amara, look, f"translation-ready-{width}")
    amara.get_by_role("link", name="Read and publish").click()
    is_fine(amara, look, f"translation-publish-{width}")
    assert amara.evaluate(MISSED, "app.css") == []
    amara.get_by_role("button", name="Publish").click()
    expect(amara.get_by_text("Version 1 in Arabic is published.")).to_be_visible()


def the_rest() -> None:
    translation = Translation.objects.select_related("revision__document__edition").get()
    with clock.set_to(translation.begun_at):
        translate_all(translation, by=User.objects.get(email="dawit@example.org"), mark="نص")


def is_read(page: Page, look: Looker, width: int) -> None:
    page.goto("/2022/document/")
    page.get_by_role("navigation", name="This text in other languages").get_by_role(
        "link", name="العربية"
    ).click()
    expect(page.get_by_text("This is a translation into Arabic.")).to_be_visible()
    expect(page.get_by_text("translated by")).to_contain_text("Dawit Bekele")
    text = page.locator(".translated-text")
    assert text.evaluate("one => getComputedStyle(one).direction") == "rtl"
    expect(text).to_have_attribute("lang", "ar")
    is_fine(page, look, f"language-version-{width}")
    assert page.evaluate(MISSED, "app.css") == []
    page.goto(f"{page.url}#e9")
    expect(page.get_by_text(WORDS)).to_be_in_viewport()
    page.get_by_role("link", name="English", exact=True).click()
    expect(page).to_have_url(re.compile(r"/revisions/\d+/$"))


def is_corrected(amara: Page, visitor: Page) -> None:
    first = LanguageVersion.objects.select_related("translation__revision__document__edition").get()
    amara.goto(LANGUAGES)
    amara.get_by_role("link", name="To the translation").click()
    amara.get_by_role("button", name="Take it back into work").click()
    to_part(amara, "Change", 9)
    amara.get_by_label("Text", exact=True).fill("على أن تُقال بكلمات يفهمها كل إنسان؛")
    amara.get_by_role("button", name="Save", exact=True).click()
    amara.get_by_role("button", name="Ready for review").click()
    amara.get_by_role("link", name="Read and publish").click()
    amara.get_by_label("What was corrected, and why").fill("A word that was too narrow.")
    amara.get_by_role("button", name="Publish").click()
    expect(amara.get_by_text("Version 2 in Arabic is published.")).to_be_visible()
    visitor.goto(first.get_absolute_url())
    expect(visitor.get_by_text(WORDS)).to_be_visible()
    expect(visitor.get_by_text("This version was corrected.")).to_be_visible()
    visitor.get_by_role("link", name="Read version 2").click()
    expect(visitor.get_by_text("على أن تُقال بكلمات يفهمها كل إنسان؛")).to_be_visible()
    expect(visitor.get_by_text("A word that was too narrow.")).to_be_visible()
