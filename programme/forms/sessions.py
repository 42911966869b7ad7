"""Forms for sessions: what is said of one, to which one it belongs, where it stands in time."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from academy.languages import WORKING_LANGUAGES, language_name
from academy.models import Edition
from programme.editing import LONG, PLACE
from programme.edits import state_of
from programme.forms.stating import NO_SUCH_DAY, NO_SUCH_STRAND, StatedForm, clock_field, state_field
from programme.local_times import clock_of, goes_into_the_night, moment_at
from programme.models import Day, Session, Strand
from programme.nesting import descendants


class SessionOfTheDay(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class is generic in the stubs only
    """A session; a part is named after the session that it belongs to."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent.title}: {obj.title}" if obj.parent else str(obj.title)


class DayByDate(forms.ModelChoiceField):  # type: ignore[type-arg]  # as above
    """A day, named by its date first."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{date_format(obj.date, 'D j M')}: {obj.short_title}"


class SessionForm(StatedForm):
    """Everything that is said of a session, and when it is."""

    title = forms.CharField(label=_("Title"), max_length=200)
    subtitle = forms.CharField(label=_("Subtitle"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Session.Kind.choices)
    day = DayByDate(Day.objects.none(), label=_("Day"), empty_label=None, error_messages=NO_SUCH_DAY)
    parent = SessionOfTheDay(
        Session.objects.none(),
        label=_("Belongs to"),
        required=False,
        empty_label=_("none: it stands by itself"),
        help_text=_("A session of the same day, of which it becomes a part. Its times stay."),
        error_messages={"invalid_choice": _("It cannot be a part of that session any more.")},
    )
    start = clock_field(_("Start"))
    end = clock_field(_("End"))
    next_day = forms.BooleanField(label=_("It ends on the next day"), required=False)
    minutes = forms.IntegerField(
        label=_("Length in minutes"),
        required=False,
        min_value=1,
        max_value=1440,
        help_text=_("For a part without times of its own."),
    )
    strand = forms.ModelChoiceField(
        Strand.objects.none(),
        label=_("Strand"),
        required=False,
        empty_label=_("none"),
        error_messages=NO_SUCH_STRAND,
    )
    hosts = forms.CharField(label=_("Hosts"), max_length=300, required=False)
    language = forms.ChoiceField(label=_("Spoken language"), required=False)
    interpretation = forms.MultipleChoiceField(
        label=_("Interpretation into"), required=False, widget=forms.CheckboxSelectMultiple
    )
    description = forms.CharField(
        label=_("Description"), max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    points = forms.CharField(
        label=_("Points"),
        max_length=LONG,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line; shown as a list."),
    )
    footnote = forms.CharField(
        label=_("Footnote"), max_length=LONG, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(
        self,
        *args: Any,
        edition: Edition,
        session: Session | None = None,
        parent: Session | None = None,
        **kwargs: Any,
    ) -> None:
        """For a session that exists, or for a new one, perhaps as a part of another."""
        self.zone = ZoneInfo(edition.time_zone)
        if session:
            kwargs["initial"] = {**said_in_form(session, self.zone), **(kwargs.get("initial") or {})}
        super().__init__(*args, edition=edition, **kwargs)
        self.home = session.parent if session else parent
        days, strands, language, interpretation = (
            self._choices(name) for name in ("day", "strand", "language", "interpretation")
        )
        if self.home:
            del self.fields["day"]
        if session:
            self._choices("parent").queryset = _possible_parents(session)
        else:
            del self.fields["parent"]
        days.queryset = Day.objects.filter(edition=edition).order_by("date")
        strands.queryset = Strand.objects.filter(edition=edition).order_by("position")
        codes = _with_known([self.initial.get("language", ""), *self.initial.get("interpretation", ())])
        language.choices = [("", _("not said")), *codes]
        interpretation.choices = codes

    def _choices(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        start, end = cleaned.get("start"), cleaned.get("end")
        if "start" not in self.errors and "end" not in self.errors and (start is None) != (end is None):
            missing = "end" if end is None else "start"
            self.add_error(missing, _("Please give both the start and the end, or neither."))
        day = self.home.day if self.home else cleaned.get("day")
        if day and start and end and self._is_moved():
            cleaned["starts_at"] = self._moment("start", day.date, start)
            days = timedelta(days=1) if cleaned.get("next_day") else timedelta()
            cleaned["ends_at"] = self._moment("end", day.date + days, end)
        return cleaned

    def _is_moved(self) -> bool:
        """Whether another place was typed than the one the form was shown with."""
        return any(name in self.changed_data for name in ("day", "start", "end", "next_day"))

    def _moment(self, name: str, day: date, typed: time) -> datetime | None:
        try:
            return moment_at(day, typed, self.zone)
        except Invalid as error:
            self.add_error(name, str(error))
            return None

    def values(self) -> dict[str, Any]:
        """What the form says, as `programme.editing` takes it; a place that was not touched is left out."""
        cleaned = self.cleaned_data
        names = ("title", "subtitle", "kind", "strand", "hosts", "language", "interpretation", "minutes")
        said = {name: cleaned[name] for name in (*names, "description", "footnote")}
        said["points"] = cleaned["points"].splitlines()
        if "parent" in self.changed_data and "parent" in self.data:
            said["parent"] = cleaned["parent"]
        if self._is_moved():
            said |= {"starts_at": cleaned.get("starts_at"), "ends_at": cleaned.get("ends_at")}
            if not self.home:
                said["day"] = cleaned["day"]
        return said


def _possible_parents(session: Session) -> Any:
    """The sessions of its day that a session can belong to."""
    below = [session.pk, *(part.pk for part in descendants(session))]
    rows = Session.objects.planned().filter(edition=session.edition_id, day=session.day_id)
    others = rows.exclude(pk__in=below).exclude(kind=Session.Kind.BREAK)
    return others.select_related("parent").order_by("starts_at", "position", "title")


def said_in_form(session: Session, zone: ZoneInfo) -> dict[str, Any]:
    """What a session says, as its form shows it."""
    starts, ends = session.starts_at, session.ends_at
    names = ("title", "subtitle", "kind", "hosts", "language", "interpretation", "minutes", "description")
    return {
        **{name: getattr(session, name) for name in (*names, "footnote")},
        "points": "\n".join(session.points),
        "day": session.day_id,
        "strand": session.strand_id,
        "parent": session.parent_id,
        "start": starts and clock_of(starts, zone),
        "end": ends and clock_of(ends, zone),
        "next_day": bool(starts and ends and ends.astimezone(zone).date() > starts.astimezone(zone).date()),
        "state": state_of(session),
    }


def _with_known(codes: Iterable[str]) -> list[tuple[str, str]]:
    """The languages to choose from, also those that were said before and are not in the list."""
    known = dict(WORKING_LANGUAGES)
    return [
        *WORKING_LANGUAGES,
        *((code, language_name(code)) for code in codes if code and code not in known),
    ]


class DayBySlug(forms.ModelChoiceField):  # type: ignore[type-arg]  # the class is generic in the stubs only
    """A day by its address."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and "\x00" in value:
            raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return super().to_python(value)


class PlaceForm(forms.Form):
    """Where a session is moved to: day and start, and an end if it should not keep its length."""

    day = DayBySlug(Day.objects.none(), to_field_name="slug", label=_("Day"), error_messages=NO_SUCH_DAY)
    start = clock_field(_("Start"), required=True)
    end = clock_field(_("End"))
    state = state_field()

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(edition.time_zone)
        day: Any = self.fields["day"]
        day.queryset = Day.objects.filter(edition=edition)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        day, start, end = (cleaned.get(name) for name in ("day", "start", "end"))
        night = timedelta(days=1 if start and end and goes_into_the_night(start, end) else 0)
        for name, kept, later in (("start", "starts_at", timedelta()), ("end", "ends_at", night)):
            cleaned[kept] = None
            if day and cleaned.get(name) is not None:
                try:
                    cleaned[kept] = moment_at(day.date + later, cleaned[name], self.zone)
                except Invalid as error:
                    self.add_error(name, str(error))
        return cleaned

    @staticmethod
    def state_for(session: Session) -> str:
        """The state that this form carries for a session."""
        return state_of(session, PLACE)


class OrderForm(forms.Form):
    """Before which session another one is put; at the end if none is named."""

    before = forms.ModelChoiceField(Session.objects.none(), required=False)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before: Any = self.fields["before"]
        before.queryset = Session.objects.planned().filter(edition=edition)
