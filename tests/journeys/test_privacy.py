"""A participant's own data in a real browser: a consent taken back, everything taken along, everything erased."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from academy.models import Participant, User
from tests.journeys.conftest import PASSWORD, Served
from tests.journeys.looking import WIDTHS, Looker

pytestmark = pytest.mark.journey

LIST = "/2022/participants/?q=Dawit"


def the_list(page: Page) -> list[str]:
    """The names in the list of participants that this browser shows."""
    page.goto(LIST)
    return page.locator("main tbody th").all_inner_texts()


@pytest.mark.parametrize("width", WIDTHS)
def test_a_consent_is_taken_back_and_given_again(
    serve: Callable[..., Served], look: Looker, width: int
) -> None:
    academy = serve("registration")
    sizes = {"viewport": {"width": width, "height": 800}}
    dawit, other = academy.person("dawit", **sizes), academy.person("bruno", **sizes)
    assert the_list(other) == ["Dawit Bekele"]
    look(other, f"60-participants-{width}")
    dawit.goto("/2022/my/")
    dawit.get_by_role("link", name="All that is kept about me").click()
    expect(dawit.get_by_role("heading", name="My data", level=1)).to_be_visible()
    look(dawit, f"61-my-data-{width}")
    dawit.set_viewport_size({"width": width, "height": 800})
    dawit.get_by_role("button", name="Take it back : Being named").click()
    expect(dawit.locator("#messages .alert-success")).to_contain_text("Your consent is taken back")
    assert the_list(other) == []
    look(other, f"62-nobody-{width}")
    dawit.get_by_role("button", name="I agree : Being named").click()
    expect(dawit.locator("#messages .alert-success")).to_contain_text("Your consent is recorded")
    assert the_list(other) == ["Dawit Bekele"]
    assert academy.complaints == []


@pytest.mark.parametrize("width", WIDTHS)
def test_everything_is_taken_along_and_then_erased_by_keyboard(
    serve: Callable[..., Served], look: Looker, width: int, tmp_path: Path
) -> None:
    academy = serve("adopted", now="2022-02-09T13:00+01:00")
    page = academy.person("dawit", viewport={"width": width, "height": 800})
    page.goto("/my/data/")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download everything").click()
    download.value.save_as(tmp_path / "my-data.json")
    data = json.loads((tmp_path / "my-data.json").read_text(encoding="utf-8"))["data"]
    assert data["registrations"][0]["name"] == "Dawit Bekele"
    page.get_by_role("link", name="Erase everything about me").click()
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Erase everything about you?")).to_be_visible()
    look(page, f"63-erase-{width}")
    page.get_by_label("Your e-mail address").fill("dawit@example.com")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(
        "This is not the address of your account. Nothing was erased."
    )
    look(page, f"64-erase-refused-{width}")
    page.set_viewport_size({"width": width, "height": 800})
    page.get_by_label("Your e-mail address").fill("dawit@example.org")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Erase everything")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#messages .alert-success")).to_contain_text("Everything about you is erased")
    expect(page.locator("a[href*='/accounts/login/']").first).to_be_attached()
    assert not User.objects.filter(email="dawit@example.org").exists()
    assert not Participant.objects.filter(name="Dawit Bekele").exists()
    page.goto("/accounts/login/")
    page.get_by_label("Email").fill("dawit@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    expect(page.locator("main")).to_contain_text("not correct")
    assert [
        said for said in academy.complaints if "422" not in said
    ] == []  # the browser's word for a refused form
