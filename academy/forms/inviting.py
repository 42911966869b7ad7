"""Forms of invitations: one person, a list, and what is done with those who are chosen."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from academy.canonical import digest
from academy.errors import DomainError
from academy.forms.plain import PlainTextForm
from academy.invitations.inviting import DAYS, DEFAULT_DAYS, known_people
from academy.invitations.lists import (
    LARGEST_BYTES,
    MOST_BYTES,
    MOST_ROWS,
    UTF_8,
    Report,
    Unreadable,
    decoded,
    read_list,
)
from academy.invitations.wording import (
    NAME_LENGTH,
    ORGANISATION_LENGTH,
    Invitee,
    problem_of_words,
    tidied,
)
from academy.languages import language_name
from academy.mail.reading import catalogs, default_language
from academy.models import Edition, Invitation, Role


def days_field() -> forms.TypedChoiceField:
    """For how long a link works."""
    return forms.TypedChoiceField(
        label=_("The link works for"),
        choices=[
            (days, ngettext_lazy("%(days)s day", "%(days)s days", "days") % {"days": days}) for days in DAYS
        ],
        coerce=int,
        initial=DEFAULT_DAYS,
    )


def language_field(help_text: Any) -> forms.ChoiceField:
    """In which language a letter is; a list made anew for each form, as languages are added by their catalogs."""
    return forms.ChoiceField(
        label=_("Language of the letter"),
        choices=lambda: [(code, language_name(code)) for code in catalogs()],
        initial=default_language,
        required=False,
        help_text=help_text,
    )


class InviteForm(PlainTextForm):
    """One person to invite."""

    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH, required=False)
    organisation = forms.CharField(label=_("Organisation"), max_length=ORGANISATION_LENGTH, required=False)
    role = forms.ChoiceField(
        label=_("Role"),
        choices=[("", _("no role")), *Role.Kind.choices],
        required=False,
        help_text=_("Given when the invitation is accepted, to the account with this address only."),
    )
    language = language_field(_("Somebody who has an account here gets it in their own."))
    days = days_field()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_name(self) -> str:
        return self._plain("name", NAME_LENGTH)

    def clean_organisation(self) -> str:
        return self._plain("organisation", ORGANISATION_LENGTH)

    def _plain(self, field: str, limit: int) -> str:
        words = tidied(self.cleaned_data[field])
        if problem := problem_of_words(words, what=str(self.fields[field].label), limit=limit):
            raise forms.ValidationError(problem)
        return words

    def invitee(self) -> Invitee:
        """Who is to be invited, once the form is valid."""
        said = self.cleaned_data
        return Invitee(said["email"], said["name"], said["organisation"], said["role"], said["language"])


class ListForm(PlainTextForm):
    """A list of people, as a file or as text; `report` is what was understood, once the form is valid.

    The text travels with the preview, so that nothing is kept before somebody says yes.
    """

    file = forms.FileField(
        label=_("A CSV file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.txt,text/csv,text/plain"}),
        help_text=_(
            "Columns: email, name, organisation, role, language. Only the address is needed. At most 19 MB."
        ),
    )
    # Longer than what travels with a preview: it is kept and read behind the page.
    is_long = False
    text = forms.CharField(
        label=_("Or paste the list"),
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text=_("One person a line, the columns separated by commas, semicolons or tabs."),
    )
    language = language_field(
        _("For whom the list names no other. Those who have an account here get it in their own.")
    )
    days = days_field()
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.edition = edition
        self.source, self.encoding = "", UTF_8

    def clean(self) -> dict[str, Any]:
        """The list is read here, not in a field: its lines and tabs are part of it."""
        cleaned = forms.Form.clean(self) or self.cleaned_data
        file, text = cleaned.get("file"), cleaned.get("text", "")
        if self.errors:
            return cleaned
        if (file is None) == (not text.strip()):
            raise forms.ValidationError(_("Choose a file or paste a list, one of them."))
        try:
            if file is not None:
                self.source, self.encoding = decoded(file.read(LARGEST_BYTES + 1))
                self.is_long = file.size > MOST_BYTES or self.source.count("\n") > MOST_ROWS
            else:
                self.source, self.encoding = decoded(text.encode())
            if not self.is_long:
                self.report: Report = read_list(self.source, known_people(self.edition))
        except DomainError as error:
            self.add_error("text" if file is None else "file", str(error))
        except UnicodeEncodeError:
            self.add_error("text", str(Unreadable.message))
        return cleaned

    @property
    def digest(self) -> str:
        """What the organiser sees before saying yes: those who would be invited."""
        return digest([[row.number, *vars(row.invitee).values()] for row in self.report.good])


class ChosenForm(forms.Form):
    """What is done with the invitations that were chosen in the list."""

    AGAIN, BACK = "again", "back"

    chosen = forms.ModelMultipleChoiceField(
        queryset=Invitation.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": _("There is no such invitation."),
            "invalid_pk_value": _("There is no such invitation."),
        },
    )
    everybody = forms.BooleanField(required=False)
    action = forms.ChoiceField(choices=((AGAIN, _("Send again")), (BACK, _("Take back"))))
    days = days_field()
    sure = forms.BooleanField(required=False)

    def __init__(self, *args: Any, edition: Edition, listed: Any, **kwargs: Any) -> None:
        """`listed` are the invitations that match the page's filter."""
        super().__init__(*args, **kwargs)
        self.fields["days"].required = False
        self.fields["days"].widget.attrs["class"] = "form-select"
        self.listed = listed
        field: Any = self.fields["chosen"]
        field.queryset = Invitation.objects.filter(edition=edition)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("everybody"):
            open_ones = [row for row in self.listed if row.state == Invitation.State.OPEN]
            cleaned["chosen"] = open_ones
        if not cleaned.get("chosen") and "chosen" not in self.errors:
            self.add_error("chosen", _("Choose at least one invitation."))
        cleaned["days"] = cleaned.get("days") or DEFAULT_DAYS
        return cleaned
