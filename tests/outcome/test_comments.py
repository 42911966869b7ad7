"""Comments on clauses: threads one level deep, passages, mentions, resolving, hiding; nothing is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import IntegrityError, transaction

from academy.consent import LISTED, give_consent
from academy.errors import Invalid, NotAllowed
from academy.models import Message, Participant
from outcome.amending.opening import set_rules
from outcome.comments.reading import threads_on
from outcome.comments.recording import verify_comments
from outcome.comments.writing import Deeper, NotSeen, NotTaken, answer, comment_on, hide, resolve, show_again
from outcome.drafting import remove_clause
from outcome.models import Comment, Mention
from outcome.revisions import publish_revision

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from academy.models import Edition, User
    from outcome.models import Clause, Revision


@pytest.fixture
def thread(taking: Revision, clause: Clause, dawit: User) -> Comment:
    return comment_on(clause, text="Which decision?", quote="in a decision", by=dawit)


def list_in_public(user: User, edition: Edition) -> Participant:
    """This person stands in the list of participants."""
    person = Participant.objects.get(user=user, edition=edition)
    give_consent(person, LISTED)
    return person


def authors(clause: Clause) -> list[tuple[str, list[str]]]:
    return [
        (one.author, [reply.author for reply in one.answers]) for one in threads_on(clause, sees_hidden=False)
    ]


# --- Writing ----------------------------------------------------------------------------------------------------------


def test_a_comment_keeps_the_passage_and_the_revision(thread: Comment, taking: Revision) -> None:
    assert (thread.quote, thread.revision, thread.parent) == ("in a decision", taking, None)


@pytest.mark.parametrize("quote", ["in a budget", "In a decision", "x" * 501])
def test_a_passage_that_does_not_stand_in_the_clause_is_refused(
    taking: Revision, clause: Clause, dawit: User, quote: str
) -> None:
    with pytest.raises(Invalid):
        comment_on(clause, text="Which?", quote=quote, by=dawit)
    assert Comment.objects.count() == 0


def test_a_passage_of_the_remark_is_a_passage_as_well(taking: Revision, clause: Clause, dawit: User) -> None:
    assert comment_on(clause, text="When?", quote="was  dropped", by=dawit).quote == "was  dropped"


@pytest.mark.parametrize("text", ["", "   ", "a\x00b", "x" * 2001])
def test_what_cannot_be_a_comment_is_refused(
    taking: Revision, clause: Clause, dawit: User, text: str
) -> None:
    with pytest.raises(Invalid):
        comment_on(clause, text=text, by=dawit)


def test_only_those_who_may_comment_do_and_only_while_it_is_taken(
    taking: Revision, clause: Clause, amara: User, dawit: User, farid: User
) -> None:
    with pytest.raises(NotAllowed):
        comment_on(clause, text="Me too", by=farid)
    set_rules(
        taking.document,
        takes_amendments=True,
        amendments_from=None,
        takes_comments=False,
        comments_from=None,
        by=amara,
    )
    with pytest.raises(NotTaken):
        comment_on(clause, text="Late", by=dawit)


def test_a_clause_that_is_in_no_revision_takes_no_comment(
    taking: Revision, clause: Clause, amara: User, dawit: User
) -> None:
    remove_clause(clause, by=amara)
    publish_revision(clause.document, label="Next", audience="public", by=amara)
    with pytest.raises(Invalid):
        comment_on(clause, text="Where is it?", by=dawit)


# --- Threads ----------------------------------------------------------------------------------------------------------


def test_a_thread_is_one_level_deep_also_for_the_database(thread: Comment, esi: User) -> None:
    reply = answer(thread, text="The one of the council.", by=esi)
    with pytest.raises(Deeper):
        answer(reply, text="Which council?", by=esi)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.create(
            clause=thread.clause,
            revision=thread.revision,
            parent=reply,
            text="Deeper",
            written_at=thread.written_at,
        )


def test_whoever_began_a_thread_and_organisers_resolve_it_and_an_answer_opens_it_again(
    thread: Comment, amara: User, bruno: User, dawit: User, esi: User
) -> None:
    for person in (bruno, esi):
        with pytest.raises(NotAllowed):
            resolve(thread, is_resolved=True, by=person)
    assert resolve(thread, is_resolved=True, by=dawit).resolved_at is not None
    assert resolve(thread, is_resolved=False, by=amara).resolved_at is None
    resolve(thread, is_resolved=True, by=amara)
    answer(thread, text="One more thing.", by=esi)
    thread.refresh_from_db()
    assert thread.resolved_at is None


def test_authors_stand_as_they_may_be_shown(
    thread: Comment, clause: Clause, esi: User, bruno: User, edition: Edition
) -> None:
    Participant.objects.filter(user=bruno, edition=edition).update(visibility="unlisted")
    answer(thread, text="A", by=esi)
    answer(thread, text="B", by=bruno)
    assert authors(clause) == [("Dawit", ["Kingfisher", "a participant"])]


# --- Mentions ---------------------------------------------------------------------------------------------------------


def test_only_somebody_in_the_list_is_mentioned_and_told(
    taking: Revision, clause: Clause, dawit: User, esi: User, bruno: User, chiara: User, edition: Edition
) -> None:
    listed = list_in_public(bruno, edition)
    comment_on(clause, text="@Bruno, @Kingfisher, @Esi and @Chiara: what do you think? a@Bruno", by=dawit)
    assert list(Mention.objects.values_list("participant", flat=True)) == [listed.pk]
    told = Message.objects.filter(key__startswith="mention:")
    assert [(row.to, "what do you think" in row.body) for row in told] == [("bruno@example.org", False)]
    text = threads_on(clause, sees_hidden=False)[0].text
    assert text == "@Bruno, @Kingfisher, @Esi and @Chiara: what do you think? a@Bruno"


def test_a_mention_shows_what_may_be_shown_of_the_person_today(
    taking: Revision, clause: Clause, dawit: User, bruno: User, edition: Edition
) -> None:
    listed = list_in_public(bruno, edition)
    comment = comment_on(clause, text="@bruno said so", by=dawit)
    assert "bruno" not in comment.text.lower()
    Participant.objects.filter(pk=listed.pk).update(visibility="protected", pseudonym="Heron")
    assert threads_on(clause, sees_hidden=False)[0].text == "@Heron said so"
    Participant.objects.filter(pk=listed.pk).update(state="withdrawn")
    assert threads_on(clause, sees_hidden=False)[0].text == "@a participant said so"


def test_an_identifier_that_is_typed_mentions_nobody(
    taking: Revision, clause: Clause, dawit: User, esi: User, edition: Edition
) -> None:
    person = Participant.objects.get(user=esi, edition=edition)
    comment_on(clause, text=f"@{{{person.pk}}} is here", by=dawit)
    shown = threads_on(clause, sees_hidden=False)[0].text
    assert ("Kingfisher" in shown, Mention.objects.count()) == (False, 0)


# --- Moderation, and what is kept -------------------------------------------------------------------------------------


def test_a_hidden_comment_is_seen_by_organisers_only_and_its_reason_by_all(
    thread: Comment, clause: Clause, amara: User, dawit: User, esi: User
) -> None:
    answer(thread, text="An answer", by=esi)
    with pytest.raises(NotAllowed):
        hide(thread, reason="Rude", by=dawit)
    with pytest.raises(Invalid):
        hide(thread, reason=" ", by=amara)
    hide(thread, reason="It names somebody.", by=amara)
    shown, known = (threads_on(clause, sees_hidden=sees)[0] for sees in (False, True))
    assert (shown.text, shown.quote, shown.answers, shown.hidden_because) == (
        "",
        "",
        [],
        "It names somebody.",
    )
    assert (known.text, len(known.answers)) == ("Which decision?", 1)
    with pytest.raises(NotSeen):
        answer(thread, text="More", by=esi)
    show_again(thread, by=amara)
    assert threads_on(clause, sees_hidden=False)[0].text == "Which decision?"


@pytest.mark.parametrize("change", [{"text": "Another"}, {"quote": "x"}, {"author": None}])
def test_the_words_of_a_comment_are_sealed(thread: Comment, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Comment.objects.filter(pk=thread.pk)._raw_delete("default")


def test_the_verification_finds_a_comment_that_was_changed_behind_the_triggers(
    thread: Comment,
    edition: Edition,
    amara: User,
    unsealed: Callable[[str], AbstractContextManager[None]],
) -> None:
    hide(thread, reason="Rude", by=amara)
    resolve(thread, is_resolved=True, by=amara)
    assert list(verify_comments(edition)) == []
    with unsealed("outcome_comment"):
        Comment.objects.update(text="Nothing")
    assert [found.object for found in verify_comments(edition)] == [f"comment {thread.pk}"]
