"""Beginning a language version, giving it to translators, and whether they are named."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from academy import clock
from academy.errors import Invalid, NotAllowed
from academy.history import record, record_all
from academy.models import Edition, Participant, Role, User, Visibility
from academy.permissions import insist, participation
from academy.privacy.erased import note_shown
from outcome.locking import locked_row
from outcome.models import Revision, TranslatedPart, Translation, Translator
from outcome.translating.errors import LanguageBegun, NobodyHere, NotToBeTranslated
from outcome.translating.languages import languages_to_translate_into
from outcome.translating.parts import parts_of
from outcome.translating.permissions import belongs_here, may_order
from outcome.translating.progress import last_rows
from outcome.translating.recording import part_words, translation_words
from outcome.translating.telling import tell_given
from workshops.attributing import NotListed

# What the list beside the database calls it, by the key of the translator.
TRANSLATOR = "name of a translator"


@transaction.atomic
def begin_translation(revision: Revision, language: str, *, by: User) -> Translation:
    """Begin a revision in another language.

    What was translated of an earlier revision is taken over; where the authoritative words differ, the part says so
    and has to be looked at again.

    Raises:
        NotAllowed, NotToBeTranslated, LanguageBegun
        Invalid: a language that is not offered.
    """
    document = revision.document
    insist(may_order(by, document.edition))
    locked_row(document)
    if revision.audience == Revision.Audience.ORGANISERS:
        raise NotToBeTranslated
    if language not in dict(languages_to_translate_into()):
        raise Invalid
    if Translation.objects.filter(revision=revision, language=language).exists():
        raise LanguageBegun
    made = Translation.objects.create(revision=revision, language=language, begun_at=clock.now())
    taken_over = _take_over(made)
    record(
        document.edition,
        "translation begun",
        made,
        by=by,
        data={"language": language, "revision": revision.number, "taken_over": len(taken_over)},
        content=translation_words(made),
    )
    contents = [(row, part_words(row)) for row in taken_over]
    record_all(document.edition, "translation taken over", contents, by=by)
    return made


def _take_over(made: Translation) -> list[TranslatedPart]:
    """The parts of the nearest other revision in the same language whose clause stands in this one, too."""
    others = Translation.objects.filter(
        revision__document=made.revision.document_id, language=made.language
    ).exclude(pk=made.pk)
    number = made.revision.number
    earlier = others.filter(revision__number__lt=number).order_by("-revision__number").first()
    before = earlier or others.order_by("revision__number").first()
    if before is None:
        return []
    rows = last_rows([before]).get(before.pk, {})
    taken = []
    for part in parts_of(made.revision.content):
        row = rows.get(part.key)
        words = {name: row.words.get(name, "") for name in part.fields} if row else {}
        if row and any(words.values()):
            one = TranslatedPart(translation=made, part=part.key, number=1, words=words, source=row.source)
            one.written_at = made.begun_at
            one.save()
            taken.append(one)
    return taken


def who_may_translate(edition: Edition) -> list[User]:
    """The accounts that a language version can be given to: who takes part, or has a role."""
    taking_part = Participant.objects.confirmed().filter(edition=edition).values("user")
    with_a_role = (
        Role.objects.active().filter(edition=edition).exclude(kind=Role.Kind.DELEGATE).values("user")
    )
    accounts = User.objects.filter(Q(pk__in=taking_part) | Q(pk__in=with_a_role), is_active=True)
    return list(accounts.order_by("email"))


@transaction.atomic
def name_translator(translation: Translation, user: User, *, by: User) -> Translator:
    """Give a language version to somebody; giving it twice is the same as once. They are told by mail.

    Raises:
        NotAllowed
        NobodyHere: the person neither takes part nor has a role.
    """
    edition = translation.revision.document.edition
    insist(may_order(by, edition))
    if not (user.is_active and belongs_here(user, edition)):
        raise NobodyHere
    row = Translator.objects.select_for_update().filter(translation=translation, user=user).first()
    if row and row.ended_at is None:
        return row
    if row is None:
        row = Translator(translation=translation, user=user)
    row.given_at, row.ended_at = clock.now(), None
    row.save()
    record(edition, "translator named", translation, by=by, content=translation_words(translation))
    tell_given(row)
    return row


@transaction.atomic
def end_translator(translator: Translator, *, by: User) -> None:
    """Take a language version from somebody again; what they translated stays, and so does whether they are named.

    Raises:
        NotAllowed
    """
    translation = translator.translation
    edition = translation.revision.document.edition
    insist(may_order(by, edition))
    changed = Translator.objects.filter(pk=translator.pk, ended_at=None).update(ended_at=clock.now())
    if changed:
        record(edition, "translator ended", translation, by=by, content=translation_words(translation))


@transaction.atomic
def be_named(translation: Translation, *, named: bool, by: User) -> Translator:
    """Let one's own name, or pseudonym, stand at what one translated; or no longer. Nobody else can say it.

    Raises:
        NotAllowed: the language version was never given to this person.
        NotListed: the person appears nowhere by name.
    """
    row = Translator.objects.select_for_update().filter(translation=translation, user=by).first()
    if row is None:
        raise NotAllowed
    participant = participation(by, translation.revision.document.edition)
    if named and (participant is None or participant.visibility == Visibility.UNLISTED):
        raise NotListed
    if row.is_named != named:
        _name(row, named, by=by)
    return row


@transaction.atomic
def unname_again(key: UUID) -> bool:
    """After a restore from a backup in which this translator is still named; whether they were."""
    row = Translator.objects.select_for_update(of=("self",)).filter(pk=key, is_named=True).first()
    if row:
        _name(row, False, by=None)
    return row is not None


def _name(row: Translator, named: bool, *, by: User | None) -> None:
    row.is_named = named
    row.save(update_fields=["is_named"])
    note_shown(TRANSLATOR, row.pk, stands=named)
    translation = row.translation
    verb = "translator wants to be named" if named else "translator is not named"
    edition = translation.revision.document.edition
    record(edition, verb, translation, by=by, content=translation_words(translation))
