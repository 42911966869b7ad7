"""The digest leaves the house: with the sealing, the record's digest goes to everybody who takes part."""

from django.utils.translation import gettext as _

from academy import clock
from academy.mail.audience import addressed
from academy.mail.placeholders import as_words
from academy.mail.posting import address_of
from academy.mail.reading import writing_to
from academy.models import Message, Participant
from academy.outbox import one_line, queue_all
from outcome.models import Record


def tell_everybody(made: Record) -> int:
    """Put the digests of a record into the outbox for every confirmed participant; returns how many mails are new."""
    edition = made.document.edition
    people = Participant.objects.confirmed().filter(edition=edition).select_related("user").order_by("pk")
    return queue_all(_message(made, person) for person in people)


def _message(made: Record, person: Participant) -> Message:
    with writing_to(person.user, person) as language:
        return Message(
            edition=made.document.edition,
            key=f"record:{made.pk}:{person.pk}",
            user=person.user,
            to=person.user.email,
            subject=one_line(_subject(made)),
            body=_body(made, person),
            language=language,
            created_at=clock.now(),
        )


def _subject(made: Record) -> str:
    return _("Record of adoption: %(title)s") % {"title": made.document.title}


def _body(made: Record, person: Participant) -> str:
    slug = made.document.edition.slug
    results = {
        "adopted": _("The text was adopted."),
        "not-adopted": _("The text was not adopted."),
        "polled": _("A straw poll was taken; nothing was adopted by it."),
    }
    paragraphs = [
        _("Hello %(name)s,") % {"name": as_words(addressed(person))},
        results[made.content["result"]],
        _(
            "Its record is sealed. Please keep this mail: with these digests anybody can find out later whether a copy "
            "of the text or of the record was changed."
        ),
        _("Digest of the record (SHA-256):") + f"\n{made.digest}",
        _("Digest of the text (SHA-256):") + f"\n{made.content['text_digest']}",
        _("The record: %(address)s") % {"address": address_of("outcome:record", slug)},
        _("To check a copy: %(address)s") % {"address": address_of("outcome:check", slug)},
    ]
    return "\n\n".join(paragraphs)
