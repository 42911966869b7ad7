"""One finding stands for others that say the same: the rule, and the page that asks which."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from academy.errors import Invalid, NotAllowed
from outcome.models import Clause, Disposition
from outcome.provenance import (
    Fate,
    MergedAlready,
    OfAnotherEdition,
    StillCited,
    StillMeeting,
    cite,
    coverage,
    fates,
    merge,
    set_aside,
    take_back_finding,
    uncite,
    verify_provenance,
)
from tests.factories import make_edition
from tests.outcome.pages import flat, url
from workshops.findings import note_finding
from workshops.models import Finding, Group

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from academy.models import Edition, User
    from outcome.models import Document

    ClientOf = Callable[[User | None], Client]


@pytest.fixture
def three(finding: Finding, amara: User) -> list[Finding]:
    """The finding and two others, of groups that have closed."""
    twin = Group.objects.filter(workshop=finding.group.workshop).exclude(pk=finding.group_id).get()
    Group.objects.filter(pk=twin.pk).update(state="open", part=finding.part)
    twin.refresh_from_db()
    others = [
        note_finding(
            group, key=uuid4(), part=finding.part, question=None, kind="other", text="The same.", by=amara
        )
        for group in (finding.group, twin)
    ]
    Group.objects.update(state="closed")
    keys = [finding.pk, *(other.pk for other in others)]
    rows = Finding.objects.select_related("group__workshop__edition").in_bulk(keys)
    return [rows[key] for key in keys]


def test_one_finding_stands_for_others_of_other_groups_until_they_are_taken_back(
    edition: Edition, clause: Clause, three: list[Finding], amara: User
) -> None:
    one, other, twin = three
    cite(clause, one, by=amara)
    assert merge(three, one, reason="They say the same.", by=amara) == 2
    merged = Fate("merged", [clause.pk], one.pk, "They say the same.")
    assert (fates(edition)[other.pk], fates(edition)[twin.pk]) == (merged, merged)
    assert coverage(edition) == {"used": 1, "merged": 2, "set aside": 0, "open": 0}
    assert list(verify_provenance(edition)) == []
    Disposition.objects.filter(finding=twin).update(into=other)
    assert len(list(verify_provenance(edition))) == 1
    take_back_finding(twin, by=amara)
    cite(clause, other, by=amara)
    assert coverage(edition) == {"used": 2, "merged": 0, "set aside": 0, "open": 1}


def test_what_stood_behind_a_finding_goes_along_with_it(
    edition: Edition, clause: Clause, three: list[Finding], amara: User
) -> None:
    one, other, twin = three
    merge([twin], other, reason="As above.", by=amara)
    merge([other], one, reason="They say the same.", by=amara)
    cite(clause, one, by=amara)
    assert fates(edition)[twin.pk] == Fate("merged", [clause.pk], one.pk, "They say the same.")
    with pytest.raises(MergedAlready):
        merge([one], twin, reason="And round again.", by=amara)
    set_aside(twin, reason="Too special.", by=amara)
    assert fates(edition)[twin.pk] == Fate("set aside", reason="Too special.")


def test_through_merging_on_a_board_the_last_one_stands_for_all(
    edition: Edition, clause: Clause, three: list[Finding], amara: User
) -> None:
    one, other, twin = three
    merge([twin], other, reason="They say the same.", by=amara)
    Group.objects.update(state="open")
    Finding.objects.filter(pk=other.pk).update(state="merged", merged_into=one)
    cite(clause, one, by=amara)
    assert fates(edition)[twin.pk] == Fate("merged", [clause.pk], other.pk, "They say the same.")
    Finding.objects.filter(pk=one.pk).update(state="merged", merged_into=twin)
    assert fates(edition)[other.pk].what == "merged"


def test_merging_is_refused_in_words_and_changes_nothing(
    clause: Clause, three: list[Finding], amara: User, bruno: User
) -> None:
    one, other, twin = three

    def refused(error: type[Exception], findings: list[Finding], into: Finding, by: User = amara) -> None:
        with pytest.raises(error):
            merge(findings, into, reason="They say the same.", by=by)

    refused(NotAllowed, [other], one, bruno)
    source = cite(clause, other, by=amara)
    refused(StillCited, [twin, other], one)
    uncite(source, by=amara)
    one.group.state = "open"
    refused(StillMeeting, [twin], one)
    one.group.state = "closed"
    other.merged_into = one
    refused(MergedAlready, [other], twin)
    other.group.workshop.edition = make_edition()
    refused(OfAnotherEdition, [other], twin)
    with pytest.raises(Invalid):
        merge([twin], one, reason="  ", by=amara)
    assert Disposition.objects.count() == 0


def test_ticked_findings_are_merged_into_the_one_that_is_chosen(
    document: Document, finding: Finding, client_of: ClientOf, amara: User
) -> None:
    other = note_finding(
        finding.group, key=uuid4(), part=finding.part, question=None, kind="other", text="Again.", by=amara
    )
    client, both = client_of(amara), {"finding": [str(finding.pk), str(other.pk)]}
    answer = client.post(url("begin_merge"), {"finding": finding.pk})
    assert (answer.status_code, "Tick at least two findings" in flat(answer)) == (422, True)
    page = client.post(url("begin_merge"), both, follow=True)
    assert flat(page).count('type="radio"') == 2
    refused = client.post(url("merge_findings"), {**both, "reason": "Half written"})
    assert (refused.status_code, "Choose the finding that stands" in flat(refused)) == (422, True)
    assert 'value="Half written"' in flat(refused)
    sent = {**both, "into": str(finding.pk), "reason": "They say the same."}
    meeting = client.post(url("merge_findings"), sent)
    assert (meeting.status_code, "once their groups have closed" in flat(meeting)) == (409, True)
    assert f'id="into-{finding.pk}" required checked' in flat(meeting)
    Group.objects.filter(pk=finding.group_id).update(state="closed")
    assert client.post(url("merge_findings"), {**sent, "into": str(uuid4())}).status_code == 422
    done = client.post(url("merge_findings"), sent, follow=True)
    assert "1 finding is merged into the one that stands for it." in flat(done)
    listed = flat(client.get(url("desk") + "?became=merged"))
    assert f"“{finding.text}”</a>: They say the same." in listed
    assert "merged into" in flat(client.get(url("finding", other.pk)))
    assert "Again." in flat(client.get(url("finding", finding.pk)))
    client.post(url("take_back", other.pk))
    assert Disposition.objects.count() == 0
