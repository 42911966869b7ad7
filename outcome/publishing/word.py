"""The document for word processors (DOCX), with real headings, its language set, and no author in its properties."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from outcome.publishing.direction import runs_from_right
from outcome.publishing.publication import Passage, Publication
from programme.cleaning import clean, one_line

# Of no meaning, so that the same revision always gives the same file.
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)


def docx(publication: Publication) -> bytes:
    """The document as a DOCX file."""
    paper: Any = Document()
    _describe(paper, publication)
    standing = publication.standing
    _head(paper, publication.title, 0)
    paper.add_paragraph(one_line(standing.words)).runs[0].italic = True
    if standing.notice:
        _add(paper, standing.notice)
    for chapter in publication.chapters:
        if chapter.opens:
            for paragraph in publication.lead:
                _add(paper, paragraph)
        _head(paper, chapter.title, 1)
        for passage in chapter.passages:
            _add_passage(paper, passage, publication.remark_words)
    paper.add_paragraph()
    _add(paper, f"{standing.address}\nSHA-256 {standing.digest}", size=8)
    made = BytesIO()
    paper.save(made)
    return made.getvalue()


def _describe(paper: Any, publication: Publication) -> None:
    """What the file says about itself: a title and a language, nobody's name, no moment of its making."""
    known = paper.core_properties
    known.title, known.language = one_line(publication.title), publication.standing.language
    known.author = known.last_modified_by = known.comments = ""
    known.created = known.modified = MOMENT
    style = paper.styles["Normal"]
    style.font.size = Pt(11)
    words = style.element.get_or_add_rPr()
    language = OxmlElement("w:lang")
    for script in ("w:val", "w:eastAsia", "w:bidi"):
        language.set(qn(script), publication.standing.language)
    words.append(language)


def _head(paper: Any, text: str, level: int) -> None:
    _turn(paper.add_heading(one_line(text), level=level), text)


def _turn(paragraph: Any, text: str) -> None:
    """A paragraph that is written from right to left stands on the right, and its words run from there."""
    if not runs_from_right(text):
        return
    paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for run in paragraph.runs:
        run.font.rtl = True


def _add_passage(paper: Any, passage: Passage, remark_words: str) -> None:
    if passage.heading:
        _head(paper, passage.heading, 2)
    first, *rest = passage.paragraphs or ("",)
    _add(paper, first, before=f"{passage.number}. " if passage.number else "")
    for paragraph in rest:
        _add(paper, paragraph)
    for place, paragraph in enumerate(passage.remark):
        _add(paper, paragraph, before=f"{remark_words} " if place == 0 else "", indent=1.0, size=10)


def _add(paper: Any, text: str, *, before: str = "", indent: float = 0, size: float = 0) -> None:
    """A paragraph with its line breaks; what stands before it is strong."""
    paragraph = paper.add_paragraph()
    paragraph.paragraph_format.left_indent = Cm(indent) if indent else None
    runs = [paragraph.add_run(before)] if before else []
    for run in runs:
        run.bold = True
    for place, line in enumerate(clean(text).split("\n")):
        run = paragraph.add_run(line)
        if place:
            run._r.insert(0, OxmlElement("w:br"))
        runs.append(run)
    if size:
        for run in runs:
            run.font.size = Pt(size)
    _turn(paragraph, text)
