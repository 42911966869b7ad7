"""Comments on clauses: threads one level deep, and whom they mention."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from academy.models import Identified, Participant
from outcome.models.clauses import Clause
from outcome.models.revisions import Revision


class Comment(Identified):
    """What somebody wrote on a clause or on a passage of it, or the answer to that. Never changed, never deleted.

    Whom it mentions stands in the text as "@{identifier}": pages put in what may be shown of that person today.
    """

    clause = models.ForeignKey(Clause, models.PROTECT, related_name="comments")
    revision = models.ForeignKey(Revision, models.PROTECT, related_name="+")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="answers")
    author = models.ForeignKey(Participant, models.PROTECT, null=True, blank=True, related_name="+")
    text = models.TextField(_("comment"), max_length=2000)
    quote = models.TextField(_("passage"), max_length=500, blank=True)
    written_at = models.DateTimeField(_("written"))
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    hidden_at = models.DateTimeField(_("hidden"), null=True, blank=True)
    hidden_because = models.CharField(_("why it is hidden"), max_length=300, blank=True)

    class Meta:
        ordering = ("clause", "written_at", "id")
        constraints = (
            models.CheckConstraint(condition=Q(parent=None) | Q(quote=""), name="answers_quote_nothing"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(resolved_at=None), name="threads_are_resolved_not_answers"
            ),
            models.CheckConstraint(
                condition=Q(hidden_at=None, hidden_because="")
                | Q(hidden_at__isnull=False) & ~Q(hidden_because=""),
                name="hidden_with_a_reason",
            ),
        )

    def __str__(self) -> str:
        return f"comment on {self.clause_id}"


class Mention(Identified):
    """That a comment names somebody who may be named."""

    comment = models.ForeignKey(Comment, models.PROTECT, related_name="mentions")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("comment", "participant"), name="mentioned_once_per_comment"),
        )

    def __str__(self) -> str:
        return f"mention in {self.comment_id}"
