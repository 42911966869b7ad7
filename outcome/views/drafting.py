"""Writing clauses: adding, rewording, moving, removing and restoring them. For organisers."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from academy.errors import Invalid
from academy.models import Edition, User
from academy.requests import EditionRequest, posted
from academy.word_changes import word_changes
from outcome import drafting
from outcome.drafting import Overtaken
from outcome.forms import ClauseForm, MoveForm
from outcome.house_rules import beginnings_of, hints, named
from outcome.live.showing import show_written
from outcome.locking import DocumentFixed, changeable
from outcome.models import Clause, Section, Source
from outcome.views.fetching import attempt, drafter, get_clause
from outcome.views.thread import with_places
from workshops.models import Finding

READ_OR_WRITE = ["GET", "HEAD", "POST"]


@require_http_methods(READ_OR_WRITE)
def add_clause(request: EditionRequest, edition: Edition, section: UUID) -> HttpResponse:
    """Write a new clause, from findings that were chosen on the desk or from none."""
    by = drafter(request, edition)
    place = get_object_or_404(
        Section.objects.select_related("document__edition", "strand"), document__edition=edition, pk=section
    )
    findings = _asked_findings(request, edition)
    kind = _kind_in(place)
    form = ClauseForm(posted(request), kind=kind)
    if request.method == "POST":
        done = attempt(
            form,
            lambda: drafting.add_clause(
                place,
                text=form.cleaned_data["text"],
                heading=form.cleaned_data["heading"],
                remark=form.cleaned_data.get("remark", ""),
                findings=findings,
                by=by,
            ),
        )
        if done.made:
            messages.success(request, _("The clause was added."))
            return _to_desk(edition, done.made)
        return render(request, "outcome/add_clause.html", _adding(form, place, findings), status=done.status)
    changeable(place.document)
    return render(request, "outcome/add_clause.html", _adding(form, place, findings))


def _adding(form: ClauseForm, place: Section, findings: list[Finding]) -> dict[str, Any]:
    return {
        "form": form,
        "section": place,
        "findings": findings,
        "kind": _kind_in(place),
        "beginnings": named(beginnings_of(place.document.beginnings)),
    }


def _kind_in(section: Section) -> str:
    is_preamble = section.kind == Section.Kind.PREAMBLE
    return Clause.Kind.PREAMBLE if is_preamble else Clause.Kind.ENCOURAGEMENT


def _asked_findings(request: EditionRequest, edition: Edition) -> list[Finding]:
    """The findings named in the address or the form.

    Raises:
        Invalid: one of them does not exist, or was made in another academy.
    """
    asked = (request.POST if request.method == "POST" else request.GET).getlist("finding")
    try:
        keys = {UUID(key) for key in asked}
    except ValueError as error:
        raise Invalid from error
    findings = Finding.objects.of_edition(edition).filter(pk__in=keys)
    found = list(with_places(findings).select_related("group__workshop__edition"))
    if len(found) != len(keys):
        raise Invalid(_("A finding that you chose belongs to another academy."))
    return found


@require_http_methods(READ_OR_WRITE)
def edit_clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Reword a clause. If somebody was faster, both texts are shown and what was typed is kept."""
    by = drafter(request, edition)
    clause = get_clause(edition, pk)
    if request.method == "POST":
        return _save(request, clause, by)
    if clause.removed or not clause.document.is_open:
        messages.warning(request, _("This clause was removed.") if clause.removed else DocumentFixed.message)
        return redirect("outcome:desk", edition.slug)
    show_written(clause.document)
    clause = get_clause(edition, pk)
    form = ClauseForm(kind=clause.kind, initial=_words(clause))
    return render(request, "outcome/edit_clause.html", _editing(form, clause))


def _save(request: EditionRequest, clause: Clause, by: User) -> HttpResponse:
    form = ClauseForm(request.POST, kind=clause.kind)
    overtaken_by: list[Clause] = []

    def reword() -> Clause:
        words = form.cleaned_data
        try:
            return drafting.reword_clause(
                clause,
                text=words["text"],
                heading=words["heading"],
                remark=words.get("remark"),
                version=words["version"] or 0,
                by=by,
            )
        except Overtaken as error:
            overtaken_by.append(error.clause)
            raise

    done = attempt(form, reword)
    if done.made:
        messages.success(request, _("The clause was saved."))
        return _to_desk(clause.document.edition, done.made)
    context = _editing(form, clause)
    if overtaken_by:
        context |= _meanwhile(form, overtaken_by[0])
    return render(request, "outcome/edit_clause.html", context, status=done.status)


def _words(clause: Clause) -> dict[str, Any]:
    """The words of a clause as a form holds them."""
    remark = Clause.objects.filter(parent=clause, removed=False).first()
    return {
        "heading": clause.heading,
        "text": clause.text,
        "remark": remark.text if remark else "",
        "version": clause.version,
    }


def _editing(form: ClauseForm, clause: Clause) -> dict[str, Any]:
    sources = (
        Source.objects.filter(clause=clause)
        .select_related("finding__group__workshop", "finding__part")
        .defer("finding__author")
        .order_by("finding__group__workshop__number", "finding__group__slug", "finding__number")
    )
    words = _words(clause)
    beginnings = beginnings_of(clause.document.beginnings)
    return {
        "form": form,
        "clause": clause,
        "sources": sources,
        "relations": Source.Relation.choices,
        "hints": hints(
            clause.kind,
            text=words["text"],
            heading=words["heading"],
            has_remark=bool(words["remark"]),
            sources=len(sources),
            beginnings=beginnings,
        ),
        "beginnings": named(beginnings),
    }


def _meanwhile(form: ClauseForm, present: Clause) -> dict[str, Any]:
    """The present words beside what was typed; the form goes on from the present version."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["version"] = str(present.version)
    form.data = data
    words, typed = _words(present), form.cleaned_data
    return {
        "present": words,
        "was_removed": present.removed,
        "differences": [
            (label, word_changes(words[name], typed.get(name, "")))
            for name, label in (
                ("heading", _("Short title")),
                ("text", _("Text")),
                ("remark", _("Explanatory remark")),
            )
            if words[name] != typed.get(name, "")
        ],
    }


@require_POST
def move_clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Move a clause one step, or anywhere in its section."""
    by = drafter(request, edition)
    clause = get_clause(edition, pk)
    form = MoveForm(request.POST, document=clause.document)
    if not form.is_valid():
        raise Invalid(_("This clause is not in the document any more."))
    moved = drafting.move_clause(clause, before=form.cleaned_data["before"], by=by)
    desk = reverse("outcome:desk", args=(edition.slug,))
    return redirect(f"{desk}?moved={moved.pk}#clause-{moved.pk}")


@require_http_methods(READ_OR_WRITE)
def remove_clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Ask once, then take a clause out; it can be restored."""
    by = drafter(request, edition)
    clause = get_clause(edition, pk)
    if request.method == "POST":
        drafting.remove_clause(clause, by=by)
        messages.success(
            request, _("The clause was removed. You find it at the end of its section, and can restore it.")
        )
        return redirect("outcome:desk", edition.slug)
    changeable(clause.document)
    sources = Source.objects.filter(clause=clause).count()
    return render(request, "outcome/remove_clause.html", {"clause": clause, "sources": sources})


@require_POST
def restore_clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Bring a removed clause back to where it stood."""
    by = drafter(request, edition)
    restored = drafting.restore_clause(get_clause(edition, pk), by=by)
    messages.success(request, _("The clause is back."))
    return _to_desk(edition, restored)


def _to_desk(edition: Edition, clause: Clause) -> HttpResponse:
    return redirect(f"{reverse('outcome:desk', args=(edition.slug,))}#clause-{clause.pk}")
