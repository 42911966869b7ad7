"""Whether a language version is still a translation of the text that is current, and where it is not."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from outcome.models import Document, Revision
from outcome.translating.parts import Part, parts_of


@dataclass(frozen=True)
class Aging:
    """What the current revision says otherwise than the translated one, by parts.

    Args:
        current: the revision that is current now, for whoever asks.
        changed: parts of the translated revision that say something else now.
        moved: clauses of it that stand under another number or in another section now.
        gone: parts of it that are not there any more.
        added: parts of the current revision that it does not have.
    """

    current: Revision
    changed: tuple[Part, ...] = ()
    moved: tuple[Part, ...] = ()
    gone: tuple[Part, ...] = ()
    added: tuple[Part, ...] = ()

    @property
    def is_stale(self) -> bool:
        return self.count > 0

    @property
    def count(self) -> int:
        return len(self.changed) + len(self.moved) + len(self.gone) + len(self.added)


def current_revision(document: Document, audiences: tuple[str, ...]) -> Revision | None:
    """The revision that counts now: the adopted one, before an adoption the newest that the reader may read."""
    readable = Revision.objects.readable(audiences).filter(document=document)
    is_adopted = document.state in (Document.State.ADOPTED, Document.State.PUBLISHED)
    fixed = document.frozen_revision_id
    adopted = readable.filter(pk=fixed).first() if is_adopted and fixed else None
    return adopted or readable.first()


def aging_of(content: Mapping[str, Any], translated: Revision, current: Revision | None) -> Aging | None:
    """What became of the authoritative text since; None as long as the translated revision is the current one.

    Args:
        content: the content of the translated revision.
    """
    if current is None or current.pk == translated.pk:
        return None
    before, after = parts_of(content), {part.key: part for part in parts_of(current.content)}
    known = {part.key for part in before}
    both = [(part, after[part.key]) for part in before if part.key in after]
    return Aging(
        current,
        changed=tuple(old for old, new in both if old.fields != new.fields),
        moved=tuple(old for old, new in both if old.fields == new.fields and _moved(old, new)),
        gone=tuple(part for part in before if part.key not in after),
        added=tuple(part for key, part in after.items() if key not in known),
    )


def _moved(old: Part, new: Part) -> bool:
    return old.is_clause and (old.name, old.section) != (new.name, new.section)
