"""Forms of the outcome document: its text, its sources, its publication."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from outcome.drafting import CLAUSE_LENGTH
from outcome.models import Clause, Document, Revision, Section, Source
from outcome.models.clauses import HEADING_LENGTH
from outcome.provenance import MERGED, OPEN, SET_ASIDE, USED
from workshops.models import Finding, Workshop

# What may become of a finding, as addresses write it.
BECAME = {"used": USED, "merged": MERGED, "set-aside": SET_ASIDE, "open": OPEN}
BECAME_WORDS = (
    ("used", _("used")),
    ("merged", _("merged")),
    ("set-aside", _("set aside")),
    ("open", _("open")),
)
OF_ANOTHER = {
    "required": _("Choose at least one finding."),
    "invalid_choice": _("A finding that you chose belongs to another academy."),
    "invalid_pk_value": _("A finding that you chose does not exist."),
}
NO_SUCH_CLAUSE = {
    "required": _("Choose a clause."),
    "invalid_choice": _("This clause is not in the document any more."),
}


class HouseRulesForm(PlainTextForm):
    """With which verb forms an encouragement begins."""

    beginnings = forms.CharField(
        label=_("An encouragement begins with"),
        max_length=200,
        required=False,
        help_text=_(
            "The verb form that continues the opening words, such as “to”; several with commas between, as “zu, nicht "
            "zu”. Writers are hinted at another beginning. Left empty, any will do."
        ),
    )


class StartForm(HouseRulesForm):
    """The title, the opening words and the house rules of a document that does not exist yet."""

    field_order = ("title", "lead", "beginnings")

    title = forms.CharField(label=_("Title"), max_length=200)
    lead = forms.CharField(
        label=_("Opening words"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The beginning of the sentence that every encouragement continues."),
    )


class ClauseForm(PlainTextForm):
    """The words of a clause, and of its remark if it is an encouragement."""

    heading = forms.CharField(
        label=_("Short title"),
        max_length=HEADING_LENGTH,
        required=False,
        help_text=_("For the outline; not part of the sentence."),
    )
    text = forms.CharField(
        label=_("Text"),
        max_length=CLAUSE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5, "class": "serif"}),
    )
    remark = forms.CharField(
        label=_("Explanatory remark"),
        max_length=CLAUSE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "class": "serif"}),
        help_text=_("Why, for whom, and where the groups disagreed. Leave it empty to have none."),
    )
    # Kept by the page with the words: they go with the version on which they were written.
    version = forms.IntegerField(
        required=False, min_value=1, widget=forms.HiddenInput(attrs={"data-keep": True})
    )

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != Clause.Kind.ENCOURAGEMENT:
            del self.fields["remark"]


class ChosenFindingsForm(PlainTextForm):
    """Findings of the edition that were ticked in a list."""

    finding = forms.ModelMultipleChoiceField(queryset=Finding.objects.none(), error_messages=OF_ANOTHER)

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        finding: Any = self.fields["finding"]
        finding.queryset = (
            Finding.objects.of_edition(document.edition)
            .unattributed()
            .select_related("group__workshop__edition")
        )


class BeginForm(ChosenFindingsForm):
    """The section in which a clause is begun from the chosen findings."""

    section = forms.ModelChoiceField(
        queryset=Section.objects.none(),
        error_messages={"required": _("Choose a section."), "invalid_choice": _("There is no such section.")},
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, document=document, **kwargs)
        section: Any = self.fields["section"]
        section.queryset = Section.objects.filter(document=document)


class CiteForm(ChosenFindingsForm):
    """The clause that rests on the chosen findings, and how."""

    clause = forms.ModelChoiceField(queryset=Clause.objects.none(), error_messages=NO_SUCH_CLAUSE)
    relation = forms.ChoiceField(
        choices=Source.Relation.choices,
        error_messages={
            "invalid_choice": _("Choose whether the finding supports, qualifies or contradicts it.")
        },
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, document=document, **kwargs)
        clause: Any = self.fields["clause"]
        clause.queryset = (
            Clause.objects.standing()
            .filter(document=document, parent=None)
            .select_related("document__edition", "section")
        )


class SetAsideForm(ChosenFindingsForm):
    """Why the chosen findings are left out."""

    reason = forms.CharField(
        max_length=500, error_messages={"required": _("Write the reason: everyone may read it.")}
    )


class SeveralForm(ChosenFindingsForm):
    """Findings that are to be merged: at least two."""

    def clean_finding(self) -> Any:
        chosen = self.cleaned_data["finding"]
        if len(chosen) < 2:
            raise forms.ValidationError(
                _("Tick at least two findings: one of them will stand for the others.")
            )
        return chosen


class MergeForm(SeveralForm):
    """Which of the chosen findings stands for the others, and why."""

    into = forms.ModelChoiceField(
        queryset=Finding.objects.none(),
        error_messages={
            "required": _("Choose the finding that stands for the others."),
            "invalid_choice": _("The finding that stands for the others is one of those above."),
        },
    )
    reason = forms.CharField(
        label=_("Reason, which everyone may read"), max_length=500, initial=_("They say the same.")
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, document=document, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["into"].queryset = fields["finding"].queryset

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("into") and data["into"] not in data.get("finding", ()):
            self.add_error("into", MergeForm.base_fields["into"].error_messages["invalid_choice"])
        return data


class MoveForm(forms.Form):
    """Before which clause a clause shall stand; none means at the end of its section."""

    before = forms.ModelChoiceField(
        queryset=Clause.objects.none(), required=False, error_messages=NO_SUCH_CLAUSE
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before: Any = self.fields["before"]
        before.queryset = Clause.objects.standing().filter(document=document, parent=None)


class PublishForm(PlainTextForm):
    """What a revision is called, what changed, and who may read it."""

    label = forms.CharField(
        label=_("Label"), max_length=120, help_text=_("What people call it, such as “Zero draft”.")
    )
    note = forms.CharField(
        label=_("What changed, and why"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    audience = forms.ChoiceField(
        label=_("Who may read it"),
        choices=Revision.Audience.choices,
        initial=Revision.Audience.PARTICIPANTS,
        widget=forms.RadioSelect,
    )


class ComparisonForm(forms.Form):
    """Two revisions to lay beside each other."""

    old = forms.TypedChoiceField(label=_("From"), coerce=int)
    new = forms.TypedChoiceField(label=_("To"), coerce=int)

    def __init__(self, *args: Any, revisions: Iterable[Revision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(r.number, f"{r.number} · {r.label}") for r in revisions]
        for name in ("old", "new"):
            field: Any = self.fields[name]
            field.choices = choices


class FindingsFilter(forms.Form):
    """Which findings a list shows; every part may be left out."""

    workshop = forms.ModelChoiceField(
        label=_("Workshop"), queryset=Workshop.objects.none(), to_field_name="number", required=False
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("all")), *Finding.Kind.choices], required=False)
    became = forms.ChoiceField(
        label=_("What became of it"), choices=[("", _("all")), *BECAME_WORDS], required=False
    )

    # What the coverage leads to: addresses ask for it, and the form keeps it.
    strand = forms.SlugField(required=False, widget=forms.HiddenInput)
    day = forms.SlugField(required=False, widget=forms.HiddenInput)
    group = forms.UUIDField(required=False, widget=forms.HiddenInput)
    question = forms.RegexField(r"^(none|[0-9a-f-]{36})$", required=False, widget=forms.HiddenInput)

    def clean_question(self) -> str:
        asked: str = self.cleaned_data["question"]
        if asked and asked != "none":
            forms.UUIDField().clean(asked)
        return asked

    def __init__(self, *args: Any, workshops: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        workshop: Any = self.fields["workshop"]
        workshop.queryset, workshop.empty_label = workshops, _("all")
