"""An organiser's way through a letter: written in two languages, read as a recipient, sent, taken back, sent again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db.models import F
from playwright.sync_api import Page, expect

from academy.mail.posting import stop_token
from academy.mail.refusals import RESTORED
from academy.models import Edition, Mailing, Message, Participant, User
from tests.journeys.conftest import Served, beside
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import WIDTHS, Looker, findings_of_axe, sticks_out

pytestmark = pytest.mark.journey

MAIL = "/2022/people/mail/"


def its_time_has_come(letter: Mailing) -> None:
    """The minute in which a letter can be taken back is over."""
    Mailing.objects.filter(pk=letter.pk).update(send_at=F("send_at") - timedelta(minutes=2))


def write(page: Page, subject: str, text: str) -> None:
    page.get_by_label("Subject").fill(subject)
    page.get_by_label("Text").fill(text)
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.locator("#messages")).to_contain_text("Nothing has gone out")


def test_a_letter_is_written_read_tried_sent_taken_back_and_sent(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    page = academy.person("amara")
    page.goto(MAIL)
    look(page, "60-mail-empty")
    page.get_by_role("link", name="Write a letter").click()
    look(page, "61-write-a-letter")
    page.get_by_label("Subject").fill("See you on Tuesday")
    page.get_by_label("Text").fill("Hello {nobody}")
    page.get_by_role("button", name="Keep the draft").click()
    expect(page.get_by_text("Nobody knows what {nobody} stands for.")).to_be_visible()
    expect(page.get_by_label("Subject")).to_have_value("See you on Tuesday")
    write(page, "See you on Tuesday", "Hello {name},\n\nwe begin soon:\n\n- {edition}\n- {my_academy}")
    page.get_by_label("Another language").select_option("fr")
    page.get_by_role("button", name="Add this language").click()
    write(page, "À mardi", "Bonjour {name},\n\nà bientôt.")
    look(page, "62-draft-of-a-letter")
    letter = Mailing.objects.get()
    assert set(letter.texts) == {"en", "fr"}
    choose_whom(page, look)
    read_it(academy, page, look)
    send_it(academy, page, look, letter)
    assert [text for text in academy.complaints if "status of 422" not in text] == []


def choose_whom(page: Page, look: Looker) -> None:
    everybody = page.locator("#to-whom").inner_text()
    page.get_by_role("link", name="Choose other people").click()
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("moderator").check()
    page.get_by_role("button", name="Show these people").click()
    expect(page.locator("#to-whom")).not_to_have_text(everybody)
    look(page, "63-for-whom")
    page.get_by_role("link", name="Leave it as it was").click()
    expect(page.locator("#to-whom")).to_have_text(everybody)


def read_it(academy: Served, page: Page, look: Looker) -> None:
    page.get_by_role("button", name="Keep it and read it as a recipient").click()
    inside = page.frame_locator("iframe.mail-frame")
    expect(inside.locator("body")).to_contain_text("No more mail that is not essential")
    esi = Participant.objects.get(user__email="esi@example.org")
    page.get_by_label("Recipient").select_option(str(esi.pk))
    page.get_by_role("main").get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("pre.mail-text")).to_contain_text(esi.pseudonym)
    expect(inside.locator("body")).to_contain_text(esi.pseudonym)
    expect(page.get_by_role("main")).not_to_contain_text(f"Hello {esi.name}")
    look(page, "64-as-a-recipient-reads-it")
    page.get_by_role("button", name="Send a trial to me").click()
    expect(page.locator("#messages")).to_contain_text("amara@example.org")
    trial = academy.mails("amara@example.org")[-1]
    assert esi.pseudonym in trial
    page.get_by_role("link", name="Send …").click()


def send_it(academy: Served, page: Page, look: Looker, letter: Mailing) -> None:
    question = page.get_by_role("heading", level=1)
    expect(question).to_have_text(re.compile(r"Send this letter to \d+ people\?"))
    count = int(re.findall(r"\d+", question.inner_text())[0])
    look(page, "65-send-the-letter")
    page.get_by_role("button", name=f"Send to {count} people").click()
    expect(page.locator("live-clock")).to_have_text(re.compile(r"00:\d\d"))
    look(page, "66-going-out-in-a-minute")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#messages")).to_contain_text("nobody got it")
    assert Message.objects.filter(mailing=letter).count() == 0
    keyboard = Keyboard(page)
    keyboard.to(page.get_by_role("button", name="Keep it and send …"))
    keyboard.go()
    page.get_by_role(
        "button", name=f"Send to {count} people"
    ).focus()  # a time field takes several stops of Tab
    keyboard.go()
    beside(lambda: its_time_has_come(letter))
    page.get_by_role("link", name="Look again").click()
    expect(page.locator("[data-count=gone]")).to_have_text(str(count))
    look(page, "67-gone-out")
    assert Message.objects.filter(mailing=letter, state="sent").count() == count
    assert "/2022/mail/stop/" in academy.mails("dawit@example.org", "/2022/mail/stop/")[-1]


def test_what_is_not_essential_is_ended_by_its_link_and_had_again(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    dawit = User.objects.get(email="dawit@example.org")
    page = academy.visitor()
    page.goto(f"/2022/mail/stop/{stop_token(dawit, Edition.objects.get(slug='2022'))}/")
    look(page, "68-end-such-mail")
    page.get_by_role("button", name="Send me no more of it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get no more of it")
    assert not Participant.objects.get(user=dawit).wants_news
    look(page, "69-ended")
    page.get_by_role("button", name="I want it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You get such mail again")
    assert Participant.objects.get(user=dawit).wants_news
    assert academy.complaints == []


def test_every_page_of_mail_is_clean_in_the_dark_and_narrow(
    serve: Callable[..., Served], look: Looker
) -> None:
    academy = serve("registration")
    edition = Edition.objects.get(slug="2022")
    amara = User.objects.get(email="amara@example.org")
    beside(lambda: crowd(edition, amara))
    page = academy.person("amara", color_scheme="dark")
    draft, planned, written = (
        Mailing.objects.get(kind="letter", state=state) for state in ("draft", "planned", "written")
    )
    pages = (
        MAIL,
        f"{MAIL}new/?state=confirmed&role=moderator",
        f"{MAIL}outbox/",
        f"{MAIL}outbox/?show=held",
        f"{MAIL}outbox/?show=waiting",
        f"{MAIL}outbox/?show=sent",
        f"{MAIL}standing/reminder/",
        f"{MAIL}standing/summary/",
        f"{MAIL}standing/reminder/words/",
        f"{MAIL}standing/summary/words/?language=fr",
        *(f"{MAIL}{letter.pk}/" for letter in (draft, planned, written)),
        f"{MAIL}{draft.pk}/audience/?state=confirmed",
        f"{MAIL}{draft.pk}/preview/",
        f"{MAIL}{draft.pk}/send/",
        f"{MAIL}{draft.pk}/discard/",
        f"{MAIL}{written.pk}/stop/",
    )
    found: dict[str, list[str]] = {}
    page.goto(pages[3])
    look(page, "60-mail-held-back")
    for address in pages:
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true })")
        for width in (*WIDTHS, 320):
            page.set_viewport_size({"width": width, "height": 900})
            problems = findings_of_axe(page) + (["sticks out sideways"] if sticks_out(page) else [])
            if problems:
                found[f"{address} at {width}"] = problems
    assert found == {}, found
    assert academy.complaints == []


def crowd(edition: Edition, amara: User) -> None:
    """A draft about a session, a planned letter, one that went out in part, mails that did not arrive."""
    from academy import clock
    from academy.mail.letters import Words, begin_letter, plan, write_letter
    from academy.mail.sessions import sessions_of
    from academy.mail.standing import turn_on
    from academy.mail.standing_words import Said, change_words

    session = next(one for one in sessions_of(edition).values() if one.starts)
    words = Words(
        "en", "A rather long subject about everything that matters to everybody", "Hello {name}\n\n- a\n- b"
    )
    about = Words(
        "en", "Soon", "Hello {name}: {session} {time} {group}", session=UUID(session.id), with_calendar=True
    )
    with clock.set_to(datetime(2022, 1, 31, tzinfo=UTC)):
        begin_letter(edition, about, audience={"state": "confirmed"}, by=amara)
        plan(
            begin_letter(edition, words, audience={}, by=amara),
            send_at=datetime(2022, 3, 1, tzinfo=UTC),
            by=amara,
        )
        gone = plan(begin_letter(edition, words, audience={"state": "confirmed"}, by=amara), by=amara)
        turn_on(edition, "reminder", minutes=60, by=amara)
        change_words(edition, "reminder", "en", Said("Soon: {session}", "Hello {name}"), by=amara)
    with clock.set_to(datetime(2022, 1, 31, 0, 2, tzinfo=UTC)):
        write_letter(gone.pk)
    keys = list(Message.objects.filter(mailing=gone).values_list("pk", flat=True))
    for key, state, error in zip(
        keys,
        ("failed", "bounced", "queued", "sending", "failed"),
        ("550 5.1.1", "5.2.2", "", "", RESTORED),
        strict=False,
    ):
        Message.objects.filter(pk=key).update(state=state, error=error)
