"""The document as Markdown (CommonMark): headings, numbered encouragements, remarks as quotations. Pure."""

import re
from itertools import pairwise

from django.utils.translation import gettext as _

from outcome.publishing.blocks import BULLET, PARAGRAPH, Block, Run, stretches
from outcome.publishing.publication import Chapter, Passage, Publication
from programme.cleaning import clean

# What would become markup: signs within a line, what begins a heading, a list or a rule, what ends a heading.
MARKUP = (
    (re.compile(r"([\\`*_\[\]<>|~&])"), r"\\\1"),
    (re.compile(r"^([#+\-=])"), r"\\\1"),
    (re.compile(r"^([0-9]+)([.)])"), r"\1\\\2"),
    (re.compile(r"(?<!\\)#$"), r"\\#"),
)
BLANKS = re.compile(r"\s+")


def markdown(publication: Publication) -> str:
    """The document as a text file."""
    standing = publication.standing
    blocks = [
        f"# {_plain(publication.title)}",
        f"*{_plain(standing.words)}*",
    ]
    if standing.notice:
        blocks.append(f"*{_plain(standing.notice)}*")
    for chapter in publication.chapters:
        blocks += _chapter(publication, chapter)
    blocks += ["---", f"{_('Address')}: <{standing.address}>", f"SHA-256: `{standing.digest}`"]
    return "\n\n".join(blocks) + "\n"


def _chapter(publication: Publication, chapter: Chapter) -> list[str]:
    lead = [_words(block) for block in publication.lead] if chapter.opens else []
    blocks = [*lead, f"## {_plain(chapter.title)}"]
    for passage in chapter.passages:
        blocks += _passage(passage, publication.remark_words)
    return blocks


def _passage(passage: Passage, remark_words: str) -> list[str]:
    blocks = []
    if passage.heading:
        blocks.append(f"### {_plain(passage.heading)}")
    blocks += _opened_by(f"**{passage.number}.**" if passage.number else "", passage.paragraphs)
    if passage.remark:
        quoted = _opened_by(f"**{_plain(remark_words)}**", passage.remark)
        blocks.append("\n>\n".join(_quoted(paragraph) for paragraph in quoted))
    return blocks


def _opened_by(opening: str, blocks: tuple[Block, ...]) -> list[str]:
    """Paragraphs and lists; what opens them stands in the first paragraph, or alone before a list."""
    said: list[str] = []
    for kind, found in stretches(blocks):
        if kind == PARAGRAPH:
            said += [_words(block) for block in found]
        else:
            said.append("\n".join(_item(kind, place, block) for place, block in enumerate(found, start=1)))
    if not opening:
        return said
    if blocks and blocks[0].kind == PARAGRAPH:
        return [f"{opening} {said[0]}", *said[1:]]
    return [opening, *said]


def _item(kind: str, place: int, block: Block) -> str:
    sign = "- " if kind == BULLET else f"{place}. "
    return sign + _words(block).replace("\n", "\n" + " " * len(sign))


def _quoted(paragraph: str) -> str:
    return "\n".join(f"> {line}" for line in paragraph.split("\n"))


def _words(block: Block) -> str:
    """A paragraph in which nothing is markup but our own; a line break is one."""
    return "  \n".join(_line(line) for line in block.lines)


def _line(line: tuple[Run, ...]) -> str:
    if all(run.is_plain for run in line):
        return _plain("".join(run.text for run in line))
    bare = Run("")
    beside = zip((bare, *line), line, (*line[1:], bare), strict=False)
    said = [
        _run(run, is_first=place == 0, stands_alone=before.is_plain and after.is_plain)
        for place, (before, run, after) in enumerate(beside)
    ]
    for place, (words, following) in enumerate(pairwise(said)):
        if words.endswith("!") and following.startswith("["):  # together they would be a picture
            said[place] = f"{words[:-1]}\\!"
    return "".join(said).strip()


def _run(run: Run, *, is_first: bool, stands_alone: bool) -> str:
    """Words with their marks and their link; `stands_alone` says that no other marks touch theirs."""
    words = BLANKS.sub(" ", clean(run.text))
    for signs, escaped in MARKUP if is_first else MARKUP[:1]:
        words = signs.sub(escaped, words)
    # Beside other signs, as in Chinese, or other marks, asterisks are read in another way than they were written.
    is_clear = stands_alone and run.text[:1].isalnum() and run.text[-1:].isalnum()
    for name, sign, there in (("em", "*", run.em), ("strong", "**", run.strong)):
        if there:
            words = f"{sign}{words}{sign}" if is_clear else f"<{name}>{words}</{name}>"
    return f"[{words}](<{_address(run.link)}>)" if run.link else words


def _address(link: str) -> str:
    return link.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E").replace("&", "&amp;")


def _plain(line: str) -> str:
    one = " ".join(line.split())
    for signs, escaped in MARKUP:
        one = signs.sub(escaped, one)
    return one
