"""The words of letters, reminders and summaries: kept before sending, read as a recipient, refused if unfilled."""

from datetime import timedelta

import pytest
from django.urls import reverse

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.mail.due import write_what_is_due
from academy.mail.letters import Words, begin_letter, edit_letter, plan, verify_letters
from academy.mail.standing import turn_on
from academy.mail.standing_words import (
    Said,
    built_in,
    change_words,
    choose_for_others,
    forget_words,
    standing_row,
    words_in,
)
from academy.models import HistoryEntry, Mailing, Message, Participant, User
from programme.models import Session
from tests.factories import make_user
from workshops.models import Group


@pytest.fixture
def desk(edition, amara, client_of):
    return client_of(amara)


def page(name: str, *arguments: object) -> str:
    return reverse(name, args=("2022", *arguments))


def begun(edition, amara, body="Hello {name}", **more) -> Mailing:
    words = Words("en", "News", body, **more)
    return begin_letter(edition, words, audience={"state": "confirmed"}, by=amara)


def plain(response) -> str:
    return " ".join(response.content.decode().split())


# --- Letters ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("then", "leads_to"), [("send", "mailing_send"), ("read", "mailing_preview")])
def test_sending_and_reading_keep_what_was_changed_first(desk, edition, amara, then, leads_to):
    letter = begun(edition, amara)
    said = {"language": "en", "subject": "Newer", "body": "Dear {name}", "then": then}
    answer = desk.post(page("mailing", letter.pk), said)
    assert answer["Location"] == page(leads_to, letter.pk)
    letter.refresh_from_db()
    assert letter.texts["en"] == {"subject": "Newer", "body": "Dear {name}"}
    assert "Dear Amara" in plain(desk.get(answer["Location"]))


def test_what_is_wrong_goes_no_further_and_takes_the_focus(desk, edition, amara):
    letter = begun(edition, amara)
    answer = desk.post(
        page("mailing", letter.pk), {"language": "en", "subject": "", "body": "x", "then": "send"}
    )
    assert answer.status_code == 422
    assert "autofocus" in answer.content.decode()
    letter.refresh_from_db()
    assert letter.texts["en"]["subject"] == "News"


def test_a_draft_that_did_not_change_makes_no_entry(edition, amara):
    letter = begun(edition, amara)
    before = HistoryEntry.objects.count()
    edit_letter(letter, Words("en", "News", "Hello {name}"), by=amara)
    assert HistoryEntry.objects.count() == before


def test_before_it_is_sent_it_is_read_as_recipients_of_each_language_read_it(desk, edition, amara, dawit):
    Participant.objects.filter(user=dawit).update(languages=["fr"])
    letter = begun(edition, amara)
    desk.post(
        page("mailing", letter.pk), {"language": "fr", "subject": "Nouvelles", "body": "Bonjour {name}"}
    )
    text = plain(desk.get(page("mailing_send", letter.pk)))
    assert ('<optgroup label="English">' in text, '<optgroup label="Français">' in text) == (True, True)
    person = dawit.participations.get()
    assert "Bonjour Dawit" in plain(desk.get(page("mailing_send", letter.pk), {"person": person.pk}))
    stranger = make_user("stranger")
    assert desk.get(page("mailing_send", letter.pk), {"person": stranger.pk}).status_code == 404


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("Dear {{ name }}", "{{ name }}"),
        ("Dear {{name}}", "{{name}}"),
        ("Dear {Name}", "{Name}"),
        ("Dear {first name}", "{first name}"),
        ("Dear {name", "{"),
        ("a } b", "}"),
        ("{}", "{}"),
    ],
)
def test_what_was_meant_as_a_placeholder_and_is_none_is_refused_in_words(desk, edition, amara, body, named):
    with pytest.raises(Invalid, match="would stand in the mail as it is"):
        begun(edition, amara, body)
    letter = begun(edition, amara)
    Mailing.objects.filter(pk=letter.pk).update(texts={"en": {"subject": "x", "body": body}})
    answer = desk.post(page("mailing_send", letter.pk), {"when": "now"})
    assert answer.status_code == 422
    assert f"“{named}” would stand in the mail" in answer.content.decode()
    letter.refresh_from_db()
    assert letter.state == "draft"


def test_the_sessions_to_choose_from_show_their_day_and_time(desk, edition):
    text = desk.get(page("new_mailing")).content.decode()
    assert "Tue 1 Feb, 13:30 · " in text


def test_those_who_are_ticked_can_be_written_to_and_nobody_else(desk, edition, amara, dawit, esi):
    chosen = [user.participations.get() for user in (dawit, esi)]
    keys = "&".join(f"people={row.pk}" for row in chosen)
    leads_to = desk.get(f"{page('people_write')}?{keys}&state=applied")["Location"]
    text = plain(desk.get(leads_to))
    assert "2 people get it" in text
    desk.post(leads_to, {"language": "en", "subject": "Both", "body": "Hello"})
    letter = Mailing.objects.get()
    plan(letter, by=amara)
    with clock.set_to(clock.now() + timedelta(minutes=2)):
        write_what_is_due()
    assert set(Message.objects.values_list("user", flat=True)) == {dawit.pk, esi.pk}


# --- What is essential ------------------------------------------------------------------------------------------------


def test_an_essential_letter_says_why_and_the_history_holds_it_fast(desk, edition, amara, esi):
    Participant.objects.filter(user=esi).update(wants_news=False)
    said = {"language": "en", "subject": "Link", "body": "Hello", "is_essential": "on", "because": " "}
    refused = desk.post(page("new_mailing"), said)
    assert refused.status_code == 422
    assert "Say why this letter is essential" in refused.content.decode()
    desk.post(page("new_mailing"), said | {"because": "The link has changed"})
    letter = Mailing.objects.get()
    text = plain(desk.get(page("mailing_send", letter.pk)))
    assert "The link has changed" in text
    assert "It goes also to 1 person who has ended mail that is not essential." in text
    plan(letter, by=amara)
    assert "The link has changed" in desk.get(page("mailing", letter.pk)).content.decode()
    assert list(verify_letters(edition)) == []
    Mailing.objects.filter(pk=letter.pk).update(because="Something else")
    assert len(list(verify_letters(edition))) == 1


def test_the_rule_asks_for_the_reason_too_and_forgets_it_with_the_mark(edition, amara):
    with pytest.raises(Invalid):
        begun(edition, amara, is_essential=True)
    letter = begun(edition, amara, is_essential=True, because="A cancellation")
    assert edit_letter(letter, Words("en", "News", "Hello {name}"), by=amara).because == ""


# --- Reminders and summaries ------------------------------------------------------------------------------------------


@pytest.fixture
def opening(edition, bruno):
    group = Group.objects.of_edition(edition).get(workshop__number=1, slug="group-1")
    return Session.objects.get(pk=group.session_id)


def reminded(edition, amara, opening) -> Message:
    starts = opening.starts_at or opening.parent.starts_at
    with clock.set_to(starts - timedelta(minutes=30)):
        turn_on(edition, "reminder", minutes=60, by=amara)
        write_what_is_due()
    return Message.objects.get()


def test_a_reminder_says_what_organisers_wrote_in_the_language_of_the_recipient(
    edition, amara, bruno, opening
):
    Participant.objects.filter(user=bruno).update(languages=["de", "en"])
    change_words(
        edition, "reminder", "de", Said("Gleich: {session}", "Hallo {name},\n{time}\n{link}"), by=amara
    )
    message = reminded(edition, amara, opening)
    assert message.language == "de"
    assert message.subject.startswith("Gleich: ")
    assert message.body.startswith("Hallo Bruno,\n")
    assert f"/2022/programme/{opening.slug}/" in message.body
    assert "{" not in message.body + message.subject


def test_built_in_words_stand_for_those_whose_language_has_none(edition, amara, bruno, opening):
    change_words(edition, "reminder", "de", Said("Gleich", "Hallo"), by=amara)
    assert reminded(edition, amara, opening).body.startswith("Hello Bruno,\n\n")


def test_own_words_are_forgotten_for_the_built_in_ones(desk, edition, amara):
    change_words(edition, "summary", "en", Said("Today", "{sessions}"), by=amara)
    address = f"{page('standing_words', 'summary')}?language=en"
    assert "words of your own" in plain(desk.get(address))
    desk.post(address, {"built_in": "1"})
    assert words_in(standing_row(edition, "summary"), "en") == built_in("summary", "en")
    assert "built-in words; change them" in plain(desk.get(address))
    assert list(verify_letters(edition)) == []


@pytest.mark.parametrize("body", ["{group}", "{{ name }}", "https://example.org/{name}", "", "{sessions}"])
def test_reminders_take_their_own_placeholders_only(desk, edition, amara, body):
    answer = desk.post(page("standing_words", "reminder"), {"subject": "Soon", "body": body})
    assert answer.status_code == 422
    assert "autofocus" in answer.content.decode()
    assert not Mailing.objects.exists()


def test_words_can_be_changed_before_anything_is_turned_on_and_turn_nothing_on(desk, edition, amara, opening):
    desk.post(page("standing_words", "reminder"), {"subject": "Soon", "body": "{name}: {session}"})
    starts = opening.starts_at or opening.parent.starts_at
    with clock.set_to(starts - timedelta(minutes=30)):
        assert write_what_is_due() == 0
    text = plain(desk.get(page("standing_words", "reminder")))
    assert "Amara: " in text


def test_nobody_but_organisers_changes_words(edition, bruno):
    with pytest.raises(NotAllowed):
        change_words(edition, "reminder", "en", Said("Soon", "x"), by=bruno)
    with pytest.raises(NotAllowed):
        forget_words(edition, "reminder", "en", by=bruno)


def reminded_anew(edition, amara, opening) -> Message:
    Message.objects.all().delete()
    return reminded(edition, amara, opening)


def test_the_page_says_whom_own_words_do_not_reach_and_has_them_reach_everybody(
    desk, edition, amara, bruno, opening
):
    """Bruno reads French, in which the organiser wrote nothing: that is said, and mended with one button."""
    User.objects.filter(pk=bruno.pk).update(language="fr")
    address = page("standing_words", "reminder")
    assert "nothing of what you wrote" not in plain(desk.get(address))
    desk.post(address, {"subject": "Soon", "body": "Bring your passport, {name}."})
    text = plain(desk.get(address))
    assert 'lang="fr">Français</a>: 1 person, the built-in words' in text
    assert "1 person reads the built-in words, so nothing of what you wrote." in text
    assert reminded_anew(edition, amara, opening).body.startswith("Bonjour Bruno,")
    desk.post(address, {"others": "own"})
    text = plain(desk.get(address))
    assert "nothing of what you wrote" not in text
    assert "Everybody reads words of yours" in text
    message = reminded_anew(edition, amara, opening)
    assert (message.body, message.language) == ("Bring your passport, Bruno.", "en")
    change_words(edition, "reminder", "fr", Said("Vite", "Votre passeport, {name}."), by=amara)
    assert reminded_anew(edition, amara, opening).body == "Votre passeport, Bruno."
    forget_words(edition, "reminder", "fr", by=amara)
    desk.post(address, {"others": "built-in"})
    assert reminded_anew(edition, amara, opening).body.startswith("Bonjour Bruno,")
    assert list(verify_letters(edition)) == []


def test_without_own_words_there_is_nothing_that_everybody_could_read(desk, edition, amara, bruno):
    answer = desk.post(page("standing_words", "summary"), {"others": "own"})
    assert answer.status_code == 422
    assert not Mailing.objects.filter(own_words_for_all=True).exists()
    with pytest.raises(NotAllowed):
        choose_for_others(edition, "summary", own=False, by=bruno)
    change_words(edition, "summary", "de", Said("Heute", "{sessions}"), by=amara)
    choose_for_others(edition, "summary", own=True, by=amara)
    forget_words(edition, "summary", "de", by=amara)
    assert not standing_row(edition, "summary").own_words_for_all


def test_the_history_holds_who_changed_who_reads_what(edition, amara):
    change_words(edition, "reminder", "en", Said("Soon", "{name}"), by=amara)
    choose_for_others(edition, "reminder", own=True, by=amara)
    assert list(verify_letters(edition)) == []
    Mailing.objects.update(own_words_for_all=False)
    assert len(list(verify_letters(edition))) == 1


def test_a_summary_without_news_has_no_gap(edition, amara, bruno):
    body = built_in("summary", "en").body
    assert body.count("\n\n") == 3
