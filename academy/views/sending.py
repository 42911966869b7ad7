"""Before a letter goes out: reading it as a recipient, a trial to oneself, and the question when and to how many."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from academy.forms.mailing import WhenForm
from academy.languages import language_name
from academy.mail.audience import left_out, reading_against_news, recipients
from academy.mail.dress import as_page, as_text
from academy.mail.letters import NotADraft, plan
from academy.mail.posting import dress_of
from academy.mail.reading import language_for
from academy.mail.sessions import session_of
from academy.mail.trying import as_read_by, examples, languages_read, send_trial
from academy.models import Edition, Mailing, Participant
from academy.people.filtering import PeopleFilters
from academy.requests import EditionRequest, apply, posted, status_of
from academy.views.mail import letter_at, subject_of
from academy.views.people import organiser_at

# What a page may do in which nothing runs, nothing is fetched, and nothing leads on.
INERT = {
    **{f"{kind}-src": [NONE] for kind in ("default", "script", "connect", "font", "img", "object")},
    "style-src": [UNSAFE_INLINE],
    "frame-ancestors": [SELF],
    "form-action": [NONE],
    "base-uri": [NONE],
    "sandbox": [""],
}


def _reader(request: EditionRequest, people: list[Participant]) -> Participant | None:
    """The recipient whose mail is shown: who was asked for, else the first; 404 for somebody who gets none."""
    asked = request.POST.get("person") or request.GET.get("person")
    if not asked:
        return people[0] if people else None
    person = next((one for one in people if str(one.pk) == asked), None)
    if person is None:
        raise Http404(_("This person does not get the letter."))
    return person


@require_http_methods(["GET", "HEAD", "POST"])
def mailing_preview(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """A letter as one of its recipients gets it, in both forms; sent to oneself, if wished."""
    user = organiser_at(request, edition)
    letter = letter_at(edition, key)
    people = examples(letter)
    person = _reader(request, people)
    if request.method == "POST":
        send_trial(letter, person, by=user)
        messages.success(request, _("A trial is on its way to %(address)s.") % {"address": user.email})
        return redirect(request.get_full_path())
    context = {
        "letter": letter,
        "subject": subject_of(letter),
        **_as_read(request, letter),
    }
    return render(request, "academy/mail/preview.html", context)


@require_safe
@xframe_options_sameorigin
@csp_replace(INERT)  # type: ignore[arg-type]  # its types know no requests of an edition
def mailing_page(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """The HTML of a letter as one of its recipients gets it, in a frame in which nothing runs and nothing leads on."""
    organiser_at(request, edition)
    letter = letter_at(edition, key)
    person = _reader(request, examples(letter))
    if person is None:
        raise Http404(_("Nobody gets this letter."))
    message = as_read_by(person, letter)
    return HttpResponse(as_page(message.subject, message.body, dress_of(message, to_show=True)))


@require_http_methods(["GET", "HEAD", "POST"])
def mailing_send(request: EditionRequest, edition: Edition, key: UUID) -> HttpResponse:
    """Ask when, and say to how many people, in which languages; then plan the letter."""
    user = organiser_at(request, edition)
    letter = letter_at(edition, key)
    if letter.state != Mailing.State.DRAFT:
        if request.method == "POST":
            raise NotADraft
        return redirect("mailing", edition.slug, key)
    session = session_of(edition, letter.session)
    zone = ZoneInfo(edition.time_zone)
    words = _("Before or after “%(session)s”") % {"session": session.title} if session else ""
    form = WhenForm(posted(request), zone=zone, session_words=words)
    if request.method == "POST":
        planned = apply(form, lambda: plan(letter, **form.plan(), by=user))
        if planned:
            return redirect("mailing", edition.slug, key)
    context = {
        "form": form,
        "session": session,
        "academy_zone": zone,
        **_to_whom(letter),
        **_as_read(request, letter),
    }
    return render(request, "academy/mail/send.html", context, status=status_of(form))


def _as_read(request: EditionRequest, letter: Mailing) -> dict[str, Any]:
    """The letter as one of its recipients reads it, and who else can be looked at, by language."""
    people = examples(letter)
    person = _reader(request, people)
    message = as_read_by(person, letter) if person else None
    return {
        "readers": by_language(letter, people),
        "person": person,
        "message": message,
        "language_words": language_name(message.language) if message else "",
        "text": as_text(message.body, dress_of(message, to_show=True)) if message else "",
    }


def by_language(letter: Mailing, people: list[Participant]) -> list[tuple[str, list[Participant]]]:
    """(a language, those of the people who read the letter in it)."""
    found: dict[str, list[Participant]] = {}
    for person in people:
        found.setdefault(language_for(person, letter.texts), []).append(person)
    return [(language_name(code), among) for code, among in found.items()]


def _to_whom(letter: Mailing) -> dict[str, Any]:
    return {
        "letter": letter,
        "subject": subject_of(letter),
        "count": recipients(letter).count(),
        "left_out": left_out(letter),
        "against_news": reading_against_news(letter),
        "languages": [(language_name(code), count) for code, count in languages_read(letter)],
        "audience": PeopleFilters.parse(letter.audience).labelled(letter.edition),
    }
