"""Bad connections and ended sessions: what was written is kept, and nobody believes unsaved is saved."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from outcome.models import Clause
from tests.journeys.conftest import PASSWORD, Served
from workshops.models import Finding

pytestmark = pytest.mark.journey

BOARD = "/2022/workshops/3/group-1/"
DAY_3 = "2022-02-03T13:40+01:00"


def write(page: Page, text: str) -> None:
    page.locator("[data-entry] [name=text]").fill(text)
    page.locator("[data-entry]").get_by_role("button", name="Add", exact=True).click()


def test_a_finding_written_offline_arrives_once_when_the_connection_is_back(
    serve: Callable[..., Served],
) -> None:
    academy = serve("workshops", now=DAY_3)
    bruno = academy.person("bruno")
    bruno.goto(BOARD)
    expect(bruno.locator("[data-line]")).to_have_text("live")
    bruno.context.set_offline(True)
    write(bruno, "Written without a connection.")
    card = bruno.locator("li.finding").filter(has_text="Written without a connection.")
    expect(card.locator(".save-state")).to_contain_text("kept on this device")
    assert not Finding.objects.filter(text="Written without a connection.").exists()
    bruno.context.set_offline(False)
    expect(card.locator(".save-state.is-saved")).to_be_visible()
    assert Finding.objects.filter(text="Written without a connection.").count() == 1


def test_a_finding_kept_on_the_device_outlives_the_closed_tab(serve: Callable[..., Served]) -> None:
    academy = serve("workshops", now=DAY_3)
    bruno = academy.person("bruno")
    bruno.goto(BOARD)
    expect(bruno.locator("[data-line]")).to_have_text("live")
    bruno.context.set_offline(True)
    write(bruno, "Kept while the tab was closed.")
    card = bruno.locator("li.finding").filter(has_text="Kept while the tab was closed.")
    expect(card.locator(".save-state")).to_contain_text("kept on this device")
    bruno.close()
    bruno.context.set_offline(False)
    again = bruno.context.new_page()
    again.goto(BOARD)
    card = again.locator("li.finding").filter(has_text="Kept while the tab was closed.")
    expect(card.locator(".save-state.is-saved")).to_be_visible()
    assert Finding.objects.filter(text="Kept while the tab was closed.").count() == 1


def test_what_others_write_arrives_where_sockets_are_blocked(serve: Callable[..., Served]) -> None:
    academy = serve("workshops", now=DAY_3)
    bruno, chiara = academy.person("bruno"), academy.person("chiara")
    chiara.route_web_socket("**/ws/**", lambda socket: socket.close())
    chiara.goto(BOARD)
    expect(chiara.locator("[data-line]")).to_contain_text("paused")
    bruno.goto(BOARD)
    write(bruno, "It comes over plain HTTP.")
    expect(chiara.locator("li.finding").filter(has_text="It comes over plain HTTP.")).to_be_visible(
        timeout=15_000
    )


def test_words_of_a_clause_come_back_after_the_session_ended(serve: Callable[..., Served]) -> None:
    academy = serve("drafting", now="2022-02-04T13:40+01:00")
    amara = academy.person("amara")
    clause = Clause.objects.standing().filter(kind="encouragement")[0]
    address = f"/2022/document/desk/clauses/{clause.pk}/"
    amara.goto(address)
    amara.locator("#id_text").fill("to keep what was written, whatever happens to the session;")
    amara.context.clear_cookies(name="sessionid")
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_text("You were logged out.").first).to_be_visible()
    amara.locator("input[name=login]").fill("amara@example.org")
    amara.locator("input[name=password]").fill(PASSWORD)
    amara.get_by_role("main").get_by_role("button", name="Log in", exact=True).click()
    amara.wait_for_url(f"**{address}")
    expect(amara.locator("#id_text")).to_have_value(
        "to keep what was written, whatever happens to the session;"
    )
    amara.get_by_role("button", name="Save").click()
    expect(amara.get_by_role("status").first).not_to_be_empty()
    clause.refresh_from_db()
    assert clause.text == "to keep what was written, whatever happens to the session;"
