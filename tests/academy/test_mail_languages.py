"""Mail is in the language of whoever reads it: complete catalogs, whose language it is, and nothing half in another."""

from __future__ import annotations

import ast
import re
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from django.test import Client
from django.utils import translation

from academy import clock, second_factor
from academy.accounts import AccountAdapter
from academy.history import verify_history
from academy.invitations.accepting import accept_anew, invitation_of
from academy.invitations.inviting import invite
from academy.invitations.wording import Invitee
from academy.mail import reading
from academy.mail.filling import message_to, scene_of
from academy.mail.letters import Words, begin_letter
from academy.mail.placeholders import FIRST_STRONG_ISOLATE, IN_ADDRESS, PLACEHOLDER, POP_ISOLATE
from academy.mail.posting import compose, dress_of
from academy.mail.reading import catalogs, language_of, language_of_browser, writing_in
from academy.mail.sessions import News, sessions_of
from academy.mail.standing_words import Said, change_words, reminder_to, standing_row, summary_to
from academy.management import catalogs as tool
from academy.models import Mailing, Message, Participant, User
from academy.registration import Profile, confirm, decline, withdraw
from academy.registration.letters import PROMOTED, write_about
from outcome.news import revisions_between
from programme.mailing import versions_between
from tests import foreign_mail
from tests.factories import make_edition, make_participant, make_user

WRITTEN = ("de", "es", "fr")
PAGE = "/accounts/language/"
NAMED = re.compile(r"%\(\w+\)s|\{\w+\}")


@pytest.fixture(autouse=True, scope="module")
def _compiled() -> None:
    """What Django reads is what the catalogs say now."""
    if tuple(tool.compile_all()) != reading.catalogs()[1:]:
        reading.catalogs.cache_clear()


# --- The catalogs -----------------------------------------------------------------------------------------------------


def test_there_is_a_catalog_of_each_language():
    assert tuple(tool.languages()) == WRITTEN
    assert catalogs() == ("en", *WRITTEN)


@pytest.mark.parametrize("language", WRITTEN)
def test_a_catalog_says_all_that_mails_say_and_nothing_else(language):
    """No text is missing, left over, unsure, or without what it fills in."""
    before, wanted = tool.catalog_of(language), tool.renewed(language)
    assert [(one.msgctxt, one.msgid) for one in before] == [(one.msgctxt, one.msgid) for one in wanted]
    assert (before.untranslated_entries(), before.fuzzy_entries(), before.obsolete_entries()) == ([], [], [])
    for entry in before:
        pairs = [(entry.msgid, entry.msgstr)] if not entry.msgid_plural else []
        pairs += [(entry.msgid_plural, words) for words in entry.msgstr_plural.values()]
        for original, words in pairs:
            assert words.strip(), entry.msgid
            assert sorted(NAMED.findall(words)) == sorted(NAMED.findall(original)), entry.msgid
            assert words.count("\n") == original.count("\n"), entry.msgid


@pytest.mark.parametrize("language", WRITTEN)
def test_no_translation_makes_an_address_of_what_it_fills_in(language):
    for entry in tool.catalog_of(language):
        for words in (entry.msgstr, *entry.msgstr_plural.values()):
            assert "://" not in words
            assert not IN_ADDRESS.search(re.sub(r"%\((\w+)\)s", r"{\1}", words)), words


def test_a_text_that_is_new_is_found_to_have_no_translation(monkeypatch):
    """The control: a mail says one thing more, and each catalog is found stale."""
    known = tool.words_of_mails()
    monkeypatch.setattr(tool, "words_of_mails", lambda: known | {tool.Words("Bring a badge."): ["here"]})
    assert [len(tool.renewed(language).untranslated_entries()) for language in WRITTEN] == [1, 1, 1]


def test_every_module_that_writes_mail_is_read_for_the_catalogs():
    """Whoever writes a mail in a new place is told here; the alerts of the server are in English."""
    knows_no_words = {"academy/outbox.py", "academy/accounts.py", "academy/alarms.py"}
    found = set()
    for room in ("academy", "programme", "workshops", "outcome"):
        for path in Path(room).rglob("*.py"):
            calls = {
                node.func.id
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
            }
            if calls & {"queue_message", "Message", "News"} and "management" not in path.parts:
                found.add(path.as_posix())
    assert found - knows_no_words <= set(tool.MODULES)
    assert {"programme/telling.py", "outcome/adoption/telling.py", "programme/mailing.py"} <= found


# --- Whose language it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen", "spoken", "language"),
    [
        ("", [], "en"),
        ("", ["fr", "en"], "fr"),
        ("", ["en", "fr"], "en"),
        ("", ["pt", "ar", "es"], "es"),
        ("", ["pt", "ar"], "en"),
        ("de", ["fr"], "de"),
        ("en", ["fr"], "en"),
        ("pt", ["fr"], "fr"),
    ],
)
def test_what_was_chosen_comes_before_the_working_languages(db, chosen, spoken, language):
    user = make_user("dawit")
    user.language = chosen
    person = make_participant(user, make_edition(), languages=spoken)
    assert (language_of(user), language_of(user, person)) == (language, language)


def test_browsers_say_what_they_want():
    assert language_of_browser("fr-CA,fr;q=0.9,en;q=0.8") == "fr"
    assert language_of_browser("pt-BR,es;q=0.4") == "es"
    assert [language_of_browser(said) for said in ("", "*", "xx", "en-GB", "a" * 5000)] == [
        "",
        "",
        "",
        "en",
        "",
    ]


@pytest.mark.parametrize(
    ("language", "begins", "until"),
    [
        ("fr", "Une place est libre pour vous\u00a0: ", "3 février 2031, 14:00 (heure d’Europe centrale)"),
        ("es", "Hay una plaza libre para usted: ", "3 de febrero de 2031, 14:00 (hora de Europa central)"),
        ("de", "Ein Platz ist für Sie frei: ", "3. Februar 2031, 14:00 (Mitteleuropäische Zeit)"),
        ("en", "A place is free for you: ", "3 February 2031, 14:00 (Central European Time)"),
    ],
)
def test_an_offer_is_in_the_language_of_whom_it_is_made_to(db, language, begins, until):
    edition = make_edition(time_zone="Europe/Vienna", contact="desk@example.org")
    moment = edition.zone and clock.now().replace(2031, 2, 3, 13, 0, 0, 0)
    person = make_participant(
        make_user("ana"), edition, languages=[language], state="offered", offered_until=moment
    )
    write_about(person)
    message = Message.objects.get()
    assert message.subject == f"{begins}Academy 2031"
    assert until in message.body
    assert message.language == language
    page = str(compose(message).alternatives[0][0])
    assert f'<html lang="{language}" dir="ltr">' in page


@pytest.mark.parametrize("language", WRITTEN)
def test_no_word_of_english_is_left_in_any_mail_about_a_registration(db, language, untranslated):
    edition = make_edition(contact="desk@example.org")
    user = make_user("ana")
    user.language = language
    user.save()
    person = make_participant(user, edition, reason="42", waiting_number=1, offered_until=clock.now())
    with untranslated(language) as missed:
        for state in Participant.State.values:
            person.state = state
            for cause in ("", "offer lapsed", PROMOTED, "place taken back"):
                write_about(person, cause)
        for message in Message.objects.all():
            compose(message)
    assert missed == []
    assert set(Message.objects.values_list("language", flat=True)) == {language}
    assert Message.objects.count() == 24


def test_a_missing_text_is_noticed(untranslated):
    """The control of the tests above."""
    with untranslated("fr") as missed, writing_in("fr"):
        assert translation.gettext("Hello,") == "Bonjour,"
        translation.gettext("Nobody ever translated this.")
    assert missed == ["Nobody ever translated this."]


def test_a_language_without_a_catalog_is_english_as_a_whole(db):
    """Django knows months in Portuguese; a mail with those and English sentences would be neither."""
    edition = make_edition(time_zone="Europe/Lisbon")
    person = make_participant(
        make_user("rui"), edition, languages=["pt"], state="offered", offered_until=clock.now()
    )
    with clock.set_to(clock.now().replace(2031, 2, 3)):
        person.offered_until = clock.now()
        write_about(person)
    message = Message.objects.get()
    assert (message.language, "3 February 2031" in message.body) == ("en", True)
    with translation.override("pt"):
        assert "fevereiro" in str(translation.gettext("February")).lower()


def test_without_compiled_catalogs_every_mail_is_english_as_a_whole(db, tmp_path, settings):
    person = make_participant(make_user("ana"), make_edition(), languages=["fr"], state="confirmed")
    settings.LOCALE_PATHS = [tmp_path]
    reading.catalogs.cache_clear()
    try:
        write_about(person)
    finally:
        reading.catalogs.cache_clear()
    message = Message.objects.get()
    assert (message.subject, message.language) == ("Your place is confirmed: Academy 2031", "en")


def test_two_people_read_the_same_decision_in_two_languages(edition, amara, at_decision):
    first, second = at_decision
    assert {
        m.subject.partition(":")[0].strip() for m in Message.objects.filter(key__contains="confirmed")
    } == {
        "Votre place est confirmée",
        "Your place is confirmed",
    }
    decline(first, second, by=amara, reason="Threats.")
    bodies = Message.objects.filter(key__contains="declined").values_list("body", flat=True)
    assert sorted(
        "L’équipe d’organisation en donne la raison\u00a0:\nThreats." in body for body in bodies
    ) == [
        False,
        True,
    ]
    assert list(verify_history(edition)) == []


@pytest.fixture
def at_decision(edition, amara):
    people = [
        make_participant(make_user(key), edition, state="applied", languages=[code])
        for key, code in (("ana", "fr"), ("ben", "en"))
    ]
    confirm(*people, by=amara)
    for person in people:
        person.refresh_from_db()
    return people


def test_withdrawing_is_confirmed_in_ones_own_language(edition, dawit):
    User.objects.filter(pk=dawit.pk).update(language="es")
    withdraw(Participant.objects.select_related("user", "edition").get(user=dawit), by=dawit)
    message = Message.objects.get(user=dawit)
    assert message.subject.startswith("Se ha dado de baja: ")
    assert "página «My data»" in message.body


# --- Reminders, summaries, letters ------------------------------------------------------------------------------------


@pytest.fixture
def reader(edition, dawit):
    """Dawit, who reads French."""
    User.objects.filter(pk=dawit.pk).update(language="fr")
    return Participant.objects.select_related("user", "edition").get(user=dawit)


def test_reminders_and_summaries_are_in_the_language_of_their_reader(edition, reader, untranslated):
    session = next(one for one in sessions_of(edition).values() if one.starts)
    present = clock.now()
    news = [
        *versions_between(edition, present - timedelta(days=9999), present),
        *revisions_between(edition, present - timedelta(days=9999), present),
    ]
    assert news
    with untranslated("fr") as missed, clock.set_to(present.replace(2022, 2, 2, 18)):
        reminder = reminder_to(standing_row(edition, "reminder"), reader, session)
        summary = summary_to(standing_row(edition, "summary"), reader, [session], news)
    assert missed == []
    assert reminder.body.startswith("Bonjour Dawit,\n\n")
    assert re.search(r"\n(lun|mar|mer|jeu|ven|sam|dim) \d+ fév 2022, ", reminder.body)
    assert summary.subject == "Votre résumé du mercredi 2 février"
    assert "Vos séances de demain\u00a0:" in summary.body
    assert "Une nouvelle version du programme (" in summary.body
    assert (reminder.language, summary.language) == ("fr", "fr")


def test_own_words_of_organisers_go_on_working_in_their_language_only(edition, amara, reader):
    session = next(one for one in sessions_of(edition).values() if one.starts)
    change_words(edition, "reminder", "de", Said("Gleich", "Hallo {name}"), by=amara)
    row = standing_row(edition, "reminder")
    assert reminder_to(row, reader, session).body.startswith("Bonjour Dawit,")
    change_words(edition, "reminder", "fr", Said("Vite", "Salut {name}, {time}"), by=amara)
    message = reminder_to(standing_row(edition, "reminder"), reader, session)
    assert (message.subject, message.body.startswith("Salut Dawit, mar 1 fév 2022, ")) == ("Vite", True)
    reader.user.language = "de"
    assert reminder_to(row, reader, session).subject == "Gleich"


def begun(edition, amara, language, subject, body, **more) -> Mailing:
    words = Words(language, subject, body, **more)
    return begin_letter(edition, words, audience={"state": "confirmed"}, by=amara)


def test_a_letter_is_read_in_the_language_that_was_chosen_if_it_was_written_in_it(edition, amara, reader):
    letter = begun(edition, amara, "en", "News", "Hello")
    letter.texts |= {"fr": {"subject": "Nouvelles", "body": "Bonjour"}}
    letter.texts |= {"ar": {"subject": "أخبار", "body": "مرحبا"}}
    reader.languages = ["ar"]
    assert message_to(reader, letter, scene_of(letter)).body == "Bonjour"
    reader.user.language = "de"
    assert message_to(reader, letter, scene_of(letter)).body == "مرحبا"


def test_a_letter_that_is_written_from_the_right_keeps_names_and_times_whole(edition, amara, reader):
    """What is written from the left stands apart in it; the foot, which we have in no such language, says so."""
    body = "مرحبا {name}، {time}\n\n{my_academy}"
    session = next(one for one in sessions_of(edition).values() if one.starts)
    letter = begun(edition, amara, "ar", "أخبار", body, session=UUID(session.id))
    reader.user.language, reader.languages = "", ["ar"]
    message = message_to(reader, letter, scene_of(letter))
    first = message.body.split("\n")[0]
    assert first.startswith(
        f"مرحبا {FIRST_STRONG_ISOLATE}Dawit{POP_ISOLATE}، {FIRST_STRONG_ISOLATE}Tue 1 Feb 2022"
    )
    assert first.endswith(f"(Central European Time){POP_ISOLATE}")
    assert message.body.endswith("/2022/my/")
    message.user = reader.user
    page = str(compose(message).alternatives[0][0])
    assert '<html lang="ar" dir="rtl">' in page
    assert re.search(r'<div class="foot" style="[^"]+" lang="en" dir="ltr">', page)
    plain = begun(edition, amara, "en", "News", "{name}")
    assert message_to(reader, plain, scene_of(plain)).body == "Dawit"


@pytest.mark.parametrize("language", ["en", *WRITTEN, "ar"])
def test_a_name_brings_no_link_and_no_header_in_any_language(edition, amara, reader, language):
    evil = "Eve\r\nBcc: all@example.org https://evil.example/{time} www.evil.example"
    reader.name, reader.user.language = evil, language if language != "ar" else ""
    reader.languages = [language]
    session = next(one for one in sessions_of(edition).values() if one.starts)
    if language == "ar":
        change_words(edition, "reminder", "ar", Said("{name} {session}", "{name}\n{time}"), by=amara)
    message = reminder_to(standing_row(edition, "reminder"), reader, session)
    mail = compose(message)
    assert "\n" not in mail.subject
    assert "Bcc" not in mail.message()
    assert "://evil" not in mail.body
    assert "evil.example" not in str(mail.alternatives[0][0])
    assert not PLACEHOLDER.search(message.body)


def test_the_foot_is_in_the_language_of_the_mail(db, untranslated):
    message = Message(
        edition=make_edition(contact="desk@example.org"),
        user=make_user("ana"),
        key="letter",
        to="ana@example.org",
        subject="x",
        body="x",
        language="fr",
        is_essential=False,
    )
    with untranslated("fr") as missed:
        assert [words for words, _address in dress_of(message).foot] == [
            "Ce message concerne Academy 2031.",
            "Des questions\u00a0? Répondez à ce message\u00a0: votre réponse parviendra à l’équipe d’organisation.",
            "Ne plus recevoir de messages non essentiels",
        ]
    assert missed == []


def test_what_was_published_is_named_in_the_readers_language():
    news = News(
        translation.gettext_lazy("A new version of the programme (%(label)s)"), "1.2", "https://x.example"
    )
    with writing_in("de"):
        assert news.line == "Eine neue Fassung des Programms (1.2)"


# --- Accounts and invitations -----------------------------------------------------------------------------------------


def test_an_account_is_written_to_in_the_language_that_its_browser_asked_for(db):
    browser = Client(headers={"accept-language": "es-MX,es;q=0.9"})
    sent = {
        "email": "nueva@example.org",
        "password1": "to-commitments-2022",
        "password2": "to-commitments-2022",
    }
    browser.post("/accounts/signup/", sent)
    assert User.objects.get(email="nueva@example.org").language == "es"
    message = Message.objects.get(to="nueva@example.org")
    assert message.subject == "Falta un paso: confirme su dirección de correo electrónico"
    assert message.language == "es"


def test_a_known_person_is_written_to_in_their_own_language_whoever_asks(db, dawit):
    User.objects.filter(pk=dawit.pk).update(language="de")
    browser = Client(headers={"accept-language": "fr"})
    browser.post("/accounts/password/reset/", {"email": dawit.email})
    assert Message.objects.get(to=dawit.email).subject == "Ein neues Passwort für Ihr Konto"
    browser.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert Message.objects.get(to="nobody@example.org").subject == "Aucun compte avec cette adresse"


@pytest.mark.parametrize("language", WRITTEN)
def test_no_word_of_english_is_left_in_mails_about_accounts(db, language, untranslated, rf):
    """Every template of an account mail, with all that it may be told."""
    user = make_user("ana")
    user.language = language
    adapter = AccountAdapter(rf.get("/"))
    known = {
        "user": user,
        "timestamp": clock.now(),
        "user_agent": "Mozilla/5.0 (Android 14; Mobile; rv:126.0) Firefox/126.0",
        "ip": "127.0.0.1",
        "from_email": "a@example.org",
        "to_email": "b@example.org",
        "deleted_email": "a@example.org",
        "activate_url": "https://x.example",
        "password_reset_url": "https://x.example",
        "signup_url": "https://x.example",
    }
    prefixes = [
        path.as_posix().removeprefix("templates/").removesuffix("_message.txt")
        for folder in tool.TEMPLATES
        for path in sorted(Path(folder).glob("*_message.txt"))
        if path.name != "base_message.txt"
    ]
    assert len(prefixes) == 17
    with untranslated(language) as missed:
        for prefix in prefixes:
            for code in ("", "123456"):
                adapter.send_mail(prefix, user.email, {**known, "code": code, "request": rf.get("/")})
        user.save()
        second_factor.forget_second_factor(user)
    assert missed == []
    assert set(Message.objects.values_list("language", flat=True)) == {language}


def test_an_invitation_is_in_the_language_that_was_chosen_or_in_that_of_the_account(edition, amara, farid):
    User.objects.filter(pk=farid.pk).update(language="de")
    make_user("silent")
    people = [
        Invitee("neu@example.org", role="speaker", language="fr"),
        Invitee(farid.email, language="fr"),
        Invitee("else@example.org", language="xx"),
        Invitee("silent@example.org", language="es"),
    ]
    invite(edition, people, days=14, link="https://academy.example.org/{}".format, by=amara)
    messages = Message.objects.filter(key__startswith="invitation:")
    assert {one.to: one.subject.partition(":")[0].strip() for one in messages} == {
        "neu@example.org": "Vous êtes invité(e)",
        farid.email: "Sie sind eingeladen",
        "else@example.org": "You are invited",
        "silent@example.org": "Invitación",
    }
    body = Message.objects.get(to="neu@example.org").body
    assert "Votre rôle\u00a0: intervenant ou intervenante." in body
    assert "(du 1 février 2022 au 8 février 2022)" in body


@pytest.mark.parametrize(
    ("letter", "browser", "found"), [("en", "", "fr"), ("de", "", "de"), ("en", "es", "es"), ("", "", "fr")]
)
def test_who_comes_by_an_invitation_reads_the_language_that_somebody_chose(
    edition, amara, letter, browser, found
):
    """A letter in English is what nobody chose: then the working languages say it, as for everybody else."""
    invite(
        edition,
        [Invitee("neu@example.org", language=letter)],
        days=14,
        link="https://x.example/{}".format,
        by=amara,
    )
    body = Message.objects.get(to="neu@example.org").body
    invitation = invitation_of(re.search(r"https://x.example/(\S+)", body)[1], edition)
    profile = Profile("Neu", "research", "FR", "unlisted", languages=["ar", "fr"])
    person = accept_anew(invitation, "a long pass phrase", profile, language=browser).participant
    assert language_of(person.user, person) == found


def test_each_of_a_list_is_invited_in_the_language_that_their_row_names(edition, amara, client_of):
    """Whose row names none, or one that we have no words in, reads the letter in that of the list."""
    browser, text = client_of(amara), "email,language\na@b.co,Deutsch\nb@b.co,\nc@b.co,Arabic\n"
    sent = {"text": text, "days": "14", "language": "fr"}
    page = browser.post("/2022/people/invitations/list/", sent)
    said = " ".join(page.content.decode().split())
    assert re.findall(r'data-label="Language">(.*?)</td>', said) == ["Deutsch", "Français", "Français"]
    assert "There are no letters in Arabic yet" in said
    seen = page.context["form"].digest
    assert (
        browser.post("/2022/people/invitations/list/", {**sent, "step": "send", "seen": seen}).status_code
        == 302
    )
    letters = Message.objects.filter(key__startswith="invitation:")
    assert dict(letters.values_list("to", "language")) == {"a@b.co": "de", "b@b.co": "fr", "c@b.co": "fr"}


def test_organisers_do_not_learn_from_the_outbox_that_an_invited_address_has_an_account(
    edition, amara, farid, client_of
):
    """Its letter is in the account's own language; the list says the same of every invitation."""
    User.objects.filter(pk=farid.pk).update(language="de")
    people = [Invitee(farid.email, language="fr"), Invitee("neu@example.org", language="fr")]
    invite(edition, people, days=14, link="https://academy.example.org/{}".format, by=amara)
    text = client_of(amara).get("/2022/people/mail/outbox/?show=waiting").content.decode()
    assert text.count("You are invited: ") >= 2
    assert "Sie sind eingeladen" not in text
    assert "Vous êtes invité" not in text


# --- The page ---------------------------------------------------------------------------------------------------------


def test_one_chooses_the_language_of_ones_own_mails(edition, dawit, client_of):
    browser = client_of(dawit)
    text = browser.get(PAGE).content.decode()
    assert re.findall(r'name="language"[^>]*value="(\w+)"', text) == ["en", "de", "es", "fr", "fitting"]
    assert browser.post(PAGE, {"language": "fr"})["Location"] == PAGE
    dawit.refresh_from_db()
    assert dawit.language == "fr"
    assert 'Mails to you are in <strong lang="fr">Français</strong> now' in " ".join(
        browser.get(PAGE).content.decode().split()
    )
    assert "language of mails" in browser.get("/my/data/").content.decode().lower()
    browser.post(PAGE, {"language": "fitting"})
    dawit.refresh_from_db()
    assert dawit.language == ""


@pytest.mark.parametrize("sent", [{}, {"language": "pt"}, {"language": "../../etc"}, {"language": "\x00"}])
def test_a_language_that_we_do_not_write_is_refused_in_a_sentence(edition, dawit, client_of, sent):
    answer = client_of(dawit).post(PAGE, sent)
    assert answer.status_code == 422
    dawit.refresh_from_db()
    assert dawit.language == ""


# --- What they share --------------------------------------------------------------------------------------------------


@pytest.fixture
def untranslated():
    """While it is open, lists what is asked of a language and found in no catalog of it."""
    return foreign_mail.untranslated
