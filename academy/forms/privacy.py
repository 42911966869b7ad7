"""One's own data: giving and taking back a consent, being erased; and the questions to the list of participants."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms.plain import PlainTextForm
from academy.models import Actor, Participant, User


class ConsentChoiceForm(PlainTextForm):
    """A consent given or taken back, for one of one's own registrations."""

    GIVE, TAKE_BACK = "give", "take-back"

    registration = forms.ModelChoiceField(queryset=Participant.objects.none())
    purpose = forms.CharField(max_length=40)
    answer = forms.ChoiceField(choices=((GIVE, _("I agree")), (TAKE_BACK, _("Take it back"))))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        registration: Any = self.fields["registration"]
        registration.queryset = Participant.objects.filter(user=user).select_related("edition")


class ErasureForm(PlainTextForm):
    """The address of the account, typed by hand: nobody is erased by a slip of the finger."""

    email = forms.CharField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("Type it to confirm that everything shall be erased."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "email", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_email(self) -> str:
        typed = str(self.cleaned_data["email"]).strip().lower()
        if typed != self.user.email.lower():
            raise forms.ValidationError(_("This is not the address of your account. Nothing was erased."))
        return typed


class ParticipantsForm(forms.Form):
    """What may be asked of the list of participants; anything else is as not asked for."""

    q = forms.CharField(label=_("Name or organisation"), max_length=100, required=False)
    actor = forms.ChoiceField(label=_("Kind of actor"), required=False)
    country = forms.ChoiceField(label=_("Country"), required=False)
    language = forms.ChoiceField(label=_("Language"), required=False)

    def __init__(
        self, *args: Any, countries: list[tuple[str, str]], languages: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        actors = [(str(value), str(words)) for value, words in Actor.choices]
        choices = {"actor": actors, "country": countries, "language": languages}
        for name, known in choices.items():
            field: Any = self.fields[name]
            field.choices = [("", _("all")), *known]

    def asked(self) -> dict[str, str]:
        """What is asked for and known."""
        self.is_valid()
        found = {name: str(self.cleaned_data.get(name) or "") for name in self.fields}
        return {name: value.replace("\x00", "").strip() for name, value in found.items()}
