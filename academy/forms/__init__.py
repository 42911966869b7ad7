"""Forms of the ground floor."""

from academy.forms.deciding import DecisionForm
from academy.forms.plain import PlainTextForm
from academy.forms.registering import AccountAndRegistrationForm, ProfileForm, RegistrationForm
from academy.forms.viewing import ZoneForm

__all__ = [
    "AccountAndRegistrationForm",
    "DecisionForm",
    "PlainTextForm",
    "ProfileForm",
    "RegistrationForm",
    "ZoneForm",
]
