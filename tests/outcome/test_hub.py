"""The socket of the writing page: acknowledged means stored, others hear it, hostile frames end the line alone."""

from __future__ import annotations

import asyncio
import json
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from django.db import DatabaseError
from prometheus_client import REGISTRY
from pycrdt import Doc, Map

from academy.roles import end_role, grant_role
from outcome.adoption import freeze
from outcome.amending.clauses import Words
from outcome.amending.proposing import propose_change
from outcome.consumers import hub as hubs
from outcome.consumers.presence import is_cursor
from outcome.drafting import move_clause
from outcome.live.bodies import raw
from outcome.live.log import BLOCKS
from outcome.models import Clause, Document, LogLine
from outcome.restructuring import open_for_writing
from outcome.revisions import publish_revision
from tests.hostile_words import HOSTILE_CURSORS
from tests.lines import ACCEPTED, Line, login

if TYPE_CHECKING:
    from academy.models import User

TEXT = "to anchor it in a decision;"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_connection_stays")]


@pytest.fixture
def live(transactional_db: None, document: Document, amara: User) -> Document:
    return open_for_writing(document, by=amara)


class Typist:
    """A browser with the writing page open."""

    def __init__(self, user: User, document: Document, client: int) -> None:
        self.user, self.document, self.client = user, document, client
        self.doc: Doc[Any] = Doc(client_id=client)
        self.heard: list[dict[str, Any]] = []
        self.seq = self.key = 0

    async def come(self) -> str | int:
        self.line = Line(f"/ws/documents/{self.document.pk}/", await login(self.user))
        answer = await self.line.connect()
        if answer == ACCEPTED:
            await self.say({"type": "hello", "vector": b64encode(self.doc.get_state()).decode()})
            await self.until("state")
        return answer

    async def say(self, frame: Any) -> None:
        text = frame if isinstance(frame, str) else json.dumps(frame)
        await self.line.send_input({"type": "websocket.receive", "text": text})

    async def next(self) -> dict[str, Any]:
        output = await self.line.receive_output(timeout=6)
        if output["type"] == "websocket.close":
            return {"type": "close", "code": output["code"]}
        frame: dict[str, Any] = json.loads(output["text"])
        for update in [frame["update"]] if frame["type"] == "state" else frame.get("updates", ()):
            self.doc.apply_update(b64decode(update))
        self.seq = frame.get("seq", self.seq)
        self.heard.append(frame)
        return frame

    async def until(self, kind: str) -> dict[str, Any]:
        while True:
            frame = await self.next()
            if frame["type"] in (kind, "close"):
                return frame

    def text(self, clause: Clause) -> str:
        return raw(self.doc.get(BLOCKS, type=Map)[str(clause.pk)]["body"])

    async def type(self, clause: Clause, words: str) -> dict[str, Any]:
        """Type at the beginning; returns how it was answered."""
        made: list[bytes] = []
        watching = self.doc.observe(lambda event: made.append(event.update))
        self.doc.get(BLOCKS, type=Map)[str(clause.pk)]["body"].children[0].children[0].insert(0, words)
        self.doc.unobserve(watching)
        return await self.send(made[0])

    async def send(self, update: bytes) -> dict[str, Any]:
        self.key += 1
        facts = {"client": self.client, "base": self.seq, "update": b64encode(update).decode()}
        await self.say({"type": "update", "key": self.key, **facts})
        while True:
            frame = await self.next()
            if frame["type"] in ("saved", "refused", "close"):
                return frame


@pytest.fixture
async def pair(live: Document, amara: User, edition: Any, dawit: User) -> tuple[Typist, Typist]:
    await sync_to_async(grant_role)(dawit, edition, "organiser", by=None)
    one, other = Typist(amara, live, 1001), Typist(dawit, live, 2001)
    assert [await one.come(), await other.come()] == [ACCEPTED, ACCEPTED]
    return one, other


async def test_saved_means_that_it_is_in_the_log_and_the_others_hear_it(live, clause, pair):
    one, other = pair
    answer = await one.type(clause, "so ")
    assert answer["type"] == "saved"
    line = await LogLine.objects.aget(document=live, seq=answer["seq"])
    assert line.client == 1001
    while (await other.until("lines"))["seq"] < answer["seq"]:
        pass
    assert other.text(clause) == f"so {TEXT}"


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_what_is_written_is_counted_with_how_soon_it_was_acknowledged(live, clause, pair):
    names = ("academy_hub_commits_total", "academy_hub_lines_total", "academy_hub_seconds_count")
    before = [counted(name) for name in names]
    sockets = counted("academy_sockets", page="EditingConsumer")
    assert (await pair[0].type(clause, "so "))["type"] == "saved"
    assert [counted(name) for name in names] == [count + 1 for count in before]
    await pair[1].line.leave()
    assert counted("academy_sockets", page="EditingConsumer") == sockets - 1


async def test_a_line_that_no_hint_told_of_is_counted_when_the_log_tells_of_it(
    live, clause, amara, monkeypatch
):
    monkeypatch.setattr("outcome.consumers.hub.Hub._hear", lambda *_facts: None)
    line = Typist(amara, live, 1001)
    assert await line.come() == ACCEPTED
    before = counted("academy_ledger_gaps_healed_total", page="document")
    await sync_to_async(move_clause)(clause, before=None, by=amara)
    await line.until("lines")
    assert counted("academy_ledger_gaps_healed_total", page="document") == before + 1
    await line.line.leave()


async def test_nothing_is_acknowledged_that_was_not_committed(live, clause, pair, monkeypatch):
    """The database fails in the middle: the line ends without an acknowledgement, and the others hear nothing."""

    def fail(*_args: Any) -> None:
        raise DatabaseError

    monkeypatch.setattr("outcome.live.taking.write_lines", fail)
    lines = await LogLine.objects.acount()
    assert await pair[0].type(clause, "so ") == {"type": "close", "code": 1012}
    assert (await pair[1].until("lines"))["type"] == "close"
    assert await LogLine.objects.acount() == lines


async def test_who_comes_back_is_told_what_was_missed(live, clause, pair, amara):
    await pair[0].line.leave()
    await pair[1].type(clause, "so ")
    assert await pair[0].come() == ACCEPTED
    assert pair[0].text(clause) == f"so {TEXT}"


async def test_a_rule_elsewhere_reaches_the_editors(live, clause, pair, amara):
    """Also where no hint arrives: the log is asked every moment."""
    await sync_to_async(move_clause)(clause, before=None, by=amara)
    await pair[0].until("lines")
    blocks = pair[0].doc.get(BLOCKS, type=Map)
    assert blocks[str(clause.pk)]["order"] == (await Clause.objects.aget(pk=clause.pk)).order


async def test_the_clauses_show_what_was_typed_after_a_moment_of_quiet(live, clause, pair):
    await pair[0].type(clause, "so ")
    for _time in range(60):
        if (await Clause.objects.aget(pk=clause.pk)).text == f"so {TEXT}":
            return
        await asyncio.sleep(0.2)
    raise AssertionError("the clause never showed what was typed")


async def test_freezing_is_told_and_refuses(live, clause, pair, amara):
    await sync_to_async(publish_revision)(live, label="Zero", audience="public", by=amara)
    await sync_to_async(freeze)(live, by=amara)
    assert (await pair[1].until("document"))["open"] is False
    assert (await pair[0].type(clause, "so "))["code"] == "fixed"


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{}",
        "[]",
        "nonsense",
        '{"type": "hello"}',
        '{"type": "update", "update": "***"}',
        '{"type": "cursor", "cursor": "' + "x" * 5000 + '"}',
        '{"type": "cursor", "cursor": {"anchor": {"type": "x"}, "head": {"type": "x"}}}',
        "[" * 100_000,
        "x" * 400_000,
        '{"type": "hello", "vector": "//////////////8="}',
    ],
    ids=lambda frame: frame[:20] or "empty",
)
async def test_a_frame_that_makes_no_sense_ends_its_line_and_no_other(live, clause, pair, frame):
    one, other = pair
    await one.say(frame)
    assert (await one.until("close"))["type"] == "close"
    assert (await other.type(clause, "so "))["type"] == "saved"


async def test_a_hostile_update_ends_its_line_is_not_passed_on_and_harms_nobody(live, clause, pair):
    one, other = pair
    lines = await LogLine.objects.acount()
    assert (await one.send(b"\x01\x01\xff\xff"))["code"] == "broken"
    assert (await one.until("close"))["type"] == "close"
    assert await LogLine.objects.acount() == lines
    assert (await other.type(clause, "so "))["type"] == "saved"
    assert other.text(clause) == f"so {TEXT}"


async def test_who_may_only_read_sees_everything_and_writes_nothing(live, clause, pair, edition, bruno):
    await sync_to_async(grant_role)(bruno, edition, "moderator", by=None)
    reader = Typist(bruno, live, 3001)
    assert await reader.come() == ACCEPTED
    assert (await reader.type(clause, "x"))["code"] == "not-allowed"
    await pair[0].type(clause, "so ")
    await reader.until("lines")
    assert await LogLine.objects.filter(client=3001).acount() == 0


async def test_a_role_that_ends_ends_writing_at_once_and_the_line_within_five_seconds(
    live, clause, pair, dawit
):
    def end() -> None:
        for role in dawit.roles.filter(kind__in=("organiser",)):
            end_role(role, by=None)

    await sync_to_async(end)()
    assert (await pair[1].type(clause, "x"))["code"] == "not-allowed"
    assert await pair[1].until("close") == {"type": "close", "code": 4403}


async def test_others_see_who_is_there_under_the_name_that_they_show(live, pair, edition, esi):
    await sync_to_async(grant_role)(esi, edition, "organiser", by=None)
    third = Typist(esi, live, 4001)
    assert await third.come() == ACCEPTED
    while True:
        news = await pair[0].until("people")
        names = [person["name"] for person in news["changed"]]
        if "Kingfisher" in names:
            break
    row = await esi.participations.aget()
    heard = json.dumps(pair[0].heard)
    assert [canary for canary in (esi.email, row.name, row.organisation) if canary in heard] == []


CURSOR = {
    "anchor": {"type": {"client": 1, "clock": 5}, "tname": None, "item": None, "assoc": 0},
    "head": {"item": {"client": 2, "clock": 0}, "assoc": -1},
}


def test_a_cursor_is_from_where_to_where_or_nothing():
    assert is_cursor(None)
    assert is_cursor(CURSOR)
    assert [cursor for cursor in HOSTILE_CURSORS if is_cursor(cursor)] == []


async def test_a_cursor_travels_to_the_others(live, clause, pair):
    await pair[0].say({"type": "cursor", "cursor": CURSOR})
    while True:
        news = await pair[1].until("people")
        cursors = [person["cursor"] for person in news["changed"] if person["cursor"]]
        if cursors:
            break
    assert cursors == [CURSOR]


async def test_open_pages_are_told_that_something_else_is_proposed(live, clause, pair, taking, esi):
    """Who proposes stands on another page, perhaps in another process; what is proposed is asked for by the page."""
    words = Words("Anchor it", "to anchor it in a budget;", "It was dropped.")
    await sync_to_async(propose_change)(clause, words, reason="Because.", base=1, by=esi)
    assert [await one.until("amendments") for one in pair] == [{"type": "amendments"}] * 2


async def test_two_hubs_of_one_document_tell_each_other(live, clause, pair, monkeypatch):
    """As in two processes: what one commits, the other reads in the log."""
    monkeypatch.setattr(hubs, "_hubs", {})
    third = Typist(pair[0].user, live, 5001)
    assert await third.come() == ACCEPTED
    answer = await pair[0].type(clause, "so ")
    while (await third.until("lines"))["seq"] < answer["seq"]:
        pass
    assert third.text(clause) == f"so {TEXT}"
    assert (await third.type(clause, "And "))["type"] == "saved"
    await pair[1].until("lines")
    await third.line.leave()
