"""Merging amendments into the draft: what waits, clause by clause, with the result before it is written."""

import json
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.errors import DomainError, NotAllowed
from academy.models import Edition
from academy.requests import EditionRequest
from outcome.amending import merging as rules
from outcome.amending.clauses import NOTHING, Changes, Words, changes_between
from outcome.amending.forms import LeaveOutForm, MergeForm, TakingForm
from outcome.amending.merging import Adopted, draft_words, preview, waiting
from outcome.amending.reading import brief
from outcome.drafting import Overtaken
from outcome.live.showing import show_written
from outcome.locking import changeable
from outcome.models import Amendment, Clause, Merge, Section
from outcome.views.amending import READ_OR_WRITE, get_amendment
from outcome.views.fetching import attempt, drafter, get_clause, get_document


@require_safe
def merging(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The amendments that rooms adopted or referred and that wait, by clause; and what was merged before."""
    drafter(request, edition)
    document = get_document(edition)
    by_clause: defaultdict[Clause | None, list[dict[str, Any]]] = defaultdict(list)
    for one in waiting(document):
        by_clause[one.amendment.clause].append(_line(one))
    done = (
        Merge.objects.filter(document=document)
        .select_related("clause")
        .prefetch_related("amendments__amendment")
        .order_by("-merged_at")
    )
    context = {"document": document, "waiting": list(by_clause.items()), "done": done}
    return render(request, "outcome/merging.html", context)


def _line(one: Adopted) -> dict[str, Any]:
    changes = changes_between(one.base, one.words)
    return {
        "adopted": one,
        "amendment": one.amendment,
        "number": one.amendment.number,
        "changes": changes,
        "brief": brief(one.amendment, changes),
        "is_deletion": one.amendment.kind == Amendment.Kind.DELETION,
        "is_addition": one.amendment.kind == Amendment.Kind.ADDITION,
    }


@require_http_methods(READ_OR_WRITE)
def merge_clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Choose which amendments a clause takes in, see the result, edit it, and write it into the draft."""
    by = drafter(request, edition)
    document = changeable(get_clause(edition, pk).document)
    show_written(document)
    clause = get_clause(edition, pk)  # with what was typed a moment ago
    adopted = [one for one in waiting(document) if one.amendment.clause_id == clause.pk]
    if not adopted:
        messages.info(request, _("Nothing waits for this clause any more."))
        return redirect("outcome:merging", edition.slug)
    chosen = _chosen(request, adopted)
    now = draft_words(clause)
    seen = preview(now, chosen)
    has_remark = clause.kind == Clause.Kind.ENCOURAGEMENT
    version = Clause.objects.get(pk=clause.pk).version
    start = {**vars(seen.then), "version": version, "seen": json.dumps(vars(now))}
    form = MergeForm(_words_posted(request), has_remark=has_remark, initial=start)
    page: dict[str, Any] = {"clause": clause, "chosen": {one.amendment.number for one in chosen}}
    if request.method == "POST":
        numbers = [one.amendment.number for one in chosen]
        if "remove" in request.POST:
            rules.merge_deletion(clause, numbers, by=by)
            messages.success(request, _("The clause is taken out of the draft."))
            return redirect("outcome:merging", edition.slug)
        done = attempt(
            form,
            lambda: rules.merge_into_clause(
                clause, numbers, form.words(), version=form.cleaned_data["version"] or 0, by=by
            ),
        )
        if done.made:
            messages.success(request, _("The draft has the new words."))
            return redirect("outcome:merging", edition.slug)
        page["status"] = done.status
        if done.status == Overtaken.status:
            _go_on_from(form, start, now)
            page["was_overtaken"] = True
    page |= {"lines": [_line(one) for one in adopted], "seen": seen, "form": form}
    page["result"] = changes_between(now, form.words() if form.is_bound and form.is_valid() else seen.then)
    return render(request, "outcome/merge_clause.html", page, status=page.get("status", 200))


def _words_posted(request: EditionRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _go_on_from(form: MergeForm, start: dict[str, Any], now: Words) -> None:
    """After somebody was faster: the form goes on from the present version, with what was typed and what they wrote."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    both = form.beside(now)
    for name, words in vars(both).items():
        data[name] = words
    data["version"], data["seen"] = str(start["version"]), start["seen"]
    form.data = data


def _chosen(request: EditionRequest, adopted: list[Adopted]) -> list[Adopted]:
    """The ticked ones; while nothing was chosen yet all that the room adopted, or what it referred if it is that alone.

    Raises:
        Http404: one is not among those that wait.
    """
    asked = request.POST if request.method == "POST" else request.GET
    if request.method != "POST" and "choose" not in asked:
        return [one for one in adopted if not one.is_referred] or adopted
    form = TakingForm(asked, numbers=[one.amendment.number for one in adopted])
    if not form.is_valid():
        raise rules.NotWaiting if request.method == "POST" else Http404(str(rules.NotWaiting.message))
    return [one for one in adopted if one.amendment.number in form.cleaned_data["take"]]


@require_http_methods(READ_OR_WRITE)
def merge_addition(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """See a new clause as it was adopted, edit it, and put it into the draft."""
    by = drafter(request, edition)
    found = get_amendment(edition, number)
    document = changeable(found.document)
    adopted = next((one for one in waiting(document) if one.amendment.pk == found.pk), None)
    if adopted is None or found.kind != Amendment.Kind.ADDITION:
        raise rules.NotWaiting
    has_remark = found.section.kind != Section.Kind.PREAMBLE
    form = MergeForm(_words_posted(request), has_remark=has_remark, initial=vars(adopted.words))
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: rules.merge_addition(found, form.words(), by=by))
        if done.made:
            messages.success(request, _("The new clause is in the draft."))
            return redirect("outcome:merging", edition.slug)
        status = done.status
    changes: Changes = changes_between(NOTHING, adopted.words)
    context = {"amendment": found, "form": form, "changes": changes}
    return render(request, "outcome/merge_addition.html", context, status=status)


@require_POST
def leave_out(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Leave the words of an adopted amendment out, with the reason."""
    by = drafter(request, edition)
    found = get_amendment(edition, number)
    form = LeaveOutForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Write the reason: the proposer reads it. Nothing was changed."))
        return redirect("outcome:merging", edition.slug)
    try:
        rules.leave_out(found, reason=form.cleaned_data["reason"], by=by)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Amendment %(number)s is left out.") % {"number": number})
    return redirect("outcome:merging", edition.slug)
