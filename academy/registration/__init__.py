"""Registration: applying, being confirmed or put on the waiting list, being offered a place, withdrawing.

`applying` and `deciding` are what people do; `places` counts, keeps the order and hands places on; `offers` are
answered; `terms` are what an academy asks for; `letters` tell people; in `standing` alone a state changes.
"""

from academy.registration.applying import (
    Profile,
    address_verified,
    admit_invited,
    insist_on_registrable,
    register,
)
from academy.registration.deciding import confirm, decline, withdraw
from academy.registration.offers import accept_offer, decline_offer
from academy.registration.places import (
    free_places,
    hand_on_all,
    held_places,
    in_turn,
    settle,
    waiting_position,
)
from academy.registration.refusals import (
    AlreadyRegistered,
    ChangesClosed,
    NoOffer,
    NotWaiting,
    PseudonymTaken,
    RegistrationClosed,
)
from academy.registration.standing import GIVEN_UP, is_taken, participant_words, verify_registrations
from academy.registration.terms import Terms, change_terms, terms_of

__all__ = [
    "GIVEN_UP",
    "AlreadyRegistered",
    "ChangesClosed",
    "NoOffer",
    "NotWaiting",
    "Profile",
    "PseudonymTaken",
    "RegistrationClosed",
    "Terms",
    "accept_offer",
    "address_verified",
    "admit_invited",
    "change_terms",
    "confirm",
    "decline",
    "decline_offer",
    "free_places",
    "hand_on_all",
    "held_places",
    "in_turn",
    "insist_on_registrable",
    "is_taken",
    "participant_words",
    "register",
    "settle",
    "terms_of",
    "verify_registrations",
    "waiting_position",
    "withdraw",
]
