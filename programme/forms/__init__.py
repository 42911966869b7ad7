"""Forms of the organisers' desk."""

from programme.forms.belongings import (
    CastForm,
    GuestForm,
    LinkForm,
    MaterialForm,
    MaterialOrderForm,
    RetitleForm,
)
from programme.forms.frame import DayForm, StrandForm
from programme.forms.sessions import OrderForm, PlaceForm, SessionForm, said_in_form

__all__ = (
    "CastForm",
    "DayForm",
    "GuestForm",
    "LinkForm",
    "MaterialForm",
    "MaterialOrderForm",
    "OrderForm",
    "PlaceForm",
    "RetitleForm",
    "SessionForm",
    "StrandForm",
    "said_in_form",
)
