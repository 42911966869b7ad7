"""Publishing a language version: its whole content under a digest, beside the revision that it is a translation of."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.canonical import digest
from academy.history import record
from academy.models import User
from academy.permissions import insist
from academy.text import tidy
from outcome.models import LanguageVersion, Translation, Translator
from outcome.translating.errors import ChangedSince, NothingCorrected, NotReady
from outcome.translating.languages import authoritative_language
from outcome.translating.marks import has_marks, readable_runs
from outcome.translating.parts import HEAD
from outcome.translating.permissions import may_order
from outcome.translating.progress import lines_of
from outcome.translating.recording import translation_words, version_words
from outcome.translating.writing import in_turn, insist_on_all

ITEM = re.compile(r"^(?:(?P<bullet>[-•*])|(?P<number>\d{1,3}\.)) +")
NOTE_LENGTH = 1000


@transaction.atomic
def publish_translation(translation: Translation, *, seen: str, note: str = "", by: User) -> LanguageVersion:
    """Publish a language version that is ready, as its next immutable version; those before it stay as they are.

    Args:
        seen: the fingerprint of the text that was looked at; see `fingerprint`.
        note: what was corrected, from the second version on.

    Raises:
        NotAllowed, NotReady, Incomplete, ChangedSince, NothingCorrected, Invalid
    """
    edition = translation.revision.document.edition
    insist(may_order(by, edition))
    translation = in_turn(translation)
    if translation.state != Translation.State.READY:
        raise NotReady
    insist_on_all(translation)
    words = translated_words(translation)
    if seen != fingerprint(words):
        raise ChangedSince
    last = translation.versions.order_by("-number").first()
    if last and {name: last.content.get(name) for name in words} == words:
        raise NothingCorrected
    content = _content(translation, words, last.number + 1 if last else 1)
    made = LanguageVersion.objects.create(
        translation=translation,
        number=content["version"],
        note=tidy(note, limit=NOTE_LENGTH, what=_("The note")) if note.strip() else "",
        content=content,
        digest=digest(content),
        published_at=clock.now(),
    )
    translation.state = Translation.State.PUBLISHED
    translation.save(update_fields=["state"])
    record(edition, "translation published", translation, by=by, content=translation_words(translation))
    facts = {"language": translation.language, "number": made.number, "digest": made.digest}
    record(edition, "language version published", made, by=by, data=facts, content=version_words(made))
    return made


def fingerprint(words: Mapping[str, Any]) -> str:
    """What tells one state of a translation from another."""
    return digest(words)


def _content(translation: Translation, words: Mapping[str, Any], number: int) -> dict[str, Any]:
    """What is published, as a JSON value. Translators stand in it by reference; the page asks who is named."""
    revision = translation.revision
    translators = Translator.objects.filter(translation=translation).order_by("given_at", "pk")
    return {
        "language": translation.language,
        "version": number,
        "translation_of": {
            "revision": revision.number,
            "label": revision.label,
            "digest": revision.digest,
            "language": authoritative_language(),
        },
        "translators": [str(key) for key in translators.values_list("pk", flat=True)],
        **words,
    }


def translated_words(translation: Translation) -> dict[str, Any]:
    """The revision's content with its words in the other language: the same sections, clauses, numbers and keys.

    A part that is not translated stands there empty. What a clause rests on is not repeated.
    """
    said = {line.part.key: line.words for line in lines_of(translation)}
    content, head = translation.revision.content, said[HEAD]
    return {
        "title": head.get("title", ""),
        "lead": head.get("lead", ""),
        "terms": {
            "encouragement": head.get("encouragement", ""),
            "remark": head.get("remark_word", ""),
            "notice": head.get("notice", ""),
        },
        "sections": [
            {
                "id": section["id"],
                "kind": section["kind"],
                "title": said.get(section["id"], {}).get("title", ""),
                "strand": section["strand"],
                "colour": section["colour"],
                "clauses": [_clause(clause, said.get(clause["id"], {})) for clause in section["clauses"]],
            }
            for section in content["sections"]
        ],
    }


def _clause(clause: Mapping[str, Any], said: Mapping[str, str]) -> dict[str, Any]:
    remark = clause["remark"]
    return {
        "id": clause["id"],
        "kind": clause["kind"],
        "number": clause["number"],
        "heading": said.get("heading", ""),
        **_body(clause, said.get("text", "")),
        "remark": {"id": remark["id"], **_body(remark, said.get("remark", ""))} if remark else None,
    }


def _body(source: Mapping[str, Any], text: str) -> dict[str, Any]:
    """A text; where the authoritative one has lists, lines that begin like items are items of lists, and where it has
    emphasis or links, they are read as they are typed."""
    formats = source.get("formats") or ()
    is_marked = has_marks(formats)
    if not is_marked and all(line["kind"] == "paragraph" for line in formats):
        return {"text": text}
    has_lists = any(line["kind"] != "paragraph" for line in formats)
    lines = [_line(line, has_lists=has_lists, is_marked=is_marked) for line in text.split("\n")]
    if is_marked:
        text = "\n".join(sign + "".join(run["text"] for run in line["runs"]) for sign, line in lines)
    said = [line for _sign, line in lines if any(run["text"].strip() for run in line["runs"])]
    if all(line["kind"] == "paragraph" for line in said) and not has_marks(said):
        return {"text": text}
    return {"text": text, "formats": said}


def _line(line: str, *, has_lists: bool, is_marked: bool) -> tuple[str, dict[str, Any]]:
    """The sign of an item, if it is one, and the line without it."""
    item = ITEM.match(line) if has_lists else None
    kind = "paragraph" if item is None else "bullet" if item["bullet"] else "number"
    sign, words = (line[: item.end()], line[item.end() :]) if item else ("", line)
    return sign, {"kind": kind, "runs": readable_runs(words) if is_marked else [{"text": words}]}


def named_in(content: Mapping[str, Any]) -> Sequence[str]:
    """The translators that a published content refers to, by key."""
    found = content.get("translators")
    return [str(key) for key in found] if isinstance(found, list) else []
