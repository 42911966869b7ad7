"""Publishing a draft: participants see their group and why, and whoever's group changed gets one mail."""

from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from academy import clock
from academy.canonical import digest
from academy.errors import DomainError
from academy.history import record
from academy.mail.audience import addressed
from academy.mail.dates import day_in_short
from academy.mail.placeholders import as_words
from academy.mail.reading import writing_to
from academy.models import Edition, Message, Participant, User
from academy.ordering import sort_key
from academy.outbox import one_line, queue_all
from academy.zones import zone_in_words
from workshops.models import Group, Plan, PlannedSeat, Seat
from workshops.plans.contradicting import slot_words
from workshops.plans.drafting import end_plan, hold_slots, insist_on_planned
from workshops.plans.explaining import reason_of
from workshops.plans.reading import Draft, read_draft, slots_of
from workshops.plans.running import current_run
from workshops.plans.steps import hold
from workshops.seating import REASON_LENGTH, NoGroups


class NobodySeated(DomainError):
    """There is nothing to publish."""

    message = gettext_lazy("Nobody has a seat in this draft yet. Draw the seats first.")


@dataclass(frozen=True)
class Published:
    """What publishing did: how many seats there are, for how many people a group is new, how many mails went out."""

    seats: int
    changed: int
    told: int


@dataclass(frozen=True)
class News:
    """Whom publishing concerns: the groups that are new to a person."""

    participant: Participant
    groups: list[Group]
    had_any: bool


def news_of(draft: Draft) -> list[News]:
    """Whoever gets another group than the published one, or a first one, with what is new; by name."""
    found: dict[str, list[Group]] = {}
    had: set[str] = set()
    for slot in draft.keys:
        for person, seat in draft.seats[slot].items():
            earlier = draft.published[slot].get(person)
            if earlier is None or earlier.group_id != seat.group_id:
                found.setdefault(person, []).append(draft.group(str(seat.group_id)))
                had |= {person} if earlier else set()
    news = [News(draft.anybody(person), groups, person in had) for person, groups in found.items()]
    return sorted(news, key=lambda one: (sort_key(addressed(one.participant)), str(one.participant.pk)))


@transaction.atomic
def publish_plan(
    plan: Plan, *, seen: int, tells: bool = True, address: str = "", by: User | None
) -> Published:
    """Make the draft what participants see, exactly as the organiser saw it.

    Args:
        seen: the number of the last step on the page that was looked at.
        tells: whether those whose group changed get a mail.
        address: where everybody finds their groups, for the mails.

    Raises:
        NotAllowed, NotADraft, DraftMoved, NobodySeated, NoGroups
        GroupsHaveMet: a board of one of the times was opened meanwhile.
    """
    slots = hold_slots(slots_of(plan))
    plan = hold(plan, seen=seen, by=by)
    draft = read_draft(plan)
    if not any(draft.seats.values()):
        raise NobodySeated
    if not all(draft.groups.values()) or len(slots) != len(draft.slots):
        raise NoGroups
    insist_on_planned(group for groups in draft.groups.values() for group in groups)
    news = news_of(draft)
    count = sum(_seat_everybody(draft, slot) for slot in draft.keys)
    told = queue_all(_mails(draft, news, address)) if tells else 0
    seated = sorted([slot, person, str(seat.group_id)] for slot, person, seat in _rows(draft))
    run = current_run(plan)
    end_plan(plan, Plan.State.PUBLISHED)
    facts = {"seats": count, "changed": len(news), "told": told, "digest": digest(seated)}
    if run:
        facts |= {"seed": run.seed, "cost": run.cost, "bound": run.bound}
    record(plan.edition, "groups published", plan, by=by, data=facts)
    return Published(count, len(news), told)


def _rows(draft: Draft) -> list[tuple[str, str, PlannedSeat]]:
    return [(slot, person, seat) for slot in draft.keys for person, seat in draft.seats[slot].items()]


def _seat_everybody(draft: Draft, slot: str) -> int:
    """Make the seats of one time those of the draft; returns how many there are."""
    planned = draft.seats[slot]
    known = {str(seat.participant_id): seat for seat in Seat.objects.filter(slot=UUID(slot))}
    Seat.objects.filter(pk__in=[seat.pk for person, seat in known.items() if person not in planned]).delete()
    fresh: list[Seat] = []
    changed: list[Seat] = []
    for person, seat in planned.items():
        group = draft.group(str(seat.group_id))
        row = known.get(person) or Seat(slot_id=UUID(slot), participant_id=UUID(person))
        row.group, row.workshop, row.pinned = group, group.workshop, bool(seat.lock)
        row.reason = reason_of(draft, slot, person)[:REASON_LENGTH]
        (changed if person in known else fresh).append(row)
    Seat.objects.bulk_update(changed, ["group", "workshop", "pinned", "reason"], batch_size=500)
    Seat.objects.bulk_create(fresh, batch_size=500)
    return len(planned)


# --- Mails ------------------------------------------------------------------------------------------------------------


def _mails(draft: Draft, news: list[News], address: str) -> list[Message]:
    """One mail for each person to whom a group is new."""
    users = User.objects.in_bulk([one.participant.user_id for one in news])
    return [_mail(draft.plan, users[one.participant.user_id], one, address) for one in news]


def _mail(plan: Plan, user: User, news: News, address: str) -> Message:
    with writing_to(user, news.participant) as language:
        return Message(
            edition=plan.edition,
            user=user,
            key=f"groups:{plan.pk}:{news.participant.pk}",
            to=user.email,
            subject=one_line(_subject(news, plan.edition)),
            body=body_of(news, plan.edition, address),
            language=language,
            created_at=clock.now(),
        )


def _subject(news: News, edition: Edition) -> str:
    words = _("Your group has changed: %(title)s") if news.had_any else _("Your groups: %(title)s")
    return words % {"title": edition.title}


def body_of(news: News, edition: Edition, address: str) -> str:
    """The text of a mail: one's own groups that are new, and nothing about anybody else."""
    zone = edition.zone
    starts = next((group.session.starts_at for group in news.groups if group.session.starts_at), None)
    lines = [f"- {_line(group, edition)}" for group in news.groups]
    paragraphs = [
        _("Hello %(name)s,") % {"name": as_words(addressed(news.participant))},
        _("your groups were changed. This is new for you:")
        if news.had_any
        else _("the groups are made. This is where you sit:"),
        "\n".join(lines),
        _("Times are in %(zone)s.") % {"zone": zone_in_words(zone, starts)} if starts else "",
        _("Why, and everything of your own: %(address)s") % {"address": address} if address else "",
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _line(group: Group, edition: Edition) -> str:
    """A group with its workshop and time: "Workshop 1, Group 2: Tue 1 Feb 2022, 13:30"."""
    workshop = slot_words([group])
    title = workshop if group.name == workshop else f"{workshop}, {group.name}"
    starts = group.session.starts_at
    if starts is None:
        return title
    local = starts.astimezone(edition.zone)
    return f"{title}: {day_in_short(local)}, {local:%H:%M}"
