"""What people say about themselves when they register, and later."""

import re
from typing import Any

from allauth.account.forms import SignupForm
from django import forms
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from academy.forms.plain import PlainTextForm
from academy.languages import WORKING_LANGUAGES, language_name
from academy.models import Actor, Visibility
from academy.registration import Profile


def tells_who_it_is(pseudonym: str, *words_of: str) -> bool:
    """Whether a pseudonym holds a word (of three letters or more) of the name or organisation that it hides."""
    hidden = {word for text in words_of for word in re.findall(r"\w{3,}", text.casefold())}
    return any(word in pseudonym.casefold() for word in hidden)


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
        help_text=_("Needed if you are protected: it stands everywhere instead of your name."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the languages that were said before, also those that are not in the list."""
        super().__init__(*args, **kwargs)
        languages: Any = self.fields["languages"]
        known = dict(WORKING_LANGUAGES)
        others = [code for code in self.initial.get("languages", ()) if code not in known]
        languages.choices = [*WORKING_LANGUAGES, *((code, language_name(code)) for code in others)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("visibility") == Visibility.PROTECTED:
            if not cleaned.get("pseudonym") and "pseudonym" not in self.errors:
                self.add_error("pseudonym", _("Please choose a pseudonym that says nothing about you."))
            elif tells_who_it_is(
                str(cleaned.get("pseudonym", "")),
                str(cleaned.get("name", "")),
                str(cleaned.get("organisation", "")),
            ):
                self.add_error(
                    "pseudonym", _("A pseudonym must not hold a word of your name or organisation.")
                )
        else:
            cleaned["pseudonym"] = ""
        return cleaned

    def profile(self) -> Profile:
        """What the form says, once it is valid."""
        return Profile(**{name: self.cleaned_data[name] for name in Profile.__dataclass_fields__})


class ConsentForm(PlainTextForm):
    """The question of consent, word by word."""

    consent = forms.BooleanField(
        label=_("I agree"), widget=forms.CheckboxInput(attrs={"aria-describedby": "consent-wording"})
    )


PROFILE_AND_CONSENT = (*ProfileForm.base_fields, *ConsentForm.base_fields)


class RegistrationForm(ProfileForm, ConsentForm):
    """Registration of somebody who has an account."""

    field_order = PROFILE_AND_CONSENT


class AccountAndRegistrationForm(RegistrationForm, SignupForm):  # type: ignore[misc]  # allauth ships no types
    """Registration of somebody without an account: address and password in the same form."""

    field_order = ("email", "password1", "password2", *PROFILE_AND_CONSENT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """The fields without the placeholders that would repeat their labels."""
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
