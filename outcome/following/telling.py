"""Mails about endorsements and commitments, to who acts for the organisation, did so, or is asked to."""

from datetime import date

from django.utils.translation import gettext as _

from academy.mail.dates import day_in_words
from academy.mail.placeholders import as_words
from academy.mail.posting import ABOUT_ENDORSEMENT, address_of
from academy.mail.reading import language_written, writing_to
from academy.models import HistoryEntry, User
from academy.outbox import queue_message
from outcome.models import Commitment, Endorsement, Progress

# Words of a commitment that a mail repeats.
SHORT = 120


def tell_decision(row: Endorsement) -> None:
    """Tell who asked what an organiser decided."""
    with writing_to(row.account):
        _decision(row)


def _decision(row: Endorsement) -> None:
    organisation = as_words(row.organisation)
    if row.state == Endorsement.State.CONFIRMED:
        subject = _("Your endorsement is confirmed: %(organisation)s")
        words = [
            _("An organiser has confirmed that you endorse the document for %(organisation)s."),
            _("It is public now. You can add commitments and report on them here: %(address)s"),
        ]
    else:
        subject = _("Your endorsement was declined: %(organisation)s")
        words = [
            _("An organiser has declined the endorsement for %(organisation)s."),
            _("The reason: %(reason)s"),
            _("It stands here: %(address)s"),
        ]
    facts = {
        "organisation": organisation,
        "reason": row.reason,
        "address": address_of("outcome:endorsement", row.edition.slug, str(row.pk)),
    }
    _send(row, f"{row.pk}:{row.state}", subject % facts, [line % facts for line in words])


def tell_offered(row: Endorsement, entry: HistoryEntry) -> None:
    """Tell whoever has the address that they can act for the organisation from now on."""
    address = row.successor_address
    user = User.objects.filter(email__iexact=address).first()
    with writing_to(user):
        facts = _handing(row)
        lines = [
            _(
                "An organiser of %(edition)s asks you to act for %(organisation)s, which endorses the document."
            ),
            _(
                "If you accept, you report on its commitments, and whoever did so before you does so no longer. "
                "Nothing changes until then."
            ),
            _(
                "Log in, or make an account, with this e-mail address, and accept here within 30 days: %(address)s"
            ),
        ]
        queue_message(
            key=f"{ABOUT_ENDORSEMENT}{row.pk}:offered:{entry.number}",
            to=address,
            user=user,
            edition=row.edition,
            subject=_("Please act for %(organisation)s") % facts,
            body="\n\n".join([_("Hello,"), *(line % facts for line in lines)]),
            language=language_written(),
        )


def tell_handed_over(row: Endorsement, former: User, entry: HistoryEntry) -> None:
    """Tell who acted for an organisation that somebody else does now; not who."""
    if not former.is_active:
        return
    with writing_to(former):
        facts = _handing(row)
        lines = [
            _("The endorsement of %(organisation)s was handed over. You do not act for it any more."),
            _("If that is a mistake, please write to the organisers of %(edition)s."),
        ]
        queue_message(
            key=f"{ABOUT_ENDORSEMENT}{row.pk}:handed-over:{entry.number}",
            to=former.email,
            user=former,
            edition=row.edition,
            subject=_("Handed over: the endorsement of %(organisation)s") % facts,
            body="\n\n".join([_("Hello,"), *(line % facts for line in lines)]),
            language=language_written(),
        )


def _handing(row: Endorsement) -> dict[str, str]:
    return {
        "organisation": as_words(row.organisation),
        "edition": as_words(str(row.edition)),
        "address": address_of("outcome:take_over", row.edition.slug, str(row.pk)),
    }


def remind(commitment: Commitment, review: date, *, before: bool) -> bool:
    """Remind of a review, once before its date and once from it on; returns whether there is somebody to remind."""
    with writing_to(commitment.endorsement.account):
        return _reminder(commitment, review, before=before)


def _reminder(commitment: Commitment, review: date, *, before: bool) -> bool:
    row = commitment.endorsement
    facts = {
        "organisation": as_words(row.organisation),
        "date": day_in_words(review),
        "what": as_words(commitment.what)[:SHORT],
        "due": day_in_words(commitment.due),
        "state": Progress(commitment.state).label,
        "address": address_of("outcome:note_progress", row.edition.slug, str(commitment.pk)),
    }
    if before:
        first = _("A commitment of %(organisation)s is to be reviewed on %(date)s.")
    else:
        first = _("A commitment of %(organisation)s was to be reviewed on %(date)s.")
    words = [
        first,
        _("It says: %(what)s"),
        _("To be done by %(due)s; so far: %(state)s."),
        _("Please report how far it is, and choose the next review: %(address)s"),
    ]
    when = "before" if before else "on"
    subject = _("Review of a commitment: %(organisation)s") % facts
    return _send(
        row, f"{commitment.pk}:{review.isoformat()}:{when}", subject, [line % facts for line in words]
    )


def _send(row: Endorsement, key: str, subject: str, paragraphs: list[str]) -> bool:
    if row.account is None or not row.account.is_active:
        return False
    queue_message(
        key=f"{ABOUT_ENDORSEMENT}{key}",
        to=row.account.email,
        user=row.account,
        edition=row.edition,
        subject=subject,
        body="\n\n".join([_("Hello,"), *paragraphs]),
        language=language_written(),
    )
    return True
