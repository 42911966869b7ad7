"""A message of the outbox as the mail that leaves: both forms of the text, its headers, its calendar entry."""

from email.utils import parseaddr
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils.translation import gettext as _

from academy.mail.dress import Dress, as_page, as_text
from academy.mail.reading import writing_in
from academy.models import Edition, Message, Participant, User

STOP = "academy.mail.stop"
# With what the keys begin of mails to people who need not be registered: invited, or acting for an organisation.
INVITES, ABOUT_ENDORSEMENT = "invitation:", "endorsement:"


def domain() -> str:
    """The domain that our mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"


def message_id(message: Message) -> str:
    """The Message-ID of a row: the same whenever it is sent, so that a repeat is recognised as one."""
    return f"<{message.pk}@{domain()}>"


def address_of(name: str, *arguments: str) -> str:
    """The whole address of a page, for mails that no request stands behind."""
    return f"{settings.SITE_ADDRESS}{reverse(name, args=arguments)}"


def stop_token(user: User, edition: Edition) -> str:
    """What stands in the address by which somebody ends the mail that is not essential; nobody else can make it."""
    return Signer(salt=f"{STOP}:{edition.pk}").sign(user.pk.hex)


def user_of_token(token: str, edition: Edition) -> UUID | None:
    """The key of the person whose token this is; None for one that was not made for this edition."""
    try:
        return UUID(Signer(salt=f"{STOP}:{edition.pk}").unsign(token))
    except BadSignature:
        return None


def stop_address(message: Message) -> str:
    """Where the recipient ends such mail; empty for what is essential, or is to nobody in particular."""
    if message.is_essential or message.user is None or message.edition is None:
        return ""
    return address_of("mail_stop", message.edition.slug, stop_token(message.user, message.edition))


def _about(message: Message) -> str:
    """Why somebody gets this mail: a registration, an invitation, an endorsement, or something else of an academy."""
    if message.key.startswith(INVITES):
        return _("This mail is about your invitation to %(title)s.")
    if message.key.startswith(ABOUT_ENDORSEMENT):
        return _("This mail is about an endorsement of the outcome of %(title)s.")
    own = Participant.objects.filter(user=message.user_id, edition=message.edition_id)
    # Letters go to registered people only.
    if message.mailing_id or (message.user_id and own.exists()):
        return _("This mail is about your registration for %(title)s.")
    return _("This mail is about %(title)s.")


def dress_of(message: Message, *, to_show: bool = False) -> Dress:
    """What surrounds the words of this message, in its language if we have words in it.

    Args:
        to_show: somebody else looks at it; the link by which the recipient ends such mail is left out.
    """
    with writing_in(message.language) as language:
        edition = message.edition
        foot = []
        if edition:
            foot.append((_about(message) % {"title": edition.title}, ""))
            if edition.contact:
                foot.append((_("Questions? Answer this mail, it goes to the organisers."), ""))
        if stop := stop_address(message):
            stop = f"{stop.rpartition('/mail/stop/')[0]}/mail/stop/…/" if to_show else stop
            foot.append((_("No more mail that is not essential"), stop))
        return Dress(edition.title if edition else "", message.language, foot, language)


def compose(message: Message) -> EmailMultiAlternatives:
    """The mail of a row.

    Raises:
        ValueError: an address or a header that no mail can have.
    """
    dress = dress_of(message)
    headers = {
        "Message-ID": message_id(message),
        "Auto-Submitted": "auto-generated",
        "From": settings.DEFAULT_FROM_EMAIL,
    }
    if stop := stop_address(message):
        # RFC 2369 and RFC 8058: mail programs offer a button that ends such mail with one POST.
        headers["List-Unsubscribe"] = f"<{stop}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    contact = message.edition.contact if message.edition else ""
    mail = EmailMultiAlternatives(
        message.subject,
        as_text(message.body, dress),
        settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
        [message.to],
        headers=headers,
        reply_to=[contact] if contact else None,
    )
    mail.attach_alternative(as_page(message.subject, message.body, dress), "text/html")
    if message.calendar:
        mail.attach("session.ics", message.calendar, "text/calendar")
    return mail
