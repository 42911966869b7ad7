"""Translating: saving one part, calling the whole ready, taking it back into work."""

import unicodedata
from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.errors import Invalid
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.text import tidy
from outcome.models import TranslatedPart, Translation
from outcome.translating.errors import Incomplete, NotInWork, PartOvertaken
from outcome.translating.marks import runs_of
from outcome.translating.parts import FIELDS, LONG, Part, parts_of
from outcome.translating.permissions import may_order, may_translate
from outcome.translating.progress import lines_of, progress_of
from outcome.translating.recording import part_words, translation_words
from outcome.translating.telling import tell_taken_back

State = Translation.State
ASKS_LENGTH = 1000


def in_turn(translation: Translation) -> Translation:
    """The translation's row, locked until the commit: whoever changes it does so one after the other."""
    return (
        Translation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("revision__document__edition")
        .get(pk=translation.pk)
    )


@transaction.atomic
def save_part(
    translation: Translation, key: str, words: Mapping[str, str], *, seen: int, by: User
) -> TranslatedPart:
    """Save what a part says in the other language; it may be unfinished. What was saved before stays kept.

    Args:
        key: "head", or that of a section or a clause of the revision.
        words: by field; fields that the part does not have are passed over.
        seen: the number of the saving that the translator saw, 0 for none.

    Raises:
        NotAllowed, NotInWork
        Invalid: no such part, no words at all, or too many.
        PartOvertaken: somebody saved other words meanwhile.
    """
    insist(may_translate(by, translation))
    translation = in_turn(translation)
    if translation.state != State.IN_WORK:
        raise NotInWork
    part = part_named(translation, key)
    said = tidied(part, words)
    last = TranslatedPart.objects.filter(translation=translation, part=key).order_by("-number").first()
    source = dict(part.fields)
    if last and (last.words, last.source) == (said, source):
        return last  # the same once more: an answer that was lost, or two who say the same
    if last is None and not any(said.values()):
        raise Invalid(_("Nothing was saved: there are no words yet."))
    if last and seen != last.number:
        raise PartOvertaken(last)
    row = TranslatedPart.objects.create(
        translation=translation,
        part=key,
        number=last.number + 1 if last else 1,
        words=said,
        source=source,
        written_at=clock.now(),
    )
    record(translation.revision.document.edition, "part translated", row, by=by, content=part_words(row))
    return row


def part_named(translation: Translation, key: str) -> Part:
    """A part of the revision by its key.

    Raises:
        Invalid: there is none.
    """
    for part in parts_of(translation.revision.content):
        if part.key == key:
            return part
    raise Invalid(_("The revision has no such part."))


def tidied(part: Part, words: Mapping[str, str]) -> dict[str, str]:
    """The words of a part as they are kept: each field tidied, empty ones kept empty, titles on one line.

    Raises:
        Invalid
    """
    said = {}
    for name in part.fields:
        what, limit = FIELDS[name]
        text = words.get(name, "")
        if name not in LONG:
            text = " ".join(unicodedata.normalize("NFC", text).split())
        said[name] = tidy(text, limit=limit, what=str(what)) if text.strip() else ""
        if name in part.marked:
            for line in said[name].split("\n"):
                runs_of(line)
    return said


@transaction.atomic
def mark_ready(translation: Translation, *, by: User) -> Translation:
    """Call a language version ready for review; it takes no more words until it is taken back.

    Raises:
        NotAllowed, NotInWork
        Incomplete: parts are not translated yet, or their authoritative words changed.
    """
    insist(may_translate(by, translation))
    translation = in_turn(translation)
    if translation.state != State.IN_WORK:
        raise NotInWork
    insist_on_all(translation)
    return _move(translation, State.READY, "translation ready", by=by)


def insist_on_all(translation: Translation) -> None:
    """Refuse unless every part is translated from the words that the revision says.

    Raises:
        Incomplete
    """
    progress = progress_of(lines_of(translation))
    if not progress.is_complete:
        raise Incomplete(_("%(left)s parts of the text are not translated yet.") % {"left": progress.left})


@transaction.atomic
def take_back(translation: Translation, *, asks: str = "", by: User) -> Translation:
    """Take a language version back into work, from its review or after its publication; versions stay published.

    Args:
        asks: what is to be changed, for the translators; an organiser's words.

    Raises:
        NotAllowed, Invalid
    """
    insist(may_translate(by, translation))
    translation = in_turn(translation)
    if translation.state == State.IN_WORK:
        return translation
    asking = may_order(by, translation.revision.document.edition) and asks.strip()
    translation.asks = tidy(asks, limit=ASKS_LENGTH, what=_("What is to be changed")) if asking else ""
    return _move(translation, State.IN_WORK, "translation taken back", by=by)


def _move(translation: Translation, state: str, verb: str, *, by: User) -> Translation:
    translation.state = state
    if state != State.IN_WORK:
        translation.asks = ""
    translation.save(update_fields=["state", "asks"])
    edition = translation.revision.document.edition
    entry = record(edition, verb, translation, by=by, content=translation_words(translation))
    if translation.asks:
        tell_taken_back(translation, entry)
    return translation
