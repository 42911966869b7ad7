"""Hostile words through every form of the thread that takes words, as the people who may send them."""

from __future__ import annotations

from datetime import datetime
from itertools import cycle
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.test import Client
from docx import Document as WordFile

from academy import clock
from academy.models import Edition, User
from outcome.following.reading import named_encouragements
from outcome.models import (
    Amendment,
    Clause,
    Comment,
    Commitment,
    Document,
    Endorsement,
    Round,
    Translation,
)
from outcome.translating.progress import lines_of
from tests.doors import BACKEND
from tests.factories import opened_adoption
from tests.hostile_words import CORPUS, FORBIDDEN, sheets, titles
from tests.programme.outlines.making import saved
from tests.programme.test_import_page import fields, named
from workshops.models import Finding, Group

if TYPE_CHECKING:
    from collections.abc import Iterator

NOW = "2022-02-03T13:40+01:00"
LATER = "2030-01-01T12:00"
BOARD = "/2022/workshops/3/{slug}/"
DOCUMENT = "/2022/document/"
DESK = f"{DOCUMENT}desk/"


class Sower:
    """Sends the corpus through the forms; what a form shows of it without keeping it is kept as an echo."""

    def __init__(self) -> None:
        self.browsers: dict[str, Client] = {}
        self.echoes: list[bytes] = []
        self.doors: set[str] = set()
        self.lines: Iterator[str] = cycle(titles(80))

    def browser(self, key: str) -> Client:
        if key not in self.browsers:
            self.browsers[key] = Client()
            self.browsers[key].force_login(User.objects.get(email=f"{key}@example.org"), backend=BACKEND)
        return self.browsers[key]

    def send(self, who: str, address: str, status: int = 302, /, **said: Any) -> Any:
        """Send a form; it is answered like this, and what a page says instead of leading on is kept."""
        answer = self.browser(who).post(address, said)
        assert answer.status_code == status, (address, answer.status_code, answer.content.decode()[-3000:])
        assert answer.resolver_match is not None
        self.doors.add(answer.resolver_match.view_name)
        if status != 302:
            self.echoes.append(answer.content)
        return answer

    # --- The room ---

    def in_the_room(self) -> None:
        """Findings on two boards, of which one is closed with its summary; what a guest said at the end of the day."""
        for slug in ("group-1", "group-2"):
            group = Group.objects.of_edition(Edition.objects.get(slug="2022")).get(
                workshop__number=3, slug=slug
            )
            said = {"place": str(group.part_id), "kind": "challenge", "language": "en"}
            address = f"{BOARD.format(slug=slug)}findings/"
            for sheet in sheets(480):
                self.send("amara", address, key=uuid4(), text=sheet, **said)
            self.send("amara", address, 422, key=uuid4(), text=f"{CORPUS[7]}{FORBIDDEN[1]}", **said)
        self.send("amara", f"{BOARD.format(slug='group-1')}close/", summary=next(sheets(3_900)))
        guest = {"speaker": next(self.lines), "affiliation": next(self.lines), "text": next(sheets(3_900))}
        self.send("amara", "/2022/workshops/days/day-3/thoughts/", **guest, publish="1")

    # --- The document ---

    def at_the_desk(self) -> None:
        """A document with a clause for each sheet, its sources, a finding set aside, and two revisions."""
        self.send("amara", f"{DESK}start/", title=next(self.lines), lead="\n".join(titles(30)))
        document = Document.objects.get()
        findings = list(Finding.objects.filter(group__workshop__number=3, text__contains="__executed"))
        for section in document.sections.order_by("position")[:3]:
            for sheet in sheets(3_900):
                self.clause(section, sheet, findings.pop())
        clause = self.first()
        self.send("amara", f"{DESK}cite/", finding=findings.pop().pk, clause=clause.pk, relation="qualifies")
        self.send("amara", f"{DESK}set-aside/", finding=findings.pop().pk, reason=next(sheets(480)))
        self.publish()
        edited = {"heading": next(self.lines), "text": f"{CORPUS[0]} {clause.text[200:]}"}
        address = f"{DESK}clauses/{clause.pk}/"
        self.send("amara", address, **edited, remark=next(sheets(3_000)), version=clause.version)
        self.send("amara", address, 422, **edited | {"text": "".join(FORBIDDEN) + CORPUS[7]})
        self.publish()
        self.clause(document.sections.order_by("position")[1], next(sheets(3_900)), findings.pop())

    def clause(self, section: Any, text: str, finding: Finding) -> None:
        said: dict[str, Any] = {"heading": next(self.lines), "text": text, "finding": finding.pk}
        if section.kind != "preamble":
            said["remark"] = list(sheets(3_900))[-1]
        self.send("amara", f"{DESK}sections/{section.pk}/add/", **said)

    def first(self) -> Clause:
        return (
            Clause.objects.standing().filter(kind="encouragement").order_by("section__position", "order")[0]
        )

    def publish(self) -> None:
        self.send(
            "amara", f"{DESK}publish/", label=next(self.lines), note=next(sheets(1_900)), audience="public"
        )

    # --- What others say of it ---

    def in_answer(self) -> None:
        """Comments, amendments of each kind, what a round says of them, and the merging."""
        self.send("amara", f"{DESK}contributions/", takes_amendments="on", takes_comments="on")
        clause = self.first()
        address = f"{DOCUMENT}clauses/{clause.pk}/"
        self.send("dawit", f"{address}comment/", text=next(sheets(1_900)), quote=clause.text.splitlines()[0])
        self.send("dawit", f"{address}comment/", text=list(sheets(1_900))[1], quote="")
        self.send("dawit", f"{address}comment/", 422, text=CORPUS[7], quote=f"{CORPUS[40]} else")
        comment = Comment.objects.earliest("written_at")
        self.send("esi", f"{DOCUMENT}comments/{comment.pk}/answer/", text=list(sheets(1_900))[2])
        hidden = Comment.objects.filter(parent=None).latest("written_at")
        self.send("amara", f"{DOCUMENT}comments/{hidden.pk}/hide/", reason="\n".join(titles(25)))
        self.amend(clause)
        self.in_a_round(clause)

    def amend(self, clause: Clause) -> None:
        said = {"reason": next(sheets(900)), "base": 2}
        words = {"heading": next(self.lines), "remark": next(sheets(3_900))}
        address = f"{DOCUMENT}clauses/{clause.pk}/"
        for key, text in (("dawit", CORPUS[7]), ("esi", CORPUS[8])):
            self.send(key, f"{address}amend/", **said, **words, text=f"{text} {clause.text[300:]}")
        self.send("dawit", f"{address}amend/", 422, **said, **words, text="x" * 5_000 + CORPUS[7])
        self.send("dawit", f"{address}propose-deletion/", **said)
        addition = f"{DOCUMENT}sections/{clause.section_id}/propose/?after={clause.pk}"
        self.send("esi", addition, **said, **words, text=next(sheets(3_900)))

    def in_a_round(self, clause: Clause) -> None:
        self.send("amara", f"{DESK}rounds/", section=clause.section_id, closes_at=LATER)
        address = f"{DOCUMENT}rounds/{Round.objects.get().pk}/amendments/"
        words = {"heading": next(self.lines), "remark": list(sheets(3_900))[1], "reason": next(sheets(900))}
        for number, what in ((1, "adopt-changed"), (2, "reject"), (4, "adopt")):
            said = {"stage": "decision", "what": what, "manner": "consensus", **words}
            self.send("amara", f"{address}{number}/", **said, text=f"{CORPUS[9]} {clause.text[400:]}")
        assert Amendment.objects.count() == 4

    # --- In other languages ---

    def in_translation(self) -> None:
        """The second revision in Arabic, every part of it in hostile words, and published."""
        self.send("amara", f"{DOCUMENT}languages/begin/", revision=2, language="ar")
        translation = Translation.objects.get()
        address = f"{DOCUMENT}languages/{translation.pk}/"
        for line in lines_of(translation):
            words = {name: source[:1_500] for name, source in line.part.fields.items()}
            if not any(words.values()):
                continue
            said = {
                name: source if "heading" in name else f"{CORPUS[7]} {source}"[:110]
                for name, source in words.items()
            }
            self.send("amara", f"{address}parts/{line.part.key}/", **said, seen="")
        self.send("amara", f"{address}ready/")
        page = self.browser("amara").get(f"{address}publish/")
        self.send("amara", f"{address}publish/", seen=page.context["form"]["seen"].value())

    # --- What is imported ---

    def by_import(self) -> None:
        """An outline as text, as Markdown and from a word processor, of which one is applied and released; a list."""
        page = "/2022/programme/desk/import/"
        outline = "Wednesday, 9 March 2022: <svg onload=alert(1)>\n" + "\n".join(
            f"{9 + number // 4:02}:{number % 4 * 15:02}-{9 + (number + 1) // 4:02}:{(number + 1) % 4 * 15:02} {words}"
            for number, words in enumerate(titles(100)[:48])
        )
        self.send(
            "amara", page, 200, step="read", file=named(f"# {outline}\n\n{CORPUS[0]}".encode(), "outline.md")
        )
        self.send("amara", page, 200, step="read", file=named(word_file(), "outline.docx"))
        understood = self.send("amara", page, 200, step="read", text=outline)
        self.send("amara", page, **fields(understood) | {"step": "apply"})
        release = self.browser("amara").get("/2022/programme/desk/release/")
        seen = release.context.get("seen", "") or fields_of_release(release)
        self.send("amara", "/2022/programme/desk/release/", label=next(self.lines), seen=seen)
        people = (
            "email,name,organisation,role\n"
            + "\n".join(
                f'guest{number}@example.org,"{quoted(words)}","{quoted(words)}",'
                for number, words in enumerate(titles(80))
            )
            + "\n<script>window.__executed=1</script>,x,y,<img src=x onerror=window.__executed=1>\n"
        )
        self.send("amara", "/2022/people/invitations/list/", 200, text=people, days="14")

    # --- Adopted ---

    def adopted(self) -> None:
        """Frozen, and on the way to be adopted with an explanation and a reservation."""
        amara = User.objects.get(email="amara@example.org")
        self.publish()
        self.send("amara", f"{DESK}freeze/")
        opened_adoption(Document.objects.get(), by=amara)
        self.send("dawit", f"{DOCUMENT}adoption/position/", choice="join", sure="1", key=uuid4(), after="0")
        said = {"attribution": "shown", "text": next(sheets(3_900))}
        self.send("dawit", f"{DOCUMENT}adoption/statements/", kind="explanation", clause="", **said)
        said["text"] = list(sheets(3_900))[-1]
        self.send(
            "dawit", f"{DOCUMENT}adoption/statements/", kind="reservation", clause=self.first().pk, **said
        )

    def followed(self) -> None:
        """Closed; endorsed for two organisations, of which one is declined; a commitment, changed and reported on."""
        self.send("amara", f"{DOCUMENT}adoption/close/")
        clause = str(self.first().pk)
        said: dict[str, Any] = {"kind": "organisation", "country": "AT", "authorised": "on"}
        for key, more in (
            ("dawit", {"website": "example.org", "shows_signer": "on"}),
            ("esi", {"understood": "on"}),
        ):
            words = {name: next(self.lines) for name in ("organisation", "signer", "function")}
            address = f"{DOCUMENT}endorsements/endorse/"
            self.send(key, address, **said, **words, **more, statement=next(sheets(990)))
            self.send(
                key, address, 422, **said, **words, statement=CORPUS[7], website=f"javascript:{CORPUS[0]}"
            )
        public, asked = (
            Endorsement.objects.get(account__email=f"{key}@example.org") for key in ("dawit", "esi")
        )
        self.send("amara", f"{DESK}endorsements/{asked.pk}/", decision="decline", reason=next(sheets(490)))
        promise = {"responsible": next(self.lines), "evidence": next(sheets(490)), "due": LATER[:10]}
        named = named_encouragements(public.revision, "2022")
        promise["clauses"] = next(one.name for key, one in named.items() if str(key) == clause)
        self.send("dawit", f"{DOCUMENT}endorsements/{public.pk}/commit/", **promise, what=next(sheets(990)))
        commitment = f"{DOCUMENT}commitments/{Commitment.objects.get().pk}/"
        self.send("dawit", f"{commitment}change/", **promise, what=list(sheets(990))[1])
        report = {"state": "under-way", "words": list(sheets(990))[2], "evidence": f"javascript:{CORPUS[0]}"}
        self.send("dawit", f"{commitment}progress/", **report)


def word_file() -> bytes:
    """An outline as a word processor keeps it."""
    document: Any = WordFile()
    document.add_heading(CORPUS[0], 1)
    document.add_paragraph("Thursday, 10 March 2022: after")
    for number, words in enumerate(titles(100)[:40]):
        document.add_paragraph(f"{9 + number // 6:02}:{number % 6 * 10:02} {words}")
    return saved(document)


def quoted(words: str) -> str:
    return words.replace('"', '""')


def fields_of_release(page: Any) -> str:
    """The fingerprint of the draft that the page of releasing carries."""
    source: str = page.content.decode()
    return source.partition('name="seen"')[2].partition('value="')[2].partition('"')[0]


def sow() -> Sower:
    """Everything but the adoption; the academy is at the stage of workshops, and empty of a document."""
    sower = Sower()
    with clock.set_to(datetime.fromisoformat(NOW)):
        for part in (
            sower.in_the_room,
            sower.at_the_desk,
            sower.in_answer,
            sower.in_translation,
            sower.by_import,
        ):
            part()
    return sower
