"""What goes out by itself, turned on and off; and the mails that did not arrive."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.forms import BaseForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from academy.forms.mailing import ReminderForm, SendAgainForm, StandingWordsForm, SummaryForm
from academy.invitations.letters import subject_of
from academy.languages import WORKING_LANGUAGES, language_name
from academy.mail.dress import as_text
from academy.mail.posting import INVITES, dress_of
from academy.mail.reading import default_language
from academy.mail.refusals import in_words
from academy.mail.standing import (
    LIMITS,
    STANDING,
    as_read_by,
    languages_read,
    readers,
    standing,
    turn_off,
    turn_on,
)
from academy.mail.standing_words import (
    Said,
    change_words,
    choose_for_others,
    forget_words,
    languages_of,
    placeholders_of,
    standing_row,
    words_in,
)
from academy.mail.turning import reasons_back
from academy.models import Edition, Mailing, Message, User
from academy.outbox import IS_HELD, UNDELIVERED, held_back, reasons_held, send_again, undelivered
from academy.requests import EditionRequest, apply, posted, status_of
from academy.views.people import organiser_at

PAGE = 50
# How the keys of mails begin in which organisers' own words stand: letters, what becomes of registrations, releases.
BY_ORGANISERS = ("mailing:", "registration:", "release:")
State = Message.State
# What the list of mails can be asked for: {value: which mails}.
SHOWN: dict[str, Q] = {
    "undelivered": Q(state__in=UNDELIVERED) & ~IS_HELD,
    "held": IS_HELD,
    "waiting": Q(state__in=(State.QUEUED, State.SENDING)),
    "sent": Q(state=State.SENT),
}


def standing_context(edition: Edition) -> dict[str, Any]:
    """What the list of letters says of reminders and summaries."""
    found = {kind: standing(edition, kind) for kind in STANDING}
    back = reasons_back([mailing for mailing in found.values() if mailing])
    return {
        "off_for": {mailing.kind: back.get(mailing.pk) for mailing in found.values() if mailing},
        "reminder": found[Mailing.Kind.REMINDER],
        "summary": found[Mailing.Kind.SUMMARY],
        "summary_at": _clock(found[Mailing.Kind.SUMMARY]),
    }


def _clock(summary: Mailing | None) -> str:
    minutes = summary.minutes if summary and summary.minutes else LIMITS[Mailing.Kind.SUMMARY][2]
    return f"{minutes // 60:02}:{minutes % 60:02}"


@require_http_methods(["GET", "HEAD", "POST"])
def standing_mail(request: EditionRequest, edition: Edition, kind: str) -> HttpResponse:
    """Turn reminders or summaries on, change when they go out, or turn them off."""
    user = organiser_at(request, edition)
    if kind not in STANDING:
        raise Http404(_("There is no such mail."))
    known = standing(edition, kind)
    if request.method == "POST" and "off" in request.POST:
        turn_off(edition, kind, by=user)
        messages.success(request, _("Turned off. What is in the outbox goes out."))
        return redirect("mailings", edition.slug)
    form = _form(request, kind, known)
    if request.method == "POST":
        turned_on = apply(form, lambda: turn_on(edition, kind, **_chosen(form), by=user))
        if turned_on:
            messages.success(request, _("Turned on."))
            return redirect("mailings", edition.slug)
    context = {
        "form": form,
        "kind": kind,
        "is_on": known is not None and known.state == Mailing.State.PLANNED,
        "back": reasons_back([known]).get(known.pk) if known else None,
        "academy_zone": ZoneInfo(edition.time_zone),
    }
    return render(request, "academy/mail/standing.html", context, status=status_of(form))


def _form(request: EditionRequest, kind: str, known: Mailing | None) -> BaseForm:
    if kind == Mailing.Kind.SUMMARY:
        return SummaryForm(posted(request), initial={"at": _clock(known)})
    minutes = known.minutes if known else LIMITS[Mailing.Kind.REMINDER][2]
    with_calendar = known.with_calendar if known else True
    return ReminderForm(posted(request), initial={"minutes": minutes, "with_calendar": with_calendar})


def _chosen(form: BaseForm) -> dict[str, Any]:
    if isinstance(form, SummaryForm):
        return {"minutes": form.minutes()}
    return {name: form.cleaned_data[name] for name in ("minutes", "with_calendar")}


@require_http_methods(["GET", "HEAD", "POST"])
def standing_words(request: EditionRequest, edition: Edition, kind: str) -> HttpResponse:
    """What reminders or summaries say in a language, and as a recipient reads it; changed, or as built in again."""
    user = organiser_at(request, edition)
    if kind not in STANDING:
        raise Http404(_("There is no such mail."))
    language = _language(request)
    mailing = standing_row(edition, kind)
    form = StandingWordsForm(posted(request), initial=vars(words_in(mailing, language)))
    if request.method == "POST" and (done := _other_step(request, edition, kind, language, user)):
        messages.success(request, done)
        return redirect(f"{reverse('standing_words', args=(edition.slug, kind))}?language={language}")
    if request.method == "POST":
        said = apply(form, lambda: change_words(edition, kind, language, Said(**form.cleaned_data), by=user))
        if said:
            messages.success(request, _("Kept. The next of these mails says it so."))
            return redirect(f"{reverse('standing_words', args=(edition.slug, kind))}?language={language}")
    context = {
        "form": form,
        "kind": kind,
        "tab": language,
        "tab_words": language_name(language),
        "tabs": [(code, language_name(code)) for code in dict.fromkeys([*languages_of(mailing), language])],
        "others": [pair for pair in WORKING_LANGUAGES if pair[0] not in {*languages_of(mailing), language}],
        "is_own": language in mailing.texts,
        "placeholders": [(f"{{{name}}}", words) for name, words in placeholders_of(kind).items()],
        **_who_reads_what(mailing),
        **_as_read(request, mailing),
    }
    return render(request, "academy/mail/standing_words.html", context, status=status_of(form))


def _other_step(request: EditionRequest, edition: Edition, kind: str, language: str, user: User) -> str:
    """Go back to the built-in words, or choose what readers of other languages get; what was done, "" for neither."""
    if "built_in" in request.POST:
        forget_words(edition, kind, language, by=user)
        return _("These words are as built in again.")
    if "others" in request.POST:
        own = request.POST["others"] == "own"
        choose_for_others(edition, kind, own=own, by=user)
        return (
            _("Everybody reads your own words now.") if own else _("Each language has its own words again.")
        )
    return ""


def _who_reads_what(mailing: Mailing) -> dict[str, Any]:
    """How many people read such mail in each language, and whether these are own words or built-in ones."""
    reading = [
        (code, language_name(code), count, code in mailing.texts) for code, count in languages_read(mailing)
    ]
    return {
        "reading": reading,
        "not_reached": sum(count for _code, _words, count, is_own in reading if not is_own),
        "has_own": bool(mailing.texts),
        "for_all": mailing.own_words_for_all,
    }


def _language(request: EditionRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in dict(WORKING_LANGUAGES) else default_language()


def _as_read(request: EditionRequest, mailing: Mailing) -> dict[str, Any]:
    """Such a mail as somebody would get it, and who else can be looked at."""
    people = readers(mailing.edition)
    asked = request.GET.get("person", "")
    person = next((one for one in people if str(one.pk) == asked), people[0] if people else None)
    message = as_read_by(mailing, person) if person else None
    return {
        "people": people,
        "person": person,
        "message": message,
        "language_words": language_name(message.language) if message else "",
        "text": as_text(message.body, dress_of(message, to_show=True)) if message else "",
    }


# --- What did not arrive ----------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def outbox_messages(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The mails that failed, came back, are held back, wait or went out, each with the reason; sent again if wished."""
    organiser_at(request, edition)
    if request.method == "POST":
        return _again(request, edition)
    asked = request.GET.get("show", "")
    shown = asked if asked in SHOWN else "undelivered"
    rows = _of(edition, shown).order_by("-created_at", "pk")
    has_text = ExpressionWrapper(~Q(body=""), output_field=BooleanField())
    rows = rows.defer("calendar", *([] if shown == "held" else ["body"])).annotate(has_text=has_text)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [
            (_as_listed(message, edition, is_read=shown == "held"), in_words(message.error))
            for message in page.object_list
        ],
        "shown": shown,
        "held_for": reasons_held(edition) if shown == "held" else (),
        "counts": {name: _of(edition, name).count() for name in SHOWN},
        "academy_zone": ZoneInfo(edition.time_zone),
    }
    return render(request, "academy/mail/outbox.html", context)


def _as_listed(message: Message, edition: Edition, *, is_read: bool) -> Message:
    """The mail as organisers see it; the language of an invitation would tell whether there is an account.

    Args:
        is_read: with its words if organisers wrote some of them; links that let somebody in stand in none of these.
    """
    if message.key.startswith(INVITES):
        message.subject = subject_of(edition)
    if not is_read or not message.key.startswith(BY_ORGANISERS):
        message.body = ""
    return message


def _of(edition: Edition, shown: str) -> QuerySet[Message]:
    return Message.objects.filter(SHOWN[shown], edition=edition)


def _again(request: EditionRequest, edition: Edition) -> HttpResponse:
    form = SendAgainForm(request.POST)
    if not form.is_valid():
        raise Http404(_("There is no such mail."))
    is_held = request.GET.get("show") == "held"
    rows, key = held_back(edition) if is_held else undelivered(edition), form.cleaned_data["message"]
    if isinstance(key, UUID):
        rows = rows.filter(pk=key)
    count = send_again(rows)
    words = ngettext("%(count)s mail is sent again.", "%(count)s mails are sent again.", count)
    if is_held:
        words = ngettext("%(count)s mail goes out.", "%(count)s mails go out.", count)
    messages.success(request, words % {"count": count})
    query = {"show": "held"} if is_held else None
    return redirect(reverse("outbox_messages", args=[edition.slug], query=query))
