"""The document on paper: a PDF that is tagged for screen readers, with bookmarks. Its words are handed over as data."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from academy.languages import direction_of
from academy.paper import typeset
from outcome.publishing.direction import runs_from_right
from outcome.publishing.publication import Chapter, Passage, Publication
from programme.cleaning import clean, one_line

SOURCE = Path(__file__).parent / "document.typ"


def pdf(publication: Publication) -> bytes:
    """The document as PDF bytes."""
    standing = publication.standing
    data = {
        "title": _line(publication.title),
        "lead": [_paragraph(paragraph) for paragraph in publication.lead],
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
    return typeset(SOURCE, "document", data)


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
        "paragraphs": [_paragraph(paragraph) for paragraph in passage.paragraphs],
        "remark": [_paragraph(paragraph) for paragraph in passage.remark],
    }


def _line(text: str) -> dict[str, Any]:
    return {"lines": [one_line(text)], "rtl": runs_from_right(text)}


def _paragraph(text: str) -> dict[str, Any]:
    return {"lines": clean(text).split("\n"), "rtl": runs_from_right(text)}
