"""The document for word processors (DOCX), with real headings, its language set, and no author in its properties."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE as RELATION
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from outcome.publishing.blocks import BULLET, NUMBER, PARAGRAPH, Block, Run, plain_block, stretches
from outcome.publishing.direction import runs_from_right
from outcome.publishing.publication import Passage, Publication
from programme.cleaning import clean, one_line

# Of no meaning, so that the same revision always gives the same file.
MOMENT = datetime(2000, 1, 1, tzinfo=UTC)
STYLES = {BULLET: "List Bullet", NUMBER: "List Number"}
ITEM_INDENT = 0.63


def docx(publication: Publication) -> bytes:
    """The document as a DOCX file."""
    paper: Any = Document()
    _describe(paper, publication)
    standing = publication.standing
    _head(paper, publication.title, 0)
    paper.add_paragraph(one_line(standing.words)).runs[0].italic = True
    if standing.notice:
        _add(paper, plain_block(standing.notice))
    for chapter in publication.chapters:
        if chapter.opens:
            for block in publication.lead:
                _add(paper, block)
        _head(paper, chapter.title, 1)
        for passage in chapter.passages:
            _add_passage(paper, passage, publication.remark_words)
    paper.add_paragraph()
    _add(paper, plain_block(f"{standing.address}\nSHA-256 {standing.digest}"), size=8)
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
    made = paper.add_heading(one_line(text), level=level)
    _turn(made, text, made.runs)


def _turn(paragraph: Any, text: str, runs: list[Any]) -> None:
    """A paragraph that is written from right to left stands on the right, and its words run from there."""
    if not runs_from_right(text):
        return
    paragraph._p.get_or_add_pPr().append(OxmlElement("w:bidi"))
    for run in runs:
        run.font.rtl = True


def _add_passage(paper: Any, passage: Passage, remark_words: str) -> None:
    if passage.heading:
        _head(paper, passage.heading, 2)
    _add_blocks(paper, passage.paragraphs, before=f"{passage.number}. " if passage.number else "")
    if passage.remark:
        _add_blocks(paper, passage.remark, before=f"{remark_words} ", indent=1.0, size=10)


def _add_blocks(
    paper: Any, blocks: tuple[Block, ...], *, before: str, indent: float = 0, size: float = 0
) -> None:
    """Paragraphs and lists; what stands before them opens the first paragraph, or stands alone before a list."""
    found = list(stretches(blocks))
    if before and (not found or found[0][0] != PARAGRAPH):
        _add(paper, plain_block(""), before=before.rstrip(), indent=indent, size=size)
        before = ""
    for kind, some in found:
        numbering = _numbered_anew(paper) if kind == NUMBER else None
        for block in some:
            style = STYLES.get(kind)
            made = _add(paper, block, before=before, indent=indent, size=size, style=style)
            before = ""
            if numbering is not None:
                _number(made, numbering)


def _add(
    paper: Any,
    block: Block,
    *,
    before: str = "",
    indent: float = 0,
    size: float = 0,
    style: str | None = None,
) -> Any:
    """A paragraph or an item with its line breaks, marks and links; what stands before it is strong."""
    paragraph = paper.add_paragraph(style=style)
    if indent:
        paragraph.paragraph_format.left_indent = Cm(indent + (ITEM_INDENT if style else 0))
    runs = [paragraph.add_run(before)] if before else []
    for run in runs:
        run.bold = True
    for place, line in enumerate(block.lines):
        said = [_say(paper, paragraph, run) for run in line] or [paragraph.add_run("")]
        if place:
            said[0]._r.insert(0, OxmlElement("w:br"))
        runs += said
    if size:
        for run in runs:
            run.font.size = Pt(size)
    _turn(paragraph, block.text, runs)
    return paragraph


def _say(paper: Any, paragraph: Any, said: Run) -> Any:
    """Words in a paragraph with their marks; of a link, within an element that leads there."""
    run = paragraph.add_run(clean(said.text))
    run.bold, run.italic = said.strong or None, said.em or None
    for mark, there in (("w:bCs", said.strong), ("w:iCs", said.em)):
        if there:  # the same for scripts such as Arabic
            run._r.get_or_add_rPr().append(OxmlElement(mark))
    if said.link:
        run.underline = True
        link = OxmlElement("w:hyperlink")
        link.set(qn("r:id"), paper.part.relate_to(said.link, RELATION.HYPERLINK, is_external=True))
        paragraph._p.replace(run._r, link)
        link.append(run._r)
    return run


def _numbered_anew(paper: Any) -> str:
    """A numbering that begins at one again; Word would go on counting from the list before."""
    definitions = paper.part.numbering_part.element
    style = paper.styles[STYLES[NUMBER]].element
    counted = definitions.num_having_numId(style.pPr.numPr.numId.val)
    made = definitions.add_num(counted.abstractNumId.val)
    made.add_lvlOverride(ilvl=0).add_startOverride(1)
    return str(made.numId)


def _number(paragraph: Any, numbering: str) -> None:
    numbered = paragraph._p.get_or_add_pPr().get_or_add_numPr()
    numbered.get_or_add_ilvl().val = 0
    numbered.get_or_add_numId().val = int(numbering)
