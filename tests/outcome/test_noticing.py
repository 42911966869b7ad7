"""What whoever writes notices of amendments: how many are open on a clause, and what each conflicts with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import connection
from django.test.utils import CaptureQueriesContext

from outcome.amending.clauses import Words
from outcome.amending.noticing import Notice, notices
from outcome.amending.proposing import propose_addition, propose_change, withdraw_amendment
from outcome.drafting import reword_clause
from outcome.revisions import publish_revision
from tests.outcome.pages import url

if TYPE_CHECKING:
    from academy.models import User
    from outcome.models import Amendment, Clause

HEADING, REMARK = "Anchor it", "It was dropped."


def proposed(clause: Clause, text: str, *, by: User, base: int = 1) -> Amendment:
    return propose_change(clause, Words(HEADING, text, REMARK), reason="Because.", base=base, by=by)


def reworded(clause: Clause, text: str, *, by: User) -> None:
    clause.refresh_from_db()
    reword_clause(clause, text=text, heading=HEADING, remark=REMARK, version=clause.version, by=by)


def test_one_amendment_conflicts_with_nothing(amendment, clause):
    assert notices(clause.document) == {str(clause.pk): Notice(1, (), (), ())}


def test_amendments_that_conflict_name_each_other_and_no_third(amendment, clause, dawit, esi):
    proposed(clause, "to anchor it in a law;", by=esi)
    proposed(clause, "to firmly anchor it in a decision;", by=esi)
    notice = notices(clause.document)[str(clause.pk)]
    assert notice == Notice(3, ((1, (2,)),), (), ())
    assert (notice.words, notice.conflicts) == ("3 open amendments", ["1 conflicts with 2"])


def test_one_that_is_withdrawn_counts_no_more(amendment, clause, dawit, esi):
    """The control of the conflict: without the other one there is none."""
    other = proposed(clause, "to anchor it in a law;", by=esi)
    withdraw_amendment(other, by=esi)
    assert notices(clause.document) == {str(clause.pk): Notice(1, (), (), ())}
    withdraw_amendment(amendment, by=dawit)
    assert notices(clause.document) == {}


def test_an_edit_of_other_words_stands_against_nothing_and_one_of_the_same_words_does(
    amendment, clause, amara
):
    reworded(clause, "to firmly anchor it in a decision;", by=amara)
    assert notices(clause.document) == {str(clause.pk): Notice(1, (), (), ())}
    reworded(clause, "to firmly anchor it in a law;", by=amara)
    notice = notices(clause.document)[str(clause.pk)]
    assert notice == Notice(1, (), (1,), ())
    assert notice.conflicts == ["1 conflicts with a later edit"]


def test_after_a_revision_with_other_words_an_amendment_needs_a_rebase(amendment, clause, amara):
    reworded(clause, "to firmly anchor it in a law;", by=amara)
    publish_revision(clause.document, label="Second draft", audience="public", by=amara)
    notice = notices(clause.document)[str(clause.pk)]
    assert notice == Notice(1, (), (), (1,))
    assert notice.conflicts == ["1 needs rebase"]


def test_a_new_clause_is_noticed_where_it_shall_stand(taking, clause, esi):
    words = Words("New", "to begin anew;", "")
    propose_addition(clause.section, words, after=clause, reason="Because.", base=1, by=esi)
    assert notices(clause.document) == {str(clause.pk): Notice(1, (), (), ())}


def test_without_a_revision_there_is_nothing_to_notice(document):
    assert notices(document) == {}


def test_as_many_queries_for_one_amendment_as_for_four(amendment, clause, esi):
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            notices(clause.document)
        return len(asked)

    one = queries()
    for word in ("law", "plan", "budget line"):
        proposed(clause, f"to anchor it in a {word};", by=esi)
    assert queries() == one


def test_the_writing_page_asks_for_what_it_shows(amendment, clause, amara, dawit, esi, client_of):
    proposed(clause, "to anchor it in a law;", by=esi)
    answer = client_of(amara).get(url("notices"))
    assert answer.json() == {
        "clauses": {
            str(clause.pk): {
                "href": url("clause", clause.pk),
                "words": "2 open amendments",
                "conflicts": ["1 conflicts with 2"],
            }
        }
    }
    assert answer["Cache-Control"] == "private, no-store"
