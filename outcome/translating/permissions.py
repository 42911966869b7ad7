"""Who may begin, translate and publish a language version, and who may read one."""

from academy.models import Edition
from academy.permissions import AS_PARTICIPANT, Visitor, has_right, is_known, roles_of, takes_part
from academy.rights import Right
from outcome.models import Translation, Translator


def may_order(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person may begin language versions, name translators, and publish."""
    return has_right(user, edition, Right.TRANSLATE)


def belongs_here(user: Visitor | None, edition: Edition) -> bool:
    """Whether this person takes part in the academy, or has a role in it that needs no registration."""
    return takes_part(user, edition) or bool(roles_of(user, edition).difference(AS_PARTICIPANT))


def may_translate(user: Visitor | None, translation: Translation) -> bool:
    """Whether this person may write in a language version: whom it is given to, and who may order one."""
    edition = translation.revision.document.edition
    return may_order(user, edition) or (is_translator(user, translation) and belongs_here(user, edition))


def is_translator(user: Visitor | None, translation: Translation) -> bool:
    """Whether a language version is given to this person now."""
    return (
        is_known(user)
        and Translator.objects.filter(translation=translation, user=user, ended_at=None).exists()
    )
