"""Mails to translators: that a language version is given to them, and what its review asks for."""

from django.utils.translation import gettext as _

from academy.languages import in_words
from academy.mail.placeholders import as_words
from academy.mail.posting import address_of
from academy.mail.reading import language_written, writing_to
from academy.models import HistoryEntry, User
from academy.outbox import queue_message
from outcome.models import Translation, Translator


def tell_given(translator: Translator) -> None:
    """Tell somebody that a language version is theirs to translate."""
    with writing_to(translator.user):
        facts = _facts(translator.translation)
        _send(
            translator.translation,
            translator.user,
            f"{translator.pk}:{translator.given_at.isoformat()}",
            _("Please translate the outcome document: %(language)s") % facts,
            [
                _("You were asked to translate revision %(number)s of “%(title)s” into %(language)s.")
                % facts,
                _("Clause by clause, beside the authoritative text: %(address)s") % facts,
            ],
        )


def tell_taken_back(translation: Translation, entry: HistoryEntry) -> None:
    """Tell those who translate that the review asks for something."""
    rows = Translator.objects.filter(translation=translation, ended_at=None).select_related("user")
    for row in rows:
        with writing_to(row.user):
            facts = _facts(translation) | {"asks": as_words(translation.asks)}
            _send(
                translation,
                row.user,
                f"{row.pk}:back:{entry.number}",
                _("The translation is in work again: %(language)s") % facts,
                [
                    _("The translation of “%(title)s” into %(language)s is in work again.") % facts,
                    _("What the review asks for: %(asks)s") % facts,
                    _("It stands here: %(address)s") % facts,
                ],
            )


def _facts(translation: Translation) -> dict[str, object]:
    revision = translation.revision
    return {
        "number": revision.number,
        "title": as_words(revision.content["title"]),
        "language": in_words([translation.language]),
        "address": address_of("outcome:translation", revision.document.edition.slug, str(translation.pk)),
    }


def _send(translation: Translation, to: User, key: str, subject: str, paragraphs: list[str]) -> None:
    if not to.is_active:
        return
    queue_message(
        key=f"translation:{key}",
        to=to.email,
        user=to,
        edition=translation.revision.document.edition,
        subject=subject,
        body="\n\n".join([_("Hello,"), *paragraphs]),
        language=language_written(),
    )
