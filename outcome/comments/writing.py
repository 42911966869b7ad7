"""Commenting on a clause: a thread, its answers, resolving it, hiding what breaks the rules of the house."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.errors import DomainError, Invalid
from academy.history import record
from academy.mail.posting import address_of
from academy.mail.reading import writing_to
from academy.models import Participant, User
from academy.outbox import queue_message
from academy.permissions import insist, participation
from academy.text import tidy
from outcome.amending.clauses import words_by_clause
from outcome.amending.permissions import (
    has_commenting_right,
    may_comment,
    may_moderate_comments,
    rules_of,
)
from outcome.amending.turns import in_turn
from outcome.comments.naming import with_places
from outcome.comments.recording import comment_words
from outcome.models import Clause, Comment, Document, Mention, Revision
from outcome.permissions import audiences_of, may_draft

COMMENT_LENGTH, QUOTE_LENGTH, REASON_LENGTH = 2000, 500, 300


class NotTaken(DomainError):
    """The document takes no comments from this person now."""

    message = gettext_lazy("Comments are not taken at present. Nothing was changed.")


class Deeper(Invalid):
    """Answers are not answered."""

    message = gettext_lazy("An answer belongs under the comment that began the thread.")


class NotSeen(DomainError):
    """The comment is hidden."""

    message = gettext_lazy("This comment was hidden. Nothing was changed.")


def open_for(document: Document, by: User) -> None:
    """Refuse whoever may not comment at all, and everybody while comments are not taken.

    Raises:
        NotAllowed, NotTaken
    """
    insist(has_commenting_right(by, document.edition))
    if not may_comment(by, document.edition, rules_of(document)):
        raise NotTaken


@transaction.atomic
def comment_on(clause: Clause, *, text: str, quote: str = "", by: User) -> Comment:
    """Begin a thread on a clause, or on a passage of it.

    Args:
        quote: the passage, word for word as it stands in the clause now; empty for the whole clause.

    Raises:
        NotAllowed, NotTaken, DocumentFixed
        Invalid: the clause is in no revision that the person may read, or the passage does not stand in it.
    """
    document = clause.document
    open_for(document, by)
    document = in_turn(document)
    readable = Revision.objects.readable(audiences_of(by, document.edition)).filter(document=document)
    revision = readable.first()
    words = words_by_clause(revision.content if revision else None).get(str(clause.pk))
    if revision is None or words is None:
        raise Invalid(_("This clause is not in the document any more."))
    passage = tidy(quote, limit=QUOTE_LENGTH, what=_("The passage")) if quote.strip() else ""
    if passage and not any(_stands_in(passage, part) for part in (words.text, words.remark)):
        raise Invalid(_("The passage that you chose does not stand in the clause any more."))
    return _written(clause, revision, None, text, passage, by=by)


@transaction.atomic
def answer(thread: Comment, *, text: str, by: User) -> Comment:
    """Answer in a thread; a resolved one is open again with it.

    Raises:
        NotAllowed, NotTaken, DocumentFixed, Invalid, Deeper, NotSeen
    """
    document = thread.clause.document
    open_for(document, by)
    in_turn(document)
    thread = Comment.objects.select_related("clause__document__edition", "revision").get(pk=thread.pk)
    if thread.parent_id:
        raise Deeper
    if thread.hidden_at:
        raise NotSeen
    if thread.resolved_at:
        _set_resolved(thread, False, by=by)
    return _written(thread.clause, thread.revision, thread, text, "", by=by)


@transaction.atomic
def resolve(thread: Comment, *, is_resolved: bool, by: User) -> Comment:
    """Say that a thread is settled, or open it again: whoever began it, and the organisers.

    Raises:
        NotAllowed, DocumentFixed, Deeper
    """
    edition = thread.clause.document.edition
    own = participation(by, edition)
    insist(may_draft(by, edition) or (own is not None and own.pk == thread.author_id))
    insist(has_commenting_right(by, edition))
    in_turn(thread.clause.document)
    thread = Comment.objects.select_related("clause__document__edition").get(pk=thread.pk)
    if thread.parent_id:
        raise Deeper
    return _set_resolved(thread, is_resolved, by=by)


def _set_resolved(thread: Comment, is_resolved: bool, *, by: User) -> Comment:
    if (thread.resolved_at is not None) != is_resolved:
        thread.resolved_at = clock.now() if is_resolved else None
        thread.save(update_fields=["resolved_at"])
        _record(thread, "comment resolved" if is_resolved else "comment opened again", by=by)
    return thread


@transaction.atomic
def hide(comment: Comment, *, reason: str, by: User) -> Comment:
    """Hide a comment from everybody but the organisers; the reason stands in its place.

    Raises:
        NotAllowed, Invalid
    """
    insist(may_moderate_comments(by, comment.clause.document.edition))
    words = tidy(reason, limit=REASON_LENGTH, what=_("The reason"))
    return _set_hidden(comment, words, "comment hidden", by=by)


@transaction.atomic
def show_again(comment: Comment, *, by: User) -> Comment:
    """Show a hidden comment again.

    Raises:
        NotAllowed
    """
    insist(may_moderate_comments(by, comment.clause.document.edition))
    return _set_hidden(comment, "", "comment shown again", by=by)


def _set_hidden(comment: Comment, reason: str, verb: str, *, by: User) -> Comment:
    rows = Comment.objects.select_for_update(of=("self",)).select_related("clause__document__edition")
    row = rows.get(pk=comment.pk)
    if row.hidden_because != reason:
        row.hidden_because, row.hidden_at = reason, clock.now() if reason else None
        row.save(update_fields=["hidden_because", "hidden_at"])
        _record(row, verb, by=by)
    return row


# --- The steps --------------------------------------------------------------------------------------------------------


def _stands_in(passage: str, text: str) -> bool:
    """Whether a passage stands in a text; a browser counts every run of blanks as one."""
    return " ".join(passage.split()) in " ".join(text.split())


def _written(
    clause: Clause, revision: Revision, parent: Comment | None, text: str, quote: str, *, by: User
) -> Comment:
    edition = clause.document.edition
    words, mentioned = with_places(tidy(text, limit=COMMENT_LENGTH, what=_("The comment")), edition)
    comment = Comment.objects.create(
        clause=clause,
        revision=revision,
        parent=parent,
        author=participation(by, edition),
        text=words,
        quote=quote,
        written_at=clock.now(),
    )
    for key in mentioned:
        Mention.objects.create(comment=comment, participant_id=key)
    _tell(comment, mentioned, by=by)
    return _record(comment, "comment written", by=by)


def _tell(comment: Comment, mentioned: list[UUID], *, by: User) -> None:
    """Write to those who are mentioned where they are; the mail says nothing of who wrote it or what."""
    edition = comment.clause.document.edition
    for person in Participant.objects.filter(pk__in=mentioned).exclude(user=by).select_related("user"):
        with writing_to(person.user, person) as language:
            queue_message(
                key=f"mention:{comment.pk}:{person.pk}",
                to=person.user.email,
                user=person.user,
                edition=edition,
                subject=_("You are mentioned in a comment on the outcome document"),
                body=_("Somebody mentions you in a comment. Read it here:")
                + "\n"
                + address_of("outcome:clause", edition.slug, str(comment.clause_id)),
                language=language,
                is_essential=False,
            )


def _record(comment: Comment, verb: str, *, by: User) -> Comment:
    facts = {"clause": str(comment.clause_id), "is_answer": comment.parent_id is not None}
    record(comment.clause.document.edition, verb, comment, by=by, data=facts, content=comment_words(comment))
    return comment
