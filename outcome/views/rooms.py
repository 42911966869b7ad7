"""In the room: the chair's page, the big screen, presence, indications, hands, and what electors state."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.models import Edition, Participant
from academy.ordering import sort_key
from academy.permissions import takes_part
from academy.requests import EditionRequest, admit
from outcome import adoption as rules
from outcome.adoption_forms import (
    DiscussForm,
    IndicationForm,
    PresenceForm,
    RoomCountForm,
    StatementForm,
    clause_name,
)
from outcome.adoption_state import State, state_of
from outcome.methods import METHODS
from outcome.models import Elector, Indication, Presence, Procedure, RoomCount, Statement
from outcome.permissions import audiences_of, elector_of
from outcome.revisions import clauses_of
from outcome.views.adopting import caught_up, knows, show
from outcome.views.fetching import attempt, drafter
from programme.views.scope import zones_of


@dataclass(frozen=True)
class Seat:
    """An elector in the chair's list: how they may be called there, and whether they are here."""

    elector: Elector
    name: str
    where: str
    has_taken: bool


@require_safe
def chair(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The chair's page: who is here, the quorum as it forms, what is discussed, hands, the closing."""
    drafter(request, edition)
    return _show_chair(request, edition)


def _show_chair(
    request: EditionRequest, edition: Edition, *, hands: RoomCountForm | None = None, status: int = 200
) -> HttpResponse:
    procedure = caught_up(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    state = state_of(procedure)
    is_open = state.takes_positions
    counting = is_open and not state.method.by_silence
    context = {
        "state": state,
        "seats": _seats(procedure) if procedure.opened_at else [],
        "tally": _tally(state),
        "discussing": DiscussForm(content=procedure.revision.content, initial={"clause": state.floor}),
        "hands": (hands or RoomCountForm(method=state.method)) if counting else None,
        "counts": [(row, _named(row)) for row in procedure.room_counts.all()],
        "is_open": is_open,
        "places": Presence.Where.choices,
        "indications": _indicated(procedure),
        "zones": zones_of(request, edition),
        "present_moment": clock.now(),
    }
    return render(request, "outcome/chair.html", context, status=status)


def _seats(procedure: Procedure) -> list[Seat]:
    """The electorate by name, as each of them is shown; who is shown to nobody is an elector without a name."""
    electors = Elector.objects.filter(procedure=procedure).select_related("presence", "cast")
    taken = set(electors.filter(positions__isnull=False).values_list("pk", flat=True))
    taken |= set(electors.filter(cast__isnull=False).values_list("pk", flat=True))
    people = Participant.objects.filter(pk__in=electors.values("participant")).as_shown()
    names = {person.pk: person.shown_name for person in people}
    seats = [
        Seat(
            elector,
            names.get(elector.participant_id, ""),
            elector.presence.where if hasattr(elector, "presence") else "",
            elector.pk in taken,
        )
        for elector in electors
    ]
    return sorted(seats, key=lambda seat: (not seat.name, sort_key(seat.name), str(seat.elector.pk)))


def _tally(state: State) -> list[tuple[Any, int]]:
    """The counts as publicity allows: named ones as they come in, pseudonymous ones after the closing only."""
    procedure = state.procedure
    if procedure.is_pseudonymous and not procedure.is_closed:
        return []
    tally = rules.tally_of(procedure)
    return [(words, tally.of(choice)) for choice, words in state.method.recorded.items()]


def _named(count: RoomCount) -> list[tuple[Any, int]]:
    words = METHODS[count.procedure.method].recorded
    return [(words.get(choice, choice), number) for choice, number in count.counts.items()]


def _indicated(procedure: Procedure) -> list[dict[str, Any]]:
    """Every clause with how many indicated what; not binding."""
    if not procedure.by_clause:
        return []
    rows = list(Indication.objects.filter(elector__procedure=procedure).values_list("clause", "choice"))
    return [
        {
            "name": clause_name(clause),
            "id": clause["id"],
            "counts": [
                (label, sum(1 for key, said in rows if str(key) == clause["id"] and said == choice))
                for choice, label in Indication.Choice.choices
            ],
        }
        for _section, clause in clauses_of(procedure.revision.content)
    ]


@require_safe
def screen(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The big screen in the room: the text, the clause under discussion, how many have spoken, and the result."""
    procedure = caught_up(edition)
    if procedure is None:
        raise Http404(_("There is no adoption yet."))
    reads = procedure.revision.audience in audiences_of(request.user, edition)
    admit(request, takes_part(request.user, edition) and reads)
    state = state_of(procedure)
    content = procedure.revision.content
    discussed = next((clause for _s, clause in clauses_of(content) if clause["id"] == state.floor), None)
    context = {
        "state": state,
        "content": content,
        "discussed": discussed,
        "indications": next((one for one in _indicated(procedure) if one["id"] == state.floor), None),
        "tally": _tally(state) if procedure.is_closed else [],
        "zones": zones_of(request, edition),
        "present_moment": clock.now(),
    }
    return render(request, "outcome/screen.html", context)


@require_POST
def check_in(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Check oneself in or out, or an elector, as an organiser."""
    by, procedure = knows(request, edition)
    form = PresenceForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Choose where this elector is."))
    key = form.cleaned_data["elector"]
    elector = _elector(procedure, key) if key else elector_of(by, procedure)
    if elector is None:
        raise rules.NotAnElector
    rules.check_in(elector, where=form.cleaned_data["where"], by=by)
    response = redirect("outcome:chair" if key else "outcome:adoption", edition.slug)
    if key:
        response["Location"] += f"#seat-{key}"
    return response


def _elector(procedure: Procedure, key: UUID) -> Elector:
    electors = Elector.objects.select_related("procedure__document__edition")
    found: Elector = get_object_or_404(electors, procedure=procedure, pk=key)
    return found


@require_POST
def discuss(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Put a clause under discussion."""
    by = drafter(request, edition)
    _by, procedure = knows(request, edition)
    form = DiscussForm(request.POST, content=procedure.revision.content)
    if not form.is_valid():
        raise Invalid(_("There is no such clause in the text."))
    clause = form.cleaned_data["clause"]
    rules.discuss(procedure, clause=UUID(clause) if clause else None, by=by)
    return redirect("outcome:chair", edition.slug)


@require_POST
def enter_count(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Enter hands that were counted in the room."""
    by = drafter(request, edition)
    _by, procedure = knows(request, edition)
    form = RoomCountForm(request.POST, method=METHODS[procedure.method])
    done = attempt(
        form,
        lambda: rules.enter_room_count(
            procedure, label=form.cleaned_data["label"], counts=form.counts(), by=by
        ),
    )
    if done.made:
        messages.success(request, _("Entered. It counts once another organiser has confirmed the numbers."))
        return redirect("outcome:chair", edition.slug)
    return _show_chair(request, edition, hands=form, status=done.status)


@require_POST
def confirm_count(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Confirm hands that another organiser entered."""
    by = drafter(request, edition)
    counts = RoomCount.objects.select_related("procedure__document__edition")
    rules.confirm_room_count(get_object_or_404(counts, procedure__document__edition=edition, pk=pk), by=by)
    messages.success(request, _("The hands are counted in."))
    return redirect("outcome:chair", edition.slug)


@require_POST
def indicate(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Say what one thinks of a clause; not binding."""
    by, procedure = knows(request, edition)
    if not procedure.opened_at or elector_of(by, procedure) is None:
        raise rules.NotAnElector
    form = IndicationForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Please choose one of the indications."))
    rules.indicate(procedure, clause=form.cleaned_data["clause"], choice=form.cleaned_data["choice"], by=by)
    messages.success(request, _("Your indication is noted. It binds nobody."))
    response = redirect("outcome:adoption", edition.slug)
    response["Location"] += f"#indication-{form.cleaned_data['clause']}"
    return response


@require_POST
def make_statement(request: EditionRequest, edition: Edition) -> HttpResponse:
    """State something for the record."""
    by, procedure = knows(request, edition)
    if not procedure.opened_at or elector_of(by, procedure) is None:
        raise rules.NotAnElector
    form = StatementForm(
        request.POST,
        content=procedure.revision.content,
        pseudonymous=procedure.is_pseudonymous,
        auto_id="id_statement_%s",
    )
    done = attempt(form, lambda: _state(procedure, form, by))
    if done.made:
        messages.success(request, _("Your statement is noted for the record."))
        return redirect("outcome:adoption", edition.slug)
    error = "" if rules.takes_statements(procedure) else str(rules.StatementsOver.message)
    return show(request, edition, statement=form, error=error, status=done.status)


def _state(procedure: Procedure, form: StatementForm, by: Any) -> Statement:
    said = form.cleaned_data
    return rules.make_statement(
        procedure,
        kind=said["kind"],
        text=said["text"],
        clause=UUID(said["clause"]) if said["clause"] else None,
        attribution=said.get("attribution") or Statement.Attribution.DELEGATE,
        by=by,
    )


@require_POST
def withdraw_statement(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take one's own statement back, before the record is sealed."""
    by, _procedure = knows(request, edition)
    rows = Statement.objects.select_related("procedure__document__edition", "elector__participant")
    statement = rows.filter(procedure__document__edition=edition, pk=pk).first()
    # Whoever asks for somebody else's learns nothing, not even that it exists.
    if statement is None or statement.elector.participant.user_id != by.pk:
        raise NotAllowed
    rules.withdraw_statement(statement, by=by)
    messages.success(request, _("The statement is withdrawn. It will not stand in the record."))
    return redirect("outcome:adoption", edition.slug)
