"""Amendments: the list, one of them, proposing, rebasing, withdrawing and co-signing."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.models import Edition, Participant
from academy.permissions import takes_part
from academy.requests import EditionRequest, admit, posted
from outcome.amending import proposing
from outcome.amending.clauses import NOTHING, Words, changes_between, words_by_clause
from outcome.amending.combining import rebased
from outcome.amending.forms import AmendForm, ContributionsForm, ReasonForm
from outcome.amending.opening import set_rules
from outcome.amending.permissions import is_proposer, may_amend, may_moderate_comments, rules_of
from outcome.amending.proposing import BaseMoved
from outcome.amending.reading import Shown, all_of, show
from outcome.amending.standing import words_in
from outcome.amending.turns import insist_on_input, last_round, takes_input
from outcome.locking import changeable
from outcome.models import Amendment, Clause, CoSignature, Document, Revision, Section
from outcome.views.fetching import attempt, document_of, get_clause, get_document, known, newest_revision
from programme.views.scope import zones_of

READ_OR_WRITE = ["GET", "HEAD", "POST"]


@require_safe
def amendments(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Every amendment, by section, with what became of it."""
    admit(request, takes_part(request.user, edition))
    document, revision = document_of(edition), newest_revision(request, edition)
    shown = show(document, all_of(document), revision.content if revision else None) if document else []
    sections = document.sections.select_related("strand").order_by("position") if document else []
    context = {
        "document": document,
        "sections": [
            (section, [one for one in shown if one.amendment.section_id == section.pk])
            for section in sections
        ],
        "count": len(shown),
        "may_amend": bool(document) and may_amend(request.user, edition, rules_of(document)),
        "may_set": may_moderate_comments(request.user, edition),
        "revision": revision,
    }
    return render(request, "outcome/amendments.html", context)


@require_safe
def amendment(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """One amendment: what it changes, who joined it, what the room said, what became of it."""
    admit(request, takes_part(request.user, edition))
    document = get_document(edition)
    shown, revision = get_shown(request, document, number)
    found = shown.amendment
    is_own = is_proposer(request.user, found)
    is_open = found.is_pending and document.is_open and takes_input(last_round(found.section))
    joins = is_open and not is_own and may_amend(request.user, edition, rules_of(document))
    confirmed = Participant.objects.confirmed().filter(user=known(request), edition=edition).first()
    signature = (
        CoSignature.objects.filter(amendment=found, participant=confirmed).first() if confirmed else None
    )
    return render(
        request,
        "outcome/amendment.html",
        {
            "document": document,
            "shown": shown,
            "revision": revision,
            "wordings": sorted(found.wordings.all(), key=lambda row: row.number),
            "log": found.treatments.select_related("round__workshop").order_by("number"),
            "is_own": is_own and is_open,
            "may_join": joins and confirmed is not None,
            "signature": signature,
            "signed_this": signature is not None and signature.wording_id == shown.standing.wording.pk,
            "round": last_round(found.section),
            "zones": zones_of(request, edition),
        },
    )


def get_shown(request: EditionRequest, document: Document, number: int) -> tuple[Shown, Revision | None]:
    """An amendment against the newest revision that the reader may read, or 404."""
    revision = newest_revision(request, document.edition)
    rows = list(all_of(document))
    found = next((row for row in rows if row.number == number), None)
    if found is None:
        raise Http404(_("There is no such amendment."))
    near = [row for row in rows if row.clause_id == found.clause_id and (row.clause_id or row.pk == found.pk)]
    shown = show(document, near, revision.content if revision else None)
    return next(one for one in shown if one.amendment.number == number), revision


# --- Proposing --------------------------------------------------------------------------------------------------------


@require_http_methods(READ_OR_WRITE)
def amend_clause(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Edit a copy of a clause, and propose it."""
    clause = get_clause(edition, pk)
    by = known(request)
    base, now = _base(request, clause.document, clause)
    form = AmendForm(
        posted(request), has_remark=_has_remark(clause.section), initial={**vars(now), "base": base.number}
    )
    page = {"clause": clause, "section": clause.section, "what": "change"}

    def propose() -> Amendment:
        said = form.cleaned_data
        return proposing.propose_change(clause, form.words(), reason=said["reason"], base=said["base"], by=by)

    return _propose(request, form, propose, page, now)


@require_http_methods(READ_OR_WRITE)
def propose_deletion(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Propose to take a clause out."""
    clause = get_clause(edition, pk)
    by = known(request)
    base, now = _base(request, clause.document, clause)
    form = ReasonForm(posted(request), initial={"base": base.number})
    page = {"clause": clause, "section": clause.section, "what": "deletion"}

    def propose() -> Amendment:
        return proposing.propose_deletion(clause, **form.cleaned_data, by=by)

    return _propose(request, form, propose, page, now)


@require_http_methods(READ_OR_WRITE)
def propose_addition(request: EditionRequest, edition: Edition, section: UUID) -> HttpResponse:
    """Propose a new clause, after the one that the address names or at the beginning of the section."""
    sections = Section.objects.select_related("document__edition", "strand")
    place = get_object_or_404(sections, document__edition=edition, pk=section)
    after, by = _after(request, place), known(request)
    base, before = _base(request, place.document, after)
    form = AmendForm(posted(request), has_remark=_has_remark(place), initial={"base": base.number})
    page = {"section": place, "after": after, "before": before, "what": "addition"}

    def propose() -> Amendment:
        said = form.cleaned_data
        return proposing.propose_addition(
            place, form.words(), after=after, reason=said["reason"], base=said["base"], by=by
        )

    return _propose(request, form, propose, page, NOTHING)


def _after(request: EditionRequest, section: Section) -> Clause | None:
    asked = request.GET.get("after", "")
    if not asked:
        return None
    try:
        key = UUID(asked)
    except ValueError as error:
        raise Http404(_("There is no such clause.")) from error
    found: Clause = get_object_or_404(Clause, section=section, parent=None, pk=key)
    return found


def _has_remark(section: Section) -> bool:
    return section.kind != Section.Kind.PREAMBLE


def _base(request: EditionRequest, document: Document, clause: Clause | None) -> tuple[Revision, Words]:
    """The newest revision for the reader with the words of the clause in it, if amendments are taken now.

    Raises:
        LoginNeeded, NotAllowed, NotTaken, DocumentFixed
        Http404: the clause is not in the revision.
    """
    user = known(request)
    proposing.open_for(document, user)
    changeable(document)
    base = proposing.readable_base(document, user)
    words = words_by_clause(base.content).get(str(clause.pk)) if clause else NOTHING
    if words is None:
        raise Http404(_("This clause is not in the document any more."))
    return base, words


def _propose(
    request: EditionRequest,
    form: AmendForm | ReasonForm,
    rule: Callable[[], Amendment],
    page: dict[str, Any],
    now: Words,
) -> HttpResponse:
    """The form, and what the rule says to it; if the base moved, what was typed stays beside the new words."""
    moved: list[Revision] = []

    def watched() -> Amendment:
        try:
            return rule()
        except BaseMoved as error:
            moved.append(error.revision)
            raise

    status = 200
    if form.is_bound:
        done = attempt(form, watched)
        if done.made:
            is_again = page["what"] == "rebase"
            said = (
                _("Amendment %(number)s has its new words. The earlier ones stay with it.")
                if is_again
                else _("Amendment %(number)s is proposed. Thank you.")
            )
            messages.success(request, said % {"number": done.made.number})
            return redirect(done.made)
        status = done.status
    else:
        insist_on_input(page["section"])
    context = {**page, "form": form, "now": now}
    if moved:
        context |= _moved(form, moved[0], now)
    return render(request, "outcome/propose.html", context, status=status)


def _moved(form: AmendForm | ReasonForm, newest: Revision, now: Words) -> dict[str, Any]:
    """The form goes on from the newest revision; beside it, how what was typed differs from its words."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    data["base"] = str(newest.number)
    form.data = data
    typed = form.words() if isinstance(form, AmendForm) else NOTHING
    return {"moved": newest, "differs": changes_between(now, typed)}


# --- One's own amendment ----------------------------------------------------------------------------------------------


@require_http_methods(READ_OR_WRITE)
def rebase(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Put an amendment on the present text, or reword it: the words then, the words now, and both together to edit."""
    found = get_amendment(edition, number)
    by = known(request)
    admit(request, is_proposer(by, found))
    base, now = _base(request, found.document, found.clause or found.after)
    wording = found.wordings.select_related("base").latest("number")
    typed = words_in(wording)
    then = words_by_clause(wording.base.content).get(str(found.clause_id), NOTHING)
    there = now if found.clause_id else NOTHING
    both = rebased(then, there, typed)
    start = {**vars(both.words), "reason": wording.reason, "base": base.number}
    if found.kind == Amendment.Kind.DELETION:
        form: AmendForm | ReasonForm = ReasonForm(posted(request), initial=start)
    else:
        form = AmendForm(posted(request), has_remark=_has_remark(found.section), initial=start)

    def put() -> Amendment:
        words = form.words() if isinstance(form, AmendForm) else NOTHING
        said = form.cleaned_data
        return proposing.rebase(found, words, reason=said["reason"], base=said["base"], by=by)

    page = {
        "amendment": found,
        "section": found.section,
        "what": "rebase",
        "has_moved": then != there,
        "their_change": changes_between(then, there),
        "own_change": changes_between(then, typed),
        "clashes": bool(both.clashes),
    }
    return _propose(request, form, put, page, there)


@require_http_methods(READ_OR_WRITE)
def withdraw_amendment(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Ask once, then take one's amendment back."""
    found = get_amendment(edition, number)
    by = known(request)
    if request.method == "POST":
        proposing.withdraw_amendment(found, by=by)
        messages.success(request, _("Amendment %(number)s is withdrawn.") % {"number": number})
        return redirect(found)
    admit(request, is_proposer(by, found))
    return render(request, "outcome/withdraw_amendment.html", {"amendment": found})


@require_POST
def co_sign(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Join an amendment."""
    found = get_amendment(edition, number)
    proposing.co_sign(found, by=known(request))
    messages.success(request, _("You co-signed amendment %(number)s.") % {"number": number})
    return redirect(found)


@require_POST
def take_signature_back(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Leave an amendment that one joined."""
    found = get_amendment(edition, number)
    proposing.take_signature_back(found, by=known(request))
    messages.success(request, _("Your signature is taken back."))
    return redirect(found)


def get_amendment(edition: Edition, number: int) -> Amendment:
    """An amendment of the edition's document, or 404."""
    rows = Amendment.objects.select_related("document__edition", "section__strand", "clause", "after")
    found: Amendment = get_object_or_404(rows, document__edition=edition, number=number)
    return found


# --- What the document takes ------------------------------------------------------------------------------------------


@require_http_methods(READ_OR_WRITE)
def contributions(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What the document takes from participants, and from when."""
    by = known(request)
    admit(request, may_moderate_comments(by, edition))
    document = get_document(edition)
    rules = rules_of(document)
    form = ContributionsForm(posted(request), edition=edition, initial=_kept(rules))
    status = 200
    if form.is_bound:
        done = attempt(form, lambda: set_rules(document, **form.cleaned_data, by=by))
        if done.made:
            messages.success(request, _("Saved."))
            return redirect("outcome:contributions", edition.slug)
        status = done.status
    context = {"form": form, "zones": zones_of(request, edition), "has_revision": _has_revision(document)}
    return render(request, "outcome/contributions.html", context, status=status)


def _kept(rules: Any) -> dict[str, Any]:
    names = ("takes_amendments", "amendments_from", "takes_comments", "comments_from")
    return {name: getattr(rules, name) for name in names} if rules else {}


def _has_revision(document: Document) -> bool:
    shared = Revision.objects.exclude(audience=Revision.Audience.ORGANISERS)
    return shared.filter(document=document).exists()
