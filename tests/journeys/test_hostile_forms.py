"""Hostile words through every form and import of the thread: wherever they are shown or handed on, they are words.

The pages, the feeds, the answers of the interface for programs and the files are opened in a browser in which whatever
could run would; some pages of each kind also in one that heeds the policy, and tells what it stopped.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET  # what our own server wrote

import pytest

from academy import clock
from outcome.models import Commitment, Document, Endorsement, Round, Translation
from outcome.restructuring import open_for_writing
from tests.journeys.conftest import beside
from tests.journeys.watching import Watch
from tests.journeys.writing_page import amara
from tests.sowing import NOW, Sower, sow

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from playwright.sync_api import Page, Route

    from tests.journeys.conftest import Served

pytestmark = pytest.mark.journey
DOORS = {
    "invitation_upload",
    "outcome:add_clause",
    "outcome:add_commitment",
    "outcome:amend_clause",
    "outcome:answer",
    "outcome:change_commitment",
    "outcome:cite",
    "outcome:comment",
    "outcome:decide_endorsement",
    "outcome:edit_clause",
    "outcome:endorse",
    "outcome:hide_comment",
    "outcome:make_statement",
    "outcome:note_progress",
    "outcome:propose_addition",
    "outcome:propose_deletion",
    "outcome:publish",
    "outcome:publish_translation",
    "outcome:set_aside",
    "outcome:start",
    "outcome:translate_part",
    "outcome:treat",
    "programme:import_outline",
    "programme:prepare_release",
    "workshops:close",
    "workshops:note",
    "workshops:write_thoughts",
}
PAGES = (
    "workshops/3/group-1/",
    "workshops/3/group-2/",
    "workshops/3/twins/",
    "workshops/days/day-3/",
    "workshops/days/day-3/slides/",
    "programme/",
    "programme/desk/edits/",
    "programme/versions/",
    "programme/versions/compare/1/2/",
    "document/",
    "document/revisions/",
    "document/revisions/1/",
    "document/compare/1/2/",
    "document/compare/1/2/?show=all&view=sides",
    "document/findings/",
    "document/findings/browse/?workshop=3",
    "document/thread/",
    "document/clauses/{clause}/",
    "document/amendments/",
    "document/amendments/1/",
    "document/amendments/4/",
    "document/rounds/{round}/",
    "document/desk/",
    "document/desk/clauses/{clause}/",
    "document/desk/publish/",
    "document/desk/merging/",
    "document/desk/merging/clauses/{clause}/",
    "document/desk/merging/amendments/4/",
    "document/desk/write/",
    "document/languages/{translation}/",
    "document/languages/{translation}/parts/head/",
    "document/revisions/2/in/ar/1/",
)
UNDER_THE_POLICY = (
    "workshops/3/group-2/",
    "workshops/days/day-3/slides/",
    "document/",
    "document/compare/1/2/",
    "document/clauses/{clause}/",
    "document/desk/write/",
)
WHILE_ADOPTING = (
    "document/",
    "document/adoption/",
    "document/adoption/chair/",
    "document/adoption/screen/",
)
AFTER = (
    "document/adoption/",
    "document/record/",
    "document/record.txt",
    "document/record.json",
    "document/endorsements/",
    "document/endorsements/{endorsement}/",
    "document/endorsements/feed/",
    "document/desk/endorsements/",
    "/api/v1/editions/2022/endorsements",
    "/api/v1/editions/2022/commitments",
)
TO_WHO_ENDORSED = (
    "document/endorsements/{endorsement}/",
    "document/endorsements/{endorsement}/commit/",
    "document/commitments/{commitment}/change/",
)
# What programs read: opened as pages all the same, as somebody does who clicks on the address.
ANSWERS = (
    "document/revisions/2.json",
    "document/revisions/2/in/ar/1.json",
    "programme/versions/feed/",
    "programme/schedule.json",
    "programme/schedule.xml",
    "/api/v1/editions/2022/sessions?limit=100",
    "/api/v1/editions/2022/releases",
)
KEPT = {
    "document/revisions/2.html": "html",
    "document/revisions/2.xml": "xml",
    "document/revisions/2/in/ar/1.html": "html",
    "document/findings.json": "json",
}


def shows_them(page: Page) -> bool:
    """Whether hostile words are on the page at all: else nothing would be shown by looking at it."""
    return bool(page.evaluate("() => document.documentElement.outerHTML.includes('__executed')"))


def look_at(watch: Watch, addresses: tuple[str, ...], names: Mapping[str, object]) -> set[str]:
    """Open each address; returns those that showed nothing hostile."""
    empty = set()
    for address in addresses:
        watch.open(address if address.startswith("/") else f"/2022/{address.format(**names)}")
        if "write" in address:
            watch.page.locator(".live-clause").first.wait_for()
            watch.look()
        if not shows_them(watch.page):
            empty.add(address)
    return empty


def look_at_echoes(watch: Watch, sower: Sower, since: int = 0) -> None:
    """What forms said of words that they did not keep, under the policy of every page; not again the first ones."""
    policy = watch.page.request.get("/2022/").headers["content-security-policy"]

    def echo(route: Route) -> None:
        place = int(route.request.url.rpartition("/")[2])
        route.fulfill(
            body=sower.echoes[place], content_type="text/html", headers={"Content-Security-Policy": policy}
        )

    watch.page.route("**/__echo/*", echo)
    assert since < len(sower.echoes)
    for number in range(since, len(sower.echoes)):
        watch.open(f"/__echo/{number}")
        assert shows_them(watch.page)


def look_at_files(watch: Watch, folder: Path) -> None:
    """Files as they are opened from a disk, where no policy holds; and a feed as its reader shows it."""
    for address, ending in KEPT.items():
        answer = watch.page.request.get(f"/2022/{address}")
        assert answer.status == 200, address
        path = folder / f"kept.{ending}"
        path.write_bytes(answer.body())
        watch.open(path.as_uri())
        assert shows_them(watch.page)
    feed = ET.fromstring(watch.page.request.get("/2022/programme/versions/feed/").body())  # ours
    path = folder / "feed.html"
    path.write_text(
        "\n".join(one.text or "" for one in feed.iter() if one.get("type") == "html"), encoding="utf-8"
    )
    watch.open(path.as_uri())


def look_everywhere(served: Served, sower: Sower, folder: Path) -> tuple[Watch, Watch]:
    names: dict[str, object] = {
        "clause": sower.first().pk,
        "round": Round.objects.get().pk,
        "translation": Translation.objects.get().pk,
    }
    watches = Watch(served.person("amara")), Watch(served.person("amara", bypass_csp=True))
    heeding, careless = watches
    assert look_at(heeding, UNDER_THE_POLICY, names) == set()
    look_at_echoes(heeding, sower)
    assert look_at(careless, PAGES + ANSWERS, names) == set()
    look_at_files(careless, folder)
    return watches


def test_what_is_sent_through_forms_and_imports_runs_nowhere(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    served, sowers = serve("workshops", now=NOW), list[Sower]()

    def at_the_time(what: Callable[[Sower], None]) -> None:
        def act() -> None:
            with clock.set_to(datetime.fromisoformat(NOW)):
                what(sowers[0])

        beside(act)

    def before() -> None:
        sowers.append(sow())
        open_for_writing(Document.objects.get(), by=amara())

    beside(before)
    watches = [*look_everywhere(served, sowers[0], tmp_path), Watch(served.person("dawit", bypass_csp=True))]
    at_the_time(Sower.adopted)
    assert look_at(watches[1], WHILE_ADOPTING, {}) == set()
    looked_at = len(sowers[0].echoes)
    at_the_time(Sower.followed)
    look_at_echoes(watches[0], sowers[0], since=looked_at)
    names = {"endorsement": Endorsement.objects.public().get().pk, "commitment": Commitment.objects.get().pk}
    assert look_at(watches[1], AFTER, names) == set()
    assert look_at(watches[2], TO_WHO_ENDORSED, names) == set()
    assert sowers[0].doors >= DOORS
    assert [watch.found for watch in watches] == [[], [], []]
