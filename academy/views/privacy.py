"""One's own data (read, taken along, consented to, erased), and the list of participants."""

from collections.abc import Iterable

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.core.paginator import Paginator
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_countries import countries

from academy.forms import ConsentChoiceForm, ErasureForm, ParticipantsForm
from academy.languages import language_name
from academy.models import Edition, Participant, User
from academy.ordering import sort_key
from academy.permissions import is_known, takes_part
from academy.privacy.choices import agree, choices_of, take_back
from academy.privacy.erasure import erase, sole_organiser_of, what_erasure_does
from academy.privacy.listing import countries_among, found_among, languages_among, listed_people
from academy.privacy.showing import everything_of, sections_of
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of
from academy.views.searching import words_out_of_address, words_searched

PAGE = 50
OVER = (Participant.State.DECLINED, Participant.State.WITHDRAWN)


@require_http_methods(["GET", "HEAD", "POST"])
def my_data(request: EditionRequest) -> HttpResponse:
    """All that is kept about oneself, and every consent with a button to give it or to take it back."""
    user = _known(request)
    form = ConsentChoiceForm(posted(request), user=user)
    if request.method == "POST":
        done = apply(form, lambda: _choose(form, user))
        if done is not None:
            messages.success(request, done)
            return redirect("my_data")
    registrations = (
        user.participations.filter(erased_at=None).select_related("edition").order_by("-edition__starts")
    )
    context = {
        "form": form,
        "consents": [(row, row.state not in OVER, choices_of(row)) for row in registrations],
        "sections": sections_of(user),
    }
    return render(request, "academy/my_data.html", context, status=status_of(form))


def _choose(form: ConsentChoiceForm, user: User) -> str:
    registration, purpose = form.cleaned_data["registration"], form.cleaned_data["purpose"]
    if form.cleaned_data["answer"] == ConsentChoiceForm.GIVE:
        agree(registration, purpose, by=user)
        return _("Your consent is recorded, and counts from now on.")
    take_back(registration, purpose, by=user)
    return _("Your consent is taken back, from now on and everywhere.")


@require_safe
def my_data_file(request: EditionRequest) -> HttpResponse:
    """All that is kept about oneself as a JSON file."""
    answer = JsonResponse(
        everything_of(_known(request)), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    answer["Content-Disposition"] = 'attachment; filename="my-data.json"'
    return answer


@reauthentication_required  # type: ignore[untyped-decorator]  # allauth ships no types
@require_http_methods(["GET", "HEAD", "POST"])
def erase_me(request: EditionRequest) -> HttpResponse:
    """Say what will be lost and what stays, ask for the address once, then erase."""
    user = _known(request)
    form = ErasureForm(posted(request), user=user)
    if request.method == "POST" and apply(form, lambda: erase(user, by=user)) is not None:
        logout(request)
        messages.success(
            request, _("Everything about you is erased, and nobody can log in to your account any more.")
        )
        return redirect("index")
    context = {"form": form, "alone_in": sole_organiser_of(user), **what_erasure_does(user)}
    return render(request, "academy/erase_me.html", context, status=status_of(form))


@require_safe
def participants(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The participants who agreed to stand in this list, for those who take part."""
    needs = _("It is for those who take part in this academy.")
    admit(request, takes_part(request.user, edition), needs=needs)
    if moved := words_out_of_address(request, edition, "participants"):
        return moved
    everybody, said = listed_people(edition), request.GET.copy()
    said["q"] = words_searched(request)
    form = ParticipantsForm(
        said,
        countries=_by_words((code, countries.name(code) or code) for code in countries_among(everybody)),
        languages=_by_words((code, language_name(code)) for code in languages_among(everybody)),
    )
    asked = form.asked()
    found = found_among(
        everybody,
        words=asked["q"],
        actor=asked["actor"],
        country=asked["country"],
        language=asked["language"],
    )
    me = request.participant
    context = {
        "form": form,
        "page": Paginator(found, PAGE).get_page(request.GET.get("page")),
        "is_asked": any(asked.values()),
        "i_am_in": bool(me) and everybody.filter(pk=me.pk).exists() if me else False,
    }
    return render(request, "academy/participants.html", context)


def _by_words(choices: Iterable[tuple[str, object]]) -> list[tuple[str, str]]:
    """The choices as one looks for them: by their words, accents aside."""
    return sorted(((code, str(words)) for code, words in choices), key=lambda one: sort_key(one[1]))


def _known(request: EditionRequest) -> User:
    """The person who is logged in.

    Raises:
        LoginNeeded
    """
    if not is_known(request.user):
        raise LoginNeeded
    return request.user
