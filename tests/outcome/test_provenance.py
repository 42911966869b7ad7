"""The thread: citing, setting aside, and what became of a finding."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from academy.errors import Invalid, NotAllowed
from outcome.drafting import remove_clause
from outcome.models import Clause, Disposition, Revision, Source
from outcome.provenance import (
    Fate,
    NotStanding,
    OfAnotherEdition,
    StillCited,
    cite,
    coverage,
    fates,
    published_fates,
    set_aside,
    take_back_finding,
    uncite,
)
from outcome.revisions import publish_revision
from tests.factories import make_edition
from workshops.findings import merge_finding, note_finding

if TYPE_CHECKING:
    from academy.models import Edition, User
    from workshops.models import Finding


def test_a_finding_is_cited_once_however_often(clause: Clause, finding: Finding, amara: User) -> None:
    cite(clause, finding, by=amara)
    cite(clause, finding, relation="contradicts", by=amara)
    assert list(Source.objects.values_list("clause", "finding", "relation")) == [
        (clause.pk, finding.pk, "contradicts")
    ]


def test_an_unknown_relation_is_refused(clause: Clause, finding: Finding, amara: User) -> None:
    with pytest.raises(Invalid):
        cite(clause, finding, relation="likes", by=amara)
    assert Source.objects.count() == 0


def test_a_removed_clause_and_a_remark_rest_on_nothing(clause: Clause, finding: Finding, amara: User) -> None:
    with pytest.raises(NotStanding):
        cite(Clause.objects.get(parent=clause), finding, by=amara)
    with pytest.raises(NotStanding):
        cite(remove_clause(clause, by=amara), finding, by=amara)
    assert Source.objects.count() == 0


def test_a_finding_of_another_academy_is_refused(clause: Clause, finding: Finding, amara: User) -> None:
    finding.group.workshop.edition = make_edition()
    with pytest.raises(OfAnotherEdition):
        cite(clause, finding, by=amara)
    assert Source.objects.count() == 0


def test_a_cited_finding_is_not_set_aside(clause: Clause, finding: Finding, amara: User) -> None:
    source = cite(clause, finding, by=amara)
    with pytest.raises(StillCited):
        set_aside(finding, reason="Too special.", by=amara)
    uncite(source, by=amara)
    set_aside(finding, reason="Too special.", by=amara)
    assert fates(finding.group.workshop.edition)[finding.pk] == Fate("set aside", reason="Too special.")


def test_citing_takes_a_finding_back(clause: Clause, finding: Finding, amara: User) -> None:
    set_aside(finding, reason="Too special.", by=amara)
    cite(clause, finding, by=amara)
    assert Disposition.objects.count() == 0
    take_back_finding(finding, by=amara)
    assert fates(clause.document.edition)[finding.pk].what == "used"


def test_only_organisers_decide_about_findings(clause: Clause, finding: Finding, bruno: User) -> None:
    for rule in (
        lambda: cite(clause, finding, by=bruno),
        lambda: set_aside(finding, reason="No.", by=bruno),
        lambda: take_back_finding(finding, by=bruno),
    ):
        with pytest.raises(NotAllowed):
            rule()
    assert (Source.objects.count(), Disposition.objects.count()) == (0, 0)


def test_a_merged_finding_leads_to_the_clauses_of_the_other(
    edition: Edition, clause: Clause, finding: Finding, amara: User
) -> None:
    other = note_finding(
        finding.group, key=uuid4(), part=finding.part, question=None, kind="other", text="The same.", by=amara
    )
    merge_finding(other, finding, by=amara)
    cite(clause, finding, by=amara)
    assert fates(edition)[other.pk] == Fate("merged", [clause.pk], finding.pk)
    assert coverage(edition) == {"used": 1, "merged": 1, "set aside": 0, "open": 0}


def test_the_published_thread_says_nothing_of_the_draft(
    edition: Edition, published: Revision, clause: Clause, finding: Finding, amara: User
) -> None:
    cite(clause, finding, by=amara)
    assert published_fates(edition, None)[finding.pk] == Fate("open")
    assert published_fates(edition, published.content)[finding.pk] == Fate("open")
    later = publish_revision(published.document, label="Next", audience="public", by=amara)
    assert published_fates(edition, later.content)[finding.pk] == Fate("used", [clause.pk])
