"""A long list of people to invite: its progress, its report row by row, and the yes to those that are right."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from academy.invitations.long_lists import AT_WORK, counts_of, discard, invite_the_good, stop, wake_left_lists
from academy.languages import language_name
from academy.mail.reading import default_language, language_of_letter
from academy.models import Edition, InvitationList, ListedPerson
from academy.requests import EditionRequest
from academy.spreadsheets import csv_table
from academy.views.invitations import inviter, room_for

PAGE = 100
State = InvitationList.State
SHOWN = ("bad", "good")


def _list_at(edition: Edition, key: UUID) -> InvitationList:
    return get_object_or_404(InvitationList.objects.select_related("edition"), edition=edition, pk=key)


@require_http_methods(["GET", "HEAD", "POST"])
def invitation_list(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """How far a long list has come, and what was understood of it; it is invited from, stopped or forgotten here."""
    user = inviter(request, edition)
    row = _list_at(edition, key)
    if request.method == "POST":
        action = request.POST.get("action", "")
        if action == "discard":
            discard(row, by=user)
            messages.success(request, _("The list is forgotten. Who was invited from it stays invited."))
            return redirect("invitations", edition.slug)
        if action not in ("invite", "stop"):
            raise Http404(_("There is no such step."))
        (invite_the_good if action == "invite" else stop)(row, by=user)
        return redirect("invitation_list", edition.slug, key)
    wake_left_lists()
    row.refresh_from_db()
    counts = counts_of(row)
    asked = request.GET.get("show", "")
    shown = asked if asked in SHOWN else "bad" if counts["bad"] else "good"
    rows = ListedPerson.objects.filter(in_list=row, is_good=shown == "good").order_by("line")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    left = counts["good"] - counts["invited"]
    context = {
        "list": row,
        "counts": counts,
        "left": left,
        "is_at_work": row.state in AT_WORK,
        "progress": progress_words(row, counts),
        "shown": shown,
        "page": page,
        "rows": [(one, _letter_in(one, row)) for one in page],
        "room": room_for(edition, more=left),
    }
    response = render(request, "academy/invitations/long_list.html", context)
    if row.state in AT_WORK:
        response["Refresh"] = "5"
    return response


def _letter_in(one: ListedPerson, row: InvitationList) -> str:
    return language_name(language_of_letter(one.language, row.language) or default_language())


def progress_words(row: InvitationList, counts: dict[str, int]) -> str:
    """How far a list has come, in a sentence."""
    if row.state == State.READING:
        words = ngettext("%(count)s row is read so far", "%(count)s rows are read so far", counts["rows"])
        return words % {"count": f"{counts['rows']:,}"}
    words = ngettext(
        "%(done)s of %(all)s person is invited", "%(done)s of %(all)s people are invited", counts["good"]
    )
    return words % {"done": f"{counts['invited']:,}", "all": f"{counts['good']:,}"}


@require_safe
def invitation_list_progress(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """How far a list has come, for the page that shows it live."""
    inviter(request, edition)
    wake_left_lists()
    row = _list_at(edition, key)
    counts = counts_of(row)
    answer = {"counts": counts, "words": progress_words(row, counts)}
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


@require_safe
def invitation_list_report(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """The rows with errors as a file, to be corrected and uploaded again."""
    inviter(request, edition)
    row = _list_at(edition, key)
    wrong = ListedPerson.objects.filter(in_list=row, is_good=False).order_by("line")
    headings = [_("line"), "email", "name", "organisation", "role", "language", _("what is wrong")]
    content = csv_table(headings, (_cells(one) for one in wrong.iterator()))
    name = f"list-{edition.slug}-errors.csv"
    headers: dict[str, Any] = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-store",
    }
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)


def _cells(one: ListedPerson) -> list[str]:
    said = [one.email, one.name, one.organisation, one.role, one.language]
    return [str(one.line), *said, " ".join(one.problems)]
