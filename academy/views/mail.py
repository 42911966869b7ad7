"""The organisers' letters: the list of them, writing one, and what became of it."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy import clock
from academy.announcements import announce
from academy.forms.mailing import LetterForm
from academy.languages import WORKING_LANGUAGES, language_name
from academy.mail.audience import left_out, recipients
from academy.mail.letters import (
    begin_letter,
    choose_audience,
    drop_words,
    edit_letter,
    placeholders_of,
    take_back,
    version_of,
    wake_what_is_due,
)
from academy.mail.letters import discard as discard_letter
from academy.mail.letters import stop as stop_letter
from academy.mail.reading import default_language
from academy.mail.refusals import HELD
from academy.mail.sessions import session_of
from academy.mail.times import days_and_hours, goes_out_at, with_times
from academy.mail.turning import reasons_back
from academy.models import Edition, Mailing, Message, Participant
from academy.outbox import held_back, reasons_held, undelivered
from academy.people.asking import Asking
from academy.people.filtering import PeopleFilters
from academy.requests import EditionRequest, apply, posted, status_of
from academy.views.people import filter_context, organiser_at
from academy.views.searching import asking_of, filters_of, with_key
from academy.views.standing import standing_context

State, Sent = Mailing.State, Message.State
EXAMPLES = 5
SOON = 120
# What can be done with a draft as soon as it is kept.
NEXT = {"read": "mailing_preview", "send": "mailing_send"}
# Who is written to unless somebody chooses otherwise.
CONFIRMED = {"state": Participant.State.CONFIRMED.value}


def letter_at(edition: Edition, key: UUID) -> Mailing:
    """A letter of this edition, or 404."""
    return get_object_or_404(
        Mailing.objects.select_related("edition"), edition=edition, pk=key, kind=Mailing.Kind.LETTER
    )


@require_safe
def mailings(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The letters of an academy, what goes out by itself, and what did not arrive."""
    organiser_at(request, edition)
    wake_what_is_due()
    letters = _counted(Mailing.objects.filter(edition=edition, kind=Mailing.Kind.LETTER)).exclude(
        state=State.CANCELLED
    )
    context = {
        "letters": _rows(letters.select_related("edition")),
        "undelivered": undelivered(edition).count(),
        "held": held_back(edition).count(),
        "held_for": reasons_held(edition),
        "academy_zone": ZoneInfo(edition.time_zone),
        **standing_context(edition),
    }
    return render(request, "academy/mail/mailings.html", context)


def _counted(rows: QuerySet[Mailing]) -> QuerySet[Mailing]:
    """The rows with how many of their mails are in which state; what a restore holds back is kept back."""
    is_held = Q(messages__state=Sent.FAILED, messages__error__in=HELD)
    return rows.annotate(
        written=Count("messages"),
        gone=Count("messages", filter=Q(messages__state=Sent.SENT)),
        waiting=Count("messages", filter=Q(messages__state__in=(Sent.QUEUED, Sent.SENDING))),
        lost=Count("messages", filter=Q(messages__state__in=(Sent.FAILED, Sent.BOUNCED)) & ~is_held),
        kept_back=Count("messages", filter=Q(messages__state=Sent.CANCELLED) | is_held),
    )


def _rows(letters: QuerySet[Mailing]) -> list[dict[str, Any]]:
    timed = list(with_times(letters))
    back = reasons_back([letter for letter, _moment in timed if letter.state == State.DRAFT])
    return [{**_row(letter, moment), "back": back.get(letter.pk)} for letter, moment in timed]


def _row(letter: Mailing, moment: datetime | None) -> dict[str, Any]:
    return {
        "letter": letter,
        "subject": subject_of(letter),
        "audience": PeopleFilters.parse(letter.audience).in_words(letter.edition),
        "goes_out": moment,
    }


def subject_of(letter: Mailing) -> str:
    """What a letter is called in lists: its subject in the edition's language, else in any."""
    words = letter.texts.get(_fallback(letter), {})
    return str(words.get("subject", "")) or _("(no words yet)")


def _fallback(letter: Mailing) -> str:
    """The language that a letter is read in by whoever has none of its languages."""
    return default_language() if default_language() in letter.texts else min(letter.texts, default="")


# --- Writing ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def new_mailing(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Begin a letter to the people that the address asks for."""
    user = organiser_at(request, edition)
    filters = filters_of(request) or PeopleFilters.parse(CONFIRMED)
    form = LetterForm(posted(request), edition=edition, initial={"language": default_language()})
    if request.method == "POST":
        audience = filters.query()
        made = apply(form, lambda: begin_letter(edition, form.words(), audience=audience, by=user))
        if made:
            return _on_from(request, made, form.words().language)
    letter = Mailing(edition=edition, audience=filters.query())
    context = {"form": form, "tabs": [], **_audience(request, letter), **_placeholders(letter)}
    return render(request, "academy/mail/new.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def mailing(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """A letter: a draft to write, a planned one to take back, one that went out with what became of it.

    Words sent to a letter that is no draft any more are refused, and stand in the form still.
    """
    user = organiser_at(request, edition)
    letter = letter_at(edition, key)
    if letter.state != State.DRAFT and request.method != "POST":
        return _on_its_way(request, letter)
    language = _language_asked(request, letter)
    form = LetterForm(posted(request), edition=edition, initial=LetterForm.initial_of(letter, language))
    if request.method != "POST":
        return _draft_page(request, letter, form, language)
    kept = apply(form, lambda: edit_letter(letter, form.words(), seen=form.seen(), by=user))
    if kept is None:
        return _draft_page(request, letter_at(edition, key), form, language)
    return _on_from(request, kept, language)


def _on_from(request: EditionRequest, letter: Mailing, language: str) -> HttpResponse:
    """Where the button leads that kept a draft: to reading it, to sending it, or back to it."""
    if (then := request.POST.get("then", "")) in NEXT:
        return redirect(NEXT[then], letter.edition.slug, letter.pk)
    messages.success(request, _("The draft is kept. Nothing has gone out."))
    return redirect(f"{reverse('mailing', args=(letter.edition.slug, letter.pk))}?language={language}")


def _draft_page(request: EditionRequest, letter: Mailing, form: LetterForm, language: str) -> HttpResponse:
    context = {
        "letter": letter,
        "form": form,
        "is_draft": letter.state == State.DRAFT,
        "back": reasons_back([letter]).get(letter.pk) if letter.state == State.DRAFT else None,
        "newer": _newer(letter, form, language),
        "academy_zone": ZoneInfo(letter.edition.time_zone),
        "tab": language,
        "tab_words": language_name(language),
        "others_read": language_name(_fallback(letter) or language),
        "tabs": [(code, language_name(code)) for code in sorted({*letter.texts, language})],
        "others": [
            (code, words) for code, words in WORKING_LANGUAGES if code not in {*letter.texts, language}
        ],
        **_audience(request, letter),
        **_placeholders(letter),
    }
    return render(request, "academy/mail/draft.html", context, status=status_of(form))


def _newer(letter: Mailing, form: LetterForm, language: str) -> dict[str, str] | None:
    """What somebody else has written since; whoever has read it and sends the form again takes its place."""
    now = version_of(letter, language)
    if not form.is_bound or form.seen() in ("", now):
        return None
    form.read_again(now)
    return {"subject": "", "body": "", **letter.texts.get(language, {})}


def _language_asked(request: EditionRequest, letter: Mailing) -> str:
    """The language of the tab that is open."""
    asked = request.POST.get("language") or request.GET.get("language", "")
    if asked in dict(WORKING_LANGUAGES):
        return asked
    return _fallback(letter) or default_language()


def _audience(request: EditionRequest, letter: Mailing) -> dict[str, Any]:
    people = recipients(letter)
    count, filters = people.count(), PeopleFilters.parse(letter.audience)
    return {
        "count": count,
        "left_out": left_out(letter),
        "examples": people[:EXAMPLES],
        "more": max(count - EXAMPLES, 0),
        "audience": filters.labelled(letter.edition),
        "audience_query": str(with_key(request, Asking(filters))),
    }


def _placeholders(letter: Mailing) -> dict[str, Any]:
    return {"placeholders": [(f"{{{name}}}", words) for name, words in placeholders_of(letter).items()]}


def _on_its_way(request: EditionRequest, letter: Mailing) -> HttpResponse:
    wake_what_is_due()
    if Message.objects.filter(mailing=letter, state=Message.State.QUEUED).exists():
        announce("mail watched")
    row: Any = _counted(Mailing.objects.filter(pk=letter.pk)).select_related("edition").get()
    session = session_of(letter.edition, letter.session)
    moment = goes_out_at(letter) if letter.state == State.PLANNED else None
    context = {
        **_row(row, moment),
        "texts": [(language_name(code), words) for code, words in sorted(row.texts.items())],
        "session": session,
        "is_before": (row.minutes or 0) < 0,
        "distance": abs(row.minutes or 0),
        "count": recipients(row).count() if row.state == State.PLANNED else row.written,
        "academy_zone": ZoneInfo(letter.edition.time_zone),
        "progress": _progress_words(row),
        "still_to_go": days_and_hours(moment - clock.now()) if moment else "",
    }
    response = render(request, "academy/mail/letter.html", context)
    if (seconds := _until_written(row)) is not None:
        response["Refresh"] = str(seconds)
    return response


def _until_written(letter: Mailing) -> int | None:
    """In how many seconds the page of a letter that is about to go out is worth another look; None for later ones."""
    moment = goes_out_at(letter) if letter.state == State.PLANNED else None
    seconds = int((moment - clock.now()).total_seconds()) + 2 if moment else None
    return max(seconds, 3) if seconds is not None and seconds <= SOON else None


@require_safe
def mailing_progress(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """How many mails of a letter have gone out, for the page that shows it live."""
    organiser_at(request, edition)
    letter = letter_at(edition, key)
    wake_what_is_due()
    if Message.objects.filter(mailing=letter, state=Message.State.QUEUED).exists():
        announce("mail watched")
    row = _counted(Mailing.objects.filter(pk=letter.pk)).get()
    counts = {name: getattr(row, name) for name in ("written", "gone", "waiting", "lost", "kept_back")}
    answer = {"counts": counts, "words": _progress_words(row)}
    return JsonResponse(answer, headers={"Cache-Control": "no-store"})


def _progress_words(row: Any) -> str:
    """How far a letter has come, in a sentence."""
    words = ngettext(
        "%(gone)s of %(all)s mail has gone out", "%(gone)s of %(all)s mails have gone out", row.written
    )
    return words % {"gone": f"{row.gone:,}", "all": f"{row.written:,}"}


# --- For whom ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def mailing_audience(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Choose for whom a draft is, by the filters of the list of people."""
    user = organiser_at(request, edition)
    letter = letter_at(edition, key)
    asking = asking_of(request)
    if request.method == "POST":
        choose_audience(letter, asking.filters.query(), by=user)
        messages.success(request, _("The letter is for these people now."))
        return redirect("mailing", edition.slug, key)
    letter.audience = asking.filters.query()
    context = {"letter": letter, **_audience(request, letter), **filter_context(edition, asking)}
    return render(request, "academy/mail/audience.html", context)


# --- Giving up, taking back -------------------------------------------------------------------------------------------


@require_POST
def mailing_drop_language(
    request: EditionRequest, edition: Edition, key: UUID, language: str
) -> HttpResponse:
    """Take the words in one language out of a draft."""
    user = organiser_at(request, edition)
    drop_words(letter_at(edition, key), language, by=user)
    messages.success(request, _("These words are taken out."))
    return redirect("mailing", edition.slug, key)


@require_POST
def mailing_take_back(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Make a planned letter a draft again."""
    user = organiser_at(request, edition)
    take_back(letter_at(edition, key), by=user)
    messages.success(request, _("Taken back: the letter is a draft again, and nobody got it."))
    return redirect("mailing", edition.slug, key)


@require_http_methods(["GET", "HEAD", "POST"])
def mailing_stop(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask once, then keep back what of a letter has not gone out."""
    user = organiser_at(request, edition)
    letter = letter_at(edition, key)
    if request.method == "POST":
        count = stop_letter(letter, by=user)
        words = ngettext("%(count)s mail is kept back.", "%(count)s mails are kept back.", count)
        messages.success(request, words % {"count": count})
        return redirect("mailing", edition.slug, key)
    waiting = Message.objects.filter(mailing=letter, state=Sent.QUEUED).count()
    return render(request, "academy/mail/stop_letter.html", {"letter": letter, "count": waiting})


@require_http_methods(["GET", "HEAD", "POST"])
def mailing_discard(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask once, then give a draft up."""
    user = organiser_at(request, edition)
    letter = letter_at(edition, key)
    if request.method == "POST":
        discard_letter(letter, by=user)
        messages.success(request, _("The draft is discarded."))
        return redirect("mailings", edition.slug)
    return render(request, "academy/mail/discard.html", {"letter": letter, "subject": subject_of(letter)})
