"""The pages that join all apps: the first page, and an edition's home with its path."""

from collections import Counter
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from academy import clock
from academy.kept_pages import kept_for_visitors
from academy.models import Edition, Participant, Role
from academy.path import Made, path_of
from academy.requests import EditionRequest
from academy.rights import Right, roles_with
from outcome.models import Document, Procedure, Revision
from outcome.permissions import audiences_of, elector_of
from outcome.provenance import MERGED, OPEN, SET_ASIDE, USED, Fate, published_fates
from programme.agenda import now_and_next
from programme.joining import door_to
from programme.models import Release
from programme.releases import current_release
from programme.views.scope import zones_of
from workshops.models import Finding, Group
from workshops.seating import slot_of, without_seat


@require_safe
def index(request: EditionRequest) -> HttpResponse:
    """Leads to the current edition; says what will be here while there is none."""
    edition = Edition.objects.current()
    return redirect("home", edition.slug) if edition else render(request, "academy/index.html")


@require_safe
@kept_for_visitors
def edition_home(request: EditionRequest, edition: Edition) -> HttpResponse:
    """An edition's home: the path of its days, now and next, the thread so far, what one can do today."""
    release = current_release(edition)
    document = Document.objects.filter(edition=edition).first()
    revisions = readable_revisions(request, document)
    became = published_fates(edition, revisions[0].content if revisions else None)
    today = clock.now().astimezone(ZoneInfo(edition.time_zone)).date()
    group = _next_group(request.participant)
    buttons, actions = _actions(request, edition, document, revisions, today=today, group=group)
    return render(
        request,
        "academy/home.html",
        {
            "path": path_of(_days(release), _made(edition, release, document), today),
            **_on_now(release, today),
            "thread": _thread(edition, became),
            "takes_part": _takes_part(request),
            "zones": zones_of(request, edition),
            "group": group,
            "door": door_to(group.session, request.user) if group else None,
            "buttons": buttons,
            "actions": actions,
        },
    )


def _on_now(release: Release | None, today: date) -> dict[str, Any]:
    """What runs now, what follows (no breaks), what is today or next without a time, whether all is over."""
    days = release.content["days"] if release else []
    present = clock.now()
    running, _following = now_and_next({"days": days}, present)
    _running, following = now_and_next({"days": [_without_breaks(day) for day in days]}, present)
    untimed = [
        {**item, "date": date.fromisoformat(day["date"])}
        for day in days
        for item in day["sessions"]
        if not item["starts"] and date.fromisoformat(day["date"]) >= today
    ]
    first = min((item["date"] for item in untimed), default=None)
    return {
        "running": running,
        "following": following,
        "untimed": [item for item in untimed if item["date"] == first and (first == today or not following)],
        "today": today,
        "is_over": bool(days) and today > max(date.fromisoformat(day["date"]) for day in days),
    }


def _without_breaks(day: dict[str, Any]) -> dict[str, Any]:
    return {**day, "sessions": [item for item in day["sessions"] if item["kind"] != "break"]}


def _takes_part(request: EditionRequest) -> bool:
    """Whether this visitor sees what the participants see; as `takes_part`, from what the request knows already."""
    participant = request.participant
    is_in = participant.state == Participant.State.CONFIRMED if participant else False
    return is_in or not request.roles.isdisjoint(roles_with(Right.READ_INSIDE))


def _days(release: Release | None) -> list[tuple[date, str, str]]:
    days = release.content["days"] if release else []
    return [(date.fromisoformat(day["date"]), day["short_title"], day["colour"]) for day in days]


def _made(edition: Edition, release: Release | None, document: Document | None) -> dict[date, Made]:
    """What each day produced so far, or what it will hold."""
    made: dict[date, Made] = {}
    findings = Counter(
        Finding.objects.of_edition(edition).values_list("group__session__day__date", flat=True)
    )
    for day in release.content["days"] if release else []:
        when = date.fromisoformat(day["date"])
        if count := findings.get(when):
            made[when] = Made(count, ngettext("finding", "findings", count))
        else:
            made[when] = Made(None, _in_words(day))
    if document and document.state in (Document.State.ADOPTED, Document.State.PUBLISHED) and made:
        made[max(made)] = Made(None, _("Outcome document adopted"))
    return made


def _in_words(day: dict[str, Any]) -> str:
    """What a day will hold: its workshops, its roundtables, or its last item."""
    sessions = [item for top in day["sessions"] for item in (top, *top["children"])]
    workshops = [str(item["workshop"]["number"]) for item in sessions if "workshop" in item]
    tables = [item for item in sessions if item["kind"] == "roundtable" and not item["children"]]
    if workshops:
        return ngettext("Workshop %(numbers)s", "Workshops %(numbers)s", len(workshops)) % {
            "numbers": ", ".join(workshops)
        }
    if tables:
        return ngettext("%(count)s roundtable", "%(count)s roundtables", len(tables)) % {"count": len(tables)}
    return _("Adoption") if any(item["kind"] == "conference" for item in sessions) else ""


def _thread(edition: Edition, became: dict[Any, Fate]) -> dict[str, Any] | None:
    """The thread in numbers, with the shares of the strands among the findings used (in hundredths)."""
    if not became:
        return None
    counted = Counter(fate.what for fate in became.values())
    used = [key for key, fate in became.items() if fate.what in (USED, MERGED)]
    shares = (
        Finding.objects.filter(pk__in=used)
        .values("group__workshop__strand__colour", "group__workshop__strand__position")
        .annotate(count=Count("pk"))
        .order_by("group__workshop__strand__position")
    )
    parts, start = [], 0.0
    for share in shares:
        width = round(100 * share["count"] / len(became), 2)
        parts.append({"colour": share["group__workshop__strand__colour"], "start": start, "width": width})
        start = round(start + width, 2)
    return {
        "count": len(became),
        "used": counted[USED],
        "merged": counted[MERGED],
        "set_aside": counted[SET_ASIDE],
        "open": counted[OPEN],
        "parts": parts,
    }


def readable_revisions(request: EditionRequest, document: Document | None) -> list[Revision]:
    """The two newest revisions that this visitor may read."""
    if document is None:
        return []
    audiences = audiences_of(request.user, document.edition)
    return list(Revision.objects.filter(document=document).readable(audiences)[:2])


def _next_group(participant: Participant | None) -> Group | None:
    """The group that a participant meets now or next; None after the last one."""
    if not participant or participant.state != Participant.State.CONFIRMED:
        return None
    return (
        Group.objects.filter(seats__participant=participant, session__ends_at__gt=clock.now())
        .select_related("workshop__edition", "workshop__strand", "session__edition", "session__parent")
        .order_by("session__starts_at")
        .first()
    )


Action = tuple[str, str]


def _actions(
    request: EditionRequest,
    edition: Edition,
    document: Document | None,
    revisions: list[Revision],
    *,
    today: date,
    group: Group | None,
) -> tuple[list[Action], list[Action]]:
    """What this visitor can do today: two buttons, and the rest; (words, address), the most urgent first."""
    here = (edition.slug,)
    found: list[Action] = []
    if owes_position(request, document):
        found.append((_("Take your position"), reverse("outcome:adoption", args=here)))
    if group:
        found.append((_("Go to my group"), group.get_absolute_url()))
    if request.participant:
        found.append((_("My academy"), reverse("my_academy", args=here)))
    elif edition.takes_registrations(clock.now()) and today < edition.ends:
        found.append((_("Register"), reverse("register", args=here)))
    if revisions and document:
        found.append((_reading_words(document), reverse("outcome:document", args=here)))
    found.append((_("Read the programme"), reverse("programme:agenda", args=here)))
    buttons = found[:1] + [action for action in found[1:] if action[0] != _("My academy")][:1]
    rest = [action for action in found if action not in buttons]
    return buttons, [*rest, *_more_actions(request, edition, revisions, today)]


def _reading_words(document: Document) -> str:
    is_adopted = document.state in (Document.State.ADOPTED, Document.State.PUBLISHED)
    return _("Read the adopted document") if is_adopted else _("Read the draft")


def _more_actions(
    request: EditionRequest, edition: Edition, revisions: list[Revision], today: date
) -> list[Action]:
    """What does not need a button: what changed, the last closing of a day, and what organisers do."""
    here, found = (edition.slug,), []
    if len(revisions) > 1:
        new, old = revisions[0].number, revisions[1].number
        words = _("See what changed in the document since the revision before")
        found.append((words, reverse("outcome:compare", args=(*here, old, new))))
    if _takes_part(request) and (day := _last_closed_day(edition, today)):
        words = _("Read the closing of the day: %(day)s") % {"day": day[1]}
        found.append((words, reverse("workshops:closing", args=(*here, day[0]))))
    if Role.Kind.ORGANISER in request.roles:
        found.append((_("Registrations and people"), reverse("people", args=here)))
        found += _seat_action(edition)
        found.append((_("Write the outcome document"), reverse("outcome:desk", args=here)))
    return found


def _last_closed_day(edition: Edition, today: date) -> tuple[str, str] | None:
    """(address, title) of the last day up to today on which a group closed its board."""
    closed = Group.objects.of_edition(edition).filter(state=Group.State.CLOSED, session__day__date__lte=today)
    days = closed.order_by("-session__day__date")
    return days.values_list("session__day__slug", "session__day__short_title").first()


def _seat_action(edition: Edition) -> list[Action]:
    """Who has no seat in the groups that meet next, if their seats were drawn."""
    groups = Group.objects.of_edition(edition).filter(seats__isnull=False, session__ends_at__gt=clock.now())
    group = (
        groups.select_related("workshop__session__parent", "session").order_by("session__starts_at").first()
    )
    count = without_seat(slot_of(group.workshop)).count() if group else 0
    if not group or not count:
        return []
    words = ngettext("%(count)s person without a seat", "%(count)s people without a seat", count)
    return [(words % {"count": count}, f"{group.workshop.get_absolute_url()}#seats")]


def owes_position(request: EditionRequest, document: Document | None) -> bool:
    """Whether the adoption is open, and this visitor is in its electorate without a position so far."""
    procedure = _open_procedure(document)
    elector = elector_of(request.user, procedure) if procedure else None
    return not elector.positions.exists() if elector else False


def _open_procedure(document: Document | None) -> Procedure | None:
    return document.procedures.filter(state=Procedure.State.OPEN).first() if document else None
