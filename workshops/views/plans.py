"""The organisers' desk for groups: times and drafts; one draft, searched, locked, taken back, published."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.errors import DomainError, NotAllowed
from academy.mail.audience import addressed
from academy.models import Edition, User
from academy.requests import EditionRequest, admit, apply, posted, status_of
from workshops.models import Plan, PlanRun
from workshops.permissions import may_allocate
from workshops.plans.drafting import begin_plan, discard_plan
from workshops.plans.forms import DrawForm, PublishForm, RerunForm, SeenForm, SlotsForm
from workshops.plans.moving import lock
from workshops.plans.overview import meetings_of
from workshops.plans.publishing import news_of, publish_plan
from workshops.plans.reading import read_draft
from workshops.plans.running import ACTIVE, begin_run, current_run, give_up_silent, has_solver
from workshops.plans.showing import shown
from workshops.plans.steps import last_step, undo
from workshops.views.scope import get_plan, person
from workshops.wishes import slots_with_wishes

LOOK_AGAIN = "2"  # seconds until a page with a running search is worth another look


def organiser_at(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    admit(request, may_allocate(request.user, edition), needs=_("It is for the organisers of this academy."))
    return person(request)


@require_http_methods(["GET", "HEAD", "POST"])
def desk(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Each time at which groups meet; a draft begins here, for one time or for several together."""
    user = organiser_at(request, edition)
    meetings = meetings_of(edition)
    free = [one for one in meetings if one.can_be_drafted]
    form = SlotsForm(
        posted(request),
        slots=[(str(one.slot.pk), one.words) for one in free],
        initial={"slots": [str(one.slot.pk) for one in free]},
    )
    if request.method == "POST":
        chosen = [one.slot for one in free if str(one.slot.pk) in request.POST.getlist("slots")]
        if plan := apply(form, lambda: begin_plan(edition, chosen, by=user)):
            return redirect("workshops:plan", edition.slug, plan.pk)
    context = {
        "meetings": meetings,
        "free": free,
        "form": form,
        "wish_slots": slots_with_wishes(edition),
        "past": Plan.objects.filter(edition=edition).exclude(state=Plan.State.DRAFT).order_by("-decided_at"),
    }
    return render(request, "workshops/desk/desk.html", context, status=status_of(form))


@require_safe
def plan(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """A draft: how good it is, who sits where, and everything that can be done with it."""
    organiser_at(request, edition)
    return show_plan(request, get_plan(edition, key))


def show_plan(
    request: EditionRequest,
    row: Plan,
    *,
    form: DrawForm | None = None,
    refused: DomainError | None = None,
) -> HttpResponse:
    """The page of a draft; what was refused is said on it."""
    if row.state != Plan.State.DRAFT:
        runs = PlanRun.objects.filter(plan=row).order_by("-asked_at")
        status = refused.status if refused else 200
        decided = {"plan": row, "runs": runs, "refused": refused}
        return render(request, "workshops/desk/decided.html", decided, status=status)
    give_up_silent(row)
    run = current_run(row)
    seed = run.seed if run else row.edition.starts.year
    initial = {"seed": seed, "seen": row.number}
    is_rerun = isinstance(form, RerunForm)
    context: dict[str, Any] = {
        "plan": row,
        "run": run,
        "is_running": run is not None and run.state in ACTIVE,
        "runs": PlanRun.objects.filter(plan=row).order_by("-asked_at"),
        "last": last_step(row),
        "has_solver": has_solver(),
        "draw": form if form and not is_rerun else DrawForm(initial=initial, auto_id="draw_%s"),
        "rerun": form if is_rerun else RerunForm(initial=initial, auto_id="rerun_%s"),
        "refused": refused,
        **shown(read_draft(row), run),
    }
    status = refused.status if refused else status_of(*([form] if form else []))
    response = render(request, "workshops/desk/plan.html", context, status=status)
    if context["is_running"] and status == 200:
        response["Refresh"] = LOOK_AGAIN
    return response


@require_POST
def run(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Begin a search; the page shows how far it is, and may be left."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    is_rerun = request.POST.get("kind") == PlanRun.Kind.RERUN
    form = (
        RerunForm(request.POST, auto_id="rerun_%s") if is_rerun else DrawForm(request.POST, auto_id="draw_%s")
    )
    if not form.is_valid():
        return show_plan(request, row, form=form)
    said = form.cleaned_data

    def begin() -> PlanRun:
        moving = said.get("moving", 0)
        return begin_run(row, said["kind"], seed=said["seed"], moving=moving, seen=said["seen"], by=user)

    return attempted(request, row, begin)


def attempted(request: EditionRequest, row: Plan, rule: Callable[[], object]) -> HttpResponse:
    """Do it and come back to the draft; a refusal is said on the draft as it is now."""
    try:
        rule()
    except NotAllowed:
        raise
    except DomainError as error:
        return show_plan(request, get_plan(row.edition, row.pk), refused=error)
    return redirect("workshops:plan", row.edition.slug, row.pk)


@require_POST
def lock_seat(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Keep somebody where they sit, or let them be drawn again."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return show_plan(request, row, refused=unreadable())
    locks = "lock" in request.POST
    who, slot = request.POST.get("lock" if locks else "unlock", ""), request.POST.get("slot", "")
    seen = form.cleaned_data["seen"]
    response = attempted(request, row, lambda: lock(row, slot, who, locked=locks, seen=seen, by=user))
    if response.status_code == 302:
        response["Location"] += f"#seat-{slot}-{who}"
    return response


def unreadable() -> DomainError:
    """A form of ours that came back without what the page had put into it."""
    error = DomainError(_("The form is not complete. Please try again."))
    error.status = 422
    return error


@require_POST
def undo_step(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Take back the last step of a draft."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    form = SeenForm(request.POST)
    if not form.is_valid():
        return show_plan(request, row, refused=unreadable())

    def take_back() -> None:
        step = undo(row, seen=form.cleaned_data["seen"], by=user)
        words = _("Taken back: %(what)s. Everybody sits again where they sat before.")
        messages.success(request, words % {"what": step.get_verb_display()})

    return attempted(request, row, take_back)


@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Show what publishing changes for whom, then publish exactly that."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    if row.state != Plan.State.DRAFT:
        return show_plan(request, row)
    draft = read_draft(row)
    form = PublishForm(posted(request), initial={"seen": row.number, "tells": True})
    if request.method == "POST":
        address = request.build_absolute_uri(f"/{edition.slug}/my/")
        done = apply(
            form,
            lambda: publish_plan(
                row,
                seen=form.cleaned_data["seen"],
                tells=form.cleaned_data["tells"],
                address=address,
                by=user,
            ),
        )
        if done:
            words = ngettext(
                "Published: %(count)s seat. %(told)s mails are on their way.",
                "Published: %(count)s seats. %(told)s mails are on their way.",
                done.seats,
            )
            messages.success(request, words % {"count": done.seats, "told": done.told})
            return redirect("workshops:desk", edition.slug)
    news = news_of(draft)
    context = {
        "plan": row,
        "form": form,
        "news": [(addressed(one.participant), one.groups) for one in news],
        **shown(draft, current_run(row)),
    }
    return render(request, "workshops/desk/publish.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask once, then give up a draft."""
    user, row = organiser_at(request, edition), get_plan(edition, key)
    if row.state != Plan.State.DRAFT:
        return show_plan(request, row)
    if request.method == "POST":
        try:
            discard_plan(row, seen=row.number, by=user)
        except NotAllowed:
            raise
        except DomainError as error:
            return show_plan(request, get_plan(edition, key), refused=error)
        messages.success(request, _("The draft is gone. Who sits where stays as it is published."))
        return redirect("workshops:desk", edition.slug)
    return render(request, "workshops/desk/discard.html", {"plan": row})
