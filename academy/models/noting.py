"""What the list beside the database does not hold yet."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PendingFact(models.Model):
    """A line for the list of erasures, kept in the transaction that it is about; it goes once the list holds it.

    Keys and moments, as in the list: no name and no address.
    """

    line = models.CharField(_("line"), max_length=300)
    since = models.DateTimeField(_("since"))

    def __str__(self) -> str:
        return self.line
