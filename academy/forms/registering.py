"""What people say about themselves when they register, and later."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, cast

from allauth.account.forms import SignupForm
from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from academy.consent import ACCESS_NEEDS, LISTED, REGISTRATION
from academy.forms.answering import answer_from, field_for, name_of, shown_in_form
from academy.forms.plain import PlainTextForm
from academy.interests import interests_of
from academy.languages import WORKING_LANGUAGES, language_name
from academy.models import Actor, Edition, Participant, Question, Visibility
from academy.profile import way_seen
from academy.questions import questions_of
from academy.registration import Profile

# From so many letters on a word is also looked for inside of other words; fewer where a script has no spaces.
LONG, LONG_IDEOGRAPHS = 3, 2
IDEOGRAPHS = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
# Letters that have no simpler form in Unicode, and that people leave out all the same.
SIMPLER = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Short words of organisations that tell nothing.
CONNECTING = {"al", "an", "at", "by", "da", "de", "di", "du", "el", "in", "la", "le", "of", "on", "to"}


def tells_who_it_is(pseudonym: str, name: str, organisation: str = "") -> bool:
    """Whether a pseudonym holds a word of the name or organisation that it hides, whatever the accents and the case.

    Short words count as words only (“Li” is not looked for in “lily”); single letters of the Latin alphabet tell
    nothing, but the whole name does, also without its spaces.
    """
    said, named, housed = _words_of(pseudonym), _words_of(name), _words_of(organisation)
    hidden = {*named, *housed} - (CONNECTING - set(named))
    together = "".join(said)
    whole = {"".join(named), "".join(housed)} - {""}
    return together in whole or any(_tells(word, said) for word in hidden)


def _tells(word: str, said: list[str]) -> bool:
    if len(word) == 1 and word.isascii():
        return False
    is_long = len(word) >= (LONG_IDEOGRAPHS if IDEOGRAPHS.search(word) else LONG)
    return any(word in other for other in said) if is_long else word in said


def _words_of(text: str) -> list[str]:
    """The words as they sound to a hurried reader: in small letters, without accents."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in apart if not unicodedata.category(letter).startswith("M"))
    return re.findall(r"[^\W_]+", plain.casefold().translate(SIMPLER))


@dataclass(frozen=True)
class Part:
    """A part of a long form under a heading of its own."""

    key: str
    title: str | Promise
    fields: list[BoundField]


# (key, heading, fields) of the form's parts; the extra questions stand in the part "interests".
PARTS: tuple[tuple[str, Promise, tuple[str, ...]], ...] = (
    ("account", _("Your account"), ("email", "password1", "password2")),
    ("you", _("About you"), ("name", "organisation", "actor", "country", "languages")),
    ("interests", _("What you come for"), ("motivation", "interests")),
    ("access", _("What you need to take part"), ("access_needs", "access_consent")),
    ("seen", _("Who sees you"), ("visibility", "pseudonym")),
    ("consent", _("What you agree to"), ("consent",)),
)


# What can be changed also when the time to correct is over.
SEEN = ("visibility", "pseudonym", "seen")


class ProfileForm(PlainTextForm):
    """What a participant says about themselves."""

    name = forms.CharField(
        label=_("Your name, as it should appear"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    organisation = forms.CharField(
        label=_("Organisation"),
        max_length=160,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )
    actor = forms.ChoiceField(label=_("You take part as"), choices=[("", _("Please choose")), *Actor.choices])
    country = forms.ChoiceField(
        label=_("Country you work in"),
        choices=lambda: [("", _("Please choose")), *countries],
        widget=forms.Select(attrs={"autocomplete": "country"}),
        help_text=_("Your region follows from it, after the United Nations’ standard M49."),
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages you can work in"),
        choices=WORKING_LANGUAGES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    motivation = forms.CharField(
        label=_("What would you like to find out?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Read by the organisers only."),
    )
    interests = forms.MultipleChoiceField(
        label=_("Strands that interest you most"), required=False, widget=forms.CheckboxSelectMultiple
    )
    access_needs = forms.CharField(
        label=_("Access needs"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "For example captions, sign language, text in large print, breaks. Leave it empty if none."
        ),
    )
    access_consent = forms.BooleanField(
        label=_("The organisers may read my access needs"),
        required=False,
        widget=forms.CheckboxInput(attrs={"aria-describedby": "access-wording"}),
    )
    visibility = forms.ChoiceField(
        label=_("Who may see you"),
        choices=Visibility.choices,
        initial=Visibility.UNLISTED,
        widget=forms.RadioSelect,
    )
    pseudonym = forms.CharField(
        label=_("Pseudonym"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text=_("Needed if you are protected: it stands everywhere instead of your name."),
    )

    # How the person was seen when the form was made: an old tab must not show more of them than is shown since.
    seen = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-keep": True}))

    # The form came too late, and says how the person is seen now.
    comes_anew = False
    # What stands beside the questions of consent, word by word.
    wordings: ClassVar = {"consent": REGISTRATION, "access": ACCESS_NEEDS, "listed": LISTED}

    def __init__(self, *args: Any, edition: Edition, only_seen: bool = False, **kwargs: Any) -> None:
        """Offer the languages that were said before, also those that are not in the list, and the extra questions.

        Args:
            only_seen: the time to correct is over; only how one is seen can be changed.
        """
        super().__init__(*args, **kwargs)
        self.questions: list[Question] = [] if only_seen else list(questions_of(edition))
        said = self.initial.get("answers", {})
        for question in self.questions:
            self.fields[name_of(question)] = field_for(question)
            if str(question.pk) in said:
                self.initial[name_of(question)] = shown_in_form(said[str(question.pk)])
        self._offer_languages()
        self._offer_interests(edition)
        if only_seen:
            for name in [name for name in self.fields if name not in SEEN]:
                del self.fields[name]

    def _offer_languages(self) -> None:
        languages: Any = self.fields["languages"]
        known = dict(WORKING_LANGUAGES)
        others = [code for code in self.initial.get("languages", ()) if code not in known]
        languages.choices = [*WORKING_LANGUAGES, *((code, language_name(code)) for code in others)]

    def _offer_interests(self, edition: Edition) -> None:
        field: Any = self.fields["interests"]
        field.choices = interests_of(edition)
        if not field.choices:
            del self.fields["interests"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("access_needs") and not cleaned.get("access_consent"):
            self.add_error(
                "access_consent", _("Please agree, or leave your access needs empty: few people read them.")
            )
        if cleaned.get("visibility") == Visibility.PROTECTED:
            self._insist_on_pseudonym(cleaned)
        else:
            cleaned["pseudonym"] = ""
        return cleaned

    def _insist_on_pseudonym(self, cleaned: dict[str, Any]) -> None:
        hidden = (str(cleaned.get(name, self.initial.get(name, ""))) for name in ("name", "organisation"))
        if not cleaned.get("pseudonym") and "pseudonym" not in self.errors:
            self.add_error("pseudonym", _("Please choose a pseudonym that says nothing about you."))
        elif tells_who_it_is(str(cleaned.get("pseudonym", "")), *hidden):
            self.add_error("pseudonym", _("A pseudonym must not hold a word of your name or organisation."))

    def profile(self) -> Profile:
        """What the form says, once it is valid; what it does not ask stays as it was."""
        said = {**self.initial, **self.cleaned_data}
        found = {name: said[name] for name in Profile.__dataclass_fields__ if name in said}
        return Profile(**{**found, "answers": self.answers() if self.questions else {}})

    def show_way_seen(self, now: Participant) -> None:
        """Have the form, which came too late, say how the person is seen now; all else stays as it was typed."""
        data = cast("QueryDict", self.data).copy()
        data["visibility"], data["pseudonym"], data["seen"] = now.visibility, now.pseudonym, way_seen(now)
        self.data = data
        self.comes_anew = True

    def answers(self) -> dict[str, Any]:
        """{key of the question: answer}, for those that were answered."""
        given = {str(row.pk): answer_from(row, self.cleaned_data.get(name_of(row))) for row in self.questions}
        return {key: answer for key, answer in given.items() if answer is not None}

    def access_need(self) -> str | None:
        """What the person needs; None where the form does not ask."""
        return self.cleaned_data.get("access_needs")

    def parts(self) -> Iterator[Part]:
        """The form's parts with the fields that it has."""
        asked = [name_of(row) for row in self.questions]
        for key, title, names in PARTS:
            wanted = [*names, *asked] if key == "interests" else names
            if fields := [self[name] for name in wanted if name in self.fields]:
                yield Part(key, title, fields)

    def in_order(self) -> list[BoundField]:
        """All fields in the order of the page."""
        return [field for part in self.parts() for field in part.fields]


class ConsentForm(PlainTextForm):
    """The question of consent, word by word."""

    consent = forms.BooleanField(
        label=_("I agree"), widget=forms.CheckboxInput(attrs={"aria-describedby": "consent-wording"})
    )


class RegistrationForm(ProfileForm, ConsentForm):
    """Registration of somebody who has an account."""


class AccountAndRegistrationForm(RegistrationForm, SignupForm):  # type: ignore[misc]  # allauth ships no types
    """Registration of somebody without an account: address and password in the same form."""

    field_order = ("email", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The fields without the placeholders that would repeat their labels."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
