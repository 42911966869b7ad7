"""What whoever writes the draft notices of amendments: how many are open on a clause, and what they conflict with."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outcome.amending.reading import Note, Shown, notes_on_draft
from outcome.models import Document
from outcome.revisions import document_content, latest_revision


@dataclass(frozen=True)
class Notice:
    """The open amendments on a clause: pending, or adopted and not in the text yet.

    Args:
        pairs: (number, the higher numbers that cannot be taken together with it).
        overtaken: the numbers of those that what was edited since stands against.
        outdated: the numbers of those that need a rebase.
    """

    count: int
    pairs: tuple[tuple[int, tuple[int, ...]], ...]
    overtaken: tuple[int, ...]
    outdated: tuple[int, ...]

    @property
    def words(self) -> str:
        return ngettext("%(count)s open amendment", "%(count)s open amendments", self.count) % {
            "count": self.count
        }

    @property
    def conflicts(self) -> list[str]:
        """What stands against what, in words."""
        found = [
            _("%(number)s conflicts with %(others)s") % {"number": number, "others": _listed(others)}
            for number, others in self.pairs
        ]
        if self.overtaken:
            words = ngettext(
                "%(numbers)s conflicts with a later edit",
                "%(numbers)s conflict with later edits",
                len(self.overtaken),
            )
            found.append(words % {"numbers": _listed(self.overtaken)})
        if self.outdated:
            words = ngettext("%(numbers)s needs rebase", "%(numbers)s need rebase", len(self.outdated))
            found.append(words % {"numbers": _listed(self.outdated)})
        return found


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def notices(document: Document) -> dict[str, Notice]:
    """{clause: what whoever writes notices on it}, in as many queries however many clauses and amendments."""
    latest = latest_revision(document)
    if latest is None:
        return {}
    notes = notes_on_draft(document, latest.content, document_content(document))
    found = {key: _noticed(note) for key, note in notes.items()}
    return {key: notice for key, notice in found.items() if notice.count}


def _noticed(note: Note) -> Notice:
    rows = [shown for shown in note.amendments if not hasattr(shown.amendment, "merged")]
    numbers = {shown.amendment.number for shown in rows}
    pairs = ((shown.amendment.number, _higher(shown, numbers)) for shown in rows)
    outdated = [s.amendment.number for s in rows if s.amendment.is_pending and s.standing.needs_rebase]
    return Notice(
        count=len(rows),
        pairs=tuple((number, others) for number, others in pairs if others),
        overtaken=tuple(sorted(numbers & note.overtaken)),
        outdated=tuple(outdated),
    )


def _higher(shown: Shown, numbers: set[int]) -> tuple[int, ...]:
    return tuple(
        other for other in shown.standing.conflicts if other > shown.amendment.number and other in numbers
    )
