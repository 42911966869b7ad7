"""Forms for what belongs to a session: its people, its link to join, its materials."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from academy.forms import PlainTextForm
from academy.models import Edition, Participant
from programme.edits import state_of
from programme.file_types import EXTENSIONS
from programme.forms.stating import StatedForm
from programme.guests import BIOGRAPHY_LENGTH
from programme.models import JoinLink, Material, SessionRole


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


class RetitleForm(PlainTextForm):
    """What a material is called."""

    title = forms.CharField(label=_("Title"), max_length=200)


class MaterialOrderForm(forms.Form):
    """Before which material another one is put; at the end if none is named."""

    before = forms.ModelChoiceField(Material.objects.none(), required=False)

    def __init__(self, *args: Any, edition: Edition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before: Any = self.fields["before"]
        before.queryset = Material.objects.filter(session__edition=edition, removed_at=None)
