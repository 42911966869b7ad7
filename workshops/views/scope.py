"""What an address names, always within its edition; who asks; and whether a page or a program asks."""

from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _

from academy.models import Edition, User
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded
from programme.models import Day, Session
from workshops.models import Finding, Group, Plan, Workshop


def get_workshop(edition: Edition, number: int) -> Workshop:
    """The workshop with this number.

    Raises:
        Http404: the edition has none.
    """
    rows = Workshop.objects.filter(edition=edition, number=number)
    found = rows.select_related("edition", "strand", "session__parent", "session__day").first()
    if found is None:
        raise Http404(_("The academy has no such workshop."))
    return found


def get_group(edition: Edition, number: int, slug: str) -> Group:
    """The group of this workshop and address.

    Raises:
        Http404: the edition has none.
    """
    rows = Group.objects.of_edition(edition).filter(workshop__number=number, slug=slug)
    found = rows.select_related("part", "workshop__strand", "workshop__edition", "session__day").first()
    if found is None:
        raise Http404(_("The academy has no such group."))
    return found


def get_finding(group: Group, key: UUID) -> Finding:
    """The finding of this group's board.

    Raises:
        Http404: it is on no board, or on another one.
    """
    found = Finding.objects.unattributed().filter(group=group, pk=key).first()
    if found is None:
        raise Http404(_("There is no such finding on this board."))
    found.group = group
    return found


def get_plan(edition: Edition, key: UUID) -> Plan:
    """The draft of groups with this key.

    Raises:
        Http404: the edition has none.
    """
    found = Plan.objects.filter(edition=edition, pk=key).select_related("edition").first()
    if found is None:
        raise Http404(_("The academy has no such draft."))
    return found


def get_slot(edition: Edition, slug: str) -> Session:
    """The time at which several sessions run in parallel, by its address in the programme.

    Raises:
        Http404: the edition has none.
    """
    rows = Session.objects.filter(edition=edition, slug=slug, removed_at=None, parent=None)
    found = rows.select_related("edition", "day").first()
    if found is None:
        raise Http404(_("The academy has no such session."))
    return found


def get_day(edition: Edition, slug: str) -> Day:
    """The day of this address.

    Raises:
        Http404: the edition has none.
    """
    found = Day.objects.filter(edition=edition, slug=slug).select_related("strand").first()
    if found is None:
        raise Http404(_("The academy has no such day."))
    return found


def person(request: EditionRequest) -> User:
    """Who is logged in.

    Raises:
        LoginNeeded: nobody is.
    """
    if not is_known(request.user):
        raise LoginNeeded
    return request.user


def wants_json(request: HttpRequest) -> bool:
    """Whether a script asks, which has no use for a page."""
    return not request.accepts("text/html")


def problem(title: str, *, status: int, errors: dict[str, Any] | None = None) -> JsonResponse:
    """A refusal for scripts, in the form of RFC 9457."""
    body = {"title": title, "status": status, "errors": errors or {}}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def problem_of(form: BaseForm) -> JsonResponse:
    """What is wrong with a form, for scripts."""
    errors = {name: [str(error) for error in errors] for name, errors in form.errors.items()}
    first = next((messages[0] for messages in errors.values() if messages), "")
    return problem(first, status=422, errors=errors)
