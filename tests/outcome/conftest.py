"""A draft to work on: two clauses in two sections, and findings that wait for a place."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from academy import clock
from academy.roles import grant_role
from outcome.adoption import freeze
from outcome.amending.clauses import Words
from outcome.amending.opening import set_rules
from outcome.amending.proposing import propose_change
from outcome.amending.rounds import open_rounds
from outcome.drafting import add_clause, start_document
from outcome.models import Document, Revision, Section
from outcome.revisions import publish_revision
from outcome.translating.beginning import begin_translation
from tests.factories import make_finding, open_room
from tests.outcome.following import adopt, committed, endorsed

if TYPE_CHECKING:
    from academy.models import Edition, User
    from outcome.models import Amendment, Clause, Commitment, Endorsement, Round, Translation
    from workshops.models import Finding


@pytest.fixture
def document(edition: Edition, amara: User) -> Document:
    """A draft with a paragraph in the preamble and two encouragements in the first strand."""
    begun = start_document(edition, title="From intentions to commitments", lead="We encourage:", by=amara)
    add_clause(begun.sections.get(kind=Section.Kind.PREAMBLE), text="We met as equals.", by=amara)
    strand = begun.sections.get(position=1)
    add_clause(
        strand, heading="Anchor it", text="to anchor it in a decision;", remark="It was dropped.", by=amara
    )
    add_clause(strand, heading="Count", text="to count who is left behind;", by=amara)
    return begun


@pytest.fixture
def clause(document: Document) -> Clause:
    """The first encouragement."""
    return document.clauses.get(heading="Anchor it")


@pytest.fixture
def finding(edition: Edition, amara: User) -> Finding:
    """A finding of workshop 1, group 1, whose board is still open."""
    return make_finding(open_room(edition, by=amara), by=amara)


@pytest.fixture
def published(document: Document, amara: User) -> Revision:
    """The draft as revision 1, for everyone."""
    return publish_revision(document, label="Zero draft", audience="public", by=amara)


@pytest.fixture
def frozen(document: Document, published: Revision, amara: User) -> Document:
    """The draft, fixed at revision 1."""
    freeze(document, by=amara)
    document.refresh_from_db()
    return document


@pytest.fixture
def delegates(edition: Edition, amara: User, dawit: User, esi: User) -> list[User]:
    """The organiser and the two delegates of the cast, all of them delegates."""
    grant_role(amara, edition, "delegate", by=None)
    return [amara, dawit, esi]


@pytest.fixture
def taking(published: Revision, amara: User) -> Revision:
    """Revision 1, while the document takes amendments and comments of everybody who takes part."""
    yesterday = clock.now() - timedelta(days=1)
    set_rules(
        published.document,
        takes_amendments=True,
        amendments_from=yesterday,
        takes_comments=True,
        comments_from=yesterday,
        by=amara,
    )
    return published


@pytest.fixture
def amendment(taking: Revision, clause: Clause, dawit: User) -> Amendment:
    """Dawit's proposal to change a word of the first encouragement."""
    return propose_change(
        clause,
        Words("Anchor it", "to anchor it in a budget;", "It was dropped."),
        reason="Money makes it real.",
        base=1,
        by=dawit,
    )


@pytest.fixture
def round_one(taking: Revision, clause: Clause, amara: User) -> Round:
    """The round on the section of the first encouragement, open for an hour."""
    closes_at = clock.now() + timedelta(hours=1)
    return open_rounds(taking.document, [clause.section], closes_at=closes_at, by=amara)[0]


@pytest.fixture
def adopted(frozen: Document, delegates: list[User], amara: User, dawit: User) -> Document:
    """The draft, adopted by consensus at revision 1."""
    adopt(frozen, by=amara, voter=dawit)
    frozen.refresh_from_db()
    return frozen


@pytest.fixture
def endorsement(adopted: Document, dawit: User) -> Endorsement:
    """A city for which Dawit has endorsed, confirmed by the domain of his address."""
    return endorsed(adopted.edition, by=dawit)


@pytest.fixture
def commitment(endorsement: Endorsement, clause: Clause, dawit: User) -> Commitment:
    """What the city commits to, for the first encouragement."""
    return committed(endorsement, clause.pk, by=dawit)


@pytest.fixture
def spanish(published: Revision, amara: User) -> Translation:
    """Revision 1 in Spanish, begun."""
    return begin_translation(published, "es", by=amara)
