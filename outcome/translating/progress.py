"""How far a language version is, part by part. Pure, over its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from outcome.models import TranslatedPart, Translation
from outcome.translating.marks import MarksBeside, marks_beside
from outcome.translating.parts import Part, parts_of


class Done(StrEnum):
    """How far one part is."""

    MISSING = "missing"
    BEGUN = "begun"
    CHANGED = "changed"
    DONE = "done"


@dataclass(frozen=True)
class Line:
    """A part of the authoritative text beside what is saved of it in the other language."""

    part: Part
    row: TranslatedPart | None

    @property
    def words(self) -> Mapping[str, str]:
        """What was saved last, in the order of the fields."""
        return self.ordered(self.row) if self.row else {}

    def ordered(self, row: TranslatedPart) -> dict[str, str]:
        """What a saving of this part says, in the order of the fields; the database keeps none."""
        return {name: row.words[name] for name in self.part.fields if name in row.words}

    @property
    def number(self) -> int:
        """How often it was saved; a writer says which one they saw."""
        return self.row.number if self.row else 0

    @property
    def done(self) -> Done:
        if not any(self.words.values()):
            return Done.MISSING
        if not all(self.words.get(name) for name in self.part.needed):
            return Done.BEGUN
        assert self.row is not None  # noqa: S101  # it has words
        return Done.DONE if self.row.source == dict(self.part.fields) else Done.CHANGED

    @property
    def is_done(self) -> bool:
        return self.done == Done.DONE

    @property
    def marks(self) -> MarksBeside | None:
        """What became of the emphasis and the links of the authoritative words; None before there are words."""
        if not self.part.marked or not any(self.words.values()):
            return None
        marked = sorted(self.part.marked)
        return marks_beside(
            [self.part.fields[name] for name in marked], [self.words.get(name, "") for name in marked]
        )


@dataclass(frozen=True)
class Progress:
    """How many clauses of how many are translated, and what else is left."""

    clauses: int
    of: int
    left: int

    @property
    def is_complete(self) -> bool:
        return self.left == 0

    @property
    def percent(self) -> int:
        return 100 * self.clauses // self.of if self.of else 100


def lines_of(translation: Translation) -> list[Line]:
    """Every part of the revision with what is saved of it, in the order of the document."""
    return _lines(translation.revision.content, last_rows([translation]).get(translation.pk, {}))


def _lines(content: Mapping[str, Any], rows: Mapping[str, TranslatedPart]) -> list[Line]:
    return [Line(part, rows.get(part.key)) for part in parts_of(content)]


def last_rows(translations: Iterable[Translation]) -> dict[Any, dict[str, TranslatedPart]]:
    """{translation: {part: what was saved of it last}}, in one query."""
    found: dict[Any, dict[str, TranslatedPart]] = {}
    rows = TranslatedPart.objects.filter(translation__in=[row.pk for row in translations]).order_by("number")
    for row in rows:
        found.setdefault(row.translation_id, {})[row.part] = row
    return found


def progress_of(lines: Iterable[Line]) -> Progress:
    """The clauses that are translated whole, of all of them; `left` counts titles and labels, too."""
    lines = list(lines)
    clauses = [line for line in lines if line.part.is_clause]
    return Progress(
        sum(line.is_done for line in clauses), len(clauses), sum(not line.is_done for line in lines)
    )


def progress_of_all(translations: Iterable[Translation]) -> dict[Any, Progress]:
    """{translation: how far it is} for several, in one query; each with its revision."""
    translations = list(translations)
    rows = last_rows(translations)
    return {row.pk: progress_of(_lines(row.revision.content, rows.get(row.pk, {}))) for row in translations}
