"""The document on paper: a PDF that is tagged for screen readers, with bookmarks. Its words are handed over as data."""

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Any

from cachetools import LRUCache, cached
from django.utils.translation import gettext as _

from academy.canonical import digest
from academy.languages import direction_of
from academy.paper import typeset
from outcome.publishing.blocks import Block, Run, stretches
from outcome.publishing.direction import runs_from_right
from outcome.publishing.publication import Chapter, Passage, Publication
from programme.cleaning import clean, one_line

SOURCE = Path(__file__).parent / "document.typ"
# The end of Latin, Greek and Cyrillic, for which there are italics and a bold weight.
LAST_SLANTED = 0x52F


def pdf(publication: Publication) -> bytes:
    """The document as PDF bytes."""
    return _set(_data(publication))


def pdf_digest(publication: Publication) -> str:
    """The SHA-256 of the PDF; it is set once in a process, as the same words always give the same file."""
    return _digest_of(_data(publication))


@cached(LRUCache(500), key=digest, lock=Lock())
def _digest_of(data: dict[str, Any]) -> str:
    return sha256(_set(data)).hexdigest()


def _set(data: dict[str, Any]) -> bytes:
    return typeset(SOURCE, "document", data)


def _data(publication: Publication) -> dict[str, Any]:
    """What stands on the paper, as the Typst file reads it."""
    standing = publication.standing
    return {
        "title": _line(publication.title),
        "lead": [_block(block) for block in publication.lead],
        "edition": one_line(standing.edition),
        "words": one_line(standing.words),
        "notice": _line(standing.notice),
        "around": (standing.around or standing.language).split("-")[0],
        "rtl": direction_of(standing.language) == "rtl",
        "digest": standing.digest,
        "address": standing.address,
        "language": standing.language.split("-")[0],
        "terms": {
            "remark": _line(publication.remark_words),
            "page": _("page"),
            "digest": _("Digest of this text"),
        },
        "chapters": [_chapter(chapter) for chapter in publication.chapters],
    }


def _chapter(chapter: Chapter) -> dict[str, Any]:
    return {
        "title": _line(chapter.title),
        "colour": chapter.colour,
        "opens": chapter.opens,
        "passages": [_passage(passage) for passage in chapter.passages],
    }


def _passage(passage: Passage) -> dict[str, Any]:
    return {
        "name": passage.name,
        "number": passage.number,
        "heading": _line(passage.heading),
        "stretches": _stretches(passage.paragraphs),
        "remark": _stretches(passage.remark),
    }


def _line(text: str) -> dict[str, Any]:
    return {"lines": [one_line(text)], "rtl": runs_from_right(text)}


def _stretches(blocks: Iterable[Block]) -> list[dict[str, Any]]:
    return [{"kind": kind, "blocks": [_block(block) for block in found]} for kind, found in stretches(blocks)]


def _block(block: Block) -> dict[str, Any]:
    return {
        "lines": [[_run(run) for run in line] for line in block.lines],
        "rtl": runs_from_right(block.text),
    }


def _run(run: Run) -> dict[str, Any]:
    text = clean(run.text)
    # Our fonts of these scripts have one weight and no italics: the marks are drawn.
    is_drawn = any(letter.isalpha() and ord(letter) > LAST_SLANTED for letter in text)
    return {"text": text, "em": run.em, "strong": run.strong, "link": run.link, "drawn": is_drawn}
