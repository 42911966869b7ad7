"""The pen of a rule that changes clauses: rows and shared text change together, under the document's lock."""

from collections.abc import Iterable
from typing import Any

from academy.models import User
from outcome.live.bodies import fill, plain, reword, rewrite
from outcome.live.log import Log, new_block
from outcome.live.showing import facts_of, fill_block, followed, words_of
from outcome.locking import writable
from outcome.models import Clause, Document


class Pen:
    """What a rule writes with: it changes the rows and tells the pen, which changes the shared text if there is one.

    `put_down` comes last in the rule.
    """

    def __init__(self, document: Document, log: Log | None) -> None:
        self.document, self.log = document, log

    def add(self, *clauses: Clause) -> None:
        """New clauses come into the shared text."""
        if not self.log:
            return
        self.log.change_frame(
            lambda blocks: blocks.update({str(c.pk): new_block(**facts_of(c)) for c in clauses})
        )

        def write(blocks: Any) -> None:
            for clause in clauses:
                fill_block(blocks[str(clause.pk)], clause)

        self.log.change_words(write)

    def reword(self, clause: Clause) -> None:
        """The shared text takes the words of a row, changing only what differs; marks on words that stay, stay.

        The row is left as the shared text then has it; the rule saves it after this.
        """
        if not self.log:
            clause.formats = None
            return
        if self.log.block(clause.pk) is None:
            self.add(clause)
            return

        def write(blocks: Any) -> None:
            block = blocks[str(clause.pk)]
            if words_of(block)[0] != clause.heading:
                reword(block["heading"], clause.heading)
            if plain(block["body"]):
                rewrite(block["body"], clause.text)
            else:
                del block["body"].children[0 : len(block["body"].children)]
                fill(block["body"], clause.text, clause.formats)

        self.log.change_words(write)
        self.take(clause)

    def take(self, clause: Clause) -> None:
        """A row takes the words that the shared text has, without being saved."""
        if self.log:
            clause.heading, clause.text, clause.formats = words_of(self.log.block(clause.pk))

    def place(self, clauses: Iterable[Clause]) -> None:
        """The frame takes from the rows where these clauses stand, and whether they are removed."""
        if not self.log:
            return
        rows = list(clauses)

        def arrange(blocks: Any) -> None:
            for clause in rows:
                block = blocks[str(clause.pk)]
                for name, fact in facts_of(clause).items():
                    if block[name] != fact:
                        block[name] = fact

        self.log.change_frame(arrange)

    def put_down(self) -> None:
        """Write the shared text's changes into its log; the rows show them already.

        Raises:
            DocumentFixed: the text may not change any more.
        """
        if self.log and self.log.fresh:
            self.log.save()
            self.document.shown = self.document.head = self.log.seq
            self.document.save(update_fields=["shown"])


def take_pen(document: Document, *, by: User) -> Pen:
    """Take the document's lock for a change of its clauses, with everything that was written together in the rows.

    Raises:
        NotAllowed, DocumentFixed
    """
    document = writable(document, by=by)
    return Pen(document, followed(document))
