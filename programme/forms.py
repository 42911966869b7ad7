"""Forms of the organisers' desk: sessions, where they stand, days and strands, people, links and materials."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.errors import Invalid
from academy.forms import PlainTextForm
from academy.languages import WORKING_LANGUAGES, language_name
from academy.models import Colour, Edition, Participant
from programme.editing import LONG, PLACE
from programme.edits import last_number, state_of
from programme.file_types import EXTENSIONS
from programme.framing import AIM_LENGTH
from programme.guests import BIOGRAPHY_LENGTH
from programme.local_times import clock_of, moment_at
from programme.models import Day, JoinLink, Session, SessionRole, Strand

NO_SUCH_DAY = {"required": _("Choose a day."), "invalid_choice": _("The programme has no such day any more.")}
NO_SUCH_STRAND = {"invalid_choice": _("The programme has no such strand any more.")}


def clock_field(label: Any, *, required: bool = False, help_text: Any = "") -> forms.TimeField:
    """A time of day, typed as the academy's clocks show it."""
    return forms.TimeField(
        label=label,
        required=required,
        help_text=help_text,
        widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "data-keep": True}),
        error_messages={"invalid": _("A time is written as 13:30.")},
    )


def state_field() -> forms.CharField:
    """What the page was read from. Kept by the page with the words: they go with the state they were written on."""
    return forms.CharField(required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-keep": True}))


class StatedForm(PlainTextForm):
    """A form that knows what it was read from: the state of its row, and the last edit before."""

    state = state_field()
    edit = forms.IntegerField(
        required=False, min_value=0, widget=forms.HiddenInput(attrs={"data-keep": True})
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial["edit"] = last_number(edition)

    @property
    def read_at(self) -> int:
        """The number of the last edit before the page was read."""
        return int(self.cleaned_data.get("edit") or 0)


class SessionForm(StatedForm):
    """Everything that is said of a session, and when it is."""

    title = forms.CharField(label=_("Title"), max_length=200)
    subtitle = forms.CharField(label=_("Subtitle"), max_length=200, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=Session.Kind.choices)
    day = forms.ModelChoiceField(
        Day.objects.none(), label=_("Day"), empty_label=None, error_messages=NO_SUCH_DAY
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
        self.parent = session.parent if session else parent
        days, strands, language, interpretation = (
            self._choices(name) for name in ("day", "strand", "language", "interpretation")
        )
        if self.parent:
            del self.fields["day"]
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
        day = self.parent.day if self.parent else cleaned.get("day")
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
        if self._is_moved():
            said |= {"starts_at": cleaned.get("starts_at"), "ends_at": cleaned.get("ends_at")}
            if not self.parent:
                said["day"] = cleaned["day"]
        return said


def said_in_form(session: Session, zone: ZoneInfo) -> dict[str, Any]:
    """What a session says, as its form shows it."""
    starts, ends = session.starts_at, session.ends_at
    names = ("title", "subtitle", "kind", "hosts", "language", "interpretation", "minutes", "description")
    return {
        **{name: getattr(session, name) for name in (*names, "footnote")},
        "points": "\n".join(session.points),
        "day": session.day_id,
        "strand": session.strand_id,
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
        day = cleaned.get("day")
        for name, kept in (("start", "starts_at"), ("end", "ends_at")):
            cleaned[kept] = None
            if day and cleaned.get(name):
                try:
                    cleaned[kept] = moment_at(day.date, cleaned[name], self.zone)
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


class DayForm(StatedForm):
    """A day: its date, what it is called, its strand and what it is for."""

    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("If it changes, the sessions of the day go along at the same times."),
    )
    title = forms.CharField(label=_("Title"), max_length=200)
    short_title = forms.CharField(label=_("Short title"), max_length=60)
    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices)
    strand = forms.ModelChoiceField(
        Strand.objects.none(),
        label=_("Strand"),
        required=False,
        empty_label=_("none"),
        error_messages=NO_SUCH_STRAND,
    )
    aim = forms.CharField(
        label=_("Aim"), max_length=AIM_LENGTH, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, edition=edition, **kwargs)
        strand: Any = self.fields["strand"]
        strand.queryset = Strand.objects.filter(edition=edition).order_by("position")


class StrandForm(StatedForm):
    """A strand: what it is called, and its colour."""

    title = forms.CharField(label=_("Title"), max_length=200)
    short_title = forms.CharField(label=_("Short title"), max_length=40)
    colour = forms.ChoiceField(label=_("Colour"), choices=Colour.choices)


class CastForm(forms.Form):
    """Which of the participants gets which role."""

    kind = forms.ChoiceField(label=_("Role"), choices=SessionRole.Kind.choices)
    participant = forms.ModelChoiceField(
        Participant.objects.none(),
        error_messages={"invalid_choice": _("This person is not registered for this academy.")},
    )

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        participant: Any = self.fields["participant"]
        participant.queryset = Participant.objects.filter(edition=edition)


class GuestForm(PlainTextForm):
    """A named guest who is no participant."""

    kind = forms.ChoiceField(label=_("Role"), choices=SessionRole.Kind.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    affiliation = forms.CharField(label=_("Affiliation"), max_length=160, required=False)
    biography = forms.CharField(
        label=_("Short biography"),
        max_length=BIOGRAPHY_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody can read it once the programme is released. Ask the guest first."),
    )


class LinkForm(StatedForm):
    """Where a session meets, and when the door opens."""

    url = forms.URLField(
        label=_("Link"),
        max_length=500,
        assume_scheme="https",
        help_text=_("Begins with https://. Only the people of the session see it."),
    )
    opens_minutes = forms.IntegerField(
        label=_("Opens for participants, minutes before"), min_value=0, max_value=1440, initial=10
    )
    opens_minutes_leads = forms.IntegerField(
        label=_("Opens for moderators, minutes before"), min_value=0, max_value=1440, initial=30
    )

    def values(self) -> dict[str, Any]:
        """What the form says, as `programme.linking` takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "edit"}

    @staticmethod
    def said_of(link: JoinLink | None) -> dict[str, Any]:
        """What a link says, as the form shows it."""
        if link is None:
            return {}
        names = ("url", "opens_minutes", "opens_minutes_leads")
        return {**{name: getattr(link, name) for name in names}, "state": state_of(link)}


class MaterialForm(PlainTextForm):
    """A file, or a link to a page elsewhere."""

    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("For a file: its name, if left empty.")
    )
    url = forms.URLField(label=_("Link"), max_length=500, required=False, assume_scheme="https")
    file = forms.FileField(
        label=_("File"),
        required=False,
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ",".join(f".{name}" for name in EXTENSIONS)}),
        help_text=_(
            "PDF, DOCX, ODT, PPTX, ODP, XLSX, ODS, TXT, PNG, JPEG or WebP, at most 20 MB. "
            "Place, time and device are removed from pictures."
        ),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if not self.errors:
            if bool(cleaned.get("url")) == bool(cleaned.get("file")):
                raise forms.ValidationError(_("Please give either a link or a file."))
            if cleaned.get("url") and not cleaned.get("title"):
                self.add_error("title", _("Please give the link a title."))
        return cleaned
