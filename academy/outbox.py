"""The outbox: a mail is a row, written in the same transaction as its cause, and sent by a task.

A mail of a transaction that was rolled back never existed. One that cannot be sent now is tried again, later each
time; one that is refused for good, or still cannot be sent after `ATTEMPTS` tries, is shown as failed.
"""

import logging
import re
import secrets
import smtplib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import Any

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Case, Q, QuerySet, Value, When

from academy import clock
from academy.announcements import announce
from academy.mail.posting import INVITES, compose
from academy.mail.refusals import CLOSED, HELD, RESTORED, Refusal, kept, refusal_of
from academy.mail.wanted import TRIAL, is_unwanted, still_wanted
from academy.models import Edition, Message, User

log = logging.getLogger(__name__)

# With the waits between them, the last try is half a day after the first.
ATTEMPTS = 16
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# Mails whose key starts so hold a link that lets somebody in; their text is not kept once they are sent or given up.
LETS_IN = "account:"
HOLD_LINKS = (LETS_IN, INVITES)
STUCK_AFTER = timedelta(minutes=10)
# Who waits to log in comes first, then whoever did something, then letters and invitations to many.
RANK = Case(
    When(key__startswith=LETS_IN, then=Value(0)),
    When(Q(mailing=None) & ~Q(key__startswith=INVITES), then=Value(1)),
    default=Value(2),
)
BLANKS = re.compile(r"[^\S\u00a0\u202f]+")
BATCH, RUN = 20, timedelta(seconds=45)
_is_quiet = ContextVar("is_quiet", default=False)
State = Message.State


def queue_message(
    *,
    key: str,
    to: str,
    subject: str,
    body: str,
    edition: Edition | None = None,
    user: User | None = None,
    language: str = "",
    is_essential: bool = True,
) -> Message:
    """Put a mail into the outbox; the same key twice is the same mail.

    Args:
        key: names the cause, such as "confirmed:<participant>"; unique over all mails.
        subject: one line; line breaks become spaces.
        user: whose mail it is; whoever logs in with this address, if nobody is named.
        language: the language that it is written in, for what is put around it.
    """
    message, fresh = Message.objects.get_or_create(
        key=key,
        defaults={
            "edition": edition,
            "user": user or User.objects.filter(email=to).first(),
            "to": to,
            "subject": one_line(subject),
            "body": body,
            "language": language,
            "is_essential": is_essential,
            "created_at": clock.now(),
        },
    )
    if fresh:
        announce("message queued")
    return message


def queue_all(messages: Iterable[Message]) -> int:
    """Put many mails into the outbox, those whose key is there already left out; returns how many are new."""
    written = list({message.key: message for message in messages}.values())
    known = set(Message.objects.filter(key__in=[m.key for m in written]).values_list("key", flat=True))
    fresh = [message for message in written if message.key not in known]
    Message.objects.bulk_create(fresh, batch_size=500, ignore_conflicts=True)
    if fresh:
        announce("message queued")
    return len(fresh)


def one_line(subject: str) -> str:
    """A subject as it may stand in a header: no line breaks, at most 200 characters.

    The blanks that keep words together stay: French has them before its colons.
    """
    return BLANKS.sub(" ", subject).strip()[:200]


# --- Sending ----------------------------------------------------------------------------------------------------------


def waiting_messages() -> QuerySet[Message]:
    """The mails that may be sent now: by rank, essential ones first, then the oldest."""
    if _is_quiet.get():
        return Message.objects.none()
    moment = clock.now()
    is_due = Q(state=State.QUEUED) & (Q(not_before=None) | Q(not_before__lte=moment))
    is_stuck = Q(state=State.SENDING, claimed_at__lt=moment - STUCK_AFTER)
    return Message.objects.filter(is_due | is_stuck).order_by(RANK, "-is_essential", "created_at", "pk")


def send_waiting(*, within: timedelta = RUN) -> int:
    """Send what waits, until nothing does or the time is over; returns how many mails were sent.

    Several may do so at once. While the mail server cannot be reached nothing is tried, so that an outage costs no
    mail one of its attempts.
    """
    until, sent = clock.now() + within, 0
    connection = get_connection()
    try:
        while keys := list(waiting_messages().values_list("pk", flat=True)[:BATCH]):
            claimed = 0
            for key in keys:
                if clock.now() >= until or not _is_open(connection):
                    return sent
                if message := _claim(str(key)):
                    claimed += 1
                    sent += _send(message, connection)
            if not claimed:
                break
    finally:
        connection.close()
    return sent


def send_message(message_id: str) -> bool:
    """Send one mail of the outbox; returns whether it was sent by this call."""
    message = _claim(message_id)
    if message is None:
        return False
    connection = get_connection()
    try:
        return _send(message, connection)
    finally:
        connection.close()


def _is_open(connection: BaseEmailBackend) -> bool:
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("The mail server cannot be reached: %s", refusal_of(error).code)
        return False
    return True


def _claim(message_id: str) -> Message | None:
    """The mail, if it waits and nobody else has it.

    It belongs to whoever claimed it. If that worker dies, another one takes it up after `STUCK_AFTER`; then it may
    arrive twice, under the same Message-ID.
    """
    with transaction.atomic():
        rows = waiting_messages().select_for_update(skip_locked=True, of=("self",))
        message = rows.select_related("edition", "user").filter(pk=message_id).first()
        if message is None:
            return None
        if message.attempts >= ATTEMPTS:
            _give_up(message, message.error)
            return None
        if is_unwanted(message):
            _keep(message, state=State.CANCELLED)
            _forget(message)
            return None
        message.state, message.attempts = State.SENDING, message.attempts + 1
        message.claimed_at = clock.now()
        message.save(update_fields=["state", "attempts", "claimed_at"])
    return message


def _send(message: Message, connection: BaseEmailBackend) -> bool:
    try:
        mail = compose(message)
        mail.connection = connection
        mail.send()
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # What is left of a broken conversation must not reach the next mail.
        connection.close()
        _put_back(message, refusal_of(error))
        return False
    # Sent is sent, also if it was kept back or another worker took it up meanwhile; what was erased stays so.
    was_under_way = Q(state__in=(State.SENDING, State.CANCELLED)) | IS_HELD
    Message.objects.filter(was_under_way, pk=message.pk).exclude(to="").update(
        state=State.SENT, sent_at=clock.now(), error=""
    )
    _forget(message)
    return True


def _put_back(message: Message, refusal: Refusal) -> None:
    """Have it tried again later, or given up."""
    if refusal.is_final or message.attempts >= ATTEMPTS:
        _give_up(message, refusal.code)
        return
    later = clock.now() + wait_after(message.attempts)
    _keep(message, state=State.QUEUED, error=kept(refusal.code), not_before=later)


def _give_up(message: Message, code: str) -> None:
    _keep(message, state=State.FAILED, error=kept(code))
    _forget(message)


def _keep(message: Message, **became: Any) -> None:
    """Keep what became of a mail, unless it was erased, cancelled or claimed by somebody else meanwhile."""
    own = Message.objects.filter(pk=message.pk, state=message.state, attempts=message.attempts)
    own.update(**became)


def _forget(message: Message) -> None:
    """Forget the link that lets somebody in; of a trial, all that stood in it of somebody else."""
    row = Message.objects.filter(pk=message.pk)
    if message.key.startswith(TRIAL):
        row.update(subject="", body="", calendar="")
    elif message.key.startswith(HOLD_LINKS):
        row.update(body="")


def wait_after(attempts: int) -> timedelta:
    """How long a mail waits after so many tries: twice as long each time, a fifth more or less, at most an hour."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 10), LONGEST_WAIT)
    more_or_less = secrets.SystemRandom().uniform(0.8, 1.2)
    return timedelta(seconds=wait.total_seconds() * more_or_less)


# --- What did not arrive ----------------------------------------------------------------------------------------------

UNDELIVERED = (State.FAILED, State.BOUNCED)
IS_HELD = Q(state=State.FAILED, error__in=HELD)


def undelivered(edition: Edition) -> QuerySet[Message]:
    """An edition's mails that failed or came back, the newest first; not those that are held back."""
    rows = Message.objects.filter(edition=edition, state__in=UNDELIVERED).exclude(IS_HELD)
    return rows.order_by("-created_at", "pk")


def held_back(edition: Edition) -> QuerySet[Message]:
    """An edition's mails that wait until an organiser lets them go, the newest first."""
    return Message.objects.filter(IS_HELD, edition=edition).order_by("-created_at", "pk")


def reasons_held(edition: Edition) -> set[str]:
    """Why an edition's mails are held back: after a restore, because of a closed account, or both."""
    return set(held_back(edition).order_by().values_list("error", flat=True).distinct())


@transaction.atomic
def send_again(messages: QuerySet[Message]) -> int:
    """Have mails that failed, came back or are held back sent once more; returns how many.

    They go to the address that the person has now.
    One whose text is gone because it let somebody in stays as it is; so does one that its recipient does not want
    any more.
    """
    rows = still_wanted(messages.filter(state__in=UNDELIVERED).exclude(body="")).select_related("user")
    chosen = list(rows.select_for_update(of=("self",)))
    for message in chosen:
        message.to = message.user.email if message.user else message.to
        message.state, message.attempts, message.error = State.QUEUED, 0, ""
        message.not_before = message.sent_at = None
    fields = ["to", "state", "attempts", "error", "not_before", "sent_at"]
    Message.objects.bulk_update(chosen, fields, batch_size=500)
    if chosen:
        announce("message queued")
    return len(chosen)


# --- Holding back -----------------------------------------------------------------------------------------------------


@contextmanager
def quietly() -> Iterator[None]:
    """Whatever is written into the outbox meanwhile, this process sends nothing."""
    token = _is_quiet.set(True)
    try:
        yield
    finally:
        _is_quiet.reset(token)


def held_by_edition() -> Counter[str]:
    """{edition: how many of its mails are held back}, under "" those of no edition."""
    slugs = Message.objects.filter(IS_HELD).values_list("edition__slug", flat=True)
    return Counter(slug or "" for slug in slugs)


@transaction.atomic
def hold_everything() -> Counter[str]:
    """Hold back all mail that waits: it may have gone out already, after the backup that it came back with.

    Organisers find it in the outbox, and send it again or leave it. What let somebody in, and the words of trials, are
    forgotten as if it had been given up. Returns {edition: how many}, under "" those of no edition.
    """
    chosen = _hold(Message.objects.all(), RESTORED)
    for message in chosen:
        if not message.key.startswith(INVITES):
            _forget(message)
    return Counter(message.edition.slug if message.edition else "" for message in chosen)


def hold_waiting(edition: Edition) -> int:
    """Hold back what waits of an edition, but for what lets somebody in; in a transaction. Returns how many mails.

    An account was closed that was in other hands, and nobody knows yet what of it is the intruder's.
    """
    return len(_hold(Message.objects.filter(edition=edition).exclude(key__startswith=LETS_IN), CLOSED))


def _hold(messages: QuerySet[Message], why: str) -> list[Message]:
    waiting = messages.filter(state__in=(State.QUEUED, State.SENDING))
    rows = waiting.select_for_update(of=("self",)).select_related("edition").defer("body", "calendar")
    chosen = list(rows.order_by("pk"))
    for message in chosen:
        message.state, message.error, message.not_before = State.FAILED, why, None
    Message.objects.bulk_update(chosen, ["state", "error", "not_before"], batch_size=500)
    return chosen
