"""Whoever is protected may act for an organisation, and is named nowhere by it."""

import re
import unicodedata

from django.utils.translation import gettext as _

from academy.errors import Invalid
from academy.models import Participant, User, Visibility


def is_protected(user: User) -> bool:
    """Whether this person is protected in any academy."""
    return Participant.objects.filter(user=user, visibility=Visibility.PROTECTED).exists()


def insist_on_no_name(by: User, *texts: str) -> None:
    """Refuse words for the public that hold the name of the protected person who writes them.

    Raises:
        Invalid
    """
    rows = Participant.objects.filter(user=by, visibility=Visibility.PROTECTED).values_list("name", flat=True)
    names = [_plain(name) for name in rows if name.strip()]
    said = _plain(" ".join(texts))
    if any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said) for name in names):
        raise Invalid(
            _("Your name stands in these words, and you asked to be protected. Please write them without it.")
        )


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
