"""Language versions of the document: the work on them, part by part, and what was published of it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, User
from outcome.models.revisions import Revision


class Translation(Identified):
    """A revision in another language, as it is worked on. Never deleted; what is published of it are its versions."""

    class State(models.TextChoices):
        IN_WORK = "in-work", _("in work")
        READY = "ready", _("ready for review")
        PUBLISHED = "published", _("published")

    revision = models.ForeignKey(Revision, models.PROTECT, related_name="translations")
    language = models.CharField(_("language"), max_length=16)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.IN_WORK)
    # What the review asks for; empty once it was answered.
    asks = models.TextField(_("what the review asks for"), max_length=1000, blank=True)
    begun_at = models.DateTimeField(_("begun"))

    class Meta:
        ordering = ("revision", "language")
        constraints = (
            models.UniqueConstraint(fields=("revision", "language"), name="one_translation_per_language"),
            models.CheckConstraint(condition=~Q(language=""), name="a_translation_has_a_language"),
        )

    def __str__(self) -> str:
        return f"{self.language} of revision {self.revision_id}"


class Translator(Identified):
    """Somebody to whom a language version was given, and whether they want to be named beside it."""

    translation = models.ForeignKey(Translation, models.PROTECT, related_name="translators")
    user = models.ForeignKey(User, models.CASCADE, related_name="+", verbose_name=_("account"))
    is_named = models.BooleanField(_("wants to be named"), default=False)
    given_at = models.DateTimeField(_("given"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ("translation", "given_at", "pk")
        constraints = (
            models.UniqueConstraint(fields=("translation", "user"), name="one_translator_per_account"),
        )

    def __str__(self) -> str:
        return f"translator of {self.translation_id}"


class TranslatedPart(models.Model):
    """What a translator saved for one part of the text. Append-only, sealed in the database; the last one counts.

    `part` is "head", or the key of a section or a clause of the revision. `source` is what the authoritative text said
    when it was translated, so that a later revision tells what became of it.
    """

    translation = models.ForeignKey(Translation, models.PROTECT, related_name="parts")
    part = models.CharField(_("part"), max_length=36)
    number = models.PositiveIntegerField(_("number"))
    words: Any = models.JSONField(_("words"))
    source: Any = models.JSONField(_("authoritative words"))
    written_at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ("translation", "part", "number")
        constraints = (
            models.UniqueConstraint(
                fields=("translation", "part", "number"), name="one_translated_part_per_number"
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} {self.number} of {self.translation_id}"


class LanguageVersion(Identified):
    """A published translation: its whole content, and the digest over it. Sealed in the database."""

    translation = models.ForeignKey(Translation, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("number"))
    note = models.TextField(_("what was corrected"), max_length=1000, blank=True)
    content: Any = models.JSONField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    published_at = models.DateTimeField(_("published"))

    class Meta:
        ordering = ("translation", "-number")
        constraints = (
            models.UniqueConstraint(fields=("translation", "number"), name="one_language_version_per_number"),
        )

    def __str__(self) -> str:
        return f"version {self.number} of {self.translation_id}"

    def get_absolute_url(self) -> str:
        revision = self.translation.revision
        slug = revision.document.edition.slug
        return reverse(
            "outcome:language_version", args=(slug, revision.number, self.translation.language, self.number)
        )
