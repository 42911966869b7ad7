"""The organisers' pages of the roundtables: how they rotate, a draw, somebody to another table, publishing."""

from dataclasses import dataclass
from operator import itemgetter
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from academy.mail.audience import addressed
from academy.models import Edition
from academy.requests import EditionRequest, apply, posted, status_of
from programme.models import Session
from workshops.models import Rotation, Roundtable, RoundtableSeat
from workshops.roundtables import moving
from workshops.roundtables.forms import DrawTablesForm, MoveToTableForm, PublishTablesForm, RotationsForm
from workshops.roundtables.moving import options_for
from workshops.roundtables.publishing import publish_tables
from workshops.roundtables.rotations import (
    Turn,
    draw_tables,
    hosts_at,
    minutes_of,
    outdated,
    rotation_of,
    seats_of,
    set_rotations,
    standing_of,
    tables_at,
    turns_of,
    what_fits,
    who_rotates,
)
from workshops.views.plans import organiser_at
from workshops.views.scope import get_slot


@dataclass(frozen=True)
class TableNow:
    """A table in one rotation, with (participant, name) of those who sit there."""

    table: Roundtable
    people: list[tuple[UUID, str]]


def _tables_or_404(slot: Session) -> list[Roundtable]:
    tables = tables_at(slot)
    if not tables:
        raise Http404(_("At this time there are no roundtables."))
    return tables


@require_http_methods(["GET", "HEAD", "POST"])
def rotations(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """How the tables rotate, what fits into the time, who sits where in the draft and as published."""
    user, slot = organiser_at(request, edition), get_slot(edition, slug)
    tables = _tables_or_404(slot)
    if request.method != "POST":
        return show_rotations(request, slot)
    form = RotationsForm(request.POST, tables=tables)

    def save() -> Rotation:
        seen = form.cleaned_data["seen"]
        return set_rotations(slot, form.settings(), form.capacities(), seen=seen, by=user)

    if apply(form, save) is None:
        return show_rotations(request, slot, settings=form)
    messages.success(request, _("The rotations are kept."))
    return redirect("workshops:rotations", edition.slug, slug)


def _initial(slot: Session) -> dict[str, object]:
    row = rotation_of(slot)
    return {
        "count": row.count,
        "minutes": row.minutes,
        "change_minutes": row.change_minutes,
        "who": row.who,
        "seen": row.number,
    }


def show_rotations(
    request: EditionRequest,
    slot: Session,
    *,
    settings: RotationsForm | None = None,
    draw: DrawTablesForm | None = None,
    publish: PublishTablesForm | None = None,
) -> HttpResponse:
    """The page; a form that was refused stands on it with what was typed."""
    row, tables = rotation_of(slot), tables_at(slot)
    drafted = seats_of(slot, is_draft=True)
    initial = {"seen": row.number, "seed": row.seed or slot.edition.starts.year, "tells": True}
    context = {
        "slot": slot,
        "row": row,
        "minutes": minutes_of(slot),
        "fits": what_fits(slot, row.change_minutes, len(tables)),
        "hosts": _hosts(tables),
        "people": len(who_rotates(slot, row.who)),
        "turns": _turns(turns_of(slot, row), tables, drafted),
        "drafted": drafted,
        "outdated": outdated(row, drafted),
        "standing": standing_of(slot, drafted, row) if drafted else None,
        "settings": settings or RotationsForm(tables=tables, initial=_initial(slot)),
        "draw": draw or DrawTablesForm(initial=initial, auto_id="draw_%s"),
        "publish": publish or PublishTablesForm(initial=initial, auto_id="publish_%s"),
    }
    bound: list[Form] = [form for form in (settings, draw, publish) if form]
    return render(request, "workshops/desk/rotations.html", context, status=status_of(*bound))


def _hosts(tables: list[Roundtable]) -> list[tuple[Roundtable, list[str]]]:
    names: dict[object, list[str]] = {}
    for role in hosts_at(tables):
        name = addressed(role.participant) if role.participant else role.guest_name
        names.setdefault(role.session_id, []).append(name)
    return [(table, names.get(table.session_id, [])) for table in tables]


def _turns(
    turns: list[Turn], tables: list[Roundtable], seats: list[RoundtableSeat]
) -> list[tuple[Turn, list[TableNow]]]:
    return [
        (
            turn,
            [
                TableNow(
                    table,
                    sorted(
                        (
                            (seat.participant_id, addressed(seat.participant))
                            for seat in seats
                            if seat.rotation == turn.number and seat.table_id == table.pk
                        ),
                        key=itemgetter(1),
                    ),
                )
                for table in tables
            ],
        )
        for turn in turns
    ]


@require_POST
def rotate(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Draw a draft of who sits at which table when."""
    user, slot = organiser_at(request, edition), get_slot(edition, slug)
    _tables_or_404(slot)
    form = DrawTablesForm(request.POST, auto_id="draw_%s")
    found = apply(
        form,
        lambda: draw_tables(slot, seed=form.cleaned_data["seed"], seen=form.cleaned_data["seen"], by=user),
    )
    if found is None:
        return show_rotations(request, slot, draw=form)
    messages.success(
        request, _("The tables are drawn. Nobody but organisers sees them until you publish them.")
    )
    return redirect("workshops:rotations", edition.slug, slug)


@require_http_methods(["GET", "HEAD", "POST"])
def move_to_table(
    request: EditionRequest, edition: Edition, slug: str, number: int, person: UUID
) -> HttpResponse:
    """Choose another table for somebody in one rotation, with what that changes in words, and save it."""
    user, slot = organiser_at(request, edition), get_slot(edition, slug)
    row = rotation_of(slot)
    seat = next(
        (s for s in seats_of(slot, is_draft=True) if (s.rotation, s.participant_id) == (number, person)), None
    )
    if seat is None or number > row.count:
        raise Http404(_("This person has no seat in this rotation of the draft."))
    here, options = options_for(slot, row, person, number)
    form = MoveToTableForm(posted(request), options=options, initial={"seen": row.number})
    name = addressed(seat.participant)

    def carry_out() -> bool:
        said = form.cleaned_data
        moving.move_to_table(slot, person, number, said["table"], seen=said["seen"], by=user)
        return True

    if request.method == "POST" and apply(form, carry_out) is not None:
        messages.success(request, _("%(name)s was moved.") % {"name": name})
        address = redirect("workshops:rotations", edition.slug, slug)["Location"]
        return redirect(f"{address}#turn-{number}")
    context = {"slot": slot, "number": number, "name": name, "here": here, "form": form, "options": options}
    return render(request, "workshops/desk/move_to_table.html", context, status=status_of(form))


@require_POST
def publish_rotations(request: EditionRequest, edition: Edition, slug: str) -> HttpResponse:
    """Make the draft what participants see."""
    user, slot = organiser_at(request, edition), get_slot(edition, slug)
    _tables_or_404(slot)
    form = PublishTablesForm(request.POST, auto_id="publish_%s")
    address = request.build_absolute_uri(f"/{edition.slug}/my/")
    done = apply(
        form,
        lambda: publish_tables(
            slot, seen=form.cleaned_data["seen"], tells=form.cleaned_data["tells"], address=address, by=user
        ),
    )
    if done is None:
        return show_rotations(request, slot, publish=form)
    words = ngettext(
        "Published for %(count)s person. %(told)s mails are on their way.",
        "Published for %(count)s people. %(told)s mails are on their way.",
        done[0],
    )
    messages.success(request, words % {"count": done[0], "told": done[1]})
    return redirect("workshops:rotations", edition.slug, slug)
