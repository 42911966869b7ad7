"""The paragraphs and items of a clause with their marks and links, as every format reads them. Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from outcome.live.checking import is_safe_link

PARAGRAPH, BULLET, NUMBER = "paragraph", "bullet", "number"


@dataclass(frozen=True)
class Run:
    """Words that stand in one way: emphasised, strong, as a link, or plain."""

    text: str
    em: bool = False
    strong: bool = False
    link: str = ""

    @property
    def is_plain(self) -> bool:
        return not (self.em or self.strong or self.link)


@dataclass(frozen=True)
class Block:
    """A paragraph, or an item of a list, line by line."""

    kind: str
    lines: tuple[tuple[Run, ...], ...]

    @property
    def text(self) -> str:
        """Its words without their marks."""
        return "\n".join("".join(run.text for run in line) for line in self.lines)


def blocks_of(body: Mapping[str, Any]) -> tuple[Block, ...]:
    """A clause or a remark of a content: with its marks and lists if it has any, else its plain paragraphs."""
    formats = body.get("formats")
    if not formats:
        return tuple(plain_block(paragraph) for paragraph in paragraphs_of(body["text"]))
    return tuple(_block(row) for row in formats)


def plain_block(paragraph: str) -> Block:
    """A paragraph without marks; its line breaks stay."""
    return Block(PARAGRAPH, tuple((Run(line),) for line in paragraph.split("\n")))


def _block(row: Mapping[str, Any]) -> Block:
    lines: list[list[Run]] = [[]]
    for said in row["runs"]:
        run = run_of(said)
        first, *rest = run.text.split("\n")
        lines[-1].append(Run(first, run.em, run.strong, run.link))
        lines += [[Run(text, run.em, run.strong, run.link)] for text in rest]
    kept = tuple(tuple(run for run in line if run.text) for line in lines)
    return Block(row["kind"] if row["kind"] in (BULLET, NUMBER) else PARAGRAPH, kept)


def run_of(said: Mapping[str, Any]) -> Run:
    """A run of a content; a link that leads where none may lead is none."""
    marks, link = said.get("marks", ()), said.get("link")
    return Run(said["text"], "em" in marks, "strong" in marks, str(link) if is_safe_link(link) else "")


def stretches(blocks: Iterable[Block]) -> Iterator[tuple[str, list[Block]]]:
    """What belongs together: the items of one list, the paragraphs between two."""
    for kind, found in groupby(blocks, key=lambda block: block.kind):
        yield kind, list(found)


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The paragraphs of a text: what stands between empty lines; single line breaks stay."""
    lines = [line.strip() for line in text.split("\n")]
    blocks = "\n".join(lines).split("\n\n")
    return tuple(block.strip("\n") for block in blocks if block.strip())
