"""The letter that carries an invitation's link."""

from collections.abc import Callable

from django.utils.translation import gettext as _

from academy.mail.dates import day_in_words
from academy.mail.placeholders import as_words
from academy.mail.reading import writing_in
from academy.models import Edition, Invitation, Message, Role
from academy.outbox import one_line
from academy.zones import zone_in_words

# From a token to the address of the page that it opens.
Link = Callable[[str], str]


def letter(edition: Edition, invitation: Invitation, address: str, *, language: str) -> Message:
    """The mail with the link. Its key names the link, so that each link is sent once."""
    with writing_in(language) as written:
        return Message(
            key=f"{key_of(invitation)}{invitation.token_digest[:16]}",
            edition=edition,
            to=invitation.email,
            subject=subject_of(edition),
            body=letter_text(edition, invitation, address),
            language=written,
            is_essential=True,
            created_at=invitation.invited_at,
        )


def subject_of(edition: Edition) -> str:
    return one_line(_("You are invited: %(title)s") % {"title": edition.title})


def key_of(invitation: Invitation) -> str:
    """With what the keys of all letters of an invitation begin in the outbox."""
    return f"invitation:{invitation.pk}:"


def letter_text(edition: Edition, invitation: Invitation, address: str) -> str:
    """What the letter says; the name is that of the list, and holds no link."""
    about = {
        "title": edition.title,
        "from": day_in_words(edition.starts),
        "to": day_in_words(edition.ends),
        "role": str(Role.Kind(invitation.role).label) if invitation.role else "",
    }
    invited = (
        _("The organisers of %(title)s (%(from)s to %(to)s) invite you to take part as %(role)s.")
        if invitation.role
        else _("The organisers of %(title)s (%(from)s to %(to)s) invite you to take part.")
    )
    local = invitation.expires_at.astimezone(edition.zone)
    until = f"{day_in_words(local)}, {local:%H:%M} ({zone_in_words(edition.zone, local)})"
    paragraphs = (
        _("Dear %(name)s,") % {"name": as_words(invitation.name)} if invitation.name else _("Hello,"),
        invited % about,
        _("To register, open this link; it works until %(until)s:") % {"until": until},
        address,
        _("The link is for you alone, please do not pass it on."),
        _("If you do not want to take part, you need not do anything: the invitation ends by itself."),
    )
    return "\n\n".join(paragraphs)
