"""One clause with what is proposed and said about it; commenting, answering, resolving, hiding."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from academy.errors import Invalid
from academy.models import Edition
from academy.permissions import participation, takes_part
from academy.requests import EditionRequest, admit
from outcome.amending.permissions import may_amend, may_comment, may_moderate_comments, rules_of
from outcome.amending.reading import all_of, show
from outcome.amending.turns import last_round, takes_input
from outcome.comments import writing
from outcome.comments.forms import AnswerForm, CommentForm, HideForm
from outcome.comments.reading import threads_on
from outcome.models import Clause, Comment
from outcome.permissions import may_draft
from outcome.revisions import clauses_of
from outcome.views.fetching import attempt, get_clause, known, newest_revision
from programme.views.scope import zones_of


@require_safe
def clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """A clause with its amendments and comments, and the forms to add one."""
    admit(request, takes_part(request.user, edition))
    return _show(request, get_clause(edition, pk))


def _show(
    request: EditionRequest,
    found: Clause,
    *,
    form: CommentForm | None = None,
    answer_form: AnswerForm | None = None,
    thread: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    document, edition, user = found.document, found.document.edition, request.user
    revision = newest_revision(request, edition)
    content = revision.content if revision else {"sections": []}
    entry = next((c for _section, c in clauses_of(content) if c["id"] == str(found.pk)), None)
    rules = rules_of(document)
    near = [row for row in all_of(document) if found.pk in (row.clause_id, row.after_id)]
    amends = entry is not None and document.is_open and may_amend(user, edition, rules)
    comments = document.is_open and entry is not None and may_comment(user, edition, rules)
    moderates = may_moderate_comments(user, edition)
    own = participation(user, edition)
    context = {
        "clause": found,
        "entry": entry,
        "revision": revision,
        "amendments": show(document, near, content),
        "threads": threads_on(found, sees_hidden=moderates),
        "may_amend": amends and takes_input(last_round(found.section)),
        "amends": amends,
        "may_comment": comments,
        "moderates": moderates,
        "resolves_all": document.is_open and may_draft(user, edition),
        "own_key": own.pk if own and document.is_open else None,
        "form": form
        or (CommentForm(initial={"quote": request.GET.get("quote", "")[:500]}) if comments else None),
        "answer_form": answer_form,
        "answered": thread,
        "zones": zones_of(request, edition),
    }
    return render(request, "outcome/clause.html", context, status=status)


@require_POST
def comment(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Begin a thread on a clause or a passage of it."""
    found, by = get_clause(edition, pk), known(request)
    writing.open_for(found.document, by)
    form = CommentForm(request.POST)
    done = attempt(form, lambda: writing.comment_on(found, **form.cleaned_data, by=by))
    if done.made:
        messages.success(request, _("Your comment is written."))
        return _to(edition, found.pk, done.made.pk)
    return _show(request, found, form=form, status=done.status)


@require_POST
def answer(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Answer in a thread."""
    thread, by = get_comment(edition, pk), known(request)
    writing.open_for(thread.clause.document, by)
    form = AnswerForm(request.POST)
    done = attempt(form, lambda: writing.answer(thread, text=form.cleaned_data["text"], by=by))
    if done.made:
        messages.success(request, _("Your answer is written."))
        return _to(edition, thread.clause_id, done.made.pk)
    return _show(request, thread.clause, answer_form=form, thread=thread.pk, status=done.status)


@require_POST
def resolve(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Say that a thread is settled ("done": 1), or open it again (0)."""
    thread = get_comment(edition, pk)
    writing.resolve(thread, is_resolved=request.POST.get("done") != "0", by=known(request))
    return _to(edition, thread.clause_id, thread.pk)


@require_POST
def hide_comment(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Hide a comment with a reason."""
    found, by = get_comment(edition, pk), known(request)
    admit(request, may_moderate_comments(by, edition))
    form = HideForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Write the reason, in at most 300 characters: it stands in place of the comment."))
    writing.hide(found, reason=form.cleaned_data["reason"], by=by)
    messages.success(request, _("The comment is hidden; the reason stands in its place."))
    return _to(edition, found.clause_id, found.pk)


@require_POST
def show_comment(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Show a hidden comment again."""
    found = get_comment(edition, pk)
    writing.show_again(found, by=known(request))
    messages.success(request, _("The comment is shown again."))
    return _to(edition, found.clause_id, found.pk)


def get_comment(edition: Edition, pk: UUID) -> Comment:
    """A comment on a clause of the edition's document, or 404."""
    rows = Comment.objects.select_related("clause__document__edition", "clause__section__strand")
    found: Comment = get_object_or_404(rows, clause__document__edition=edition, pk=pk)
    return found


def _to(edition: Edition, clause: UUID, comment: UUID) -> HttpResponse:
    response = redirect("outcome:clause", edition.slug, clause)
    response["Location"] += f"#comment-{comment}"
    return response
