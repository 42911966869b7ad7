"""What may enter the log: as oneself, below the bodies of clauses, in sane sizes; everything else is refused."""

from __future__ import annotations

import logging
import os
from functools import partial
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pycrdt import Array, Doc, Map, XmlElement, XmlText

from academy.roles import grant_role
from outcome.live.bodies import raw
from outcome.live.checking import is_safe_link
from outcome.live.log import BLOCKS, Log
from outcome.live.showing import show_written
from outcome.live.taking import BEHIND, BROKEN, FIXED, NOT_ALLOWED, NOT_YOURS, Parcel, take
from outcome.live.updates import Malformed, covers, parse
from outcome.models import Clause, Document, Editor, LogLine
from outcome.restructuring import open_for_writing
from outcome.revisions import publish_revision, verify_document
from tests.outcome.writers import Writer

if TYPE_CHECKING:
    from academy.models import User

COUNT = int(os.environ.get("ACADEMY_FUZZ_UPDATES", "1500"))
TEXT = "to anchor it in a decision;"


@pytest.fixture
def live(document: Document, amara: User) -> Document:
    return open_for_writing(document, by=amara)


@pytest.fixture
def writer(live: Document, amara: User) -> Writer:
    return Writer(amara, live, 1001)


@pytest.fixture
def colleague(live: Document, edition, dawit: User) -> Writer:
    """Another organiser."""
    grant_role(dawit, edition, "organiser", by=None)
    return Writer(dawit, live, 2001)


def words(clause: Clause) -> str:
    show_written(clause.document)
    return Clause.objects.get(pk=clause.pk).text


def number(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def offered(live: Document, user: User, update: bytes, client: int = 1001) -> str:
    """How an update is answered: why it was refused, or empty."""
    document = Document.objects.select_related("edition").get(pk=live.pk)
    return take(Log.read(document), document, [Parcel(user, client, update, 10_000)]).answers[0].refused


def test_an_update_under_a_colleagues_number_is_refused_and_their_text_survives(
    live, clause, writer, colleague
):
    assert colleague.write(clause.pk, 3, "really ")[0].seq
    forger = Doc(client_id=2001)
    forger.apply_update(colleague.doc.get_update())
    made: list[bytes] = []
    forger.observe(lambda event: made.append(event.update))
    forger.get(BLOCKS, type=Map)[str(clause.pk)]["body"].children[0].children[0].insert(0, "forged ")
    assert offered(live, writer.user, made[0]) == NOT_YOURS
    assert words(clause) == "to really anchor it in a decision;"


@pytest.mark.parametrize("client", [0, 1, 2, 2**32, 2**40])
def test_nobody_writes_as_the_server(live, clause, writer, client):
    before = LogLine.objects.count()
    update = b"\x01\x01" + number(client) + number(0) + b"\x04\x01\x06blocks\x01x\x00"
    assert offered(live, writer.user, update, client) == BROKEN
    assert LogLine.objects.count() == before


def remove(blocks: Any, key: str) -> None:
    del blocks[key]


def unremove(blocks: Any, key: str) -> None:
    blocks[key]["deleted"] = True


def add(blocks: Any, key: str) -> None:
    blocks["11111111-1111-1111-1111-111111111111"] = Map({"kind": "preamble"})


def replace(blocks: Any, key: str) -> None:
    blocks[key]["body"] = Array()


def attribute(blocks: Any, key: str) -> None:
    blocks[key]["body"].children[0].attributes["onclick"] = "alert(1)"


def script(blocks: Any, key: str) -> None:
    blocks[key]["body"].children.append(XmlElement("script"))


def embed(blocks: Any, key: str) -> None:
    blocks[key]["body"].children[0].children[0].insert_embed(0, {"image": "x"})


def link(blocks: Any, key: str) -> None:
    text: XmlText = blocks[key]["body"].children[0].children[0]
    text.format(0, 2, {"link": {"href": "javascript:alert(1)"}})


def mark(blocks: Any, key: str) -> None:
    blocks[key]["body"].children[0].children[0].format(0, 2, {"style": {"color": "red"}})


def reverse(blocks: Any, key: str) -> None:
    blocks[key]["body"].children[0].children[0].insert(0, "\u202egnp")


def nest(blocks: Any, key: str) -> None:
    """A list in an item in a list, and so on: as deep as it takes to bring down whoever reads it by recursion."""
    at = blocks[key]["body"]
    for number in range(3_000):
        at = at.children.append(XmlElement("list_item" if number % 2 else "bullet_list"))


FRAME_CHANGES = (nest, remove, unremove, add, replace, attribute, script, embed, link, mark, reverse)


@pytest.mark.parametrize("change", FRAME_CHANGES, ids=lambda change: change.__name__)
def test_an_editor_cannot_reach_the_frame_or_bring_what_no_clause_has(live, clause, writer, change):
    before = LogLine.objects.count()
    writer.change(lambda: change(writer.blocks, str(clause.pk)))
    assert [answer.refused for answer in writer.send()] == [BROKEN]
    assert LogLine.objects.count() == before
    assert words(clause) == TEXT
    assert list(verify_document(live.edition)) == []


def test_a_list_of_several_items_is_as_deep_as_it_gets(live, clause, writer):
    def add_list(blocks: Any, key: str) -> None:
        listed = blocks[key]["body"].children.append(XmlElement("bullet_list"))
        for words in ("one", "two"):
            item = listed.children.append(XmlElement("list_item"))
            item.children.append(XmlElement("paragraph")).children.append(XmlText()).insert(0, words)

    writer.change(lambda: add_list(writer.blocks, str(clause.pk)))
    assert [answer.refused for answer in writer.send()] == [""]
    assert words(clause) == f"{TEXT}\n- one\n- two"


def test_words_that_lie_deep_in_each_other_are_read_all_the_same(writer, clause):
    """What an update alone may not bring could still be put together by many."""
    with writer.doc.transaction():
        nest(writer.blocks, str(clause.pk))
    assert raw(writer.blocks[str(clause.pk)]["body"]) == TEXT


def test_a_short_title_that_grew_too_long_is_shown_by_its_beginning(live, clause, writer, colleague):
    """Each of two people may fill it; what both wrote is longer than the row has room for."""
    for one in (writer, colleague):
        heading = one.blocks[str(clause.pk)]["heading"]
        one.change(partial(heading.insert, 0, "and on and on " * 8))
    assert [answer.refused for one in (writer, colleague) for answer in one.send()] == ["", ""]
    show_written(live)
    clause.refresh_from_db()
    assert clause.heading == ("and on and on " * 9)[:120].rstrip()
    assert list(verify_document(live.edition)) == []
    assert publish_revision(live, label="Draft", audience="public", by=writer.user).number == 1


BOMBS = {
    "a deleted stretch of 2^50": b"\x01\x01"
    + number(1001)
    + b"\x00\x01\x01\x06blocks"
    + number(2**50)
    + b"\x00",
    "a gap of 2^50": b"\x01\x01" + number(1001) + b"\x00\x00" + number(2**50) + b"\x00",
    "a skip": b"\x01\x01" + number(1001) + b"\x00\x0a" + number(2**31) + b"\x00",
    "2^40 structures": b"\x01" + number(2**40) + number(1001) + b"\x00",
    "2^40 clients": number(2**40),
    "a number without an end": b"\x01" + b"\xff" * 400,
    "2^60 deletions": b"\x00\x01" + number(1001) + number(2**52),
    "a text longer than the rest": b"\x01\x01" + number(1001) + b"\x00\x04\x01" + number(2**31),
    "nothing": b"",
    "more after its end": b"\x00\x00\x00",
}


@pytest.mark.parametrize("update", BOMBS.values(), ids=BOMBS)
def test_lengths_that_somebody_merely_claims_are_refused(live, clause, writer, update):
    before = LogLine.objects.count()
    assert offered(live, writer.user, update) == BROKEN
    assert LogLine.objects.count() == before


def test_a_deletion_of_what_nobody_wrote_waits_for_it(live, clause, writer):
    update = b"\x00\x01" + number(1001) + b"\x01\x00" + number(2**50)
    assert offered(live, writer.user, update) == BEHIND


def test_an_update_whose_predecessor_is_missing_is_not_logged(live, clause, writer):
    writer.type(clause.pk, 0, "a")
    writer.type(clause.pk, 1, "b")
    del writer.pending[0]
    assert [answer.refused for answer in writer.send()] == [BEHIND]
    assert words(clause) == TEXT


def test_a_repeated_update_is_acknowledged_and_not_written_twice(live, clause, writer):
    writer.type(clause.pk, 3, "really ")
    writer.delete(clause.pk, 0, 3)
    again = list(writer.pending)
    writer.send()
    lines = LogLine.objects.count()
    writer.pending = again
    assert [answer.refused for answer in writer.send()] == ["", ""]
    assert LogLine.objects.count() == lines


def test_everything_that_a_browser_knows_may_be_said_again(live, clause, writer, colleague):
    """After a break a browser sends the whole difference, with all deletions, those of the frame among them."""
    from outcome.drafting import move_clause

    move_clause(clause, before=None, by=writer.user)
    writer.hear()
    writer.delete(clause.pk, 0, 3)
    vector = Log.read(Document.objects.get(pk=live.pk)).doc.get_state()
    assert offered(live, writer.user, writer.doc.get_update(vector)) == ""
    assert words(clause) == TEXT[3:]


def test_who_may_only_read_writes_nothing(live, clause, edition, dawit):
    grant_role(dawit, edition, "moderator", by=None)
    reader = Writer(dawit, live, 3001)
    assert [answer.refused for answer in reader.write(clause.pk, 0, "x")] == [NOT_ALLOWED]
    assert words(clause) == TEXT


def test_one_refused_update_does_not_hold_up_the_others(live, clause, writer, colleague):
    writer.type(clause.pk, 3, "really ")
    writer.type(clause.pk, 3, "forged ")
    document = Document.objects.select_related("edition").get(pk=live.pk)
    parcels = [
        Parcel(colleague.user, 2001, b"\xff\xff", 0),
        Parcel(writer.user, 1001, writer.pending[0], writer.base),
        Parcel(colleague.user, 1001, writer.pending[1], 0),
    ]
    answers = take(Log.read(document), document, parcels).answers
    assert [answer.refused for answer in answers] == [BROKEN, "", NOT_YOURS]
    assert words(clause) == "to really anchor it in a decision;"


def test_many_updates_at_once_need_no_more_questions_than_one(live, clause, writer, colleague):
    document = Document.objects.select_related("edition").get(pk=live.pk)
    log = Log.read(document, notes=False)
    for person in (writer, colleague):
        person.write(clause.pk, 0, "so ")
    log.catch_up()

    def questions(count: int) -> int:
        for person in (writer, colleague):
            for _time in range(count):
                person.type(clause.pk, 0, "x")
        parcels = [
            Parcel(person.user, person.doc.client_id, update, 10_000)
            for person in (writer, colleague)
            for update in person.pending
        ]
        writer.pending, colleague.pending = [], []
        with CaptureQueriesContext(connection) as asked:
            assert {answer.refused for answer in take(log, document, parcels).answers} == {""}
        return len(asked)

    questions(1)
    assert questions(1) == questions(30)


def test_an_update_that_does_not_find_its_place_is_refused_alone(
    live, clause, writer, colleague, monkeypatch
):
    """What the check lets through and the text does not take: the others of the round are written all the same."""
    monkeypatch.setattr("outcome.live.taking.check", lambda *args: None)
    document = Document.objects.select_related("edition").get(pk=live.pk)
    log = Log.read(document)
    log.known()
    writer.type(clause.pk, 3, "lost ")
    writer.pending.clear()
    writer.type(clause.pk, 3, "torn ")  # builds on what was never sent
    colleague.type(clause.pk, 3, "really ")
    parcels = [
        Parcel(writer.user, 1001, writer.pending[0], 10_000),
        Parcel(colleague.user, 2001, colleague.pending[0], 10_000),
    ]
    assert [answer.refused for answer in take(log, document, parcels).answers] == [BROKEN, ""]
    assert words(clause) == "to really anchor it in a decision;"
    assert list(verify_document(live.edition)) == []


def test_a_text_that_grew_stale_in_memory_is_brought_up_to_date(live, clause, writer, colleague):
    """Another process wrote meanwhile: the lines come in the order of their numbers."""
    document = Document.objects.select_related("edition").get(pk=live.pk)
    log = Log.read(document)
    colleague.write(clause.pk, 3, "really ")
    writer.type(clause.pk, 0, "so ")
    taken = take(log, document, [Parcel(writer.user, 1001, writer.pending[0], writer.base)])
    assert [line.seq for line in taken.lines] == [log.seq - 1, log.seq]
    assert str(log.block(clause.pk)["body"]) == f"<paragraph>so to really {TEXT[3:]}</paragraph>"


def test_a_frozen_text_in_memory_forgets_what_was_refused(live, clause, writer):
    document = Document.objects.select_related("edition").get(pk=live.pk)
    log = Log.read(document)
    Document.objects.filter(pk=live.pk).update(state=Document.State.FROZEN)
    writer.type(clause.pk, 0, "so ")
    taken = take(log, document, [Parcel(writer.user, 1001, writer.pending[0], writer.base)])
    assert [answer.refused for answer in taken.answers] == [FIXED]
    assert str(log.block(clause.pk)["body"]) == f"<paragraph>{TEXT}</paragraph>"


def test_what_is_known_only_from_a_refused_update_is_refused_with_it(live, clause, writer):
    """The same update twice in one batch, as the text is frozen: neither is acknowledged."""
    document = Document.objects.select_related("edition").get(pk=live.pk)
    log = Log.read(document)
    Document.objects.filter(pk=live.pk).update(state=Document.State.FROZEN)
    writer.type(clause.pk, 0, "so ")
    parcel = Parcel(writer.user, 1001, writer.pending[0], writer.base)
    assert [answer.refused for answer in take(log, document, [parcel, parcel]).answers] == [FIXED, FIXED]


def spoilt(draw: Random, update: bytes) -> bytes:
    """A valid update with something in it changed, cut, doubled or put in."""
    data = bytearray(update)
    for _time in range(draw.randint(1, 4)):
        place = draw.randrange(len(data) + 1)
        match draw.randrange(5):
            case 0:
                data[place : place + 1] = bytes([draw.randrange(256)])
            case 1:
                del data[place : place + draw.randint(1, 4)]
            case 2:
                data[place:place] = number(draw.choice([0, 1, 127, 128, 2**31, 2**32, 2**53, 2**63]))
            case 3:
                data[place:place] = data[max(0, place - 6) : place]
            case _:
                data[place:place] = draw.randbytes(draw.randint(1, 5))
    return bytes(data)


def test_fuzzed_updates_break_nothing_and_leave_the_text_to_read(live, clause, writer, colleague):
    """Whatever gets in has been read as an update of this person below a clause; everything else leaves no trace."""
    logging.disable(logging.WARNING)
    draw = Random(2022)
    document = Document.objects.select_related("edition").get(pk=live.pk)
    log = Log.read(document)
    samples = []
    for words_ in ("a", "really ", "ä😀", "x" * 40):
        writer.type(clause.pk, 3, words_)
    writer.delete(clause.pk, 0, 5)
    samples = list(writer.pending)
    refused = 0
    for _number in range(COUNT):
        update = spoilt(draw, draw.choice(samples))
        answer = take(log, document, [Parcel(writer.user, 1001, update, 0)]).answers[0]
        refused += bool(answer.refused)
    logging.disable(logging.NOTSET)
    assert refused > COUNT // 2
    again = Log.read(Document.objects.get(pk=live.pk))
    assert str(again.block(clause.pk)["body"]) == str(log.block(clause.pk)["body"])
    lines = LogLine.objects.filter(document=live, client__isnull=False)
    clients = {client for line in lines for client in parse(bytes(line.update)).clients}
    owners = Editor.objects.filter(client__in=clients).values_list("client", "user")
    assert dict(owners) == dict.fromkeys(clients, writer.user.pk)
    show_written(live)
    assert list(verify_document(live.edition)) == []
    assert colleague.write(clause.pk, 0, "") == []
    colleague.hear()
    colleague.type(clause.pk, 0, "still here ")
    assert colleague.send()[0].seq


@pytest.mark.parametrize(
    ("address", "safe"),
    [
        ("https://example.org/a?b=c", True),
        ("mailto:a@example.org", True),
        ("HTTP://example.org", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<script>alert(1)</script>", False),
        ("//example.org", False),
        ("/2022/", False),
        ("https://[", False),
        ("x" * 3000, False),
        (None, False),
    ],
)
def test_links_lead_to_pages_and_addresses(address, safe):
    assert is_safe_link(address) is safe


def test_stretches_that_touch_are_one():
    assert covers({1: [(0, 5), (5, 5)]}, {1: [(2, 6)]})
    assert not covers({1: [(0, 5), (6, 5)]}, {1: [(2, 6)]})


def test_a_parser_that_is_given_nothing_says_so():
    with pytest.raises(Malformed):
        parse(b"")
