"""Reading back: before a board is closed, the room confirms the sentences that will stand for it, or corrects them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Edition, Identified, Participant
from workshops.models.findings import Finding
from workshops.models.groups import Group

SENTENCE_LENGTH = 1000
CORRECTION_LENGTH = 300


class ReadBack(Identified):
    """One reading back in a group: the draft of the summary, sentence by sentence, and the agreed findings."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="read_backs")
    begun_at = models.DateTimeField(_("begun"))
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ("group", "begun_at")
        constraints = (
            models.UniqueConstraint(
                fields=("group",), condition=Q(ended_at=None), name="one_read_back_at_a_time"
            ),
        )

    def __str__(self) -> str:
        return f"read back in {self.group_id}"


class Sentence(Identified):
    """A sentence that is read back: of the summary, or an agreed finding. Corrected, it is asked about anew."""

    read_back = models.ForeignKey(ReadBack, models.PROTECT, related_name="sentences")
    position = models.PositiveSmallIntegerField(_("position"))
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.CharField(_("text"), max_length=SENTENCE_LENGTH)
    version = models.PositiveSmallIntegerField(_("version"), default=1)

    class Meta:
        ordering = ("read_back", "position")
        constraints = (
            models.UniqueConstraint(fields=("read_back", "position"), name="one_sentence_per_position"),
        )

    def __str__(self) -> str:
        return self.text


class Answer(Identified):
    """What a participant answered to a sentence as it then was: confirmed (no correction), or what to correct."""

    sentence = models.ForeignKey(Sentence, models.PROTECT, related_name="answers")
    version = models.PositiveSmallIntegerField(_("version of the sentence"))
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="read_back_answers")
    correction = models.CharField(_("correction"), max_length=CORRECTION_LENGTH, blank=True)
    answered_at = models.DateTimeField(_("answered"))

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("sentence", "version", "participant"), name="one_answer_per_sentence_and_person"
            ),
        )

    def __str__(self) -> str:
        return f"answer to {self.sentence_id}"


class Guide(Identified):
    """An edition's own words for its moderators or its participants, instead of those that come with Academy."""

    class Audience(models.TextChoices):
        MODERATORS = "moderators", _("moderators and co-facilitators")
        PARTICIPANTS = "participants", _("participants")

    edition = models.ForeignKey(Edition, models.PROTECT, related_name="guides")
    audience = models.CharField(_("for"), max_length=12, choices=Audience)
    text = models.TextField(_("text"), max_length=8000)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("edition", "audience"), name="one_guide_per_audience"),
        )

    def __str__(self) -> str:
        return f"guide for {self.audience}"
