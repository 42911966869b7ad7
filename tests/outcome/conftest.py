"""A draft to work on: two clauses in two sections, and findings that wait for a place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from academy.roles import grant_role
from outcome.adoption import freeze
from outcome.drafting import add_clause, start_document
from outcome.models import Document, Revision, Section
from outcome.revisions import publish_revision
from tests.factories import make_finding, open_room

if TYPE_CHECKING:
    from academy.models import Edition, User
    from outcome.models import Clause
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
