"""Organisers choose what the summary of a day shows, and in which order."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from academy.errors import DomainError, NotAllowed
from academy.forms import PlainTextForm
from academy.forms.plain import reasons
from academy.models import Edition, User
from academy.requests import EditionRequest, admit
from programme.models import Day
from workshops import summing_up as rules
from workshops.models import Finding
from workshops.models.twins import REASON_LENGTH
from workshops.permissions import may_sum_up
from workshops.views.scope import get_day, person

NOT_HERE = gettext_lazy("This finding does not belong to the summary of this day.")


class ChoiceForm(PlainTextForm):
    """One finding of the day, and what becomes of it in the summary."""

    finding = forms.ModelChoiceField(
        queryset=Finding.objects.none(),
        error_messages={"required": NOT_HERE, "invalid_choice": NOT_HERE, "invalid_pk_value": NOT_HERE},
    )
    action = forms.ChoiceField(
        choices=[(name, name) for name in ("show", "leave-out", "earlier", "later")],
        error_messages={
            "required": gettext_lazy("Choose what becomes of the finding."),
            "invalid_choice": gettext_lazy("This cannot be done with a finding."),
        },
    )
    reason = forms.CharField(max_length=REASON_LENGTH, required=False)

    def __init__(self, *args: Any, day: Day, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = day
        field: Any = self.fields["finding"]
        rows = Finding.objects.unattributed().filter(group__session__day=day)
        field.queryset = rows.select_related("group__workshop__edition")

    def carry_out(self, *, by: User) -> None:
        """Do what the form says, once it is valid."""
        said = self.cleaned_data
        match said["action"]:
            case "show":
                rules.show_in_summary(self.day, said["finding"], by=by)
            case "leave-out":
                rules.leave_out_of_summary(self.day, said["finding"], reason=said["reason"], by=by)
            case action:
                rules.move_in_summary(self.day, said["finding"], earlier=action == "earlier", by=by)


@require_http_methods(["GET", "HEAD", "POST"])
def arrange(request: EditionRequest, edition: Edition, day: str) -> HttpResponse:
    """What the summary shows, what it leaves out and why, and what else there is; one change at a time."""
    row = get_day(edition, day)
    admit(request, may_sum_up(request.user, edition), needs=_("It is for the organisers of this academy."))
    if request.method != "POST":
        return _page(request, row, None, status=200)
    form, user = ChoiceForm(request.POST, day=row), person(request)
    if not form.is_valid():
        return _page(request, row, form, status=422)
    try:
        form.carry_out(by=user)
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(None, str(error))
        return _page(request, row, form, status=error.status)
    messages.success(request, _("The summary is changed."))
    address = reverse("workshops:arrange", args=(edition.slug, row.slug))
    return redirect(f"{address}#finding-{form.cleaned_data['finding'].pk}")


def _page(request: EditionRequest, row: Day, form: ChoiceForm | None, *, status: int) -> HttpResponse:
    context = {
        "day": row,
        "summary": rules.summary_of(row),
        "errors": reasons(form) if form else [],
        "refused": {"finding": form.data.get("finding", ""), "reason": form.data.get("reason", "")}
        if form
        else {},
    }
    return render(request, "workshops/arrange.html", context, status=status)
