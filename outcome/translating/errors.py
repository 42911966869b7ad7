"""What the rules of translating refuse, in words."""

from django.utils.translation import gettext_lazy as _

from academy.errors import DomainError, Invalid
from outcome.models import TranslatedPart


class NotToBeTranslated(Invalid):
    """Only what others may read is translated."""

    message = _(
        "A revision that only organisers may read is not translated. Publish it for more readers first."
    )


class LanguageBegun(DomainError):
    """There is one version of a revision in a language."""

    message = _("This language was begun for this revision already.")


class NotInWork(DomainError):
    """It waits for its review, or is published."""

    message = _("This language version is not in work now. Take it back into work to change it.")


class NotReady(DomainError):
    """It was not marked as ready, or was taken back since."""

    message = _("This language version does not wait for a review. Nothing was published.")


class Incomplete(DomainError):
    """Some part has no words in the language yet, or the authoritative words changed under it."""

    message = _("Parts of the text are not translated yet.")


class ChangedSince(DomainError):
    """What would be published is not what was looked at."""

    message = _("The translation was changed since you opened this page. Please look at it again.")


class NothingCorrected(DomainError):
    """The text is that of the last version."""

    message = _("Nothing has changed since the last published version of this language.")


class PartOvertaken(DomainError):
    """Somebody else saved the part meanwhile; `present` is what stands there now."""

    message = _("Somebody saved this part while you were translating. Your words were not saved yet.")

    def __init__(self, present: TranslatedPart) -> None:
        super().__init__()
        self.present = present


class NobodyHere(Invalid):
    """A translator belongs to the academy."""

    message = _("Choose somebody who takes part in this academy or has a role in it.")
