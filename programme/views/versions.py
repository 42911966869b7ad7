"""The versions of the programme: their list, what changed between two of them, and releasing the next one."""

from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from academy import clock
from academy.canonical import digest
from academy.forms import PlainTextForm
from academy.kept_pages import kept_for_visitors
from academy.models import Edition
from academy.permissions import is_known
from academy.requests import EditionRequest, LoginNeeded, admit, apply, posted, status_of
from programme.clashes import clashes
from programme.comparing import Comparison, compare
from programme.models import Release
from programme.people import shown_people
from programme.permissions import may_release
from programme.printing.booklet import booklet
from programme.releases import current_release, programme_content, release_numbered
from programme.telling import letters_about, release_and_tell
from programme.views.at_desk import keep_label, kept_label
from programme.views.scope import zones_of

SELECT = forms.Select(attrs={"class": "form-select"})


class ComparisonForm(forms.Form):
    """Two versions by their numbers."""

    old = forms.ChoiceField(label=gettext_lazy("from"), widget=SELECT)
    new = forms.ChoiceField(label=gettext_lazy("to"), widget=SELECT)

    def __init__(self, *args: object, releases: list[Release], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]  # passed on as they came
        choices = [(str(made.number), made.label) for made in releases]
        for field in self.fields.values():
            if isinstance(field, forms.ChoiceField):
                field.choices = choices


class ReleaseForm(PlainTextForm):
    """What the next version is called, and whether the people whom it affects are written to."""

    label = forms.CharField(
        label=gettext_lazy("Label"),
        max_length=120,
        help_text=gettext_lazy("As people will call it, such as: version: 9 November 2021."),
    )
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Why there is a new version, in a sentence or two. Everybody can read it."),
    )
    tells = forms.BooleanField(
        label=gettext_lazy("Send the mails above to the people whom the changes affect"),
        required=False,
        initial=True,
    )


@require_safe
@kept_for_visitors
def releases(request: EditionRequest, edition: Edition) -> HttpResponse:
    """The versions of the programme, newest first, each with what it changed, in numbers."""
    rows = list(Release.objects.filter(edition=edition).order_by("-number"))
    before = [*rows[1:], None]
    entries = [
        (made, compare(last.content, made.content) if last else None, last)
        for made, last in zip(rows, before, strict=True)
    ]
    form = (
        ComparisonForm(releases=rows, initial={"old": rows[1].number, "new": rows[0].number})
        if before[0]
        else None
    )
    return render(
        request,
        "programme/releases.html",
        {"entries": entries, "zones": zones_of(request, edition), "form": form},
    )


@require_safe
def choose_comparison(request: EditionRequest, edition: Edition) -> HttpResponse:
    """Leads from the choice of two versions to what changed between them."""
    rows = list(Release.objects.filter(edition=edition).defer("content").order_by("-number"))
    form = ComparisonForm(request.GET, releases=rows)
    if not form.is_valid():
        raise Http404(_("The programme has no such version."))
    return redirect("programme:compare", edition.slug, form.cleaned_data["old"], form.cleaned_data["new"])


@require_safe
@kept_for_visitors
def comparison(request: EditionRequest, edition: Edition, old: int, new: int) -> HttpResponse:
    """What changed from one version to another, day by day; in either direction."""
    before, after = release_numbered(edition, old), release_numbered(edition, new)
    if before is None or after is None:
        raise Http404(_("The programme has no such version."))
    found = compare(before.content, after.content)
    return render(
        request,
        "programme/compare.html",
        {
            "old": before,
            "new": after,
            "comparison": found,
            "zones": zones_of(request, edition),
            "people": _people(found),
            **_names(before.content, after.content),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def prepare_release(request: EditionRequest, edition: Edition) -> HttpResponse:
    """What the next version would change, in words, with the mails that would go out; releases it when confirmed."""
    admit(request, may_release(request.user, edition), needs=_("Only organisers release the programme."))
    if not is_known(request.user):
        raise LoginNeeded
    user, last, draft = request.user, current_release(edition), programme_content(edition)
    found = compare(last.content, draft) if last else None
    today = _("version: %(day)s") % {"day": f"{clock.now():%-d %B %Y}"}
    kept = kept_label(request, edition)
    label = kept if kept and not (last and last.label == kept) else today
    form = ReleaseForm(posted(request), initial={"label": label})
    letters = letters_about(edition, found) if found else []
    if not letters:
        del form.fields["tells"]

    def make() -> Release:
        said = {"tells": False, **form.cleaned_data}
        address = request.build_absolute_uri(reverse("programme:agenda", args=[edition.slug]))
        return release_and_tell(edition, **said, seen=request.POST.get("seen", ""), address=address, by=user)

    if request.method == "POST" and (made := apply(form, make)):
        keep_label(request, edition, "")
        messages.success(request, _("Released: %(label)s.") % {"label": made.label})
        return redirect("programme:releases", edition.slug)
    return render(
        request,
        "programme/prepare_release.html",
        {
            "form": form,
            "seen": digest(draft),
            "last": last,
            "comparison": found,
            "is_first": last is None,
            "letters": letters,
            "warnings": len(clashes(draft)),
            "zones": zones_of(request, edition),
            "people": _people(found) if found else {},
            **_names(*([last.content] if last else []), draft),
        },
        status=status_of(form),
    )


def _names(*contents: dict[str, Any]) -> dict[str, Any]:
    """{address: day} of both contents, the newer one counting."""
    return {
        "days": {day["slug"]: day for content in contents for day in content["days"]},
    }


def _people(found: Comparison) -> dict[str, object]:
    """How the participants who came or went may be shown today, by their ids."""
    nodes = [
        {"people": [*change.came, *change.went, *change.session["people"]], "children": []}
        for change in found.sessions
    ]
    return dict(shown_people({"days": [{"sessions": nodes}]}))


@require_safe
@kept_for_visitors
def pdf(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """A version of the programme on paper, in the academy's time."""
    made = release_numbered(edition, number)
    if made is None:
        raise Http404(_("The programme has no such version."))
    address = reverse("programme:released", args=[edition.slug, number])
    paper = booklet(
        made.content,
        label=made.label,
        zone=ZoneInfo(edition.time_zone),
        address=request.build_absolute_uri(address),
        people=shown_people(made.content),
    )
    name = f"programme-{edition.slug}-{number}.pdf"
    return HttpResponse(
        paper, content_type="application/pdf", headers={"Content-Disposition": f'inline; filename="{name}"'}
    )
