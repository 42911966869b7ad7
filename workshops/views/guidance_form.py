"""The form for a workshop's guidance: its aim, and for each part a title, minutes, and one question a line."""

from collections.abc import Iterator
from typing import Any, cast

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from workshops.guiding import AIM_LENGTH, LETTERS, LONGEST, SHORTEST, TITLE_LENGTH, Guidance, PartWords

USUAL_MINUTES = 30


class GuidanceForm(PlainTextForm):
    """What the groups of a workshop talk about. Empty parts are none, so that a part is taken out by emptying it."""

    state = forms.CharField(
        required=False, max_length=64, widget=forms.HiddenInput(attrs={"data-keep": True})
    )
    aim = forms.CharField(
        label=_("Aim of the workshop"),
        required=False,
        max_length=AIM_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: QueryDict | None, *, guidance: Guidance) -> None:
        there = {part.letter: part for part in guidance.parts}
        initial: dict[str, Any] = {"state": guidance.state, "aim": guidance.aim}
        for letter, part in there.items():
            initial |= {
                f"title_{letter}": part.title,
                f"minutes_{letter}": part.minutes,
                f"questions_{letter}": "\n".join(part.questions),
            }
        super().__init__(data, initial=initial)
        sent = {name[-1] for name in data or () if name.startswith("title_")} & set(LETTERS)
        last = max({*there, *sent}, default="")
        free = next((letter for letter in LETTERS if letter > last), None)
        self.letters = sorted({*there, *sent} | ({free} if free else set()))
        for letter in self.letters:
            self._add_part(letter)

    def _add_part(self, letter: str) -> None:
        lines = str(self.initial.get(f"questions_{letter}", "")).count("\n")
        self.fields[f"title_{letter}"] = forms.CharField(
            label=_("Title"), required=False, max_length=TITLE_LENGTH
        )
        self.fields[f"minutes_{letter}"] = forms.IntegerField(
            label=_("Minutes"),
            required=False,
            min_value=SHORTEST,
            max_value=LONGEST,
        )
        self.fields[f"questions_{letter}"] = forms.CharField(
            label=_("Guiding questions, one a line"),
            required=False,
            max_length=20_000,
            widget=forms.Textarea(attrs={"rows": max(4, lines + 4)}),
        )

    def parts(self) -> Iterator[tuple[str, tuple[BoundField, ...]]]:
        """The letter and the fields of each part, for the page."""
        for letter in self.letters:
            yield letter, tuple(self[f"{name}_{letter}"] for name in ("title", "minutes", "questions"))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        for letter in self.letters:
            if not said.get(f"title_{letter}") and said.get(f"questions_{letter}"):
                self.add_error(f"title_{letter}", _("This part has questions, so it needs a title."))
        return said

    def guidance(self) -> Guidance:
        """What was typed; call it when the form is valid."""
        said = self.cleaned_data
        return Guidance(
            said["aim"],
            tuple(
                PartWords(
                    letter,
                    said[f"title_{letter}"],
                    said.get(f"minutes_{letter}") or USUAL_MINUTES,
                    tuple(line.strip() for line in said[f"questions_{letter}"].splitlines() if line.strip()),
                )
                for letter in self.letters
                if said[f"title_{letter}"]
            ),
        )

    def read_anew(self, present: Guidance) -> "GuidanceForm":
        """The same words, to be saved over what is there now; the reader sees both before that."""
        data = cast(QueryDict, self.data).copy()
        data["state"] = present.state
        again = GuidanceForm(data, guidance=present)
        again.is_valid()
        for error in self.non_field_errors():
            again.add_error(None, error)
        return again
