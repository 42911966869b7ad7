"""`make soak`: what it counts, what it calls wrong, and that a lost acknowledged write is caught."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, replace
from xml.etree import ElementTree as ET

import pytest
from pycrdt import Doc, Map, XmlElement, XmlFragment, XmlText

from bench.editors import BLOCKS
from bench.keeping import ROOT
from bench.soak.browser import Browser, Site, Unanswered
from bench.soak.door import Door, always
from bench.soak.faults import CUT
from bench.soak.figures import complaints, figures_of, recoveries_of, spread, unannounced
from bench.soak.ledger import Account, Ledger, compare
from bench.soak.lines import constant_of
from bench.soak.notes import BROKEN, GRACE_SECONDS, LATE, Back, Deed, Fault, Notes
from bench.soak.pictures import Band, Scale, lines, spreads
from bench.soak.report import growth_parts, page, soak_report
from bench.soak.stored import words_of
from bench.soak.writing import KIND

WELL = {"verified": True, "unequal_screens": 0, "different_texts": 0}


# --- The ledger -------------------------------------------------------------------------------------------------------


def ledger_of(**acknowledged: str) -> Ledger:
    ledger = Ledger()
    for key, text in acknowledged.items():
        ledger.send("findings", key, text)
        ledger.acknowledge("findings", key, text)
    return ledger


def account_of(ledger: Ledger, rows: list[tuple[str, str]]) -> Account:
    (account,) = compare(ledger, {"findings": rows})
    return account


def test_what_is_stored_as_it_was_acknowledged_is_equal():
    account = account_of(ledger_of(a="one", b="two"), [("a", "one"), ("b", "two")])
    assert (account.is_kept, account.is_equal, account.acknowledged, account.stored) == (True, True, 2, 2)


@pytest.mark.parametrize(
    ("rows", "wrong"),
    [
        ([("a", "one")], {"missing": ("b",)}),
        ([("a", "one"), ("b", "2")], {"different": ("b",)}),
        ([("a", "one"), ("b", "two"), ("b", "two")], {"doubled": ("b",)}),
    ],
)
def test_a_lost_changed_or_doubled_acknowledged_write_is_caught(rows, wrong):
    account = account_of(ledger_of(a="one", b="two"), rows)
    names = ("missing", "different", "doubled", "untold", "foreign")
    assert {name: getattr(account, name) for name in names if getattr(account, name)} == wrong
    assert not account.is_kept
    assert complaints(Notes(), [account], **WELL) == [
        f"findings: not what was acknowledged ({len(account.missing)} missing, "
        f"{len(account.different)} different, {len(account.doubled)} doubled)"
    ]


def test_what_was_stored_and_not_told_is_not_lost_and_not_equal_either():
    ledger = ledger_of(a="one")
    ledger.send("findings", "b", "two")
    account = account_of(ledger, [("a", "one"), ("b", "two")])
    assert (account.untold, account.is_kept, account.is_equal) == (("b",), True, False)
    # The last change of something acknowledged may be stored before anybody is told.
    ledger = ledger_of(a="one")
    ledger.send("findings", "a", "changed")
    account = account_of(ledger, [("a", "changed")])
    assert (account.untold, account.different, account.is_kept) == (("a",), (), True)


def test_what_was_refused_is_not_waited_for_and_what_nobody_sent_is_complained_about():
    ledger = ledger_of(a="one")
    ledger.send("findings", "a", "too much")
    ledger.refuse("findings", "a")
    ledger.send("findings", "b", "two")
    ledger.refuse("findings", "b")
    assert ledger.sent == ledger.acknowledged
    account = account_of(ledger, [("a", "one"), ("x", "who?")])
    assert (account.foreign, account.is_kept, account.is_equal) == (("x",), True, False)
    assert complaints(Notes(), [account], **WELL) == ["findings: 1 stored that nobody sent"]


def test_a_day_on_which_nothing_was_acknowledged_shows_nothing():
    ledger = Ledger()
    ledger.send("findings", "a", "one")
    (account,) = compare(ledger, {})
    assert complaints(Notes(), [account], **WELL) == [
        "findings: nothing was acknowledged, so that nothing is shown"
    ]


def updates_of(*texts: str) -> list[bytes]:
    """The updates of a document with one clause into which these were typed, one update each."""
    doc: Doc = Doc()
    doc.get(BLOCKS, type=Map)["clause"] = Map(
        {"body": XmlFragment([XmlElement("paragraph", {}, [XmlText()])])}
    )
    updates = [doc.get_update()]
    for text in texts:
        before = doc.get_state()
        words = doc.get(BLOCKS, type=Map)["clause"]["body"].children[0].children[0]
        words.insert(len(str(words)), text)
        updates.append(doc.get_update(before))
    return updates


def test_words_are_read_from_the_log_alone_and_one_line_that_is_lost_is_caught():
    ledger = Ledger()
    for number in (1, 2, 3):
        ledger.send(KIND, f"w1x{number}", "clause")
        ledger.acknowledge(KIND, f"w1x{number}", "clause")
    updates = updates_of(" w1x1", " w1x2", " w1x3")
    (account,) = compare(ledger, {KIND: words_of(updates)})
    assert account.is_equal
    (account,) = compare(ledger, {KIND: words_of(updates[:-1])})
    assert account.missing == ("w1x3",)


# --- Figures ----------------------------------------------------------------------------------------------------------


def test_a_spread_is_of_what_was_measured():
    assert asdict(spread(n / 1000 for n in range(1, 101))) == {
        "count": 100, "p50": 51.0, "p95": 96.0, "p99": 100.0, "worst": 100.0,
    }  # fmt: skip
    assert spread([]).count == 0


def notes_with(*deeds: Deed, faults: tuple[Fault, ...] = (), backs: tuple[Back, ...] = ()) -> Notes:
    return Notes(deeds=list(deeds), faults=list(faults), backs=list(backs))


KILL = Fault("kill -9 web-1", begins=10, restores=14, ends=14)
ROLL = Fault("rolling restart", begins=30, restores=30, ends=60, quiet=True)


@pytest.mark.parametrize(
    ("deed", "is_told"),
    [
        (Deed("board", 5, 1, "502"), True),
        (Deed("board", 5, 6, "502"), False),  # it went on into the fault
        (Deed("board", 14 + GRACE_SECONDS - 1, 1, BROKEN), False),
        (Deed("board", 14 + GRACE_SECONDS + 1, 1, LATE), True),
        (Deed("board", 40, 1, "502"), True),  # nobody may notice a rolling restart
        (Deed("board", 40, 1, "409"), False),
        (Deed("board", 5, 1, "200"), False),
    ],
)
def test_a_failure_needs_a_fault_that_was_announced_and_is_not_quiet(deed, is_told):
    notes = notes_with(deed, faults=(KILL, ROLL))
    assert unannounced(notes) == ([deed] if is_told else [])
    assert bool(complaints(notes, [], **WELL)) is is_told


def test_lines_count_from_the_end_of_an_outage_and_from_the_beginning_of_a_restart():
    backs = (Back("board", 11, 16), Back("board", 15, 16.5), Back("board", 35, 36), Back("board", 5, 6))
    rows = recoveries_of(notes_with(faults=(KILL, ROLL), backs=backs))
    assert [(row.back.count, row.back.worst) for row in rows] == [(2, 2000.0), (1, 1000.0)]


def test_lines_that_come_back_late_are_complained_about():
    late = notes_with(faults=(ROLL,), backs=(Back("board", 35, 41),))
    assert complaints(late, [], **WELL) == ["after “rolling restart” lines were back after 6.0 s (p95)"]
    assert complaints(late, [], back_within=7, **WELL) == []
    soon = notes_with(faults=(ROLL,), backs=(Back("board", 35, 39),))
    assert complaints(soon, [], **WELL) == []


def test_after_a_cut_of_the_network_pages_may_take_twice_as_long_as_each_has_to_notice():
    cut = Fault(CUT, 10, 70, 70)
    assert complaints(notes_with(faults=(cut,), backs=(Back("board", 15, 79),)), [], **WELL) == []
    late = complaints(notes_with(faults=(cut,), backs=(Back("board", 15, 81),)), [], **WELL)
    assert late == ["after “network cut” lines were back after 11.0 s (p95)"]


def test_whatever_else_is_not_as_it_must_be_is_said():
    assert complaints(Notes(), [], verified=False, unequal_screens=2, different_texts=1) == [
        "2 boards show something else than the database has",
        "1 writing pages show another text than the first",
        "`verify` found something",
    ]


def test_nobody_here_waits_otherwise_than_the_pages_do():
    assert constant_of("finding-board-line.ts", "LONGEST_WAIT") == 4
    assert constant_of("finding-board-line.ts", "PATIENCE") == 30
    with pytest.raises(LookupError):
        constant_of("finding-board-line.ts", "NOTHING")


# --- The report -------------------------------------------------------------------------------------------------------


def figures() -> dict[str, object]:
    notes = notes_with(
        Deed("agenda", 1, 0.2, "200"), Deed("note <a> finding", 12, 0.4, "502"), faults=(KILL, ROLL),
        backs=(Back("board", 11, 16),),
    )  # fmt: skip
    notes.phases, notes.memory = {"arriving": 0.0, "working": 8.0}, {"web-1": [(0, 100.0), (5, 120.0)]}
    notes.until_acknowledged = {"findings": [0.5]}
    counted = figures_of(notes, compare(ledger_of(a="one"), {"findings": [("a", "one")]}))
    about = {"people": 3, "writers": 1, "minutes": 1, "machine": "2 cores", "at": "today", "shape": "nginx"}
    return {**counted, **about, "complaints": [], "growth": {"people": {"agenda": [[100, 20], [1000, 40]]}}}


def test_the_figures_are_plain_values():
    found = figures()
    assert json.loads(json.dumps(found)) == found


def test_the_report_says_what_was_kept_and_what_failed_without_a_script():
    report = soak_report(figures())
    assert "Everything went as it must." in report
    assert "note &lt;a&gt; finding" in report
    assert "1 × 502" in report
    assert report.count("<svg") == report.count("</svg>") == 5
    assert "<script" not in report
    assert "prefers-color-scheme: dark" in report


def test_a_report_of_a_day_that_went_wrong_says_so_first():
    report = soak_report({**figures(), "complaints": ["findings: 1 <missing>"]})
    assert "Everything went as it must." not in report
    assert report.index("findings: 1 &lt;missing&gt;") < report.index("<table>")


def test_pictures_are_well_formed_and_have_a_name():
    drawn = lines(
        "Answers & errors", {"answers": [[0, 1], [5, 9]], "errors": [[0, 0]]}, x_words="s", y_words="a second",
        bands=[Band(1, 2, "kill <-9>")],
    )  # fmt: skip
    for picture in (drawn, spreads("Times", {"login": (1.0, 20.0, 300.0)})):
        (svg,) = ET.fromstring(picture).findall("svg")
        assert svg.get("role") == "img"
        assert svg.get("aria-label")
    assert drawn.count("<polyline") == 2
    assert "nothing was measured" in lines("Nothing", {}, x_words="s", y_words="ms")


def test_growth_is_drawn_on_logarithmic_axes_with_the_factor_beside_it():
    words = page("Growth", growth_parts({"people": {"agenda": [[100, 20.0], [10_000, 30.0]]}}))
    assert "<td>1.5</td>" in words
    scale = Scale(1, 1000, 0, 300, logarithmic=True)
    assert [scale(value) for value in (1, 10, 1000)] == [0, 100, 300]
    assert scale.ticks() == [1, 10, 100, 1000]


# --- The door ---------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def answering(asked: list[bytes]) -> AsyncIterator[int]:
    """A server that answers everything with "ok", and keeps its connections; its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, OSError):
            while True:
                asked.append(await reader.readuntil(b"\r\n\r\n"))
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.transport.abort()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1]
    await asyncio.sleep(0.05)


async def test_a_door_that_is_cut_lets_nothing_pass_and_breaks_off_what_was_open():
    asked: list[bytes] = []
    async with answering(asked) as port:
        door = Door(always(port), reads=False)
        await door.open()
        browser = Browser(Site("localhost", None), door.port, Notes())
        assert (await browser.get("page", "/")).body == b"ok"
        door.cut()
        hanging = asyncio.create_task(browser.get("page", "/"))
        await asyncio.sleep(0.2)
        assert (len(asked), hanging.done()) == (1, False)
        await door.mend()
        # It was broken off before a byte of an answer came, so that it is sent once more, as browsers do.
        assert (await hanging).body == b"ok"
        assert len(asked) == 2
        await door.close()
        with pytest.raises(Unanswered):
            await browser.get("page", "/")
    assert [deed.said for deed in browser.notes.deeds] == ["200", "200", BROKEN]


async def test_without_a_proxy_the_door_goes_on_to_a_process_that_is_there():
    lines_seen: list[bytes] = []
    async with answering([]) as port:

        def choose(line: bytes) -> tuple[int, int]:
            lines_seen.append(line)
            return 1, port

        door = Door(choose, reads=True)
        await door.open()
        browser = Browser(Site("localhost", None), door.port, Notes())
        assert (await browser.get("page", "/health/live")).body == b"ok"
        assert lines_seen == [b"GET /health/live HTTP/1.1\r\n"]
        browser.hang_up()
        await door.close()


# --- The whole, tiny --------------------------------------------------------------------------------------------------


def test_a_tiny_day_with_a_kill_and_a_cut_loses_nothing(tmp_path):
    words = ["--people", "6", "--writers", "2", "--minutes", "0.1", "--thinking", "1.5", "--cut", "2"]
    words += ["--back-within", "600"]  # a test says that nothing is lost; how soon all are back, the bench
    done = subprocess.run(
        [sys.executable, "-m", "bench.soak", *words, "--faults", "web", "cut", "--into", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((tmp_path / "soak.json").read_text())
    assert [row["name"] for row in found["faults"]] == ["kill -9 web-1", "network cut"]
    assert {row["kind"]: row["equal"] for row in found["accounts"]} == dict.fromkeys(
        ("joined", "findings", "dots", "positions", KIND), True
    )
    assert "Everything went as it must." in (tmp_path / "soak.html").read_text()


def test_a_day_reports_an_account_that_does_not_fit():
    account = replace(account_of(ledger_of(a="one"), [("a", "one")]), missing=("a",))
    assert complaints(Notes(), [account], **WELL) != []
