"""A revision as every format of it reads it: words in order, each clause with its permanent name. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from outcome.publishing.blocks import Block, blocks_of, paragraphs_of, plain_block


@dataclass(frozen=True)
class Rendering:
    """That a text is a translation: its version, and the authoritative text's language, digest and address.

    `notice` says so in the language of the translation, if its translators wrote that.
    """

    version: int
    language: str
    digest: str
    address: str
    made_on: date
    notice: str = ""


@dataclass(frozen=True)
class Standing:
    """What is said of a revision besides its words.

    `adopted_on` is None for a text that was not adopted; `words` say in a sentence how it stands. `language` is that
    of the text, `around` that of what we say around it.
    """

    edition: str
    number: int
    label: str
    words: str
    digest: str
    address: str
    published_at: datetime
    adopted_on: date | None = None
    language: str = "en"
    around: str = ""
    rendering: Rendering | None = None

    @property
    def notice(self) -> str:
        """What the text says of itself in its own language, if it is a translation."""
        return self.rendering.notice if self.rendering else ""

    @property
    def dated(self) -> date:
        """The date of the text: of its adoption, else of its publication."""
        return self.adopted_on or self.published_at.date()


@dataclass(frozen=True)
class Passage:
    """A clause: its name in addresses ("e7", "p2"), its number if it has one, heading, paragraphs, and its remark's."""

    name: str
    key: str
    number: int | None
    heading: str
    paragraphs: tuple[Block, ...]
    remark: tuple[Block, ...] = ()
    remark_key: str = ""


@dataclass(frozen=True)
class Chapter:
    """A section with its clauses; `opens` says that the opening words stand before it."""

    name: str
    key: str
    title: str
    colour: str
    is_preamble: bool
    passages: tuple[Passage, ...]
    opens: bool = False


@dataclass(frozen=True)
class Publication:
    """The document of one revision."""

    title: str
    lead: tuple[Block, ...]
    chapters: tuple[Chapter, ...]
    standing: Standing
    remark_words: str

    @property
    def has_remarks(self) -> bool:
        return any(passage.remark for chapter in self.chapters for passage in chapter.passages)


def publication_of(
    content: Mapping[str, Any], standing: Standing, *, with_remarks: bool = True
) -> Publication:
    """The publication of a revision's content, with its explanatory remarks or without."""
    names = {clause["id"]: name for name, clause in named_clauses(content)}
    chapters: list[Chapter] = []
    opened = False
    for place, section in enumerate(content["sections"], start=1):
        if not section["clauses"]:
            continue
        is_preamble = section["kind"] == "preamble"
        chapters.append(
            Chapter(
                name=f"s{place}",
                key=section["id"],
                title=section["title"],
                colour=section["colour"],
                is_preamble=is_preamble,
                passages=tuple(
                    _passage(clause, names[clause["id"]], with_remarks=with_remarks)
                    for clause in section["clauses"]
                ),
                opens=not is_preamble and not opened,
            )
        )
        opened = opened or not is_preamble
    words = content.get("terms", {}).get("remark") or _("Explanatory remark.")
    lead = tuple(plain_block(paragraph) for paragraph in paragraphs_of(content["lead"]))
    return Publication(content["title"], lead, tuple(chapters), standing, words)


def named_clauses(content: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every clause with its name in addresses: e with its number, or p with its place among those without."""
    plain = 0
    for section in content["sections"]:
        for clause in section["clauses"]:
            plain += clause["number"] is None
            yield (f"p{plain}" if clause["number"] is None else f"e{clause['number']}"), clause


def _passage(clause: Mapping[str, Any], name: str, *, with_remarks: bool) -> Passage:
    remark = clause["remark"] if with_remarks else None
    return Passage(
        name=name,
        key=clause["id"],
        number=clause["number"],
        heading=clause["heading"],
        paragraphs=blocks_of(clause),
        remark=blocks_of(remark) if remark else (),
        remark_key=remark["id"] if remark else "",
    )
