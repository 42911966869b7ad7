"""A protected person goes through the whole thread, and nothing that leaves the organisers' room says who it is.

Esi is protected. Her name, her organisation and her address, as the demo made them and as they are changed here, are
canaries: a crawler looks for them at every address, as everybody but herself and the organisers.
"""

from __future__ import annotations

import asyncio
import io
import logging
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from asgiref.sync import sync_to_async
from django.db.models import F
from PIL import Image

from academy import clock
from academy.access_needs import keep_need
from academy.logs import JsonFormatter
from academy.mail.due import write_what_is_due
from academy.mail.letters import Words, begin_letter, plan
from academy.mail.standing import turn_on
from academy.models import Message, Participant, User
from academy.outbox import queue_message, send_waiting
from academy.profile import change_profile, profile_of
from academy.querysets import ParticipantQuerySet
from academy.roles import grant_role
from academy.routing import websocket_urlpatterns
from outcome.adoption import freeze, take_position
from outcome.adoption.room import check_in as check_in_elector
from outcome.drafting import add_clause, start_document
from outcome.following.committing import note_progress
from outcome.following.reading import named_encouragements
from outcome.models import (
    Amendment,
    Clause,
    Comment,
    Elector,
    Endorsement,
    Procedure,
    Revision,
    Round,
    Translation,
)
from outcome.revisions import publish_revision
from outcome.translating.beginning import be_named, begin_translation, name_translator
from outcome.views.formats import FORMATS
from programme.calendar_keys import give_key
from programme.casting import cast
from programme.certificates import make_certificate
from programme.guests import cast_participant
from programme.joining import check_in
from programme.materials import add_file
from programme.models import CalendarKey, Certificate, Material, Release
from programme.releases import release
from programme.stars import mark
from tests.crawling import Crawl, addresses_of
from tests.factories import opened_adoption
from tests.lines import ACCEPTED, Line, login
from tests.outcome.following import committed, endorsed
from tests.outcome.translations import publish_it, translate_all
from tests.test_access import TABLE
from tests.test_access_sockets import routes
from workshops.closing import open_group
from workshops.findings import note_finding
from workshops.models import Finding, Group, Thought
from workshops.seating import pin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from academy.models import Edition

NAME, HOUSE, MAIL = (
    "Qanaria Veldspar-Oyelaran",
    "Ombudsoffice of Quillmark",
    "qanaria.veldspar@quillmark.example",
)
pytestmark = pytest.mark.crawl

OVER = datetime(2022, 2, 9, 9, tzinfo=UTC)
READERS = ("visitor", "p09", "bruno", "dawit")


def user(key: str) -> User | None:
    return None if key == "visitor" else User.objects.get(email=f"{key}@example.org")


def known_user(key: str) -> User:
    return User.objects.get(email=f"{key}@example.org")


def through_the_thread(edition: Edition) -> tuple[Participant, list[str]]:
    """Esi under her canaries, after everything that a participant can do; and all that must not be found of her."""
    esi, amara = known_user("esi"), known_user("amara")
    row = Participant.objects.get(edition=edition, user=esi)
    canaries = [row.name, row.organisation, esi.email, NAME, HOUSE, MAIL]
    profile = profile_of(row)
    changed = vars(profile) | {"name": NAME, "organisation": HOUSE, "motivation": f"{NAME} wants to find out"}
    row = change_profile(row, type(profile)(**changed), by=esi, access_need=f"{NAME} needs captions")
    User.objects.filter(pk=esi.pk).update(email=MAIL)
    EmailAddress.objects.filter(user=esi).update(email=MAIL)
    esi.refresh_from_db()
    keep_need(row, f"{NAME} needs captions")
    _hold_a_group(edition, row, esi, amara)
    _be_on_stage(edition, row, amara)
    _have_proposed(edition, row)
    _have_endorsed(edition, esi)
    _have_translated(edition, row, esi, amara)
    session = edition.sessions.get(slug="day-1-opening")
    mark(row, [session.pk], by=esi)
    check_in(esi, session)
    give_key(row, by=esi)
    with clock.set_to(OVER):
        make_certificate(row, with_pseudonym=True, by=esi)
    assert Elector.objects.filter(participant=row, positions__isnull=False).exists()
    queue_message(
        key="to her", to=MAIL, subject=f"Dear {NAME}", body=f"Dear {NAME} of {HOUSE}", edition=edition
    )
    return Participant.objects.get(pk=row.pk), canaries


def _hold_a_group(edition: Edition, row: Participant, esi: User, amara: User) -> Group:
    """She moderates a group of day 5, has a seat in it, and notes what it finds."""
    group = (
        Group.objects.of_edition(edition).filter(state="planned").order_by("workshop__number", "slug").first()
    )
    assert group is not None
    cast(row, group.session, "moderator", by=amara)
    pin(row, group, reason="asked for it", by=amara)
    group.workshop.parts.create(letter="A", title="Finalisation", minutes=30)
    group = open_group(group, by=esi)
    _note(group, esi, "Somebody who must not be named said this.")
    return group


def _note(group: Group, by: User, text: str) -> Finding:
    part = group.workshop.parts.earliest("letter")
    return note_finding(group, key=uuid4(), part=part, question=None, kind="solution", text=text, by=by)


def _be_on_stage(edition: Edition, row: Participant, amara: User) -> None:
    """She speaks at the opening, a picture of hers says who took it, and a new programme is released with both."""
    session = edition.sessions.get(slug="day-1-opening")
    cast_participant(session, row, "speaker", by=amara)
    exif, picture = Image.Exif(), io.BytesIO()
    exif[0x013B], exif[0x8298] = NAME, HOUSE
    Image.new("RGB", (20, 20)).save(picture, "JPEG", exif=exif, comment=NAME.encode())
    picture.seek(0)
    size = len(picture.getvalue())
    add_file(session, picture, name="picture.jpg", size=size, title="A picture", by=amara)
    release(edition, label="With everybody", by=amara)


def _have_proposed(edition: Edition, row: Participant) -> None:
    """She proposed an amendment, joined another one, and commented, before the document was adopted."""
    revision = Revision.objects.filter(document__edition=edition).latest("number")
    clause = Clause.objects.standing().filter(document=revision.document, kind="encouragement")[0]
    other = Participant.objects.confirmed().filter(edition=edition).exclude(pk=row.pk).earliest("pk")
    for number, proposer, signer in ((1, row, other), (2, other, row)):
        amendment = Amendment.objects.create(
            document=revision.document,
            number=number,
            kind="change",
            section=clause.section,
            clause=clause,
            proposer=proposer,
            proposed_at=OVER,
        )
        wording = amendment.wordings.create(
            number=1, base=revision, base_digest="", text="to act;", reason="Because", written_at=OVER
        )
        amendment.co_signatures.create(wording=wording, participant=signer, signed_at=OVER)
    comment = Comment.objects.create(
        clause=clause, revision=revision, author=row, text=f"@{{{row.pk}}} asks", written_at=OVER
    )
    comment.mentions.create(participant=row)
    Comment.objects.create(
        clause=clause, revision=revision, author=row, parent=comment, text="An answer", written_at=OVER
    )
    Round.objects.create(
        document=revision.document,
        section=clause.section,
        base=revision,
        opened_at=OVER,
        closes_at=OVER + timedelta(days=1),
    )


def _have_endorsed(edition: Edition, esi: User) -> None:
    """She signed for an organisation with her name, committed it and reported, and ticked that she is named."""
    with clock.set_to(OVER):
        row = endorsed(
            edition,
            by=esi,
            organisation="Assembly of the Coast",
            signer=NAME,
            function=HOUSE,
            website="quillmark.example",
        )
        key = next(iter(named_encouragements(row.revision, edition.slug)))
        made = committed(row, key, by=esi)
        note_progress(made, state="under-way", words="Begun.", by=esi)
    Endorsement.objects.filter(pk=row.pk).update(shows_signer=True)


def _have_translated(edition: Edition, row: Participant, esi: User, amara: User) -> None:
    """She translates the adopted text into Arabic, and wants to be named."""
    revision = Revision.objects.filter(document__edition=edition).latest("number")
    begun = begin_translation(revision, "ar", by=amara)
    name_translator(begun, esi, by=amara)
    be_named(begun, named=True, by=esi)
    translate_all(begun, by=esi)
    publish_it(begun, by=amara)
    assert row.visibility == "protected"


def known(edition: Edition) -> dict[str, list[object]]:
    """What stands in the addresses of the table, by its name there."""
    groups = Group.objects.of_edition(edition).select_related("session", "workshop")
    findings: list[object] = list(
        Finding.objects.of_edition(edition).order_by("pk").values_list("pk", flat=True)
    )
    revisions = Release.objects.filter(edition=edition).order_by("-number").values_list("number", flat=True)
    numbers: list[object] = list(range(1, max(revisions) + 1))
    return {
        "edition": [edition.slug],
        "session": ["day-1-opening", *(group.session.slug for group in groups)],
        "group_session": [group.session.slug for group in groups],
        "day": ["day-1", "day-2", "day-3", "day-5"],
        "number": [*{group.workshop.number for group in groups}],
        "closed_number": [1],
        "slug": ["group-1", "group-2"],
        "finding": list(Finding.objects.filter(author__user__email=MAIL).values_list("pk", flat=True)),
        "audience": ["participants", "moderators"],
        "cited_finding": findings,
        "closed_finding": [],
        "revision": numbers,
        "material": list(Material.objects.values_list("pk", flat=True)),
        "calendar_key": list(CalendarKey.objects.values_list("key", flat=True)),
        "certificate": list(Certificate.objects.values_list("code", flat=True)),
        "clause": list(Amendment.objects.values_list("clause", flat=True).distinct()),
        "section": list(Amendment.objects.values_list("section", flat=True).distinct()),
        "amendment": list(Amendment.objects.values_list("number", flat=True)),
        "round": list(Round.objects.values_list("pk", flat=True)),
        "translation": list(Translation.objects.values_list("pk", flat=True)),
        "translator": [],
        "part": ["head"],
        "in_language": ["ar"],
        "version": [1],
        "code": list(Certificate.objects.values_list("code", flat=True)),
        "searched": ["people", "participants"],
        "form": list(FORMATS),
        "invitation": ["x" * 43],
        "token": ["x" * 43],
        "stop_token": ["x"],
        "kind": ["csv", "json", "xlsx"],
        "thought": list(Thought.objects.filter(day__edition=edition).values_list("pk", flat=True)),
        "parallel": ["day-5-workshops", "day-4-roundtables"],
    }


@contextmanager
def logged() -> Iterator[io.StringIO]:
    """Every line that the academy would write into its logs."""
    lines, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(lines)
    handler.setFormatter(JsonFormatter())
    root.addHandler(handler)
    level = root.level
    root.setLevel(logging.INFO)
    try:
        yield lines
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


@pytest.fixture
def edition(academy_at) -> Edition:
    found: Edition = academy_at("adopted")
    return found


@pytest.mark.parametrize("reader", READERS)
def test_no_page_no_file_and_no_answer_says_who_it_is(reader, edition, client_of):
    row, canaries = through_the_thread(edition)
    crawl = Crawl(canaries)
    with clock.set_to(OVER), logged() as lines:
        crawl.follow(client_of(user(reader)), addresses_of(TABLE, known(edition)))
        client_of(None).post("/accounts/login/", {"login": MAIL, "password": "wrong"})
        client_of(row.user).get("/my/data/")
    crawl.listen("logs", lines.getvalue())
    assert crawl.hits == set()
    assert sum(status == 200 for status in crawl.seen.values()) > 100
    assert {"text/html", "application/pdf", "text/calendar", "application/json", "text/csv"} <= crawl.kinds
    shown = client_of(None).get("/2022/programme/day-1-opening/").content.decode()
    assert row.pseudonym in shown  # she is there, under the name that she chose
    listed = client_of(None).get("/2022/document/endorsements/").content.decode()
    assert "Assembly of the Coast" in listed  # and so is the organisation that she signed for
    translated = client_of(None).get(Revision.objects.latest("number").get_absolute_url() + "in/ar/1/")
    assert row.pseudonym in translated.content.decode()


def test_the_crawler_finds_her_where_one_filter_is_removed(edition, client_of, monkeypatch):
    """The control: without the filter of names the same crawl finds her on pages, in tables and on paper."""

    def leaking(self: ParticipantQuerySet) -> Any:
        names: dict[str, Any] = {"shown_name": F("name"), "shown_organisation": F("organisation")}
        return self.annotate(**names)

    _row, canaries = through_the_thread(edition)
    monkeypatch.setattr(ParticipantQuerySet, "as_shown", leaking)
    crawl = Crawl(canaries)
    numbers = Release.objects.filter(edition=edition).values_list("number", flat=True)
    for address in addresses_of(TABLE, known(edition)):
        crawl.ask(client_of(None), address)
    found = {address for address, _canary in crawl.hits}
    expected = {
        "/2022/programme/day-1-opening/",
        "/2022/programme/schedule.json",
        "/2022/programme/programme.csv",
        "/2022/programme/programme.xlsx",
        f"/2022/programme/versions/{max(numbers)}/programme.pdf",
        "/2022/document/record/",
        f"{Revision.objects.filter(document__edition=edition).latest('number').get_absolute_url()}in/ar/1/",
    }
    assert expected - found == set()
    # What participants propose and say is read by participants.
    inside = Crawl(canaries)
    clause, section = (Amendment.objects.values_list(name, flat=True)[0] for name in ("clause", "section"))
    leaky = {
        "/2022/document/amendments/",
        "/2022/document/amendments/1/",
        "/2022/document/amendments/2/",
        f"/2022/document/clauses/{clause}/",
        f"/2022/document/rounds/{Round.objects.get(section=section).pk}/",
    }
    for address in leaky:
        inside.ask(client_of(user("dawit")), address)
    assert leaky - {address for address, _canary in inside.hits} == set()


def test_mail_to_others_does_not_name_her(edition):
    row, canaries = through_the_thread(edition)
    crawl = Crawl(canaries)
    with logged() as lines:
        written = _write_to_everybody(edition, row)
        send_waiting()
    assert written > 100
    for message in Message.objects.exclude(user=row.user).exclude(to=MAIL).exclude(to="esi@example.org"):
        crawl.listen(message.key, f"{message.to} {message.subject} {message.body} {message.calendar}")
    crawl.listen("logs", lines.getvalue())
    assert crawl.hits == set()


def _write_to_everybody(edition: Edition, row: Participant) -> int:
    """A letter, the reminders of the day on whose stage she stands, and the summary of the day; returns how many."""
    amara, opening = known_user("amara"), datetime(2022, 2, 1, 8, tzinfo=UTC)
    for person in Participant.objects.confirmed().filter(edition=edition).exclude(pk=row.pk)[:20]:
        mark(person, [edition.sessions.get(slug="day-1-opening").pk], by=person.user)
    with clock.set_to(opening - timedelta(days=1)):
        turn_on(edition, "reminder", minutes=24 * 60, with_calendar=True, by=amara)
        turn_on(edition, "summary", minutes=18 * 60, by=amara)
        letter = begin_letter(
            edition, Words("en", "Soon", "Hello {name}"), audience={"state": "confirmed"}, by=amara
        )
        plan(letter, by=amara)
    moments = (opening, opening + timedelta(hours=2), opening + timedelta(hours=9, minutes=5))
    written = 0
    for moment in moments:
        with clock.set_to(moment):
            written += write_what_is_due()
    return written


def test_the_history_does_not_name_her(edition):
    _row, canaries = through_the_thread(edition)
    crawl = Crawl(canaries)
    for entry in edition.history.all():
        crawl.listen(f"{entry.number} {entry.verb}", f"{entry.data} {entry.object_id}")
    assert crawl.hits == set()


# --- What goes over the wire while she is at work ---------------------------------------------------------------------


@pytest.mark.usefixtures("no_connection_stays")
async def test_no_frame_of_a_socket_says_who_it_is(academy_at):
    """Everybody who may listen to a board hears what she notes on hers, and not that it was she."""
    assert sorted(routes(websocket_urlpatterns)) == [
        "",
        "ws/adoptions/<uuid:procedure>/",  # these two in the next test
        "ws/adoptions/<uuid:procedure>/counts/",
        "ws/boards/<uuid:group>/",
        "ws/documents/<uuid:document>/",  # listened to in tests/outcome/test_hub.py
    ]  # another one: listen to it here
    edition = await sync_to_async(academy_at)("adopted")
    esi = await sync_to_async(known_user)("esi")
    row, canaries = await sync_to_async(through_the_thread)(edition)
    crawl = Crawl(canaries)
    group = await sync_to_async(_group_of)(row)
    keys = {key: await sync_to_async(known_user)(key) for key in ("bruno", "dawit", "amara")}
    await sync_to_async(_seat_them)(group, [keys["bruno"], keys["dawit"]], keys["amara"])
    lines = await _listen([f"/ws/boards/{group.pk}/"], keys.values())
    await sync_to_async(_note)(group, esi, "Something else that she noted.")
    assert await _heard(lines, crawl) >= len(lines)
    assert crawl.hits == set()


@pytest.mark.usefixtures("no_connection_stays")
async def test_no_frame_of_an_adoption_says_who_takes_a_position(academy_at):
    edition = await sync_to_async(academy_at)("workshops")
    esi = await sync_to_async(known_user)("esi")
    procedure, canaries = await sync_to_async(_adoption_with_her)(edition, esi)
    crawl = Crawl(canaries)
    people = [await sync_to_async(known_user)(key) for key in ("bruno", "dawit", "amara")]
    address = f"/ws/adoptions/{procedure.pk}/"
    lines = await _listen([address, f"{address}counts/"], people)
    await sync_to_async(check_in_elector)(
        await Elector.objects.aget(procedure=procedure, participant__user=esi), where="online", by=esi
    )
    await sync_to_async(take_position)(procedure, choice="join", by=esi)
    assert await _heard(lines, crawl) >= 2 * len(lines)  # the greeting, and that she was there
    assert crawl.hits == set()


def _adoption_with_her(edition: Edition, esi: User) -> tuple[Procedure, list[str]]:
    """An adoption that takes positions, hers among them, and all that must not be found of her."""
    amara, row = known_user("amara"), Participant.objects.get(edition=edition, user=esi)
    canaries = [row.name, row.organisation, esi.email]
    grant_role(esi, edition, "delegate", by=None)
    document = start_document(edition, title="From intentions to commitments", by=amara)
    add_clause(document.sections.get(kind="preamble"), text="We met as equals.", by=amara)
    publish_revision(document, label="Draft", audience="participants", by=amara)
    freeze(document, by=amara)
    document.refresh_from_db()
    return opened_adoption(document, by=amara, publicity="named"), canaries


async def _listen(addresses: list[str], people: Iterable[User]) -> list[Line]:
    """A socket of each person at each address."""
    lines = [Line(address, await login(person)) for person in people for address in addresses]
    for line in lines:
        assert await line.connect() == ACCEPTED
    return lines


async def _heard(lines: list[Line], crawl: Crawl) -> int:
    """Let the crawler read all that these sockets are told; returns in how many frames."""
    heard = 0
    for line in lines:
        while frame := await _next(line):
            crawl.listen("socket", str(frame))
            heard += "text" in frame and bool(frame["text"])
        await line.leave()
    return heard


def _group_of(row: Participant) -> Group:
    return Group.objects.get(state="open", session__people__participant=row)


def _seat_them(group: Group, people: list[User], amara: User) -> None:
    for person in people:
        row = Participant.objects.get(edition=group.workshop.edition, user=person)
        row.seats.filter(slot=group.workshop.session.parent or group.workshop.session).delete()
        pin(row, group, reason="to listen", by=amara)


async def _next(line: Line) -> dict[str, Any] | None:
    """The next frame, or nothing when it has been quiet for a moment."""
    if await line.receive_nothing(timeout=1.0):
        return None
    frame: dict[str, Any] = await asyncio.wait_for(
        line.receive_output(timeout=2), timedelta(seconds=3).total_seconds()
    )
    return frame
