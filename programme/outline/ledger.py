"""The account of an outline's lines: which found no place and why, what to look at, whose footnotes are whose."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programme.outline.building import DayNode, Node
from programme.outline.footnotes import definition
from programme.outline.lines import Line
from programme.outline.values import Remark, Unplaced

NO_MARK = _("nothing refers to this footnote")


@dataclass
class Ledger:
    """Keeps account while the lines are read. `marks` are those that stand in a line, `marked` who had them last."""

    source: list[str]
    unplaced: list[Unplaced] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    marks: dict[int, list[str]] = field(default_factory=dict)
    marked: dict[str, Node | DayNode] = field(default_factory=dict)

    def give_up(self, line: Line, reason: str | Promise) -> None:
        """The line has no place."""
        self.unplaced.append(Unplaced(line.number, self.source[line.number - 1].strip(), str(reason)))

    def remark(self, line: Line, words: str | Promise) -> None:
        """Something about the line is to be looked at; the same is said once, however many items the line holds."""
        found = Remark(line.number, str(words))
        if found not in self.remarks[-20:]:
            self.remarks.append(found)

    def remember_marks(self, line: Line, owner: Node | DayNode) -> None:
        """What the marks of this line refer to stands below; it belongs to what the line says."""
        for mark in self.marks.get(line.number, ()):
            self.marked[mark] = owner

    def footnote(self, line: Line) -> bool:
        """Whether the line is a footnote; it goes to what had its mark last."""
        found = definition(line)
        if not found:
            return False
        mark, text = found
        owner = self.marked.get(mark)
        if owner is None:
            self.give_up(line, NO_MARK)
            return True
        if isinstance(owner, Node):
            owner.footnotes.append(text)
        else:
            owner.description.append(line.text)
        owner.lines.append(line.number)
        return True
