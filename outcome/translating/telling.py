"""Mails about language versions: that one is given to somebody, what its review asks for, that it is out of date."""

from django.utils.translation import gettext as _

from academy.languages import in_words
from academy.mail.placeholders import as_words
from academy.mail.posting import address_of
from academy.mail.reading import language_written, writing_to
from academy.models import Edition, HistoryEntry, Role, User
from academy.outbox import queue_message
from academy.permissions import who_has_right
from academy.rights import TABLE, Right
from outcome.models import Revision, Translation, Translator
from outcome.permissions import audiences_of
from outcome.translating.aging import Aging, aging_of
from outcome.translating.permissions import belongs_here


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


def tell_stale(current: Revision) -> None:
    """Tell translators, and who orders translations, in which languages the text is out of date from now on.

    A language is told of by its newest translation; once for each revision that becomes current. Nobody is told of a
    revision that they may not read.
    """
    stale = _stale(current)
    edition = current.document.edition
    told = set()
    for translation, aging in stale:
        rows = Translator.objects.filter(translation=translation, ended_at=None).select_related("user")
        for row in rows:
            if belongs_here(row.user, edition) and _may_read(row.user, current):
                told.add(row.user_id)
                _tell_translator(row, translation, aging)
    languages = [translation.language for translation, _aging in stale]
    for user in _who_order(edition) if languages else []:
        if user.pk not in told or len(languages) > 1:
            _tell_who_orders(user, current, languages)


def _stale(current: Revision) -> list[tuple[Translation, Aging]]:
    """The newest translation of each language, where the revision that is current now says something else."""
    if current.audience == Revision.Audience.ORGANISERS:
        return []
    rows = Translation.objects.filter(revision__document=current.document_id)
    rows = rows.select_related("revision__document__edition").order_by("revision__number")
    begun = {row.language for row in rows if row.revision_id == current.pk}
    newest = {row.language: row for row in rows if row.language not in begun}
    found = [
        (row, aging_of(row.revision.content, row.revision, current))
        for _language, row in sorted(newest.items())
    ]
    return [(row, aging) for row, aging in found if aging is not None and aging.is_stale]


def _may_read(user: User, revision: Revision) -> bool:
    return revision.audience in audiences_of(user, revision.document.edition)


def _who_order(edition: Edition) -> list[User]:
    """The accounts that begin language versions and publish them."""
    roles = Role.objects.active().filter(edition=edition, kind__in=TABLE[Right.TRANSLATE].roles)
    users = list(User.objects.filter(pk__in=roles.values("user"), is_active=True).order_by("pk"))
    holders = who_has_right(users, edition, Right.TRANSLATE)
    return [user for user in users if user.pk in holders]


def _tell_translator(row: Translator, translation: Translation, aging: Aging) -> None:
    with writing_to(row.user):
        revision = translation.revision
        slug = revision.document.edition.slug
        compared = address_of("outcome:compare", slug, str(revision.number), str(aging.current.number))
        facts = _facts(translation) | {
            "current": aging.current.number,
            "count": aging.count,
            "compared": compared,
        }
        _send(
            translation,
            row.user,
            f"{row.pk}:stale:{aging.current.pk}",
            _("The text that you translated has changed: %(language)s") % facts,
            [
                _(
                    "Revision %(current)s of “%(title)s” is current now. You translated revision %(number)s into "
                    "%(language)s; parts that say something else now: %(count)s."
                )
                % facts,
                _("What changed: %(compared)s") % facts,
                _("Your translation stands here: %(address)s") % facts,
                _("As soon as the language is begun for the new text, what you translated is taken over."),
            ],
        )


def _tell_who_orders(user: User, current: Revision, languages: list[str]) -> None:
    edition = current.document.edition
    with writing_to(user):
        facts = {
            "current": current.number,
            "title": as_words(current.content["title"]),
            "languages": in_words(languages),
            "address": address_of("outcome:languages", edition.slug),
        }
        queue_message(
            key=f"translations:stale:{current.pk}:{user.pk}",
            to=user.email,
            user=user,
            edition=edition,
            subject=_("Translations are out of date: %(languages)s") % facts,
            body="\n\n".join(
                [
                    _("Hello,"),
                    _(
                        "Revision %(current)s of “%(title)s” is current now, and says something else than what was "
                        "translated into: %(languages)s."
                    )
                    % facts,
                    _(
                        "Begin these languages for the new text here; what was translated is taken over: %(address)s"
                    )
                    % facts,
                ]
            ),
            language=language_written(),
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
