"""What organisers may know of one person: what the ground floor holds, and what other apps tell.

An app tells of its own with `tell`: a section of facts. It says with `concern` which objects of the history are about
the person, so that the page can tell what was done and by whom.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from academy.models import HistoryEntry, Message, Participant, Question, Role
from academy.people.wording import words_of
from academy.questions import answer_words


@dataclass(frozen=True)
class Fact:
    """One thing: its words, more about it, where it is, and when."""

    words: str
    note: str = ""
    url: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Section:
    """Facts of one kind under a heading; `empty` is said when there are none."""

    key: str
    title: str | Promise
    facts: Sequence[Fact]
    empty: str | Promise


Telling = Callable[[Participant], Section]
# From a person to (kind of object, keys) of what the history says about them.
Concern = Callable[[Participant], tuple[str, Iterable[str]]]
_tellings: list[Telling] = []
_concerns: list[Concern] = []


def tell(telling: Telling) -> None:
    """Have a section of this function's facts on every person's page."""
    if telling not in _tellings:
        _tellings.append(telling)


def concern(about: Concern) -> None:
    """Have the history of these objects told on the person's page."""
    if about not in _concerns:
        _concerns.append(about)


def sections_about(participant: Participant) -> list[Section]:
    """What the apps tell of a person: sessions, groups, attendance."""
    return [telling(participant) for telling in _tellings]


def answers_of(participant: Participant) -> list[tuple[str, str]]:
    """(question, answer) of the extra questions that the person answered, also of those no longer asked."""
    questions = Question.objects.filter(edition=participant.edition_id)
    found = [
        (question.label, answer_words(participant.answers.get(str(question.pk)))) for question in questions
    ]
    return [(label, words) for label, words in found if words]


def roles_of_person(participant: Participant) -> list[Role]:
    """The roles of the person in this edition, those held now first."""
    rows = Role.objects.filter(edition=participant.edition_id, user=participant.user_id)
    return sorted(rows, key=lambda role: (role.ended_at is not None, role.kind))


def mails_to(participant: Participant) -> list[Message]:
    """The mails of this edition to the person, the newest first; nobody reads their texts here."""
    mine = Q(user=participant.user_id) | Q(user=None, to__iexact=participant.user.email)
    shown = ("subject", "state", "error", "created_at", "sent_at")
    rows = Message.objects.filter(mine, edition=participant.edition_id).only(*shown)
    return list(rows.order_by("-created_at", "pk")[:100])


@dataclass(frozen=True)
class Step:
    """One entry of the history in words: what was done, by whom, when."""

    at: datetime
    words: str
    by: str


def trail_of(participant: Participant) -> list[Step]:
    """What the history says about a person in this edition, the newest first, with who did it."""
    about = Q(object_type="academy.participant", object_id=str(participant.pk))
    roles = Role.objects.filter(edition=participant.edition_id, user=participant.user_id)
    about |= Q(
        object_type="academy.role", object_id__in=[str(key) for key in roles.values_list("pk", flat=True)]
    )
    for concerned in _concerns:
        kind, keys = concerned(participant)
        about |= Q(object_type=kind, object_id__in=list(keys))
    rows = HistoryEntry.objects.filter(about, edition=participant.edition_id)
    entries = list(rows.select_related("actor__user").order_by("-number")[:200])
    names = _names(participant, entries)
    return [Step(entry.at, words_of(entry), _by(entry, participant, names)) for entry in entries]


def _names(participant: Participant, entries: list[HistoryEntry]) -> dict[object, str]:
    """{user: the name in this edition} of those who did something."""
    users = {entry.actor.user_id for entry in entries if hasattr(entry, "actor")}
    people = Participant.objects.filter(edition=participant.edition_id, user__in=users)
    return dict(people.values_list("user", "name"))


def _by(entry: HistoryEntry, participant: Participant, names: dict[object, str]) -> str:
    """Who did it: the person, an organiser by name, the academy by itself, or somebody who was erased."""
    if not entry.actor_commitment:
        return _("by the academy itself")
    if not hasattr(entry, "actor"):
        return _("by somebody whose data were erased")
    if entry.actor.user_id == participant.user_id:
        return _("by the person")
    return _("by %(name)s") % {"name": names.get(entry.actor.user_id) or entry.actor.user.email}
