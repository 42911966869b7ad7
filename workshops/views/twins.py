"""The groups of a workshop side by side, and what people decide about findings that may say the same."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from academy.errors import DomainError, NotAllowed
from academy.forms.plain import reasons
from academy.models import Edition
from academy.requests import EditionRequest, admit
from workshops.models import Finding, TwinDecision, Workshop
from workshops.permissions import may_compare, may_read_twins
from workshops.twins.deciding import decide as decide_rule
from workshops.twins.lines import Twins
from workshops.twins.reading import twins_of
from workshops.views.scope import get_workshop, person

NOT_HERE = gettext_lazy("There is no such finding in this workshop.")
CHOOSE = gettext_lazy("Choose a finding of each group.")


class DecideForm(forms.Form):
    """Two findings, what was decided about them, and which decisions the page showed."""

    one = forms.ModelChoiceField(
        queryset=Finding.objects.none(),
        error_messages={"required": CHOOSE, "invalid_choice": NOT_HERE, "invalid_pk_value": NOT_HERE},
    )
    other = forms.ModelChoiceField(
        queryset=Finding.objects.none(),
        error_messages={"required": CHOOSE, "invalid_choice": NOT_HERE, "invalid_pk_value": NOT_HERE},
    )
    verdict = forms.ChoiceField(
        choices=TwinDecision.Verdict.choices,
        error_messages={
            "required": gettext_lazy("Choose what you decide about the two findings."),
            "invalid_choice": gettext_lazy("This cannot be decided about findings."),
        },
    )
    # What the page showed of decisions before: a number for one pair, or "key key number;" for each pair of the part.
    seen = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1)
    decided = forms.CharField(required=False, max_length=100_000)

    def __init__(self, *args: Any, workshop: Workshop, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Finding.objects.unattributed().filter(group__workshop=workshop)
        fields: dict[str, Any] = self.fields
        for name in ("one", "other"):
            fields[name].queryset = rows.select_related("group__workshop__edition", "group__session")

    def seen_number(self) -> int:
        """How many decisions about these two the page showed."""
        said = self.cleaned_data
        if said["seen"] is not None:
            return int(said["seen"])
        pair = {str(said["one"].pk), str(said["other"].pk)}
        for entry in said["decided"].split(";"):
            words = entry.split()
            if len(words) == 3 and set(words[:2]) == pair and words[2].isdecimal():
                return int(words[2])
        return 0


@require_safe
def twins(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """The groups side by side: for all who take part once every group has closed, for organisers earlier."""
    row = get_workshop(edition, number)
    admit(
        request,
        may_read_twins(request.user, row),
        needs=_("It opens to everybody who takes part as soon as all groups of the workshop have closed."),
    )
    return show_twins(request, row)


@require_POST
def decide(request: EditionRequest, edition: Edition, number: int) -> HttpResponse:
    """Keep that two findings say the same, contradict each other, or are not the same."""
    row, user = get_workshop(edition, number), person(request)
    admit(request, may_compare(user, row))
    form = DecideForm(request.POST, workshop=row)
    if not form.is_valid():
        return show_twins(request, row, refused=form, status=422)
    said = form.cleaned_data
    try:
        decision = decide_rule(
            said["one"], said["other"], verdict=said["verdict"], seen=form.seen_number(), by=user
        )
    except NotAllowed:
        raise
    except DomainError as error:
        form.add_error(None, str(error))
        return show_twins(request, row, refused=form, status=error.status)
    messages.success(request, _("Kept: %(decision)s.") % {"decision": decision.get_verdict_display()})
    return redirect(f"{address_of(row)}#finding-{said['one'].pk}")


def address_of(workshop: Workshop) -> str:
    return reverse("workshops:twins", args=(workshop.edition.slug, workshop.number))


def show_twins(
    request: EditionRequest, row: Workshop, *, refused: DecideForm | None = None, status: int = 200
) -> HttpResponse:
    """The page; a decision that was refused stands on it with the reason, and with what was chosen."""
    decides = may_compare(request.user, row)
    shown = twins_of(row, with_proposals=decides)
    return render(
        request,
        "workshops/twins.html",
        {
            "workshop": row,
            "twins": shown,
            "decides": decides,
            "refused": refused,
            "errors": reasons(refused) if refused else [],
            "chosen": _chosen(request, refused),
            "decided": _decided(shown) if decides else "",
            "cards": _by_part(shown) if decides else [],
        },
        status=status,
    )


def _chosen(request: EditionRequest, refused: DecideForm | None) -> dict[str, str]:
    """Which findings stand in the form for matching by hand: what was sent, or the one that a link named."""
    if refused:
        return {name: str(refused.data.get(name, "")) for name in ("one", "other", "verdict")}
    return {"one": request.GET.get("match", ""), "other": "", "verdict": ""}


def _decided(shown: Twins) -> str:
    """The newest decision about each pair, for a form in which people choose the pair."""
    return ";".join(
        f"{link.one.finding.pk} {link.other.finding.pk} {link.number}"
        for link in shown.decided
        if link.number
    )


def _by_part(shown: Twins) -> list[dict[str, Any]]:
    """For each part, the findings of each group, to choose two from."""
    parts: dict[UUID, dict[str, Any]] = {}
    for answer in shown.answers:
        entry = parts.setdefault(
            answer.part.pk, {"part": answer.part, "groups": {group.pk: (group, []) for group in shown.groups}}
        )
        for line in answer.lines:
            for column in line.columns:
                entry["groups"][column.group.pk][1].extend(card.finding for card in column.cards)
    for entry in parts.values():
        entry["groups"] = [
            (group, sorted(cards, key=lambda finding: finding.number))
            for group, cards in entry["groups"].values()
        ]
    return list(parts.values())
