"""Finalisation rounds: the list, opening them, one round with its log, what the room says, closing."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.models import Edition
from academy.permissions import takes_part
from academy.requests import EditionRequest, admit, posted
from outcome.amending import deciding
from outcome.amending import rounds as rules
from outcome.amending.clauses import Words
from outcome.amending.forms import ClosingForm, OpenRoundsForm, TogetherForm, TreatForm
from outcome.amending.permissions import leads_round
from outcome.amending.proposing import OverAlready
from outcome.amending.reading import Shown, show_standings
from outcome.amending.rounds import base_for_rounds, finalising_workshops, left_waiting
from outcome.amending.standing import is_uncontested, standings_in
from outcome.amending.turns import takes_input
from outcome.locking import changeable
from outcome.models import Amendment, Round, Section, Treatment
from outcome.permissions import may_draft
from outcome.views.amending import READ_OR_WRITE, get_amendment
from outcome.views.fetching import attempt, document_of, drafter, get_document, known
from programme.views.scope import zones_of


@require_safe
def rounds(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The finalisation rounds, the open ones first."""
    admit(request, takes_part(request.user, edition))
    document = document_of(edition)
    rows = Round.objects.filter(document=document).select_related("section__strand", "workshop", "base")
    found = sorted(
        rows.defer("base__content").order_by("section__position", "-opened_at"),
        key=lambda one: one.closed_at is not None,
    )
    counts: dict[object, int] = {}
    for section in Amendment.objects.filter(
        document=document, state__in=("submitted", "recommended")
    ).values_list("section", flat=True):
        counts[section] = counts.get(section, 0) + 1
    drafts = may_draft(request.user, edition)
    context = {
        "document": document,
        "left_waiting": left_waiting(document) if document and document.is_open and drafts else [],
        "rounds": [(one, counts.get(one.section_id, 0) if one.closed_at is None else 0) for one in found],
        "may_draft": drafts,
        "zones": zones_of(request, edition),
    }
    return render(request, "outcome/rounds.html", context)


@require_http_methods(READ_OR_WRITE)
def open_rounds(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Give each strand's section to its last workshop, until a closing time. For organisers."""
    by = drafter(request, edition)
    document = get_document(edition)
    changeable(document)
    form = OpenRoundsForm(posted(request), document=document, initial=_suggested(edition, document))
    status = 200
    if form.is_bound:
        done = attempt(
            form,
            lambda: rules.open_rounds(
                document, form.cleaned_data["section"], closes_at=form.cleaned_data["closes_at"], by=by
            ),
        )
        if done.made:
            opened = len(done.made)
            messages.success(
                request, ngettext("%(n)s round is open.", "%(n)s rounds are open.", opened) % {"n": opened}
            )
            return redirect("outcome:rounds", edition.slug)
        status = done.status
    context = {"form": form, "base": base_for_rounds(document), "zones": zones_of(request, edition)}
    return render(request, "outcome/open_rounds.html", context, status=status)


def _suggested(edition: Edition, document: Any) -> dict[str, Any]:
    """The strands' sections without an open round, and where amendments wait; until the end of the workshops."""
    busy = Round.objects.filter(document=document, closed_at=None).values("section")
    waited_for = [section.pk for section, _count in left_waiting(document)]
    sections = document.sections.filter(Q(kind=Section.Kind.STRAND) | Q(pk__in=waited_for)).exclude(
        pk__in=busy
    )
    ends = [workshop.session.ends_at for workshop in finalising_workshops(edition).values()]
    known_ends = [moment for moment in ends if moment]
    return {
        "section": list(sections.values_list("pk", flat=True)),
        "closes_at": max(known_ends, default=None),
    }


def get_round(edition: Edition, pk: UUID) -> Round:
    """A round of the edition's document, or 404."""
    rows = Round.objects.select_related("document__edition", "section__strand", "workshop", "base")
    found: Round = get_object_or_404(rows, document__edition=edition, pk=pk)
    return found


@require_safe
def round_page(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """A round: its amendments in the order in which the room takes them, and the log of what it said."""
    admit(request, takes_part(request.user, edition))
    return _show(request, get_round(edition, pk))


def _show(
    request: EditionRequest, found: Round, together: TogetherForm | None = None, status: int = 200
) -> HttpResponse:
    rows = standings_in(found)
    shown = show_standings(found.document, rows, found.base.content)
    free = [one for one in shown if found.closed_at is None and is_uncontested(one.standing)]
    edition = found.document.edition
    leads = found.closed_at is None and found.document.is_open and leads_round(request.user, found)
    numbers = [one.amendment.number for one in free]
    log = Treatment.objects.filter(round=found).select_related("amendment").order_by("at", "pk")
    return render(
        request,
        "outcome/round.html",
        {
            "round": found,
            "waiting": [one for one in shown if one.amendment.is_pending],
            "settled": [one for one in shown if not one.amendment.is_pending],
            "free": free,
            "together": together or TogetherForm(numbers=numbers),
            "ticked": together.data.getlist("number") if together else [str(one) for one in numbers],  # type: ignore[attr-defined]  # the data of a request
            "leads": leads,
            "takes_input": takes_input(found),
            "log": log,
            "closing": ClosingForm(edition=edition, initial={"closes_at": found.closes_at})
            if leads
            else None,
            "zones": zones_of(request, edition),
        },
        status=status,
    )


@require_http_methods(READ_OR_WRITE)
def treat(request: EditionRequest, edition: Edition, pk: UUID, number: int) -> HttpResponse:
    """Write down what the room recommends or decides on one amendment."""
    found, by = get_round(edition, pk), known(request)
    admit(request, leads_round(by, found))
    amendment = get_amendment(edition, number)
    shown = _one_of(found, amendment)
    form = TreatForm(
        posted(request),
        has_words=amendment.kind != Amendment.Kind.DELETION,
        has_remark=amendment.section.kind != Section.Kind.PREAMBLE,
        initial=vars(_words_so_far(shown)),
    )
    status = 200
    if form.is_bound:

        def say() -> Amendment:
            rule = deciding.decide if form.cleaned_data["stage"] == "decision" else deciding.recommend
            return rule(found, amendment, form.says(), by=by)

        done = attempt(form, say)
        if done.made:
            messages.success(request, _("Written down: amendment %(number)s.") % {"number": number})
            return redirect(found)
        status = done.status
    else:
        changeable(found.document)
        rules.insist_on_open(found)
    return render(
        request, "outcome/treat.html", {"round": found, "shown": shown, "form": form}, status=status
    )


def _words_so_far(shown: Shown) -> Words:
    """The words that the room changed last, as long as the amendment was not reworded since; else those proposed."""
    for said in (shown.decision, shown.recommendation):
        if (
            said
            and said.what == Treatment.What.ADOPT_CHANGED
            and said.wording_id == shown.standing.wording.pk
        ):
            return Words(said.heading, said.text, said.remark)
    return shown.standing.proposed


def _one_of(found: Round, amendment: Amendment) -> Shown:
    """The amendment as the round shows it.

    Raises:
        OverAlready: it is not among those that this round is about.
    """
    rows = show_standings(found.document, standings_in(found), found.base.content)
    shown = next((one for one in rows if one.amendment.pk == amendment.pk), None)
    if shown is None:
        raise OverAlready
    return shown


@require_POST
def adopt_together(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Adopt the ticked uncontested amendments in one decision."""
    found, by = get_round(edition, pk), known(request)
    admit(request, leads_round(by, found))
    numbers = [row.amendment.number for row in standings_in(found) if is_uncontested(row)]
    form = TogetherForm(request.POST, numbers=numbers)
    done = attempt(
        form,
        lambda: deciding.adopt_together(
            found, form.cleaned_data["number"], form.saying(Treatment.What.ADOPT), by=by
        ),
    )
    if done.made:
        count = len(done.made)
        words = ngettext("%(n)s amendment is adopted.", "%(n)s amendments are adopted.", count)
        messages.success(request, words % {"n": count})
        return redirect(found)
    return _show(request, found, form, done.status)


@require_POST
def move_closing(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Take amendments for longer, or less long."""
    found, by = get_round(edition, pk), known(request)
    admit(request, leads_round(by, found))
    form = ClosingForm(request.POST, edition=edition)
    done = attempt(form, lambda: rules.move_closing(found, form.cleaned_data["closes_at"], by=by))
    if done.made:
        messages.success(request, _("The closing time is moved."))
    else:
        messages.error(request, " ".join(str(e) for errors in form.errors.values() for e in errors))
    return redirect(found)


@require_http_methods(READ_OR_WRITE)
def close_round(request: EditionRequest, edition: Edition, pk: UUID) -> HttpResponse:
    """Ask once, then close the round for good."""
    found, by = get_round(edition, pk), known(request)
    admit(request, leads_round(by, found))
    if request.method == "POST":
        rules.close_round(found, by=by)
        messages.success(request, _("The round is closed. The drafting group takes over."))
        return redirect(found)
    changeable(found.document)
    rules.insist_on_open(found)
    undecided = sum(row.amendment.is_pending for row in standings_in(found))
    return render(request, "outcome/close_round.html", {"round": found, "undecided": undecided})
