"""The adoption as electors see it: the text, their position, the time that is left, their receipt."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy import clock
from academy.errors import DomainError, NotAllowed
from academy.models import Edition, Participant, User
from academy.permissions import is_known, takes_part
from academy.requests import EditionRequest, LoginNeeded
from outcome import adoption as rules
from outcome.adoption_forms import PlanForm, PositionForm, StatementForm, SureForm, clause_choices
from outcome.adoption_state import State, state_of
from outcome.models import Document, Indication, Procedure, Statement
from outcome.permissions import audiences_of, elector_of, may_draft
from outcome.recording import is_attributed, reason_of
from outcome.revisions import clauses_of
from outcome.views.fetching import document_of, drafter, last_procedure, procedures_of
from programme.views.scope import zones_of

# Answers about ballots are filled up to a multiple of this, so that no log of sizes says what was chosen.
FILLED_TO = 16_384


@require_safe
def adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """How the adoption stands, for everybody; the ballot for electors, what is to be set up for organisers."""
    return show(request, edition)


def caught_up(edition: Edition) -> Procedure | None:
    """The adoption that is under way, or the last one, with what the clock had to do on it and on earlier ones done."""
    procedures = list(procedures_of(edition))
    done = [rules.catch_up(procedure) for procedure in procedures if rules.is_due(procedure)]
    if any(done):
        return last_procedure(edition)
    return procedures[0] if procedures else None


def show(
    request: EditionRequest,
    edition: Edition,
    *,
    ballot: PositionForm | None = None,
    planning: PlanForm | None = None,
    statement: StatementForm | None = None,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of the adoption, with a form as it was refused."""
    document, procedure = document_of(edition), caught_up(edition)
    state = state_of(procedure, request.user) if procedure else None
    drafts = may_draft(request.user, edition)
    may_plan = drafts and _may_be_planned(document, procedure)
    reads = state is not None and state.procedure.revision.audience in audiences_of(request.user, edition)
    if state and state.may_vote and ballot is None:
        ballot = _empty_ballot(state)
    if state and state.takes_statements and statement is None:
        statement = _empty_statement(state)
    context = {
        "document": document,
        "state": state,
        "ballot": ballot,
        "error": error,
        "statement": statement if state and state.takes_statements else None,
        "stated": _stated(state) if state else [],
        "planning": (planning or PlanForm(edition=edition)) if may_plan else None,
        "takes_part": takes_part(request.user, edition),
        "may_draft": drafts,
        "may_confirm": drafts and _may_confirm(request, procedure),
        "clauses": _clauses(state) if state and reads else [],
        "content": state.procedure.revision.content if state and reads else None,
        "reason": _reason(state) if state and reads and takes_part(request.user, edition) else None,
        "zones": zones_of(request, edition),
        "present_moment": clock.now(),
        "indication_choices": Indication.Choice.choices,
    }
    return render(request, "outcome/adoption.html", context, status=status)


def _empty_ballot(state: State) -> PositionForm:
    return PositionForm(
        method=state.method,
        has_cast=state.procedure.is_pseudonymous and state.has_taken,
        initial={"choice": state.mine.choice if state.mine else None},
    )


def _stated(state: State) -> list[tuple[Statement, str]]:
    """What the reader stated, each with the clause that it is about."""
    if not state.statements:
        return []
    names = dict(clause_choices(state.procedure.revision.content))
    return [(said, names.get(str(said.clause_id), "")) for said in state.statements]


def _empty_statement(state: State) -> StatementForm:
    content, is_pseudonymous = state.procedure.revision.content, state.procedure.is_pseudonymous
    return StatementForm(content=content, pseudonymous=is_pseudonymous, auto_id="id_statement_%s")


def _clauses(state: State) -> list[dict[str, Any]]:
    """The clauses of the text with the reader's indication to each."""
    if not state.procedure.by_clause:
        return []
    content = state.procedure.revision.content
    return [
        {**clause, "mine": state.indications.get(clause["id"], "")}
        for _section, clause in clauses_of(content)
    ]


def _reason(state: State) -> dict[str, Any] | None:
    """Why a silence was broken, for those who answer it; everybody reads it once the record is sealed."""
    said = reason_of(state.procedure) if state.procedure.is_closed else None
    if said is None:
        return None
    person = None
    if is_attributed(said, state.procedure):
        shown = Participant.objects.filter(pk=said.elector.participant_id).as_shown()
        person = next((one for one in shown if one.shown_name), None)
    return {"text": said.text, "person": person}


def _may_be_planned(document: Document | None, procedure: Procedure | None) -> bool:
    is_under_way = procedure is not None and procedure.is_under_way
    return document is not None and document.state == Document.State.FROZEN and not is_under_way


def _may_confirm(request: EditionRequest, procedure: Procedure | None) -> bool:
    is_prepared = procedure is not None and procedure.state == Procedure.State.PREPARED
    return bool(is_prepared and procedure and procedure.prepared_by_id != request.user.pk)


def knows(request: EditionRequest, edition: Edition) -> tuple[User, Procedure]:
    """The person who asks, and the adoption.

    Raises:
        LoginNeeded
        Http404: there is none.
    """
    by = request.user
    if not is_known(by):
        raise LoginNeeded
    procedure = caught_up(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    return by, procedure


@require_POST
def take_position(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask for confirmation first; then record the position, and say so only once it is stored."""
    by, procedure = knows(request, edition)
    if procedure.opened_at and elector_of(by, procedure) is None:
        raise rules.NotAnElector
    if not procedure.opened_at:
        raise rules.NotOpenYet
    state = state_of(procedure, by)
    has_cast = procedure.is_pseudonymous and state.has_taken
    form = PositionForm(request.POST, method=state.method, has_cast=has_cast)
    sure = SureForm(request.POST)
    if not form.is_valid() or not sure.is_valid():
        return _refused(request, edition, form, "", 422)
    if "sure" not in request.POST:
        if not state.takes_positions:
            return _refused(request, edition, form, str(rules.AdoptionClosed.message), 409)
        return _ask(request, state, form)
    try:
        return _recorded(request, state, form, sure, by=by)
    except NotAllowed:
        raise
    except DomainError as error:
        return _refused(request, edition, form, str(error), error.status)


def _ask(request: EditionRequest, state: State, form: PositionForm) -> HttpResponse:
    """The page that says once more what is about to be recorded, on which text, and what it means."""
    choice, procedure = form.cleaned_data["choice"], state.procedure
    secret = receipt = before = ""
    if procedure.is_pseudonymous:
        secret = form.cleaned_data.get("secret") or rules.new_secret()
        receipt = rules.receipt_of(secret)
        before = rules.mark_of(procedure, receipt)
    context = {
        "state": state,
        "choice": choice,
        "words": state.method.choices[choice],
        "form": form,
        "attribution": Statement.Attribution(form.cleaned_data.get("attribution") or "shown").label,
        "key": uuid4(),
        "after": state.mine.number if state.mine else 0,
        "secret": secret,
        "receipt": receipt,
        "before": before,
        "zones": zones_of(request, procedure.document.edition),
        "present_moment": clock.now(),
    }
    return _kept_quiet(render(request, "outcome/confirm_position.html", context), procedure)


def _recorded(
    request: EditionRequest, state: State, form: PositionForm, sure: SureForm, *, by: User
) -> HttpResponse:
    procedure, choice = state.procedure, form.cleaned_data["choice"]
    if procedure.is_pseudonymous:
        secret = sure.cleaned_data["secret"]
        before = sure.cleaned_data["before"]
        receipt = rules.cast_ballot(procedure, choice=choice, secret=secret, before=before, by=by)
        if not request.accepts("text/html"):
            return JsonResponse({"recorded": True, "receipt": receipt})
        context = {"receipt": receipt, "secret": secret, "state": state}
        return _kept_quiet(render(request, "outcome/receipt.html", context), procedure)
    position = rules.take_position(
        procedure,
        choice=choice,
        by=by,
        key=sure.cleaned_data["key"],
        after=sure.cleaned_data["after"],
        reason=form.cleaned_data.get("reason", ""),
        attribution=form.cleaned_data.get("attribution") or "shown",
    )
    words = str(state.method.choices[position.choice])
    if not request.accepts("text/html"):
        return JsonResponse({"recorded": True, "words": words, "number": position.number})
    messages.success(request, _("Your position is recorded: %(words)s.") % {"words": words})
    return redirect("outcome:adoption", procedure.document.edition.slug)


def _refused(
    request: EditionRequest, edition: Edition, form: PositionForm, error: str, status: int
) -> HttpResponse:
    if request.accepts("text/html"):
        return show(request, edition, ballot=form, error=error, status=status)
    said = error or " ".join(str(line) for lines in form.errors.values() for line in lines)
    return JsonResponse({"title": said}, status=status)


def _kept_quiet(response: HttpResponse, procedure: Procedure) -> HttpResponse:
    """Not kept by anybody; about a ballot, as long as any other answer, compressed or not."""
    response["Cache-Control"] = "private, no-store"
    if procedure.is_pseudonymous:
        missing = -len(response.content) % FILLED_TO
        response.content += b" " * missing
        response["Content-Encoding"] = "identity"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def close_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask once, then close the adoption and decide."""
    by = drafter(request, edition)
    procedure = caught_up(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    if request.method == "POST":
        rules.close_adoption(procedure, by=by)
        return redirect("outcome:record", edition.slug)
    rules.insist_closable(procedure)
    return render(request, "outcome/close_adoption.html", {"state": state_of(procedure)})


@require_safe
def adoption_state(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What an open page asks again and again: whether there is something new to show. For everybody who may look."""
    procedure = caught_up(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    state = state_of(procedure)
    counts = "counts" in request.GET and takes_part(request.user, edition)
    response = JsonResponse({"version": state.version(with_counts=counts), "state": procedure.state})
    response["Cache-Control"] = "private, no-store"
    return response
