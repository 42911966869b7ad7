"""The adoption: its rules, the positions, its closing."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.models import Edition
from academy.permissions import is_known, takes_part
from academy.requests import EditionRequest, LoginNeeded
from outcome import adoption as rules
from outcome.forms import OpenAdoptionForm, PositionForm
from outcome.methods import METHODS, Method
from outcome.models import Document, Position, Procedure
from outcome.permissions import elector_of, may_draft
from outcome.quorums import QUORUMS
from outcome.views.fetching import attempt, document_of, drafter, get_document, last_procedure
from programme.views.scope import zones_of


@dataclass(frozen=True)
class State:
    """How an adoption stands: its rules in words, how many took a position, and the reader's own."""

    procedure: Procedure
    method: Method
    quorum: Any
    needed: int
    electorate: int
    taken: int
    is_elector: bool
    mine: Position | None

    @property
    def my_words(self) -> Any:
        return self.method.choices[self.mine.choice] if self.mine else ""


@require_safe
def adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """How the adoption stands, for everybody; the ballot for electors, the rules for organisers."""
    return _show(request, edition)


def _show(
    request: EditionRequest,
    edition: Edition,
    *,
    ballot: PositionForm | None = None,
    opening: OpenAdoptionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    document = document_of(edition)
    procedure = last_procedure(edition)
    state = _state(request, procedure) if procedure else None
    drafts = may_draft(request.user, edition)
    may_open = drafts and _may_be_opened(document, procedure)
    if state and state.is_elector and ballot is None:
        ballot = PositionForm(
            method=state.method, initial={"choice": state.mine.choice if state.mine else None}
        )
    return render(
        request,
        "outcome/adoption.html",
        {
            "document": document,
            "state": state,
            "ballot": ballot,
            "may_vote": state is not None
            and state.is_elector
            and state.procedure.state == Procedure.State.OPEN,
            "opening": (opening or OpenAdoptionForm()) if may_open else None,
            "electorate": len(rules.electorate_now(edition)) if may_open else None,
            "takes_part": takes_part(request.user, edition),
            "may_draft": drafts,
            "zones": zones_of(request, edition),
        },
        status=status,
    )


def _may_be_opened(document: Document | None, procedure: Procedure | None) -> bool:
    is_running = procedure is not None and procedure.state == Procedure.State.OPEN
    return document is not None and document.state == Document.State.FROZEN and not is_running


def _state(request: EditionRequest, procedure: Procedure) -> State:
    elector = elector_of(request.user, procedure)
    counted = procedure.electors.aggregate(
        all=Count("pk", distinct=True), taken=Count("positions__elector", distinct=True)
    )
    quorum = QUORUMS[procedure.quorum]
    return State(
        procedure=procedure,
        method=METHODS[procedure.method],
        quorum=quorum,
        needed=quorum.needed(counted["all"], procedure.quorum_number),
        electorate=counted["all"],
        taken=counted["taken"],
        is_elector=elector is not None,
        mine=elector.positions.order_by("-number").first() if elector else None,
    )


@require_POST
def open_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Open the adoption of the frozen text, by the rules that are chosen now."""
    by = drafter(request, edition)
    document = get_document(edition)
    form = OpenAdoptionForm(request.POST)
    done = attempt(form, lambda: rules.open_adoption(document, **form.cleaned_data, by=by))
    if done.made:
        messages.success(request, _("The adoption is open. Electors can take their positions now."))
        return redirect("outcome:adoption", edition.slug)
    return _show(request, edition, opening=form, status=done.status)


@require_POST
def take_position(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Record the elector's position; another one may follow until the adoption is closed."""
    by = request.user
    if not is_known(by):
        raise LoginNeeded
    procedure = last_procedure(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    if elector_of(by, procedure) is None:
        raise rules.NotAnElector
    form = PositionForm(request.POST, method=METHODS[procedure.method])
    done = attempt(form, lambda: rules.take_position(procedure, choice=form.cleaned_data["choice"], by=by))
    if done.made:
        messages.success(request, _("Your position is recorded."))
        return redirect("outcome:adoption", edition.slug)
    return _show(request, edition, ballot=form, status=done.status)


@require_http_methods(["GET", "HEAD", "POST"])
def close_adoption(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Ask once, then close the adoption and seal its record."""
    by = drafter(request, edition)
    procedure = last_procedure(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    if request.method == "POST":
        rules.close_adoption(procedure, by=by)
        return redirect("outcome:record", edition.slug)
    if procedure.state != Procedure.State.OPEN:
        raise rules.AdoptionClosed
    return render(request, "outcome/close_adoption.html", {"state": _state(request, procedure)})
