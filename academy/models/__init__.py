"""The ground floor's data: editions, people and their registrations, roles, consent, mail and history."""

from academy.models.desk import SavedView
from academy.models.editions import (
    RESERVED,
    Colour,
    Edition,
    insist_on_free_address,
    insist_on_zone,
)
from academy.models.history import HistoryActor, HistoryEntry, HistoryHead
from academy.models.identified import Identified
from academy.models.inviting import InvitationList, ListedPerson
from academy.models.mailing import Mailing, Message
from academy.models.noting import PendingFact
from academy.models.people import Actor, Participant, Role, User, Visibility
from academy.models.registering import AccessNeed, Consent, Invitation, Question
from academy.models.watching import Alarm, Pulse

__all__ = [
    "RESERVED",
    "AccessNeed",
    "Actor",
    "Alarm",
    "Colour",
    "Consent",
    "Edition",
    "HistoryActor",
    "HistoryEntry",
    "HistoryHead",
    "Identified",
    "Invitation",
    "InvitationList",
    "ListedPerson",
    "Mailing",
    "Message",
    "Participant",
    "PendingFact",
    "Pulse",
    "Question",
    "Role",
    "SavedView",
    "User",
    "Visibility",
    "insist_on_free_address",
    "insist_on_zone",
]
