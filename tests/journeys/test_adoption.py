"""The adoption in the browser: a silence kept and broken, a vote whose quorum comes late, a reservation, a check."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

from academy import clock
from academy.models import User
from outcome.adoption import close_adoption, freeze
from outcome.models import Document, Position, Procedure, Record
from tests.factories import opened_adoption
from tests.journeys.conftest import Served, beside
from tests.journeys.looking import findings_of_axe, sticks_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from playwright.sync_api import APIResponse, Page, Route

    from tests.journeys.looking import Looker

    Serve = Callable[..., Served]

pytestmark = pytest.mark.journey

ADOPTION = "/2022/document/adoption/"
CHAIR, SCREEN = f"{ADOPTION}chair/", f"{ADOPTION}screen/"
RECORD, CHECK = "/2022/document/record/", "/2022/document/check/"


NOW = "2022-02-04T13:40+01:00"
START = datetime.fromisoformat(NOW)
START_OF_ALL = START - timedelta(minutes=1)


def opened(**asked: object) -> None:
    amara = User.objects.get(email="amara@example.org")
    document = Document.objects.get(edition__slug="2022")
    freeze(document, by=amara)
    document.refresh_from_db()
    opened_adoption(document, by=amara, **asked)


def is_fine(page: Page, look: Looker, name: str) -> None:
    look(page, name)
    assert findings_of_axe(page) == []
    assert not sticks_out(page)


def choose(page: Page, words: str) -> None:
    """Choose a position, as far as the page that asks once more."""
    page.goto(ADOPTION)
    page.get_by_label(words, exact=True).check()
    page.get_by_role("button", name="Go on").click()
    asked_once_more(page)


def asked_once_more(page: Page) -> None:
    """The page that asks once more is there, and its script: without one the answer would be a page of its own."""
    page.locator("ballot-form:defined").wait_for()


def confirm(page: Page) -> None:
    page.get_by_role("button", name="Confirm my position").click()
    expect(page.locator("[data-said]")).to_contain_text("Recorded")


@pytest.mark.parametrize("width", [1280, 375])
def test_a_vote_whose_quorum_comes_late_a_reservation_and_a_copy_that_was_doctored(
    serve: Serve, look: Looker, width: int, tmp_path: Path
) -> None:
    academy = serve("drafting", now=NOW)
    screen = {"width": width, "height": 800}
    beside(lambda: opened(method="simple-majority", quorum="number", quorum_number=2, by_clause=True))
    amara, dawit, esi = (academy.person(key, viewport=screen) for key in ("amara", "dawit", "esi"))
    amara.goto(CHAIR)
    expect(amara.get_by_text("The quorum is not reached yet: 2 positions are missing.")).to_be_visible()
    choose(dawit, "Yes")
    is_fine(dawit, look, f"confirm-{width}")
    confirm(dawit)
    # The chair's page learns of it by itself.
    expect(amara.get_by_text("The quorum is not reached yet: 1 position is missing.")).to_be_visible(
        timeout=40_000
    )
    reserves(dawit)
    is_fine(dawit, look, f"adoption-{width}")
    cut_off_while_confirming(esi)
    expect(amara.get_by_text("The quorum is reached.")).to_be_visible(timeout=40_000)
    is_fine(amara, look, f"chair-{width}")
    dawit.goto(SCREEN)
    is_fine(dawit, look, f"screen-{width}")
    amara.get_by_role("link", name="Close the adoption").click()
    amara.get_by_role("button", name="Close and decide").click()
    expect(amara.get_by_text("Not in a city without a council.")).to_be_visible()
    is_fine(amara, look, f"record-{width}")
    checks_copies(academy.visitor(viewport=screen), look, tmp_path, width)


def reserves(page: Page) -> None:
    page.goto(ADOPTION)
    page.get_by_text("State something for the record").click()
    page.get_by_role("radio", name="reservation").check()
    page.get_by_label("To which clause").select_option(index=5)
    page.get_by_label("Words").fill("Not in a city without a council.")
    page.get_by_role("button", name="State it").click()
    expect(page.get_by_text("Your statement is noted for the record.")).to_be_visible()


def cut_off_while_confirming(page: Page) -> None:
    """The position reaches the server and the answer does not reach the page; then the line comes back."""
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    choose(page, "Yes")
    page.route("**/adoption/position/", lose)
    page.get_by_role("button", name="Confirm my position").click()
    expect(page.locator("[data-said]")).to_contain_text("It is not known whether your position is recorded")
    page.unroute("**/adoption/position/")
    expect(page.locator("[data-said]")).to_contain_text("Recorded", timeout=40_000)
    assert lost[0] == 200
    assert beside_count() == 2
    page.goto(ADOPTION)
    expect(page.get_by_text("Recorded as your position number 1")).to_be_visible()


def test_a_position_that_is_sent_before_its_script_is_there_waits_for_it(serve: Serve) -> None:
    """On a slow line the page is there before the code that says what is known of a position without an answer."""
    academy = serve("drafting", now=NOW)
    beside(lambda: opened(method="simple-majority", quorum="number", quorum_number=2))
    page = academy.person("dawit")
    late: list[Route] = []

    def keep_waiting(route: Route) -> None:
        late.append(route)

    page.route("**/ballot-form*.js", keep_waiting)
    page.goto(ADOPTION)
    page.get_by_label("Yes", exact=True).check()
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Is this your position?")).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="Confirm my position").click()
    page.wait_for_timeout(500)
    assert beside_count() == 0
    for route in late:
        route.continue_()
    expect(page.locator("[data-said]")).to_contain_text("Recorded")
    assert beside_count() == 1
    assert academy.complaints == []


def test_a_position_that_comes_while_the_chairs_page_is_fetched_is_shown_soon(serve: Serve) -> None:
    """Not when the page next asks by itself, which is twenty seconds later."""
    academy = serve("drafting", now=NOW)
    beside(lambda: opened(method="simple-majority", quorum="number", quorum_number=2))
    amara, dawit, esi = (academy.person(key) for key in ("amara", "dawit", "esi"))
    for page in (dawit, esi):
        choose(page, "Yes")
    with amara.expect_response(
        lambda answer: answer.request.resource_type == "fetch" and CHAIR in answer.url
    ):
        amara.goto(CHAIR)
    held: list[tuple[Route, APIResponse]] = []

    def hold(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append((route, route.fetch()))

    amara.route(f"**{CHAIR}", hold)
    confirm(dawit)
    while not held:
        amara.wait_for_timeout(100)
    confirm(esi)
    amara.wait_for_timeout(1_000)
    route, answer = held[0]
    route.fulfill(response=answer)
    expect(amara.get_by_text("The quorum is reached.")).to_be_visible(timeout=10_000)


KEPT = """() => Object.keys(localStorage).filter((key) => key.startsWith("ballot:")).map(
    (key) => JSON.parse(localStorage[key]).receipt)"""


def test_of_two_windows_with_a_ballot_the_device_keeps_the_receipt_that_is_in_the_box(serve: Serve) -> None:
    """The second window is refused; what it showed as a receipt would be looked for in the record in vain."""
    academy = serve("drafting", now=NOW)
    beside(lambda: opened(method="simple-majority", publicity="pseudonymous"))
    first = academy.person("dawit")
    second = first.context.new_page()
    for page, words in ((first, "Yes"), (second, "No")):
        choose(page, words)
    confirm(first)
    recorded = (first.locator("[data-said]").text_content() or "").removeprefix("Recorded: ")
    second.get_by_role("button", name="Confirm my position").click()
    expect(second.locator("[data-said]")).to_contain_text("Not recorded.")
    assert second.evaluate(KEPT) == [recorded]
    first.goto(ADOPTION)
    expect(first.locator("[data-receipt]")).to_have_text(recorded)


def test_a_change_that_comes_too_late_leaves_the_receipt_of_the_ballot_on_the_device(serve: Serve) -> None:
    """Also where this device never learned that the ballot was recorded, as its answer was lost."""
    academy = serve("drafting", now=NOW)
    beside(lambda: opened(method="simple-majority", publicity="pseudonymous"))
    page = academy.person("dawit")
    choose(page, "Yes")
    confirm(page)
    kept = page.evaluate(KEPT)
    page.evaluate(
        """() => { const key = Object.keys(localStorage).find((one) => one.startsWith("ballot:"));
            localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), isRecorded: false }); }"""
    )
    page.goto(ADOPTION)
    page.get_by_label("No", exact=True).check()
    page.get_by_role("button", name="Change my position").click()
    asked_once_more(page)
    beside(lambda: close_adoption(Procedure.objects.get(), by=User.objects.get(email="amara@example.org")))
    page.get_by_role("button", name="Confirm my position").click()
    expect(page.locator("[data-said]")).to_contain_text("Not recorded.")
    assert (len(kept), page.evaluate(KEPT)) == (1, kept)


def test_a_page_does_not_offer_to_record_nothing_once_a_position_was_sent(serve: Serve) -> None:
    academy = serve("drafting", now=NOW)
    beside(lambda: opened(method="simple-majority"))
    page = academy.person("dawit")
    choose(page, "Yes")
    expect(page.get_by_role("link", name="Go back, record nothing")).to_be_visible()
    page.context.set_offline(True)
    page.get_by_role("button", name="Confirm my position").click()
    expect(page.locator("[data-said]")).to_contain_text("It is not known whether your position is recorded")
    expect(page.get_by_role("link", name="Go back, record nothing")).to_be_hidden()
    page.context.set_offline(False)
    expect(page.locator("[data-said]")).to_contain_text("Recorded", timeout=40_000)


def test_a_page_with_a_form_that_was_refused_stays_true(serve: Serve) -> None:
    """It stands at an address that only takes what a form sends, and must not say that there is no connection."""
    academy = serve("drafting", now=NOW)
    beside(lambda: opened(method="simple-majority", quorum="number", quorum_number=2))
    amara, dawit = academy.person("amara"), academy.person("dawit")
    amara.goto(CHAIR)
    amara.get_by_text("Enter a count").click()
    amara.get_by_label("Where, and how it was counted").fill("Hall A")
    for words, count in (("Yes", "9"), ("No", "0"), ("I abstain", "0")):
        amara.get_by_label(words, exact=False).fill(count)
    amara.get_by_role("button", name="Enter it").click()
    expect(amara.get_by_text("0 electors are checked in as counted by hand")).to_be_visible()
    expect(amara.locator("[data-line]")).to_have_text("live", timeout=20_000)
    choose(dawit, "Yes")
    confirm(dawit)
    expect(amara.get_by_text("The quorum is not reached yet: 1 position is missing.")).to_be_visible(
        timeout=40_000
    )
    expect(amara.locator("[data-line]")).to_have_text("live")
    assert [said for said in academy.complaints if "405" in said] == []


def beside_count() -> int:
    counts: list[int] = []
    beside(lambda: counts.append(Position.objects.count()))
    return counts[0]


def checks_copies(page: Page, look: Looker, folder: Path, width: int) -> None:
    """A visitor chooses the record as it is, and drops one in which a number was changed, beside the field."""
    kept: list[object] = []
    beside(lambda: kept.extend(Record.objects.values_list("digest", "content").get()))
    digest, content = kept
    assert isinstance(content, dict)
    good, bad = folder / "good.json", folder / "bad.json"
    good.write_text(json.dumps({"digest": digest, "content": content}))
    bad.write_text(json.dumps({"digest": digest, "content": {**content, "electorate": 3}}))
    for copy, words in ((good, "This is what was adopted"), (bad, "This is not what was adopted")):
        page.goto(CHECK)
        if copy is good:
            page.get_by_label("A copy of the text or of the record").set_input_files(copy)
        else:
            drop(page, "h1", copy)
            expect(page.get_by_role("button", name="Check it")).to_be_focused()
        page.get_by_role("button", name="Check it").press("Enter")
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        expect(page.locator(".verdict").get_by_text(copy.name)).to_be_visible()
        expect(page).to_have_title(re.compile(f"^{words} · Check a copy"))
        is_fine(page, look, f"check-{copy.stem}-{width}")


def drop(page: Page, place: str, file: Path) -> None:
    """Drop a file on a place of the page; a page that lets the browser take it would be left for the file."""
    expect(page.locator("file-drop:defined")).to_have_count(1)
    carried = page.evaluate_handle(
        """([words, name]) => {
          const carried = new DataTransfer()
          carried.items.add(new File([words], name))
          return carried
        }""",
        [file.read_text(), file.name],
    )
    for event in ("dragover", "drop"):
        page.dispatch_event(place, event, {"dataTransfer": carried})


@pytest.mark.parametrize("width", [1280, 375])
def test_a_silence_is_broken_with_a_reason(serve: Serve, look: Looker, width: int) -> None:
    academy = serve("drafting", now=NOW)
    page = academy.person("dawit", viewport={"width": width, "height": 800})
    beside(lambda: silent(ends=START + timedelta(days=3)))
    page.goto(ADOPTION)
    is_fine(page, look, f"silence-{width}")
    page.get_by_label("I break the silence").check()
    page.get_by_label("Why you break the silence").fill("The seventh encouragement binds nobody.")
    page.get_by_role("button", name="Break the silence").click()
    asked_once_more(page)
    page.get_by_role("button", name="Break the silence").click()
    expect(page.locator("[data-said]")).to_contain_text("Recorded")
    page.goto(ADOPTION)
    expect(page.get_by_text("The silence was broken.")).to_be_visible()


def silent(*, ends: datetime, since: datetime = START_OF_ALL) -> None:
    with clock.set_to(since):
        opened(method="silence", closes_at=ends)


def test_a_silence_that_nobody_breaks_adopts_the_text_by_itself(serve: Serve, look: Looker) -> None:
    """Its three days end while a delegate has the page open, on a desk and on a phone; nobody closes anything."""
    academy = serve("drafting", now=NOW)
    ends = START + timedelta(seconds=60)
    sizes: dict[int, Any] = {width: {"viewport": {"width": width, "height": 800}} for width in (1280, 375)}
    pages = {width: academy.person("dawit", **size) for width, size in sizes.items()}
    beside(lambda: silent(ends=ends, since=ends - timedelta(days=3)))
    for page in pages.values():
        page.goto(ADOPTION)
        expect(page.get_by_label("I break the silence")).to_be_visible()
    for width, page in pages.items():
        expect(page.get_by_text("The document is adopted.")).to_be_visible(timeout=90_000)
        expect(page.get_by_label("I break the silence")).to_have_count(0)
        is_fine(page, look, f"silence-kept-{width}")
        visitor = academy.visitor(**sizes[width])
        visitor.goto("/2022/document/")
        expect(visitor.get_by_text("Adopted on")).to_be_visible()
        visitor.get_by_role("link", name="Read the record of the adoption").click()
        is_fine(visitor, look, f"silence-record-{width}")
    record = Record.objects.get()
    assert (record.content["method"], record.content["adopted"]) == ("silence", True)
    assert record.procedure.closed_at == ends
    assert Position.objects.count() == 0
