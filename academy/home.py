"""The pages that join all apps: the first page, an edition's home with its path, and *my academy*."""

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
from academy.models import Edition, Participant
from academy.path import Made, path_of
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded
from outcome.models import Document, Procedure, Revision
from outcome.permissions import audiences_of, elector_of
from outcome.provenance import MERGED, OPEN, SET_ASIDE, USED, Fate, published_fates
from programme.agenda import all_sessions, now_and_next, times_of
from programme.attendance import own_sessions
from programme.joining import doors_of
from programme.models import Release
from programme.releases import current_release
from programme.views import zones_of
from workshops.models import Finding, Group, Seat


@require_safe
def index(request: EditionRequest) -> HttpResponse:
    """Leads to the current edition; says what will be here while there is none."""
    edition = Edition.objects.current()
    return redirect("home", edition.slug) if edition else render(request, "academy/index.html")


@require_safe
def edition_home(request: EditionRequest, edition: Edition) -> HttpResponse:
    """An edition's home: the path of its days, now and next, the thread so far, what one can do today."""
    release = current_release(edition)
    document = Document.objects.filter(edition=edition).first()
    revision = _newest(request, document)
    became = published_fates(edition, revision.content if revision else None)
    present = clock.now()
    running, following = now_and_next(release.content, present) if release else ([], [])
    today = present.astimezone(ZoneInfo(edition.time_zone)).date()
    return render(
        request,
        "academy/home.html",
        {
            "path": path_of(_days(release), _made(edition, release, document), today),
            "running": running,
            "following": following,
            "thread": _thread(edition, became),
            "zones": zones_of(request, edition),
            "document": document,
            "revision": revision,
            "group": _next_group(request.participant),
            "actions": _actions(request, edition, document),
            "release": release,
        },
    )


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


def _newest(request: EditionRequest, document: Document | None) -> Revision | None:
    """The newest revision that this visitor may read."""
    if document is None:
        return None
    readable = Revision.objects.filter(document=document).readable(
        audiences_of(request.user, document.edition)
    )
    return readable.first()


def _next_group(participant: Participant | None) -> Group | None:
    """The group that a participant meets now or next; None after the last one."""
    if not participant or participant.state != Participant.State.CONFIRMED:
        return None
    return (
        Group.objects.filter(seats__participant=participant, session__ends_at__gt=clock.now())
        .select_related("workshop__edition", "workshop__strand", "session")
        .order_by("session__starts_at")
        .first()
    )


def _actions(request: EditionRequest, edition: Edition, document: Document | None) -> list[tuple[str, str]]:
    """What this visitor can do today: (words, address), the most urgent first."""
    actions: list[tuple[str, str]] = []
    procedure = _open_procedure(document)
    if procedure and elector_of(request.user, procedure):
        actions.append(
            (
                _("Take your position on the outcome document"),
                reverse("outcome:adoption", args=(edition.slug,)),
            )
        )
    if not request.participant and edition.takes_registrations(clock.now()):
        actions.append((_("Register"), reverse("register", args=(edition.slug,))))
    if "organiser" in request.roles:
        actions += [
            (_("Registrations and people"), reverse("people", args=(edition.slug,))),
            (_("Write the outcome document"), reverse("outcome:desk", args=(edition.slug,))),
        ]
    if document:
        actions.append((_("Read the outcome document"), reverse("outcome:document", args=(edition.slug,))))
    actions.append((_("Read the programme"), reverse("programme:agenda", args=(edition.slug,))))
    return actions


def _open_procedure(document: Document | None) -> Procedure | None:
    return document.procedures.filter(state=Procedure.State.OPEN).first() if document else None


@require_safe
def my_academy(request: EditionRequest, edition: Edition) -> HttpResponse:
    """A participant's own page: the state of the registration, sessions, groups and links, roles."""
    if not is_known(request.user):
        raise LoginNeeded
    participant, release = request.participant, current_release(edition)
    if not participant:
        return render(request, "academy/not_registered.html")
    own = own_sessions(participant)
    sessions = [item for item in all_sessions(release.content) if item["id"] in own] if release else []
    doors, seats = doors_of(participant), _seats(participant)
    rows = [
        {
            "session": item,
            "starts": times_of(item)[0],
            "ends": times_of(item)[1],
            "door": doors.get(item["id"]),
            "seat": seats.get(item["id"]),
        }
        for item in sessions
    ]
    document = Document.objects.filter(edition=edition).first()
    procedure = _open_procedure(document)
    return render(
        request,
        "academy/my_academy.html",
        {
            "registration": participant,
            "rows": sorted(rows, key=lambda row: str(row["starts"])),
            "zones": zones_of(request, edition),
            "release": release,
            "revision": _newest(request, document),
            "position_due": bool(procedure and elector_of(request.user, procedure)),
        },
    )


def _seats(participant: Participant) -> dict[str, Seat]:
    """{session id: seat} of a participant's groups."""
    seats = Seat.objects.filter(participant=participant).select_related(
        "group__workshop__edition", "workshop"
    )
    return {str(seat.group.session_id): seat for seat in seats}
