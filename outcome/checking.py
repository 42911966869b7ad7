"""Whether a copy is the adopted one: a digest, a record or a revision as data, or the text itself. Nothing is kept.

A text is compared word by word (`matching.py`), as it may have been copied from a page, a print or a letter; with the
adopted text first, then with the other revisions, then with the published translations.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext as _

from academy.canonical import digest_or_none
from academy.history import Mismatch
from academy.models import Edition
from outcome.matching import (
    Match,
    clause_name,
    difference,
    match,
    may_hold,
    reasons_of,
    without_remarks,
    words_in,
    words_of_clause,
)
from outcome.models import LanguageVersion, Procedure, Record, Revision
from outcome.revisions import clauses_of
from outcome.translating.checking import Rendered, reasons_about, rendered_in, version_with, words_of
from outcome.verifying import verify_record

LARGEST = 2_000_000
HEX = re.compile(r"\b[0-9a-fA-F]{64}\b")
# As many of the newest revisions are compared word by word; data and digests are known of all.
COMPARED = 50
ONLY_DIGEST = re.compile(r"\s*([0-9a-fA-F]{64})\s*")


@dataclass(frozen=True)
class Verdict:
    """What a copy was found to be: "adopted", "other" (known, and not the adopted one), "changed" or "unknown"."""

    kind: str
    title: str
    reasons: list[str]

    @property
    def is_adopted(self) -> bool:
        return self.kind == "adopted"

    @property
    def is_known(self) -> bool:
        """Whether it is to the letter something that is given here, and not what was adopted."""
        return self.kind == "other"


Text = Revision | LanguageVersion


def nothing(_text: Text) -> list[str]:
    """Nothing is said around a text."""
    return []


def check_copy(
    edition: Edition,
    copy: str,
    *,
    readable: list[Revision],
    around: Callable[[Text], Iterable[str]] = nothing,
) -> Verdict:
    """Say what a copy is, in words.

    Args:
        readable: the revisions that whoever asks may read; nothing is said of others.
        around: what our files and pages say of a text in whole sentences, such as when it was adopted.
    """
    record = adopted_record(edition)
    copy = copy.removeprefix("\ufeff")
    if found := ONLY_DIGEST.fullmatch(copy):
        return _check_digest(found[1].lower(), record, readable)
    if copy.lstrip().startswith(("{", "[")):
        return _check_data(copy, record, readable)
    return _check_text(copy, record, readable, lambda text: [HEX.sub(" ", one) for one in around(text)])


@dataclass(frozen=True)
class Paper:
    """A PDF that is given here of a text; `is_draft`: as it was given before the text was adopted."""

    digest: str
    with_remarks: bool = True
    is_draft: bool = False


def check_pdf(
    edition: Edition,
    made: bytes,
    *,
    readable: list[Revision],
    named: Iterable[Text],
    ours: Callable[[Text], Iterable[Paper]],
) -> Verdict | None:
    """Say what a PDF is if it is, byte by byte, one that is given here; None if it is not.

    Args:
        readable: the revisions that whoever asks may read.
        named: the texts among them that the PDF itself names, by their addresses.
        ours: the PDFs of a text; the same text always gives the same file.
    """
    record, found = adopted_record(edition), sha256(made).hexdigest()
    adopted = record.procedure.revision if record else None
    if record and adopted and (paper := _same_paper(found, ours(adopted))):
        return _adopted(record, _words_of_paper(paper))
    for text in named:
        if text != adopted and _same_paper(found, ours(text)):
            return _other(text, record, readable)
    return None


def _same_paper(digest: str, papers: Iterable[Paper]) -> Paper | None:
    return next((paper for paper in papers if paper.digest == digest), None)


def _words_of_paper(paper: Paper) -> str:
    if paper.is_draft:
        return _(
            "It is the PDF that was given of this text before its adoption, byte by byte; it still calls it a draft."
        )
    if paper.with_remarks:
        return _("It is the PDF of the adopted text, byte by byte.")
    return _("It is the PDF of the adopted text without its explanatory remarks, byte by byte.")


def adopted_record(edition: Edition) -> Record | None:
    """The record by which the edition's document was adopted."""
    records = Record.objects.filter(document__edition=edition, procedure__state=Procedure.State.ADOPTED)
    return records.select_related("procedure__revision", "document").first()


def faults_of(record: Record) -> list[str]:
    """What does not fit together in our own record, in words; somebody would have changed it behind our back."""
    return [_fault(mismatch) for mismatch in verify_record(record)]


def _fault(mismatch: Mismatch) -> str:
    words = {
        "its content was changed after the adoption": _(
            "The record kept here was changed after the adoption."
        ),
        "the text in it is not the text that was adopted": _(
            "The text in the record kept here is not the text that was adopted."
        ),
        "it names another revision than the adoption": _(
            "The record kept here names another revision than the adoption."
        ),
        "its numbers are not those of the positions in it": _(
            "The numbers in the record kept here are not those of the positions in it."
        ),
    }
    return words.get(mismatch.reason, mismatch.reason)


# --- Digests ----------------------------------------------------------------------------------------------------------


def _check_digest(digest: str, record: Record | None, readable: list[Revision]) -> Verdict:
    if record and digest == record.digest:
        return _adopted(record, _("This is the digest of the record of adoption."))
    if record and digest == record.content.get("text_digest"):
        return _adopted(record, _("This is the digest of the adopted text."))
    if other := _known(digest, record, readable):
        return other
    return Verdict(
        "unknown",
        _("This digest is not known here"),
        [
            _(
                "It belongs neither to the adopted text nor to its record. A single letter that differs is enough."
            ),
            _("If it stands in a mail or on a print from the adoption, what is kept here was changed since."),
        ],
    )


def _adopted(record: Record, reason: str) -> Verdict:
    """The good verdict; unless what is kept here does not fit together itself."""
    if faults := faults_of(record):
        return Verdict("changed", _("Something here was changed after the adoption"), [reason, *faults])
    return Verdict("adopted", _("This is what was adopted"), [reason])


def _known(digest: str, record: Record | None, readable: list[Revision]) -> Verdict | None:
    """What is known here under a digest, besides what was adopted: another revision, or a translation."""
    for revision in readable:
        if revision.digest == digest:
            return _other(revision, record, readable)
    version = version_with(digest, readable)
    return _other(version, record, readable) if version else None


def _other(text: Text, record: Record | None, readable: list[Revision]) -> Verdict:
    """What is said of a text that is known here, and not the adopted one."""
    if isinstance(text, LanguageVersion):
        title, words = words_of(text, readable, record.procedure.revision_id if record else None)
        return Verdict("other", title, [words])
    title = _("This is not what was adopted") if record else _("Nothing has been adopted yet")
    facts = {"number": text.number, "label": text.label}
    return Verdict("other", title, [_("It is revision %(number)s, “%(label)s”.") % facts])


# --- Data -------------------------------------------------------------------------------------------------------------


def _check_data(copy: str, record: Record | None, readable: list[Revision]) -> Verdict:
    try:
        data = json.loads(copy)
    except (ValueError, RecursionError):
        return Verdict("unknown", _("This file cannot be read as data"), [_("It is no complete JSON.")])
    content = data.get("content", data) if isinstance(data, dict) else data
    stated = data.get("digest") if isinstance(data, dict) else None
    found = digest_or_none(content)
    if found is None:
        return Verdict("unknown", _("This file cannot be read as data"), [_("It has no canonical form.")])
    reasons = []
    if isinstance(stated, str) and stated != found:
        reasons.append(
            _("Its content does not have the digest that stands in it: one of the two was changed.")
        )
    if record and found == record.digest:
        if reasons:
            return Verdict("changed", _("This copy was changed"), reasons)
        return _adopted(record, _("It is the record of adoption, to the letter."))
    if record and found == record.content.get("text_digest"):
        return _adopted(record, _("It is the adopted text, to the letter."))
    return _other_data(content, found, record, readable, reasons)


def _other_data(
    content: Any, found: str, record: Record | None, readable: list[Revision], reasons: list[str]
) -> Verdict:
    if not reasons and (other := _known(found, record, readable)):
        return other
    if record is None:
        return Verdict("unknown", _("Nothing has been adopted yet"), reasons)
    differences = list(_differing_parts(content, record.content))
    if not differences:
        differences = [_("It is neither the record of adoption nor the adopted text.")]
    return Verdict("changed", _("This is not what was adopted"), reasons + differences)


def _differing_parts(content: Any, own: dict[str, Any]) -> Iterator[str]:
    """In words, where data that looks like a record, or like the text, differs from what was adopted."""
    if not isinstance(content, dict):
        return
    text = content.get("text", content)
    if digest_or_none(text) != own.get("text_digest") and isinstance(text, dict) and "sections" in text:
        yield from _differing_clauses(text, own["text"])
    if "text" not in content:
        return
    names = {
        "counts": _("the numbers"),
        "positions": _("the positions"),
        "ballots": _("the ballots"),
        "statements": _("the statements"),
        "adopted": _("the result"),
        "quorum": _("the quorum"),
        "electorate": _("the size of the electorate"),
        "method": _("the method"),
        "history": _("the end of the history"),
    }
    for name, words in names.items():
        if content.get(name) != own.get(name):
            yield _("In this copy %(part)s are not as in the record.") % {"part": words}


def _differing_clauses(text: dict[str, Any], own: dict[str, Any]) -> Iterator[str]:
    try:
        theirs = {str(clause["id"]): words_of_clause(clause) for _section, clause in clauses_of(text)}
    except (KeyError, TypeError, AttributeError):
        yield _("The text in it is not in the form of ours.")
        return
    for _section, clause in clauses_of(own):
        name = clause_name(clause)
        if clause["id"] not in theirs:
            yield _("%(clause)s is missing.") % {"clause": name}
        elif theirs[clause["id"]] != words_of_clause(clause):
            yield difference(name, words_of_clause(clause), theirs[clause["id"]])
    known = {clause["id"] for _section, clause in clauses_of(own)}
    if added := len(theirs.keys() - known):
        yield _("It has %(count)s clauses that were not adopted.") % {"count": added}


# --- Text -------------------------------------------------------------------------------------------------------------


def plain_text(content: dict[str, Any]) -> str:
    """The text as plain lines, to be kept or sent on; `check_copy` recognises it."""
    lines, has_led = [content["title"], ""], False
    for section in content["sections"]:
        if not section["clauses"]:
            continue
        if section["kind"] == "strand" and content["lead"] and not has_led:
            lines += [content["lead"], ""]
            has_led = True
        lines += [section["title"], ""]
        for clause in section["clauses"]:
            lines += [f"{clause['number']}. {clause['text']}" if clause["number"] else clause["text"], ""]
            if clause["remark"]:
                lines += [clause["remark"]["text"], ""]
    return "\n".join(lines)


def _check_text(
    copy: str,
    record: Record | None,
    readable: list[Revision],
    around: Callable[[Text], Iterable[str]],
) -> Verdict:
    words = words_in(HEX.sub(" ", copy))
    if not words:
        return Verdict("unknown", _("There is nothing to compare"), [_("The copy holds no words.")])
    found = match(words, record.content["text"], around(record.procedure.revision)) if record else None
    if record and found and (whole := _whole(words, found, record, around)):
        return _adopted(record, whole)
    if same := _same_revision(words, record, readable, around):
        return _other(same, record, readable)
    rendered = rendered_in(words, readable, around)
    if rendered and (rendered.is_same or not (found and found.is_alike)):
        return _of_translation(rendered, words, record, readable)
    if found and found.is_alike:
        more = _("It holds words that were not adopted: “%(words)s”.")
        title = (
            _("This is not the adopted text")
            if found.missing
            else _("Every clause of the adopted text is there, and other words besides")
        )
        return Verdict("changed", title, reasons_of(found, words, more=more))
    return _like_none(record)


def _like_none(record: Record | None) -> Verdict:
    if record is None:
        return Verdict(
            "unknown", _("Nothing has been adopted yet"), [_("There is no text to compare it with.")]
        )
    return Verdict("unknown", _("This is another text"), [_("It has little in common with the adopted one.")])


def _whole(
    words: list[str], found: Match, record: Record, around: Callable[[Text], Iterable[str]]
) -> str | None:
    """In words, that a copy holds the whole adopted text; None if it does not."""
    if found.is_same:
        return _("Every clause is there, word by word, and nothing else.")
    bare = without_remarks(record.content["text"])
    if found.is_alike and match(words, bare, around(record.procedure.revision)).is_same:
        return _(
            "Every clause is there, word by word, and nothing else; the explanatory remarks are left out."
        )
    return None


def _same_revision(
    words: list[str],
    record: Record | None,
    readable: list[Revision],
    around: Callable[[Text], Iterable[str]],
) -> Revision | None:
    """The newest revision besides the adopted one whose words are those of a copy, with its remarks or without."""
    said, adopted = set(words), record.procedure.revision_id if record else None
    others = Revision.objects.filter(pk__in=[row.pk for row in readable if row.pk != adopted])
    for revision in others.order_by("-number")[:COMPARED]:
        for content in (revision.content, without_remarks(revision.content)):
            if may_hold(said, content) and match(words, content, around(revision)).is_same:
                return revision
    return None


def _of_translation(
    found: Rendered, words: list[str], record: Record | None, readable: list[Revision]
) -> Verdict:
    if found.is_same:
        return _other(found.version, record, readable)
    title = _("This is not a translation as it was published")
    return Verdict("changed", title, reasons_about(found, words, readable))
