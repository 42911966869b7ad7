"""The document as Akoma Ntoso 3.0, the OASIS standard for legal documents (LegalDocML), as a `statement`. Pure.

Each clause carries its name in addresses as `eId` ("e7"), which holds within one revision, and its identity as `wId`
("clause-…"), which stays the same from revision to revision. Naming: Akoma Ntoso Naming Convention 1.0, OASIS.
"""

import re
from xml.etree import ElementTree as ET

from outcome.publishing.blocks import BULLET, PARAGRAPH, Block, Run, plain_block, stretches
from outcome.publishing.language_codes import law_code
from outcome.publishing.publication import Chapter, Passage, Publication, Rendering, Standing
from programme.cleaning import clean, one_line

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
SOURCE = "#academy"


def akoma_ntoso(publication: Publication) -> bytes:
    """The document as XML that is valid against the schema of the standard."""
    root = ET.Element("akomaNtoso", {"xmlns": NAMESPACE})
    statement = ET.SubElement(root, "statement", {"name": "outcome-document", "contains": "singleVersion"})
    _meta(statement, publication)
    preface = ET.SubElement(statement, "preface", {"eId": "preface"})
    ET.SubElement(ET.SubElement(preface, "p"), "docTitle").text = one_line(publication.title)
    ET.SubElement(preface, "p").text = one_line(publication.standing.words)
    if publication.standing.notice:
        ET.SubElement(preface, "p").text = one_line(publication.standing.notice)
    preamble = [chapter for chapter in publication.chapters if chapter.is_preamble]
    if preamble or publication.lead:
        _preamble(statement, publication, preamble)
    body = ET.SubElement(statement, "mainBody", {"eId": "body"})
    for chapter in publication.chapters:
        if not chapter.is_preamble:
            _section(body, chapter, publication.remark_words.rstrip(" .:。："))
    if not len(body):
        ET.SubElement(body, "p")
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made


def _meta(statement: ET.Element, publication: Publication) -> None:
    standing = publication.standing
    meta = ET.SubElement(statement, "meta")
    identification = ET.SubElement(meta, "identification", {"source": SOURCE})
    code = law_code(standing.language)
    slug = re.sub(r"[^a-z0-9]+", "-", standing.edition.lower()).strip("-") or "academy"
    work = f"/akn/un/statement/{standing.dated:%Y-%m-%d}/{slug}"
    rendering = standing.rendering
    version = f"-v{rendering.version}" if rendering else ""
    expression = f"{work}/{code}@rev{standing.number}{version}"
    this = {"FRBRWork": work, "FRBRExpression": expression, "FRBRManifestation": f"{expression}.xml"}
    for level, uri in this.items():
        part = ET.SubElement(identification, level)
        ET.SubElement(part, "FRBRthis", {"value": f"{uri}/!main"})
        ET.SubElement(part, "FRBRuri", {"value": uri})
        ET.SubElement(part, "FRBRdate", _dated(standing, is_work=level == "FRBRWork"))
        ET.SubElement(part, "FRBRauthor", {"href": SOURCE, "as": "#author"})
        if level == "FRBRWork":
            ET.SubElement(part, "FRBRcountry", {"value": "un"})
        if level == "FRBRExpression":
            _expression(part, code, rendering, work, standing.number)
    references = ET.SubElement(meta, "references", {"source": SOURCE})
    who = {"eId": "academy", "href": standing.address, "showAs": one_line(standing.edition)}
    ET.SubElement(references, "TLCOrganization", who)
    ET.SubElement(
        references, "TLCRole", {"eId": "author", "href": "/ontology/role/author", "showAs": "Author"}
    )


def _dated(standing: Standing, *, is_work: bool) -> dict[str, str]:
    """The date of the text; a translation, as an expression of it, has one of its own."""
    if standing.rendering and not is_work:
        return {"date": f"{standing.rendering.made_on:%Y-%m-%d}", "name": "translation"}
    name = "adoption" if standing.adopted_on else "publication"
    return {"date": f"{standing.dated:%Y-%m-%d}", "name": name}


def _expression(part: ET.Element, code: str, rendering: Rendering | None, work: str, number: int) -> None:
    """The language of an expression; of a translation also that it is none of the authoritative ones, and of which."""
    if rendering is None:
        ET.SubElement(part, "FRBRlanguage", {"language": code})
        return
    source = law_code(rendering.language)
    ET.SubElement(part, "FRBRauthoritative", {"value": "false"})
    ET.SubElement(part, "FRBRlanguage", {"language": code})
    of = {
        "href": f"{work}/{source}@rev{number}",
        "fromLanguage": source,
        "authoritative": "false",
        "by": SOURCE,
    }
    ET.SubElement(part, "FRBRtranslation", of)


def _preamble(statement: ET.Element, publication: Publication, chapters: list[Chapter]) -> None:
    preamble = ET.SubElement(statement, "preamble", {"eId": "preamble"})
    for chapter in chapters:
        recitals = ET.SubElement(preamble, "recitals", {"eId": chapter.name, "wId": f"section-{chapter.key}"})
        for passage in chapter.passages:
            recital = ET.SubElement(
                recitals, "recital", {"eId": passage.name, "wId": f"clause-{passage.key}"}
            )
            _head(recital, passage)
            _paragraphs(recital, passage.paragraphs)
    if publication.lead:
        formula = ET.SubElement(preamble, "formula", {"name": "opening", "eId": "opening"})
        _paragraphs(formula, publication.lead)


def _section(body: ET.Element, chapter: Chapter, remark_words: str) -> None:
    section = ET.SubElement(body, "section", {"eId": chapter.name, "wId": f"section-{chapter.key}"})
    ET.SubElement(section, "heading").text = one_line(chapter.title)
    for passage in chapter.passages:
        paragraph = ET.SubElement(section, "paragraph", {"eId": passage.name, "wId": f"clause-{passage.key}"})
        if passage.number:
            ET.SubElement(paragraph, "num").text = f"{passage.number}."
        _head(paragraph, passage)
        if not passage.remark:
            _paragraphs(ET.SubElement(paragraph, "content"), passage.paragraphs)
            continue
        # A container holds either a content or other containers: the words and their remark are two of them.
        words = ET.SubElement(paragraph, "subparagraph", {"eId": f"{passage.name}__words"})
        _paragraphs(ET.SubElement(words, "content"), passage.paragraphs)
        remark = ET.SubElement(
            paragraph,
            "hcontainer",
            {
                "name": "explanatory-remark",
                "eId": f"{passage.name}__remark",
                "wId": f"clause-{passage.remark_key}",
            },
        )
        ET.SubElement(remark, "heading").text = one_line(remark_words)
        _paragraphs(ET.SubElement(remark, "content"), passage.remark)


def _head(parent: ET.Element, passage: Passage) -> None:
    if passage.heading:
        ET.SubElement(parent, "heading").text = one_line(passage.heading)


def _paragraphs(parent: ET.Element, blocks: tuple[Block, ...]) -> None:
    """Paragraphs with their line breaks, lists with their items; at least one, as the standard wants it."""
    for kind, found in stretches(blocks or (plain_block(""),)):
        into = parent if kind == PARAGRAPH else ET.SubElement(parent, "ul" if kind == BULLET else "ol")
        for block in found:
            _say(ET.SubElement(into, "p" if kind == PARAGRAPH else "li"), block)


def _say(element: ET.Element, block: Block) -> None:
    """The words of a block in an element, with its line breaks, marks and links."""
    for place, line in enumerate(block.lines):
        if place:
            ET.SubElement(element, "eol")
        for run in line:
            _say_run(element, run)


def _say_run(element: ET.Element, run: Run) -> None:
    if run.is_plain:
        _append(element, clean(run.text))
        return
    into = ET.SubElement(element, "a", {"href": run.link}) if run.link else element
    for mark, there in (("b", run.strong), ("i", run.em)):
        if there:
            into = ET.SubElement(into, mark)
    into.text = clean(run.text)


def _append(element: ET.Element, text: str) -> None:
    """Plain words after what stands in an element already."""
    if len(element):
        element[-1].tail = (element[-1].tail or "") + text
    else:
        element.text = (element.text or "") + text
