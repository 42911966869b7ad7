"""Mails that came back: what a delivery status notification (RFC 3464) says, and which message it is about."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message as Mail
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from academy.mail.refusals import HELD, kept
from academy.models import Edition, Message, Participant

# A notification is small; what is longer is none.
LONGEST = 1_000_000
OURS = re.compile(r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@[^>\s]+>")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True)
class Bounce:
    """A notification that a mail was not delivered: the key of its row, and the code of RFC 3463."""

    message: UUID
    code: str


def read_bounce(raw: bytes) -> Bounce | None:
    """What a notification says; None if it is none, or says that a mail is late or has arrived.

    Only the Message-ID of the returned mail counts, as nobody but its recipients knows it.
    """
    mail = message_from_bytes(raw[:LONGEST], policy=policy.compat32)
    if mail.get_content_type() != "multipart/report":
        return None
    failed = [group for group in _groups(mail) if str(group.get("Action", "")).strip().lower() == "failed"]
    returned = next(filter(None, map(_message_id, _parts(mail))), None)
    if not failed or returned is None:
        return None
    found = STATUS.search(str(failed[0].get("Status", "")))
    return Bounce(returned, found.group() if found else "5.0.0")


def _parts(mail: Mail) -> Iterator[Mail]:
    payload = mail.get_payload()
    if isinstance(payload, list):
        yield from (part for part in payload if isinstance(part, Mail))


def _groups(mail: Mail) -> Iterator[Mail]:
    """What the notification says of each recipient."""
    for part in _parts(mail):
        if part.get_content_type() == "message/delivery-status":
            yield from _parts(part)


def _message_id(part: Mail) -> UUID | None:
    """Our Message-ID in the returned mail, or in its headers."""
    kind = part.get_content_type()
    if kind == "message/rfc822":
        texts = [str(inner.get("Message-ID", "")) for inner in _parts(part)]
    elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
        payload = part.get_payload(decode=True)
        texts = [payload.decode("ascii", "replace") if isinstance(payload, bytes) else ""]
        texts = re.findall(r"(?im)^message-id:\s*(\S+)", texts[0])
    else:
        return None
    found = next(filter(None, map(OURS.search, texts)), None)
    return UUID(found.group(1)) if found else None


@transaction.atomic
def mark_bounced(bounce: Bounce) -> bool:
    """Keep that a mail came back; returns whether it is one of ours that had been sent."""
    rows = Message.objects.select_for_update().filter(pk=bounce.message, state=Message.State.SENT)
    message = rows.first()
    if message is None:
        return False
    message.state, message.error = Message.State.BOUNCED, kept(bounce.code)
    message.save(update_fields=["state", "error"])
    return True


def with_bounces(people: QuerySet[Participant]) -> QuerySet[Participant]:
    """The rows with `is_bouncing`: whether a mail to the address that the person has now came back.

    An address that took a later mail has recovered.
    """
    to_them = Message.objects.filter(user=OuterRef("user"), to=OuterRef("user__email"))
    came_back = to_them.filter(state__in=(Message.State.BOUNCED, Message.State.FAILED)).exclude(
        error__in=HELD
    )
    later = Message.objects.filter(
        user=OuterRef("user"), to=OuterRef("to"), state=Message.State.SENT, sent_at__gt=OuterRef("created_at")
    )
    return people.annotate(is_bouncing=Exists(came_back.filter(~Exists(later))))


def bounces_among(_edition: Edition, rows: Sequence[Participant]) -> dict[UUID, str]:
    """{registration: "comes back"} for those whose mail does; a column of the organisers' list."""
    found: Any = with_bounces(Participant.objects.filter(pk__in=[row.pk for row in rows]))
    return {key: _("comes back") for key in found.filter(is_bouncing=True).values_list("pk", flat=True)}
