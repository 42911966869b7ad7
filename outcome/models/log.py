"""The log of a document that is written together, and whose the editors are that write in it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from academy.models import User
from outcome.models.document import Document


class LogLine(models.Model):
    """A line of the log of a document that is written together: one Yjs update. Append-only, sealed in the database.

    It names nobody: `client` is the number of an editor (see `Editor`), none for the server.
    """

    document = models.ForeignKey(Document, models.PROTECT, related_name="log")
    seq = models.PositiveIntegerField(_("number"))
    client = models.BigIntegerField(_("editor"), null=True, blank=True)
    update = models.BinaryField(_("update"))
    # Its deletions are words that stand elsewhere now: whoever still writes among them has to be told.
    moves = models.BooleanField(_("moves words"), default=False)
    chain = models.CharField(_("digest of the log so far"), max_length=64)
    at = models.DateTimeField(_("written"))

    class Meta:
        ordering = ("document", "seq")
        constraints = (models.UniqueConstraint(fields=("document", "seq"), name="one_log_line_per_number"),)

    def __str__(self) -> str:
        return f"line {self.seq}"


class LogSummary(models.Model):
    """The first lines of a log merged into one update, for opening it quickly; it can be made again from them."""

    document = models.OneToOneField(Document, models.PROTECT, related_name="log_summary")
    seq = models.PositiveIntegerField(_("last line in it"))
    update = models.BinaryField(_("update"))

    def __str__(self) -> str:
        return f"lines 1 to {self.seq}"


class Editor(models.Model):
    """Whose a Yjs client number is in a document: nobody else may write under it, for ever."""

    document = models.ForeignKey(Document, models.PROTECT, related_name="editors")
    client = models.BigIntegerField(_("editor"))
    user = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    since = models.DateTimeField(_("since"))

    class Meta:
        constraints = (models.UniqueConstraint(fields=("document", "client"), name="one_person_per_editor"),)

    def __str__(self) -> str:
        return f"editor {self.client}"
