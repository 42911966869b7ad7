"""The document as Markdown (CommonMark): headings, numbered encouragements, remarks as quotations. Pure."""

import re

from django.utils.translation import gettext as _

from outcome.publishing.publication import Chapter, Passage, Publication

# What would become markup: signs within a line, what begins a heading, a list or a rule, what ends a heading.
MARKUP = (
    (re.compile(r"([\\`*_\[\]<>|~&])"), r"\\\1"),
    (re.compile(r"^([#+\-=])"), r"\\\1"),
    (re.compile(r"^([0-9]+)([.)])"), r"\1\\\2"),
    (re.compile(r"(?<!\\)#$"), r"\\#"),
)


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
    lead = [_words(paragraph) for paragraph in publication.lead] if chapter.opens else []
    blocks = [*lead, f"## {_plain(chapter.title)}"]
    for passage in chapter.passages:
        blocks += _passage(passage, publication.remark_words)
    return blocks


def _passage(passage: Passage, remark_words: str) -> list[str]:
    blocks = []
    if passage.heading:
        blocks.append(f"### {_plain(passage.heading)}")
    first, *rest = passage.paragraphs or ("",)
    blocks.append(f"**{passage.number}.** {_words(first)}" if passage.number else _words(first))
    blocks += [_words(paragraph) for paragraph in rest]
    if passage.remark:
        first, *rest = passage.remark
        quoted = [f"**{_plain(remark_words)}** {_words(first)}", *map(_words, rest)]
        blocks.append("\n>\n".join(_quoted(paragraph) for paragraph in quoted))
    return blocks


def _quoted(paragraph: str) -> str:
    return "\n".join(f"> {line}" for line in paragraph.split("\n"))


def _words(paragraph: str) -> str:
    """A paragraph in which nothing is markup; a line break is one."""
    return "  \n".join(_plain(line) for line in paragraph.split("\n"))


def _plain(line: str) -> str:
    one = " ".join(line.split())
    for signs, escaped in MARKUP:
        one = signs.sub(escaped, one)
    return one
