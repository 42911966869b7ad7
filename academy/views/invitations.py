"""Pages of invitations for organisers: the list of them, one person, a list of people."""

from dataclasses import replace

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from academy import clock
from academy.forms.inviting import ChosenForm, InviteForm, ListForm
from academy.invitations.inviting import in_state, invite, send_again, take_back
from academy.invitations.letters import Link
from academy.invitations.lists import Row
from academy.invitations.long_lists import keep_list
from academy.languages import in_words, language_name
from academy.mail.reading import catalogs, default_language, language_of_letter
from academy.models import Edition, Invitation, InvitationList, User
from academy.permissions import has_right, is_known
from academy.registration.places import free_places
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of
from academy.rights import Right
from academy.uploads import refuse_too_large
from academy.views.searching import words_out_of_address, words_searched

PAGE = 50
READ_OR_WRITE = ["GET", "HEAD", "POST"]
STATES = (
    ("open", gettext_lazy("open")),
    ("expired", gettext_lazy("expired")),
    ("accepted", gettext_lazy("accepted")),
    ("revoked", gettext_lazy("taken back")),
)
# How much of a list is shown; the rest is counted.
MOST_BAD, MOST_GOOD = 300, 100


def inviter(request: EditionRequest, edition: Edition) -> User:
    """The organiser who asks.

    Raises:
        LoginNeeded, NotAllowed
    """
    user = request.user
    admit(
        request,
        has_right(user, edition, Right.INVITE),
        needs=_("It is for the organisers of this academy."),
    )
    if not is_known(user):
        raise LoginNeeded
    return user


@require_http_methods(READ_OR_WRITE)
def invitations(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Everybody who was invited, by state; several are sent again or taken back at once."""
    user = inviter(request, edition)
    if moved := words_out_of_address(request, edition, "invitations"):
        return moved
    listed = _listed(request, edition)
    form = ChosenForm(posted(request), edition=edition, listed=listed)
    if request.method == "POST" and form.is_valid():
        if form.cleaned_data["action"] == ChosenForm.BACK and not form.cleaned_data["sure"]:
            return render(request, "academy/invitations/take_back.html", {"form": form})
        if (done := apply(form, lambda: _do(request, edition, form, user))) is not None:
            messages.success(request, done)
            return redirect(request.get_full_path())
    context = {
        "form": form,
        "page": Paginator(listed, PAGE).get_page(request.GET.get("page")),
        "counts": _counts(edition),
        "state": request.GET.get("state", ""),
        "asked": words_searched(request),
        "chosen": request.POST.getlist("chosen"),
        "lists": InvitationList.objects.filter(edition=edition)[:5],
    }
    return render(request, "academy/invitations/list.html", context, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def invite_one(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Invite one person."""
    user = inviter(request, edition)
    form = InviteForm(posted(request))

    def send() -> list[Invitation]:
        days = form.cleaned_data["days"]
        return invite(edition, [form.invitee()], days=days, link=_link(request, edition), by=user)

    if request.method == "POST" and apply(form, send) is not None:
        messages.success(request, _("The invitation is on its way."))
        return redirect("invitations", edition.slug)
    context = {"form": form, "room": room_for(edition)}
    return render(request, "academy/invitations/invite.html", context, status=status_of(form))


@require_http_methods(READ_OR_WRITE)
def invitation_upload(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Upload a list, see row by row what was understood, and invite those that are right.

    Nothing is kept before that, but of a list too long to travel with its preview.
    """
    user = inviter(request, edition)
    form = ListForm(posted(request), request.FILES or None, edition=edition)
    refuse_too_large(form, request, "file")
    if request.method != "POST" or not form.is_valid():
        context = {"form": form, "room": room_for(edition)}
        return render(request, "academy/invitations/upload.html", context, status=status_of(form))
    if form.is_long:
        return _kept(request, edition, form, user)
    if request.POST.get("step") != "send":
        return _preview(request, edition, form)
    if form.cleaned_data["seen"] != form.digest:
        form.add_error(None, _("Something changed since you looked at the list. Please look again."))
        return _preview(request, edition, form, status=409)
    language = form.cleaned_data["language"]
    people = [
        replace(row.invitee, language=language_of_letter(row.invitee.language, language))
        for row in form.report.good
    ]
    days = form.cleaned_data["days"]
    made = apply(form, lambda: invite(edition, people, days=days, link=_link(request, edition), by=user))
    if made is None:
        return _preview(request, edition, form, status=409)
    words = ngettext(
        "%(count)s invitation is on its way.", "%(count)s invitations are on their way.", len(made)
    )
    messages.success(request, words % {"count": len(made)})
    return redirect("invitations", edition.slug)


def _kept(request: EditionRequest, edition: Edition, form: ListForm, user: User) -> HttpResponse:
    """Take a long list in and lead to its page, where its report appears."""
    said = {name: form.cleaned_data[name] for name in ("days", "language")}
    made = apply(form, lambda: keep_list(edition, form.source, encoding=form.encoding, **said, by=user))
    if made is None:
        context = {"form": form, "room": room_for(edition)}
        return render(request, "academy/invitations/upload.html", context, status=status_of(form))
    return redirect("invitation_list", edition.slug, made.pk)


def _preview(request: EditionRequest, edition: Edition, form: ListForm, *, status: int = 200) -> HttpResponse:
    report = form.report
    context = {
        "form": form,
        "report": report,
        "bad": report.bad[:MOST_BAD],
        "more_bad": max(0, len(report.bad) - MOST_BAD),
        "good": [(row, _language_words(row, form)) for row in report.good[:MOST_GOOD]],
        "not_written": in_words(sorted({row.invitee.language for row in report.good} - {"", *catalogs()})),
        "more_good": max(0, len(report.good) - MOST_GOOD),
        "days": form.cleaned_data["days"],
        "letter_language": form.cleaned_data["language"],
        "room": room_for(edition, more=len(report.good)),
    }
    return render(request, "academy/invitations/preview.html", context, status=status)


def _language_words(row: Row, form: ListForm) -> str:
    """The language of the letter to somebody who has no account, in its own words."""
    chosen = form.cleaned_data["language"] or default_language()
    return language_name(language_of_letter(row.invitee.language, chosen))


def _do(request: EditionRequest, edition: Edition, form: ChosenForm, user: User) -> str:
    """Send the chosen again, or take them back; what was done, in words."""
    chosen = form.cleaned_data["chosen"]
    if form.cleaned_data["action"] == ChosenForm.BACK:
        count = take_back(edition, chosen, by=user)
        words = ngettext(
            "%(count)s invitation was taken back.", "%(count)s invitations were taken back.", count
        )
    else:
        days = form.cleaned_data["days"]
        count = send_again(edition, chosen, days=days, link=_link(request, edition), by=user)
        words = ngettext("%(count)s invitation goes out again.", "%(count)s invitations go out again.", count)
    return words % {"count": count}


def _link(request: EditionRequest, edition: Edition) -> Link:
    """From a token to the whole address of its page."""
    return lambda token: request.build_absolute_uri(reverse("invitation", args=(edition.slug, token)))


def _listed(request: EditionRequest, edition: Edition) -> QuerySet[Invitation]:
    """The invitations that were asked for, by state and by words, the newest first."""
    rows = Invitation.objects.filter(edition=edition)
    if (state := request.GET.get("state", "")) in dict(STATES):
        rows = in_state(rows, state)
    if words := words_searched(request):
        wanted = ("email", "name", "organisation")
        rows = rows.filter(Q.create([(f"{field}__icontains", words) for field in wanted], Q.OR))
    return rows.order_by("-invited_at", "email")


def _counts(edition: Edition) -> list[tuple[str, str, int]]:
    """(state, its words, how many), for the filter, in one query."""
    present, state = clock.now(), Invitation.State
    is_open = Q(state=state.OPEN)
    found = Invitation.objects.filter(edition=edition).aggregate(
        open=Count("pk", filter=is_open & Q(expires_at__gt=present)),
        expired=Count("pk", filter=is_open & Q(expires_at__lte=present)),
        accepted=Count("pk", filter=Q(state=state.ACCEPTED)),
        revoked=Count("pk", filter=Q(state=state.REVOKED)),
    )
    return [(key, str(words), found[key]) for key, words in STATES]


def room_for(edition: Edition, *, more: int = 0) -> dict[str, int] | None:
    """Places, and those that nobody has or holds yet: None for an academy without a limit."""
    free = free_places(edition)
    if free is None or edition.capacity is None:
        return None
    held = in_state(Invitation.objects.filter(edition=edition), "open").count()
    return {"capacity": edition.capacity, "free": free, "held": held, "over": max(0, more - free)}
