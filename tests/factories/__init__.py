"""One factory a model, without surprises; people belong to the fixed cast."""

from tests.factories.adopting import confirmed_adoption, opened_adoption, plan, second_organiser
from tests.factories.people import make_edition, make_participant, make_user
from tests.factories.rooms import make_finding, open_room

__all__ = (
    "confirmed_adoption",
    "make_edition",
    "make_finding",
    "make_participant",
    "make_user",
    "open_room",
    "opened_adoption",
    "plan",
    "second_organiser",
)
