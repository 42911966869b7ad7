"""A person at an editor, without a browser: a Yjs document of their own, and what of it the server has not got yet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pycrdt import Doc, Map, XmlElement, XmlText

from outcome.live.bodies import raw
from outcome.live.log import BLOCKS, NOTHING, Log
from outcome.live.taking import Answer, Parcel, take
from outcome.models import Document, LogLine

if TYPE_CHECKING:
    from uuid import UUID

    from academy.models import User


class Writer:
    """Types into clauses, sends when asked to, hears of the others when asked to."""

    def __init__(self, user: User, document: Document, client: int) -> None:
        self.user, self.document = user, document
        self.doc: Doc[Any] = Doc(client_id=client)
        self.blocks = self.doc.get(BLOCKS, type=Map)
        self.pending: list[bytes] = []
        self.seq = self.base = 0
        self.hear()

    def hear(self) -> None:
        """Take in what is in the log."""
        for line in LogLine.objects.filter(document=self.document, seq__gt=self.seq).order_by("seq"):
            self.doc.apply_update(bytes(line.update))
            self.seq = line.seq
        if not self.pending:
            self.base = self.seq

    def text_of(self, clause: UUID) -> str:
        return raw(self.blocks[str(clause)]["body"])

    def type(self, clause: UUID, at: int, words: str) -> None:
        """Type into the first paragraph, at a place counted in characters."""
        self.change(lambda: self._text(clause).insert(len(self.text_of(clause)[:at].encode()), words))

    def _text(self, clause: UUID) -> XmlText:
        """The text of the first paragraph; as an editor does, a new one where somebody left nothing."""
        body = self.blocks[str(clause)]["body"]
        paragraph = body.children[0] if len(body.children) else body.children.append(XmlElement("paragraph"))
        texts = [child for child in paragraph.children if isinstance(child, XmlText)]
        return texts[0] if texts else paragraph.children.append(XmlText())

    def delete(self, clause: UUID, at: int, count: int) -> None:
        def act() -> None:
            text, place = self._text(clause), len(self.text_of(clause)[:at].encode())
            del text[place : place + count]

        self.change(act)

    def change(self, act: Any) -> None:
        """Do something in one step, to be sent later."""
        made: list[bytes] = []
        watching = self.doc.observe(lambda event: made.append(event.update))
        with self.doc.transaction():
            act()
        self.doc.unobserve(watching)
        self.pending += [update for update in made if update != NOTHING]

    def send(self, log: Log | None = None) -> list[Answer]:
        """Send each step by itself; returns how they were answered."""
        document = Document.objects.select_related("edition").get(pk=self.document.pk)
        parcels = [Parcel(self.user, self.doc.client_id, update, self.base) for update in self.pending]
        self.pending = []
        return take(log or Log.read(document), document, parcels).answers

    def write(self, clause: UUID, at: int, words: str) -> list[Answer]:
        self.type(clause, at, words)
        return self.send()
