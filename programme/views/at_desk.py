"""What the pages of the organisers' desk load: who asks, rows of this edition, warnings, the latest edits."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Count, Max
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from academy.models import Edition, Participant, User
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded, admit
from programme.clashes import clashes
from programme.models import Day, Edit, Session, Strand
from programme.permissions import may_edit
from programme.undoing import can_be_undone

READ_OR_WRITE = ["GET", "HEAD", "POST"]
LABEL_LENGTH = 120


def editor(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    user = request.user
    admit(request, may_edit(user, edition), needs=_("It is for the organisers of this academy."))
    if not is_known(user):
        raise LoginNeeded
    return user


def get_session(edition: Edition, pk: UUID) -> Session:
    """A session of the edition, in the draft or taken out, or 404."""
    rows = Session.objects.select_related("edition", "day__edition", "parent__day", "strand")
    found: Session = get_object_or_404(rows, edition=edition, pk=pk)
    return found


def get_day(edition: Edition, slug: str) -> Day:
    """A day of the edition, or 404."""
    found: Day = get_object_or_404(
        Day.objects.select_related("edition", "strand"), edition=edition, slug=slug
    )
    return found


def get_strand(edition: Edition, slug: str) -> Strand:
    """A strand of the edition, or 404."""
    found: Strand = get_object_or_404(Strand.objects.select_related("edition"), edition=edition, slug=slug)
    return found


@dataclass(frozen=True)
class Caution:
    """A clash as the desk shows it: beside which session, in words, with the session it leads to.

    A clash of two sessions stands beside both; `is_echo` marks the second one, which lists and counts leave out.
    """

    session: str
    title: str
    words: str
    other: str
    is_echo: bool = False


def warnings_of(content: dict[str, Any]) -> dict[str, list[Caution]]:
    """{session id: what stands beside it}, in the programme's order; names as organisers may see them, in one query."""
    found = clashes(content)
    people = {clash.who for clash in found if clash.who and not clash.is_guest}
    names = {}
    if people:
        known = Participant.objects.filter(pk__in=people).values_list("pk", "name")
        names = {str(key): name for key, name in known}
    titles = titles_of(content)
    warnings: defaultdict[str, list[Caution]] = defaultdict(list)
    for clash in found:
        echo = clash.from_the_other(titles[clash.session])
        for one in filter(None, (clash, echo)):
            words = one.words(names)
            caution = Caution(one.session, titles[one.session], words, one.other_session, one is echo)
            warnings[one.session].append(caution)
    return {key: warnings[key] for key in titles if key in warnings}


def listed(warnings: dict[str, list[Caution]]) -> list[Caution]:
    """Each warning once."""
    return [caution for cautions in warnings.values() for caution in cautions if not caution.is_echo]


def titles_of(content: dict[str, Any]) -> dict[str, str]:
    """{session id: title}; a part is named after the session that it belongs to."""
    titles: dict[str, str] = {}

    def walk(nodes: list[dict[str, Any]], above: str) -> None:
        for node in nodes:
            titles[node["id"]] = f"{above}{node['title']}"
            walk(node["children"], f"{above}{node['title']}: ")

    for day in content["days"]:
        walk(day["sessions"], "")
    return titles


@dataclass(frozen=True)
class Step:
    """An edit in a list: who made it, and whether it can be undone.

    `whole` counts what was made in one step with it and is not undone, beside the newest of it; else it is 0.
    """

    edit: Edit
    name: str
    can_be_undone: bool
    whole: int = 0


def steps_of(edition: Edition, user: User, edits: list[Edit]) -> list[Step]:
    """Edits as a list shows them; queries do not grow with their number."""
    possible = can_be_undone(edits)
    names = _names_of(edition, (edit.by_id for edit in edits if edit.by_id))
    wholes = _wholes(edition, edits)
    return [
        Step(
            edit,
            _("you") if edit.by_id == user.pk else _name(edit, names),
            edit.pk in possible,
            wholes.get(edit.number, 0),
        )
        for edit in edits
    ]


def _wholes(edition: Edition, edits: list[Edit]) -> dict[int, int]:
    """{number of the newest edit made in one step with others: how many of them are not undone}."""
    asked = {edit.together for edit in edits if edit.together}
    if not asked:
        return {}
    rows = Edit.objects.filter(edition=edition, together__in=asked, undone_at=None).values("together")
    counted = rows.annotate(newest=Max("number"), count=Count("pk")).values_list("newest", "count")
    return {newest: count for newest, count in counted if count > 1}


def _name(edit: Edit, names: dict[UUID, str]) -> str:
    if edit.by is None:
        return _("the administrator")
    return names.get(edit.by.pk) or edit.by.email


def _names_of(edition: Edition, users: Iterable[UUID]) -> dict[UUID, str]:
    """The names under which organisers are registered themselves."""
    known = Participant.objects.filter(edition=edition, user__in=set(users)).values_list("user", "name")
    return dict(known)


def zone_of(edition: Edition) -> ZoneInfo:
    """The academy's zone, in which the desk shows and takes every time."""
    return ZoneInfo(edition.time_zone)


def back_to(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Back to the page of the desk that a form named, or to its overview."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    fallback = reverse("programme:desk", args=(edition.slug,))
    return HttpResponseRedirect(wanted if is_ours and wanted.startswith("/") else fallback)


def keep_label(request: EditionRequest, edition: Edition, label: str) -> None:
    """Keep what an imported outline calls itself, for the version that this organiser releases next; "" forgets it."""
    request.session[_label_key(edition)] = label[:LABEL_LENGTH]


def kept_label(request: EditionRequest, edition: Edition) -> str:
    """What the outline that this organiser imported last calls itself, or ""."""
    return str(request.session.get(_label_key(edition), ""))


def _label_key(edition: Edition) -> str:
    return f"label of the next version of {edition.slug}"
