"""Forms of translating: beginning a language, naming a translator, one part, what a review asks, publishing."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.languages import direction_of
from academy.mail.audience import addressed
from academy.models import Edition, Participant, User
from academy.ordering import sort_key
from outcome.models import Revision
from outcome.translating.languages import languages_to_translate_into
from outcome.translating.parts import FIELDS, LONG, OPTIONAL, Part
from outcome.translating.publishing import NOTE_LENGTH
from outcome.translating.writing import ASKS_LENGTH

PLEASE_CHOOSE = ("", _("Please choose"))


class BeginTranslationForm(forms.Form):
    """Which revision is begun in which language."""

    revision = forms.TypedChoiceField(label=_("Revision"), coerce=int)
    language = forms.ChoiceField(
        label=_("Language"), choices=lambda: [PLEASE_CHOOSE, *languages_to_translate_into()]
    )

    def __init__(self, *args: Any, revisions: Iterable[Revision], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        revision: Any = self.fields["revision"]
        revision.choices = [(row.number, f"{row.number} · {row.label}") for row in revisions]


class TranslatorForm(forms.Form):
    """To whom a language version is given."""

    account = forms.ChoiceField(label=_("Give it to"))

    def __init__(self, *args: Any, edition: Edition, accounts: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        account: Any = self.fields["account"]
        people = {row.user_id: row for row in Participant.objects.filter(edition=edition)}
        names = [
            (str(one.pk), addressed(people[one.pk]) if one.pk in people else one.email) for one in accounts
        ]
        account.choices = [PLEASE_CHOOSE, *sorted(names, key=lambda pair: sort_key(pair[1]))]


class PartForm(PlainTextForm):
    """What one part of the text says in the other language."""

    # Kept by the page with the words: they go with the saving on which they were written.
    seen = forms.CharField(required=False, widget=forms.HiddenInput(attrs={"data-keep": True}))

    def __init__(self, *args: Any, part: Part, language: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, source in part.fields.items():
            label, limit = FIELDS[name]
            attrs: dict[str, Any] = {"lang": language, "dir": direction_of(language), "spellcheck": "true"}
            if name in LONG:
                attrs |= {"rows": min(18, max(4, 2 + len(source) // 55)), "class": "serif"}
            widget = forms.Textarea(attrs=attrs) if name in LONG else forms.TextInput(attrs=attrs)
            self.fields[name] = forms.CharField(
                label=str(label), max_length=limit, required=False, widget=widget, help_text=_help(part, name)
            )

    @property
    def seen_number(self) -> int:
        """The saving that the translator saw; 0 for none, and for what is no number."""
        said = self.cleaned_data["seen"]
        return int(said) if said.isascii() and said.isdigit() and len(said) < 7 else 0

    @property
    def words(self) -> dict[str, str]:
        """What was typed, by field."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}


def _help(part: Part, name: str) -> Any:
    """How lists, emphasis and links are typed, where the authoritative words have them."""
    if name in OPTIONAL:
        return _("Stands on the page and in the files. It may be left out.")
    said = []
    if name in ("text", "remark") and part.has_lists:
        said.append(
            _("A line that begins with “- ” or “1. ” is an item of a list, as in the authoritative text.")
        )
    if name in part.marked:
        said.append(
            _(
                "The authoritative text has emphasis or links; keep them: *emphasis*, **strong**, [words](address), "
                "and \\* for an asterisk."
            )
        )
    return " ".join(str(words) for words in said)


class AskForm(PlainTextForm):
    """What is to be changed before a language version is published, or in its next version."""

    asks = forms.CharField(
        label=_("What is to be changed"),
        max_length=ASKS_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The translators get it by mail. It may be left out."),
    )


class PublishTranslationForm(PlainTextForm):
    """What is said of a version that is published; `seen` is the fingerprint of the text that was looked at."""

    note = forms.CharField(
        label=_("What was corrected, and why"),
        max_length=NOTE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Everybody who may read the version reads it."),
    )
    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            del self.fields["note"]
