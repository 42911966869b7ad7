"""People in a draft by hand: moved with the effect shown before, pinned; the capacities of its groups."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from academy.mail.audience import addressed
from academy.models import Edition
from academy.requests import EditionRequest, apply, posted, status_of
from workshops.models import Lock, Plan, PlanStep
from workshops.plans.charts import charts_of
from workshops.plans.contradicting import slot_words
from workshops.plans.forms import CapacitiesForm, MoveForm, PinForm, SeenForm
from workshops.plans.moving import effect_of, move, moves_of, pin_people, who_comes_from, who_speaks
from workshops.plans.overview import set_capacities
from workshops.plans.reading import Draft, read_draft
from workshops.plans.showing import broken_in_words
from workshops.views.plans import organiser_at, show_plan
from workshops.views.scope import get_plan


@require_http_methods(["GET", "HEAD", "POST"])
def move_seat(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Choose where somebody goes, see what that changes, then save it."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    if row.state != Plan.State.DRAFT:
        return show_plan(request, row)
    draft = read_draft(row)
    asked = request.POST if request.method == "POST" else request.GET
    slot, who = asked.get("slot", ""), asked.get("person", "")
    if slot not in draft.keys or who not in draft.people.keys() | draft.guests.keys():
        raise Http404(_("This person is not in this draft."))
    form = MoveForm(
        asked if "to" in asked else None, initial={"keeps": True}, draft=draft, slot=slot, person=who
    )
    seen = SeenForm(posted(request), initial={"seen": row.number})

    def carry_out() -> PlanStep:
        said = form.cleaned_data
        return move(
            row,
            slot,
            who,
            said["to"],
            instead=said["instead"],
            keeps=said["keeps"],
            seen=seen.cleaned_data["seen"],
            by=user,
        )

    if request.method == "POST" and seen.is_valid() and apply(form, carry_out) is not None:
        messages.success(request, _("%(name)s was moved.") % {"name": addressed(draft.anybody(who))})
        return redirect(f"{_address(row)}#seat-{slot}-{who}")
    context = {"plan": row, "form": form, "slot": slot, "who": who, **_preview(row, draft, slot, who, form)}
    return render(request, "workshops/desk/move.html", context, status=status_of(form, seen))


def _address(row: Plan) -> str:
    return redirect("workshops:plan", row.edition.slug, row.pk)["Location"]


def _preview(row: Plan, draft: Draft, slot: str, who: str, form: MoveForm) -> dict[str, object]:
    """Who is moved, and, once the form says where, what that changes."""
    seat = draft.seats[slot].get(who)
    context: dict[str, object] = {
        "name": addressed(draft.anybody(who)),
        "when": slot_words(draft.groups[slot]),
        "here": draft.group(str(seat.group_id)) if seat else None,
        "is_lead": who in draft.leads[slot],
        "seen": row.number,
    }
    if not form.is_bound or not form.is_valid():
        return context
    said = form.cleaned_data
    moves = apply(form, lambda: moves_of(draft, slot, who, said["to"], said["instead"]))
    if moves is None:
        return context
    placed, number = draft.placed(), draft.keys.index(slot)
    after = placed[number] | {
        person: group for (_at, person), group in moves.items() if person in draft.people
    }
    seating = tuple(after if at == number else seats for at, seats in enumerate(placed))
    rooms = [str(group.pk) for group in draft.groups[slot]]
    return context | {
        "effect": effect_of(draft, moves),
        "groups": draft.groups[slot],
        "charts": charts_of(draft.people, rooms, placed[number], after),
        "broken": broken_in_words(draft, seating),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def pin_seats(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Keep one person or many in a group whatever is drawn."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    if row.state != Plan.State.DRAFT:
        return show_plan(request, row)
    draft = read_draft(row)
    form = PinForm(posted(request), initial={"seen": row.number, "because": Lock.LOCKED}, draft=draft)

    def save() -> PlanStep:
        said = form.cleaned_data
        slot, _colon, group = said["group"].partition(":")
        because, people = said["because"] or Lock.LOCKED, [said["person"]]
        if said["whom"] == PinForm.LANGUAGE:
            because, people = Lock.LANGUAGE, who_speaks(draft, slot, group)
        elif said["whom"] == PinForm.REGION:
            because, people = Lock.ZONE, who_comes_from(draft, said["region"])
        return pin_people(row, slot, people, group, because=because, seen=said["seen"], by=user)

    if request.method == "POST" and (step := apply(form, save)):
        count = step.changes.count()
        words = ngettext("%(count)s person is kept there now.", "%(count)s people are kept there now.", count)
        messages.success(request, words % {"count": count})
        return redirect("workshops:plan", edition.slug, row.pk)
    context = {"plan": row, "form": form}
    return render(request, "workshops/desk/pin.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def capacities(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """How many people each group of a draft holds."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    if row.state != Plan.State.DRAFT:
        return show_plan(request, row)
    draft = read_draft(row)
    groups = [group for slot in draft.keys for group in draft.groups[slot]]
    form = CapacitiesForm(posted(request), groups=groups, initial={"seen": row.number})

    def save() -> bool:
        set_capacities(row, form.capacities(), seen=form.cleaned_data["seen"], by=user)
        return True

    if request.method == "POST" and apply(form, save):
        messages.success(request, _("The capacities are kept; they count from the next search on."))
        return redirect("workshops:plan", edition.slug, row.pk)
    context = {"plan": row, "form": form, "people": len(draft.people)}
    return render(request, "workshops/desk/capacities.html", context, status=status_of(form))
