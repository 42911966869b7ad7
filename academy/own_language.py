"""The language that somebody chose to read mail in: kept with the account."""

from django.utils.translation import gettext_lazy

from academy.announcements import announce
from academy.errors import Invalid
from academy.mail.reading import catalogs
from academy.models import User


class NotWritten(Invalid):
    """We write no mail in this language."""

    message = gettext_lazy("The academy does not write mail in this language. Please choose one of the list.")


def choose_language(user: User, code: str) -> User:
    """Write to somebody in this language from now on; "" goes by their working languages again.

    Raises:
        NotWritten
    """
    if code and code not in catalogs():
        raise NotWritten
    user.language = code
    user.save(update_fields=["language"])
    announce("own pages changed", person=str(user.pk))
    return user
