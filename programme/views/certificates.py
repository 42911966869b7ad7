"""The certificate of participation: one's own page, its PDF, and the public page that checks one."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from academy.forms import PlainTextForm
from academy.limiting import refused_at_limit
from academy.models import Edition, Participant, User
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded, apply, posted, status_of
from programme.certificates import (
    attended_sessions,
    bears,
    certificate_of,
    certificate_with,
    is_over,
    is_valid,
    last_day,
    make_certificate,
    name_on,
    withdraw_certificate,
    written,
)
from programme.models import Certificate
from programme.printing.certificate import certificate_pdf as paper
from programme.printing.certificate import in_words


class MakeForm(PlainTextForm):
    """Which name the paper bears."""

    NAME, PSEUDONYM = "name", "pseudonym"

    bears = forms.ChoiceField(label=gettext_lazy("The certificate bears"), widget=forms.RadioSelect)

    def __init__(self, *args: object, participant: Participant, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        choices = [(self.NAME, _("my own name: %(name)s") % {"name": participant.name})]
        if participant.pseudonym:
            words = _("my pseudonym: %(name)s") % {"name": participant.pseudonym}
            choices.append((self.PSEUDONYM, words))
        field = self.fields["bears"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # it is declared above
        field.choices = choices
        field.initial = self.PSEUDONYM if participant.visibility == "protected" else self.NAME


class CompareForm(PlainTextForm):
    """A name to be compared with the one on the paper."""

    name = forms.CharField(
        label=gettext_lazy("The name on the paper"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def owner(request: EditionRequest, edition: Edition) -> tuple[Participant | None, User]:
    """The registration of who asks, if it is confirmed.

    Raises:
        LoginNeeded
    """
    user, participant = request.user, request.participant or None
    if not is_known(user):
        raise LoginNeeded
    if participant and participant.state != Participant.State.CONFIRMED:
        return None, user
    return participant, user


@require_http_methods(["GET", "HEAD", "POST"])
def certificate(request: EditionRequest, edition: Edition) -> HttpResponse:
    """One's own certificate: what it would say, made with the name of one's choice, its address."""
    participant, user = owner(request, edition)
    if participant is None:
        return redirect("my_academy", edition.slug)
    form = MakeForm(posted(request), participant=participant)

    def make() -> Certificate:
        with_pseudonym = form.cleaned_data["bears"] == MakeForm.PSEUDONYM
        return make_certificate(participant, with_pseudonym=with_pseudonym, by=user)

    if request.method == "POST" and apply(form, make) is not None:
        messages.success(request, _("Your certificate is made."))
        return redirect("certificate", edition.slug)
    made, sessions = certificate_of(participant), attended_sessions(participant)
    context = {
        "form": form,
        "made": made,
        "address": _address(request, edition, made) if made else "",
        "sum": in_words(made.content) if made else "",
        "sessions": sessions,
        "is_grown": made is not None and len(made.content["sessions"]) < len(sessions),
        "is_over": is_over(edition),
        "last_day": last_day(edition),
    }
    return render(request, "programme/certificates/own.html", context, status=status_of(form))


@require_safe
def certificate_pdf(request: EditionRequest, edition: Edition) -> HttpResponse:
    """One's own certificate on paper."""
    participant, _user = owner(request, edition)
    made = certificate_of(participant)
    if made is None:
        return redirect("certificate", edition.slug)
    pdf = paper(
        made.content,
        name=name_on(made),
        code=made.code,
        address=_address(request, edition, made),
        made=made.made_at.date(),
    )
    headers = {"Content-Disposition": f'inline; filename="certificate-{edition.slug}.pdf"'}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


@require_POST
def take_back_certificate(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Withdraw one's own certificate."""
    participant, user = owner(request, edition)
    if participant and withdraw_certificate(participant, by=user):
        messages.success(request, _("Your certificate is withdrawn; its page says so from now on."))
    return redirect("certificate", edition.slug)


@require_safe
def certificate_find(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Leads from a code that somebody typed to the page that checks it."""
    asked = request.GET.get("code", "")[:60]
    if code := written(asked):
        return redirect("certificate_check", edition.slug, code)
    return _search_page(request, asked)


def _search_page(request: EditionRequest, asked: str, *, is_unknown: bool = False) -> HttpResponse:
    """The form that a code is typed into; 404 with a sentence for one that was never given out."""
    context = {"asked": asked, "is_unknown": is_unknown}
    return render(request, "programme/certificates/find.html", context, status=404 if is_unknown else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def certificate_check(request: EditionRequest, edition: Edition, code: str) -> HttpResponseBase:
    """Whether a certificate stands, and what it attests; never whose it is. A name can be compared with its digest."""
    found = certificate_with(code, edition)
    if found is None:
        return _search_page(request, code, is_unknown=True)
    valid = is_valid(found)
    form = CompareForm(posted(request))
    answer: bool | None = None
    if request.method == "POST" and valid:
        if limited := refused_at_limit(request, "certificate-name"):
            return limited
        if form.is_valid():
            answer = bears(found, form.cleaned_data["name"])
    context = {
        "certificate": found,
        "is_valid": valid,
        "sum": in_words(found.content) if valid else "",
        "form": form,
        "answer": answer,
    }
    response = render(request, "programme/certificates/check.html", context, status=status_of(form))
    response["X-Robots-Tag"] = "noindex"
    return response


def _address(request: EditionRequest, edition: Edition, made: Certificate) -> str:
    return request.build_absolute_uri(reverse("certificate_check", args=(edition.slug, made.code)))
