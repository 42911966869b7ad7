"""The words of reminders and summaries: built in, and organisers' own in any working language, with placeholders.

What is built in is written in the same placeholders, so that whoever changes it begins with a text that works; "as
built in" forgets the own words of a language.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.languages import WORKING_LANGUAGES
from academy.mail.audience import addressed, zone_of
from academy.mail.dates import day_of_week
from academy.mail.filling import in_zone
from academy.mail.letters import BODY, SUBJECT, letter_words
from academy.mail.placeholders import EXPLANATIONS, as_words, fill, insist_on_placeholders, set_apart
from academy.mail.posting import address_of
from academy.mail.reading import catalogs, language_for, writing_in
from academy.mail.sessions import News, SessionFacts
from academy.mail.turning import worded
from academy.models import Edition, Mailing, Message, Participant, User
from academy.outbox import one_line
from academy.permissions import insist, is_organiser
from academy.registration import in_turn
from academy.text import tidy

Kind = Mailing.Kind
GENERAL = ("name", "edition", "my_academy", "programme")
OWN: dict[str, dict[str, str | Promise]] = {
    Kind.REMINDER: {
        "session": EXPLANATIONS["session"],
        "time": EXPLANATIONS["time"],
        "link": gettext_lazy("the address of the session’s page"),
    },
    Kind.SUMMARY: {
        "day": gettext_lazy("the day, such as “Wednesday 2 February”"),
        "sessions": gettext_lazy(
            "the recipient’s sessions of tomorrow below a line; nothing if there are none"
        ),
        "news": gettext_lazy("what was published, below a line; nothing if there is none"),
    },
}


@dataclass(frozen=True)
class Said:
    """Words in one language: a subject and a text, both with placeholders."""

    subject: str
    body: str


def placeholders_of(kind: str) -> dict[str, str]:
    """{placeholder: what it stands for} in mail of this kind."""
    general = {name: str(EXPLANATIONS[name]) for name in GENERAL}
    return general | {name: str(words) for name, words in OWN[Kind(kind)].items()}


def built_in(kind: str, language: str) -> Said:
    """What such mail says unless somebody changes it, in a language that we have words in; else as the pages."""
    with writing_in(language):
        hello = _("Hello {name},")
        if kind == Kind.REMINDER:
            body = [
                hello,
                _("{session} begins soon:") + "\n{time}",
                _("How to join, and what it is about:") + "\n{link}",
            ]
            return Said(_("Soon: {session}"), "\n\n".join(body))
        body = [hello, "{sessions}", "{news}", _("Everything of your own: {my_academy}")]
        return Said(_("Your summary of {day}"), "\n\n".join(body))


def words_in(mailing: Mailing, language: str) -> Said:
    """What a mail says in a language: own words, if there are any."""
    own = mailing.texts.get(language)
    return Said(own["subject"], own["body"]) if own else built_in(mailing.kind, language)


def languages_of(mailing: Mailing) -> list[str]:
    """The languages that such mail is written in: those of the built-in words, and those of organisers' own.

    Those of organisers' own alone, if they want everybody to read what they wrote.
    """
    if mailing.own_words_for_all and mailing.texts:
        return list(mailing.texts)
    return list(dict.fromkeys([*catalogs(), *mailing.texts]))


def standing_row(edition: Edition, kind: str) -> Mailing:
    """The row of an edition's reminders or summaries; a new one that is not kept yet, if there is none."""
    found = Mailing.objects.filter(edition=edition, kind=kind).select_related("edition").first()
    return found or Mailing(edition=edition, kind=kind)


# --- Changing them ----------------------------------------------------------------------------------------------------


@transaction.atomic
def change_words(edition: Edition, kind: str, language: str, said: Said, *, by: User) -> Mailing:
    """Have such mail say something else in one language from the next one on.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        Invalid: nothing is written, or a placeholder cannot be filled.
    """
    insist(is_organiser(by, edition))
    if language not in dict(WORKING_LANGUAGES):
        raise Invalid(_("Nobody works in this language here."))
    words = {
        "subject": " ".join(tidy(said.subject, limit=SUBJECT, what=_("Subject")).split()),
        "body": tidy(said.body, limit=BODY, what=_("Text")),
    }
    for text in words.values():
        insist_on_placeholders(text, placeholders_of(kind))
    mailing = _locked(edition, kind, by)
    mailing.texts = {**mailing.texts, language: words}
    return _kept(mailing, worded(kind), by)


@transaction.atomic
def forget_words(edition: Edition, kind: str, language: str, *, by: User) -> Mailing:
    """Have such mail say what is built in again, in one language.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
    """
    insist(is_organiser(by, edition))
    mailing = _locked(edition, kind, by)
    mailing.texts = {code: words for code, words in mailing.texts.items() if code != language}
    mailing.own_words_for_all = mailing.own_words_for_all and bool(mailing.texts)
    return _kept(mailing, worded(kind), by)


@transaction.atomic
def choose_for_others(edition: Edition, kind: str, *, own: bool, by: User) -> Mailing:
    """Have whoever reads none of the languages of the own words get these even so, or the built-in words in theirs.

    Raises:
        NotAllowed: `by` is no organiser of this edition.
        Invalid: there are no words of their own.
    """
    insist(is_organiser(by, edition))
    mailing = _locked(edition, kind, by)
    if own and not mailing.texts:
        raise Invalid(_("There are no words of your own yet. Write them first."))
    mailing.own_words_for_all = own
    return _kept(mailing, worded(kind), by)


def _locked(edition: Edition, kind: str, by: User) -> Mailing:
    edition = in_turn(edition)
    mailing, _fresh = Mailing.objects.select_for_update().get_or_create(
        edition=edition, kind=Kind(kind), defaults={"created_at": clock.now(), "written_by": by}
    )
    return mailing


def _kept(mailing: Mailing, verb: str, by: User) -> Mailing:
    mailing.save(update_fields=["texts", "own_words_for_all"])
    record(mailing.edition, verb, mailing, by=by, content=letter_words(mailing))
    return mailing


# --- Filling them -----------------------------------------------------------------------------------------------------


def reminder_to(
    mailing: Mailing, person: Participant, session: SessionFacts, *, key: str = "", calendar: str = ""
) -> Message:
    """The reminder of a session for one person, not yet in the outbox."""
    zone, language = zone_of(person, mailing.edition), language_for(person, languages_of(mailing))
    with writing_in(language):
        values = {
            "session": one_line(session.title),
            "time": in_zone(session.starts, zone) if session.starts else "",
            "link": session.address,
        }
    return _message(mailing, person, language, values, key=key, calendar=calendar)


def summary_to(
    mailing: Mailing, person: Participant, sessions: list[SessionFacts], news: list[News], *, key: str = ""
) -> Message:
    """The summary of the day for one person, not yet in the outbox."""
    zone, language = zone_of(person, mailing.edition), language_for(person, languages_of(mailing))
    with writing_in(language):
        tomorrow = [_("Your sessions tomorrow:"), "\n".join(_line(one, zone) for one in sessions)]
        told = "\n".join(f"- {one_line(one.line)}: {one.address}" for one in news)
        day = clock.now().astimezone(ZoneInfo(mailing.edition.time_zone))
        values = {
            "sessions": "\n\n".join(tomorrow) if sessions else "",
            "news": "\n\n".join([_("Published since yesterday evening:"), told]) if news else "",
            "day": day_of_week(day),
        }
    return _message(mailing, person, language, values, key=key)


def _message(
    mailing: Mailing,
    person: Participant,
    language: str,
    values: Mapping[str, str],
    *,
    key: str,
    calendar: str = "",
) -> Message:
    edition, said = mailing.edition, words_in(mailing, language)
    general = {
        "name": as_words(addressed(person)),
        "edition": one_line(edition.title),
        "my_academy": address_of("my_academy", edition.slug),
        "programme": address_of("programme:agenda", edition.slug),
    }
    filled = {**general, **values}
    return Message(
        edition=edition,
        mailing=mailing,
        user=person.user,
        key=key,
        to=person.user.email,
        subject=one_line(fill(said.subject, filled))[:SUBJECT],
        body=_without_gaps(fill(said.body, set_apart(filled, language))),
        calendar=calendar,
        language=language,
        is_essential=False,
        created_at=clock.now(),
    )


def _line(session: SessionFacts, zone: ZoneInfo) -> str:
    when = in_zone(session.starts, zone) if isinstance(session.starts, datetime) else ""
    return f"- {when}: {one_line(session.title)}"


def _without_gaps(text: str) -> str:
    """The text without the empty paragraphs that placeholders for nothing leave behind."""
    paragraphs = [part.strip("\n") for part in text.split("\n\n")]
    return "\n\n".join(part for part in paragraphs if part.strip())
