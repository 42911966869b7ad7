"""Every kind of mail, written by what causes it, in every language that there are words in, and read as a whole."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.db.models import F

from academy import clock
from academy.consent import LISTED, give_consent
from academy.mail.dates import day_of_week
from academy.mail.reading import writing_in
from academy.models import Edition, Message, Participant, User
from outcome.amending.clauses import Words
from outcome.amending.deciding import Saying, decide
from outcome.amending.merging import leave_out, merge_into_clause
from outcome.amending.proposing import propose_change
from outcome.amending.rounds import close_round
from outcome.comments.writing import comment_on
from outcome.following.confirming import confirm_endorsement, decline_endorsement
from outcome.following.reminding import remind_all
from outcome.models import Document, Revision
from outcome.revisions import publish_revision
from outcome.translating.beginning import name_translator
from outcome.translating.writing import mark_ready, take_back
from programme.models import Session
from programme.telling import release_and_tell
from tests.foreign_mail import broken_in, english_in, untranslated, whole
from tests.outcome.following import committed, endorsed
from tests.outcome.translations import translate_all
from tests.workshops.drafts import begun, drawn, fresh, person, slot
from workshops.models import Group, PlannedSeat
from workshops.plans.moving import move
from workshops.plans.publishing import publish_plan
from workshops.roundtables.publishing import publish_tables
from workshops.roundtables.rotations import Settings, draw_tables, rotation_of, set_rotations

if TYPE_CHECKING:
    from collections.abc import Callable

LANGUAGES = ("de", "es", "fr")
MINE = "https://academy.example.org/2022/my/"
Get = Any


def groups(get: Get) -> list[str]:
    """Groups that are new, and groups that were changed."""
    edition = get("academy_at")("registration")
    plan = begun(edition, 1, 2)
    drawn(plan)
    speak(get)
    publish_plan(plan, seen=fresh(plan).number, address=MINE, by=None)
    second = begun(edition, 1, 2)
    who, where = person(User.objects.get(email="dawit@example.org"), edition), slot(edition, 1)
    seat = PlannedSeat.objects.get(plan=second, participant=who, slot=where)
    other = Group.objects.filter(workshop__number=1, workshop__edition=edition).exclude(pk=seat.group_id)[0]
    move(
        fresh(second),
        str(where.pk),
        str(who.pk),
        str(other.pk),
        keeps=True,
        seen=fresh(second).number,
        by=None,
    )
    publish_plan(second, seen=fresh(second).number, address=MINE, by=None)
    return ["groups:"]


def roundtables(get: Get) -> list[str]:
    edition = get("academy_at")("registration")
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        slot = Session.objects.select_related("edition").get(edition=edition, slug="day-4-roundtables")
        said = Settings(2, 35, 5, "next-generation")
        set_rotations(slot, said, {}, seen=rotation_of(slot).number, by=None)
        draw_tables(slot, seed=1, seen=rotation_of(slot).number, by=None)
        speak(get)
        publish_tables(slot, seen=rotation_of(slot).number, address=MINE, by=None)
    return ["tables:"]


def programme(get: Get) -> list[str]:
    """A session that moved, one that is new, one that is cancelled, one with another title."""
    edition, amara = get("edition"), get("amara")
    get("dawit"), get("bruno")
    with clock.set_to(datetime(2022, 1, 25, 12, tzinfo=UTC)):
        open_ones = Session.objects.filter(kind="plenary", parent=None, starts_at__isnull=False)
        moved, gone, named = open_ones.order_by("starts_at")[:3]
        Session.objects.filter(pk=moved.pk).update(starts_at=F("starts_at") + timedelta(minutes=5))
        Session.objects.filter(pk=named.pk).update(title="Qwertz")
        Session.objects.filter(pk=gone.pk).update(removed_at=clock.now())
        speak(get)
        release_and_tell(edition, label="2", note="", address=MINE, by=amara)
    return ["release:"]


def record(get: Get) -> list[str]:
    get("delegates")
    speak(get)
    get("adopted")
    return ["record:"]


def translation(get: Get) -> list[str]:
    """What was given to somebody to translate, and what its review asks for."""
    spanish, amara, dawit = get("spanish"), get("amara"), get("dawit")
    speak(get)
    name_translator(spanish, dawit, by=amara)
    translate_all(spanish, by=dawit)
    mark_ready(spanish, by=dawit)
    take_back(spanish, asks="42", by=amara)
    return ["translation:"]


def amendments(get: Get) -> list[str]:
    """Adopted as a whole, edited, left out, rejected, referred, and closed without a decision."""
    clause, round_one = get("clause"), get("round_one")
    dawit, amara = get("dawit"), get("amara")
    speak(get)

    def proposed(text: str, saying: Saying | None) -> int:
        made = propose_change(
            clause, Words("Anchor it", text, "It was dropped."), reason="42", base=1, by=dawit
        )
        if saying:
            decide(round_one, made, saying, by=amara)
        return int(made.number)

    taken = proposed("to anchor it in a decision and a budget;", Saying("adopt"))
    left = proposed("to anchor it in a decision and a law;", Saying("adopt"))
    proposed("to anchor it in a decision and a song;", Saying("reject", reason="42"))
    proposed("to anchor it in a decision and a poem;", Saying("refer", reason="42"))
    proposed("to anchor it in a decision and a plan;", None)
    budget = Words("Anchor it", "to anchor it in a decision and a budget;", "It was dropped.")
    merge_into_clause(clause, [taken], budget, version=1, by=amara)
    leave_out(clause.document.amendments.get(number=left), reason="42", by=amara)
    close_round(round_one, by=amara)
    publish_revision(clause.document, label="Nova", audience="participants", by=amara)
    return ["amendment:"]


def mention(get: Get) -> list[str]:
    edition, clause, dawit, bruno = get("edition"), get("clause"), get("dawit"), get("bruno")
    get("taking")
    give_consent(Participant.objects.get(user=bruno, edition=edition), LISTED)
    speak(get)
    comment_on(clause, text="@Bruno: 42", by=dawit)
    return ["mention:"]


def endorsements(get: Get) -> list[str]:
    """Confirmed and declined, and a commitment's review before and after its day."""
    adopted, clause, amara, dawit, farid = (
        get(name) for name in ("adopted", "clause", "amara", "dawit", "farid")
    )
    speak(get)
    row = endorsed(adopted.edition, by=dawit, website="")
    row = confirm_endorsement(row, by=amara)
    other = endorsed(adopted.edition, by=farid, organisation="Ulm", website="")
    decline_endorsement(other, reason="42", by=amara)
    review = date(2030, 6, 15)
    committed(row, clause.pk, by=dawit, what="42.", review_on=review)
    for days in (-10, 1):
        day = review + timedelta(days=days)
        with clock.set_to(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)):
            remind_all()
    return ["endorsement:"]


KINDS: dict[str, tuple[Callable[[Get], list[str]], int]] = {
    # {kind: (what writes it, how many different subjects or texts there are at least)}
    "groups": (groups, 2),
    "roundtables": (roundtables, 1),
    "programme": (programme, 1),
    "record": (record, 1),
    "translation": (translation, 2),
    "amendments": (amendments, 5),
    "mention": (mention, 1),
    "endorsements": (endorsements, 4),
}
_language = {"now": ""}


def speak(get: Get) -> None:
    """From here on everybody reads the language of the test."""
    cast = [get(name) for name in ("amara", "bruno", "dawit", "esi", "farid")]
    Message.objects.all().delete()
    User.objects.update(language=_language["now"])
    for one in cast:
        one.refresh_from_db()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_says_anything_in_english_or_leaves_anything_out(request, db, kind, language):
    cause, least = KINDS[kind]
    _language["now"] = language
    with untranslated(language) as missed:
        keys = cause(request.getfixturevalue)
    assert missed == []
    found = [one for key in keys for one in Message.objects.filter(key__startswith=key)]
    assert {one.language for one in found} == {language}
    texts = {whole(one) for one in found}
    assert len({text.partition("\n")[2] for text in texts}) >= least
    given = list(given_words())
    assert [line for text in texts for line in english_in(text, given)] == []
    assert [part for text in texts for part in broken_in(text)] == []


def given_words() -> list[str]:
    """What organisers and participants gave: titles and names, in whatever language they did."""
    return [
        *Edition.objects.values_list("title", flat=True),
        *Session.objects.values_list("title", flat=True),
        *Group.objects.values_list("name", flat=True),
        *Document.objects.values_list("title", flat=True),
        *Revision.objects.values_list("label", flat=True),
        "City of Examples",
    ]


def test_a_word_of_english_and_a_gap_are_found():
    """The control."""
    assert english_in("Bonjour,\nThis is new.\nhttps://the.example/and/of") == ["This is new."]
    assert broken_in("Bonjour %(name)s, {time} None « »") == ["%(", "{time}", "None", "« »"]
    with writing_in("fr"):
        assert english_in(day_of_week(date(2022, 2, 2))) == []
