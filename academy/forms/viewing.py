"""How somebody wants to see the pages."""

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms.plain import PlainTextForm
from academy.languages import language_name
from academy.mail.reading import catalogs


class ZoneForm(PlainTextForm):
    """The choice of a zone to see times in as well; none is a choice too."""

    zone = forms.CharField(required=False, max_length=64)
    # Whether its times come first; what is not said stays as it was.
    first = forms.ChoiceField(choices=(("", ""), ("yes", ""), ("no", "")), required=False)
    next = forms.CharField(required=False, max_length=500)


class LanguageForm(PlainTextForm):
    """The language to read mail in: one of those that we write, or whichever fits the working languages."""

    FITTING = "fitting"

    language = forms.ChoiceField(
        label=_("Write to me in"),
        widget=forms.RadioSelect,
        choices=lambda: [
            *((code, language_name(code)) for code in catalogs()),
            (LanguageForm.FITTING, _("the first of my working languages that there are words in")),
        ],
        error_messages={
            "required": _("Choose a language."),
            "invalid_choice": _(
                "The academy does not write mail in this language. Please choose one of the list."
            ),
        },
    )

    def chosen(self) -> str:
        """The code of the language, "" for the one that fits; once the form is valid."""
        code = str(self.cleaned_data["language"])
        return "" if code == self.FITTING else code
