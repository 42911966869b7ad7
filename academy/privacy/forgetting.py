"""How the rows of the ground floor are made to say nothing about anybody any more.

Each function may run twice: who was forgotten is not found again.
"""

from urllib.parse import parse_qsl, urlencode
from uuid import uuid4

from academy import clock
from academy.history import record
from academy.invitations.inviting import invitation_words
from academy.mail.letters import letter_words
from academy.models import Actor, Invitation, Mailing, Message, User, Visibility
from academy.privacy.declarations import Blanking, Rows
from academy.privacy.erased import note_visibility
from academy.registration import participant_words

# "Unknown or invalid territory" in the Unicode CLDR; ISO 3166 leaves it to its users.
NO_COUNTRY = "ZZ"
# A domain that can never exist (RFC 2606).
NO_ADDRESS = "erased.invalid"


def forget_participants(rows: Rows) -> int:
    """Registrations keep their place in seats, findings and positions, and say nothing about the person any more.

    Nobody is shown by them: they are unlisted, and have neither name nor pseudonym.
    """
    wanted = rows.filter(erased_at=None).select_for_update(of=("self",)).order_by("pk")
    count = 0
    for row in wanted.select_related("edition"):
        if row.visibility != Visibility.UNLISTED:
            note_visibility(row.pk, Visibility.UNLISTED)
        for field, value in nobody().items():
            setattr(row, field, value)
        row.erased_at = clock.now()
        row.save(update_fields=[*nobody(), "erased_at"])
        record(row.edition, "registration forgotten", row, by=None, content=participant_words(row))
        count += 1
    return count


def nobody() -> dict[str, object]:
    """What a registration says of a person who is forgotten."""
    return {
        "name": "",
        "organisation": "",
        "actor": Actor.OTHER,
        "country": NO_COUNTRY,
        "languages": [],
        "motivation": "",
        "visibility": Visibility.UNLISTED,
        "pseudonym": "",
        "interests": [],
        "answers": {},
        "wants_news": False,
        "reason": "",
    }


def forget_messages(rows: Rows) -> int:
    """Mails lose their text and their address; those that were not sent yet are never sent."""
    waiting = (Message.State.QUEUED, Message.State.SENDING)
    said = {"to": "", "subject": "", "body": "", "calendar": "", "error": "", "user": None}
    keys = list(rows.exclude(**said).values_list("pk", flat=True))
    found = Message.objects.filter(pk__in=keys)
    found.filter(state__in=waiting).update(state=Message.State.CANCELLED)
    return found.update(**said)


class _Uninviting(Blanking):
    """Invitations lose address, name and organisation; an open one cannot be accepted any more."""

    def __call__(self, rows: Rows) -> int:
        for row in rows.filter(state=Invitation.State.OPEN).select_related("edition").order_by("pk"):
            row.state = Invitation.State.REVOKED
            row.save(update_fields=["state"])
            record(row.edition, "invitation forgotten", row, by=None, content=invitation_words(row))
        return super().__call__(rows)


forget_invitations = _Uninviting({"email": "", "name": "", "organisation": ""})


def forget_audiences(rows: Rows) -> int:
    """Letters forget whom they were searched for; a planned one is a draft again, as it asks for others now."""
    count = 0
    for row in rows.select_for_update(of=("self",)).select_related("edition").order_by("pk"):
        row.audience = {name: value for name, value in row.audience.items() if name != "q"}
        if row.state == Mailing.State.PLANNED:
            row.state, row.send_at, row.minutes = Mailing.State.DRAFT, None, None
        row.save(update_fields=["audience", "state", "send_at", "minutes"])
        record(row.edition, "audience forgotten", row, by=None, content=letter_words(row))
        count += 1
    return count


def forget_searches(rows: Rows) -> int:
    """Views of the desk keep their filters, order and columns, and search for nothing."""
    count = 0
    for row in rows.order_by("pk"):
        said = [(name, value) for name, value in parse_qsl(row.query) if name != "q"]
        row.query = urlencode(said, safe=",")
        row.save(update_fields=["query"])
        count += 1
    return count


def forget_accounts(rows: Rows) -> int:
    """An account to which registrations or roles belong becomes a shell that nobody can log in to; others go.

    The address is free again at once.
    """
    count = 0
    for user in rows:
        if user.participations.exists() or user.roles.exists():
            _empty(user)
        else:
            user.delete()
        count += 1
    return count


def _empty(user: User) -> None:
    user.email = f"{uuid4().hex}@{NO_ADDRESS}"
    user.set_unusable_password()
    user.is_active = user.is_staff = user.is_superuser = False
    user.time_zone, user.language, user.last_login = "", "", None
    user.save()
    user.groups.clear()
    user.user_permissions.clear()
