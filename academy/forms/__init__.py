"""Forms of the ground floor."""

from academy.forms.plain import PlainTextForm
from academy.forms.privacy import ConsentChoiceForm, ErasureForm, ParticipantsForm
from academy.forms.registering import AccountAndRegistrationForm, ProfileForm, RegistrationForm
from academy.forms.viewing import ZoneForm

__all__ = [
    "AccountAndRegistrationForm",
    "ConsentChoiceForm",
    "ErasureForm",
    "ParticipantsForm",
    "PlainTextForm",
    "ProfileForm",
    "RegistrationForm",
    "ZoneForm",
]
