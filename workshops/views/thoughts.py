"""Thoughts on the day: written, corrected, published, taken back; for organisers and who leads the day's closing."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from academy.forms import PlainTextForm
from academy.models import Edition, User
from academy.requests import EditionRequest, admit, apply, posted, status_of
from programme.models import Day
from workshops import thoughts as rules
from workshops.forms import WordsField
from workshops.models import Thought
from workshops.permissions import may_keep_thoughts
from workshops.views.scope import get_day, person


class ThoughtsForm(PlainTextForm):
    """What a guest said at the end of a day."""

    speaker = forms.CharField(label=gettext_lazy("Who said it"), max_length=rules.SPEAKER_LENGTH)
    affiliation = forms.CharField(
        label=gettext_lazy("Affiliation"), max_length=rules.AFFILIATION_LENGTH, required=False
    )
    text = WordsField(
        label=gettext_lazy("Thoughts on the day"),
        limit=rules.THOUGHTS_LENGTH,
        what=gettext_lazy("The thoughts"),
        rows=10,
        help_text=gettext_lazy("Up to 4,000 characters. Ask the guest whether the words are right."),
    )

    def __init__(self, *args: Any, of: Thought | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if of:
            # The guest stays who it is; somebody else's thoughts are others.
            self.fields["speaker"].disabled = True


@require_http_methods(["GET", "HEAD", "POST"])
def write(request: EditionRequest, edition: Edition, day: str) -> HttpResponse:
    """Write down a guest's thoughts on the day, as a draft or published at once."""
    row, user = _admitted(request, edition, day)
    return _written(request, row, user, None)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: EditionRequest, edition: Edition, day: str, thought: UUID) -> HttpResponse:
    """Correct a guest's thoughts."""
    row, user = _admitted(request, edition, day)
    return _written(request, row, user, _thought(row, thought))


@require_POST
def publish(request: EditionRequest, edition: Edition, day: str, thought: UUID) -> HttpResponse:
    """Show a guest's thoughts to everybody who takes part."""
    row, user = _admitted(request, edition, day)
    rules.publish_thoughts(_thought(row, thought), by=user)
    messages.success(request, _("The thoughts are published."))
    return _to_the_closing(row)


@require_POST
def withdraw(request: EditionRequest, edition: Edition, day: str, thought: UUID) -> HttpResponse:
    """Make a draft of a guest's thoughts again."""
    row, user = _admitted(request, edition, day)
    rules.withdraw_thoughts(_thought(row, thought), by=user)
    messages.success(request, _("The thoughts are a draft again: only those who keep them see them."))
    return _to_the_closing(row)


def _written(request: EditionRequest, row: Day, user: User, thought: Thought | None) -> HttpResponse:
    initial = {name: getattr(thought, name) for name in ("speaker", "affiliation", "text")} if thought else {}
    form = ThoughtsForm(posted(request), of=thought, initial=initial)
    publishes = "publish" in request.POST
    if request.method == "POST":
        kept = apply(form, lambda: rules.keep_thoughts(row, **form.cleaned_data, publish=publishes, by=user))
        if kept:
            said = _("The thoughts are published.") if kept.published_at else _("The draft is kept.")
            messages.success(request, said)
            return _to_the_closing(row)
    context = {"day": row, "form": form, "thought": thought}
    return render(request, "workshops/thoughts.html", context, status=status_of(form))


def _admitted(request: EditionRequest, edition: Edition, day: str) -> tuple[Day, User]:
    row = get_day(edition, day)
    admit(
        request,
        may_keep_thoughts(request.user, row),
        needs=_("It is for organisers and for those who lead the day's closing."),
    )
    return row, person(request)


def _thought(row: Day, key: UUID) -> Thought:
    found = Thought.objects.filter(day=row, pk=key).select_related("day__edition").first()
    if found is None:
        raise Http404(_("There are no such thoughts on this day."))
    return found


def _to_the_closing(row: Day) -> HttpResponse:
    return redirect(f"{reverse('workshops:closing', args=(row.edition.slug, row.slug))}#thoughts")
