"""Forms of the outline import: the outline itself, and what the organiser corrects before it is applied."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError
from academy.forms import PlainTextForm
from programme.models import Session
from programme.outline.changes import said
from programme.outline.correcting import DayCorrection, ItemCorrection, Place
from programme.outline.hours import is_backwards
from programme.outline.parsing import parse
from programme.outline.plans import DayPlan, ItemPlan, Plan
from programme.outline.reading import MOST_TEXT, checked, read_outline_file
from programme.outline.values import Reading
from programme.outline.word import MOST_DOCX

TOO_LARGE = _("This file is too large: an outline may have at most 8 MB.")
# A form may have at most 2,000 fields (DATA_UPLOAD_MAX_NUMBER_FIELDS); larger outlines are corrected in their text.
MOST_ITEMS, MOST_DAYS = 250, 60
TITLE_LENGTH = 200


def text_field(label: Any, rows: int) -> forms.CharField:
    """The text of an outline: its blanks and empty lines are part of it."""
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": rows, "spellcheck": "false", "maxlength": MOST_TEXT}),
    )


class OutlineForm(PlainTextForm):
    """An outline, as a file or as text; `reading` is what was understood, once the form is valid."""

    file = forms.FileField(
        label=_("A file: text, Markdown or DOCX"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".txt,.md,.markdown,.docx,text/plain,text/markdown"}),
        help_text=_("At most 8 MB."),
    )
    text = text_field(_("Or its text"), rows=12)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        """`year` is that of dates without one, where the outline names none."""
        super().__init__(*args, **kwargs)
        self.year, self.source = year, ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if self.errors:
            return cleaned
        if (file is None) == (not text.strip()):
            words = _("Choose a file or paste the text; only one of them can be imported.")
            raise forms.ValidationError(words)
        field = "text" if file is None else "file"
        try:
            self.source = checked(text) if file is None else read_outline_file(file.read(MOST_DOCX + 1))
            self.reading: Reading = parse(self.source, year=self.year)
        except DomainError as error:
            self.add_error(field, str(error))
        return cleaned


class SourceForm(PlainTextForm):
    """The text of an outline on its way from one step to the next."""

    source = text_field(_("The text of the outline"), rows=16)

    def __init__(self, *args: Any, year: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        try:
            self.reading: Reading = parse(checked(cleaned.get("source", "")), year=self.year)
        except DomainError as error:
            self.add_error("source", str(error))
        return cleaned


class CorrectionsForm(PlainTextForm):
    """What was understood, to be corrected: a few fields for each day and item, and what is to be taken out."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, plan: Plan, seen: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.plan = plan
        self.initial["seen"] = seen
        self.items = list(plan.walk())
        self.owners: dict[str, str] = {}
        self.is_editable = len(self.items) <= MOST_ITEMS and len(plan.days) <= MOST_DAYS
        if self.is_editable:
            for day in plan.days:
                self._add_day(day)
            for item in self.items:
                self._add_item(item)

    def _add_day(self, day: DayPlan) -> None:
        self.owners[f"d{day.place}"] = date_format(day.day.date, "j F Y")
        self.fields[f"d{day.place}-date"] = forms.DateField(
            label=_("Date"),
            initial=day.day.date,
            widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
            error_messages={"invalid": _("A date is written as 2022-02-01.")},
        )
        self.fields[f"d{day.place}-title"] = forms.CharField(
            label=_("Title"), initial=day.day.title, max_length=TITLE_LENGTH, required=False
        )

    def _add_item(self, plan: ItemPlan) -> None:
        item, key = plan.item, f"i{plan.key}"
        self.owners[key] = item.title
        self.fields[f"{key}-title"] = forms.CharField(
            label=_("Title"), initial=item.title, max_length=TITLE_LENGTH
        )
        for name, label, moment in (("starts", _("Starts"), item.starts), ("ends", _("Ends"), item.ends)):
            self.fields[f"{key}-{name}"] = forms.TimeField(
                label=label,
                initial=said(moment),
                required=False,
                widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                error_messages={"invalid": _("A time is written as 13:30.")},
            )
        self.fields[f"{key}-kind"] = forms.ChoiceField(
            label=_("Kind"), initial=item.kind, choices=Session.Kind.choices
        )
        self.fields[f"{key}-leave"] = forms.BooleanField(label=_("Leave out"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        for plan in self.items if self.is_editable else ():
            starts, ends = cleaned.get(f"i{plan.key}-starts"), cleaned.get(f"i{plan.key}-ends")
            if ends and not starts:
                self.add_error(f"i{plan.key}-starts", _("Please say when it starts too."))
            elif starts and starts == ends:
                self.add_error(f"i{plan.key}-ends", _("It ends when it starts."))
            elif starts and ends and is_backwards((starts.hour, starts.minute), (ends.hour, ends.minute)):
                self.add_error(f"i{plan.key}-ends", _("It ends before it starts."))
        dates = [cleaned.get(f"d{day.place}-date") for day in self.plan.days]
        for day, when in zip(self.plan.days, dates, strict=True):
            if when and dates.count(when) > 1:
                self.add_error(f"d{day.place}-date", _("Another day has this date too."))
        return cleaned

    def day_corrections(self) -> dict[int, DayCorrection]:
        """What the days are to say, once the form is valid."""
        if not self.is_editable:
            return {}
        cleaned = self.cleaned_data
        return {
            day.place: DayCorrection(cleaned[f"d{day.place}-date"], cleaned[f"d{day.place}-title"])
            for day in self.plan.days
        }

    def item_corrections(self) -> dict[Place, ItemCorrection]:
        """What the items are to say, once the form is valid."""
        cleaned = self.cleaned_data
        return {
            plan.place: ItemCorrection(
                title=cleaned[f"i{plan.key}-title"],
                kind=cleaned[f"i{plan.key}-kind"],
                starts=cleaned[f"i{plan.key}-starts"],
                ends=cleaned[f"i{plan.key}-ends"],
                leave_out=cleaned[f"i{plan.key}-leave"],
            )
            for plan in (self.items if self.is_editable else ())
        }

    def fields_of(self, key: str, names: Iterable[str]) -> dict[str, Any]:
        """The bound fields of a day or an item, by their short names; none if there are too many of them."""
        return {name: self[f"{key}-{name}"] for name in names} if self.is_editable else {}

    @property
    def problems(self) -> list[tuple[str, Any]]:
        """The fields with errors, each with the day or item that it belongs to."""
        wrong = [self[name] for name in self.errors if name in self.fields]
        return [(self.owners.get(field.name.partition("-")[0], ""), field) for field in wrong]

    @property
    def ticked(self) -> set[str]:
        """What of the draft is to be taken out because the outline lacks it."""
        return set(self.data.getlist("remove")) if isinstance(self.data, QueryDict) else set()
