"""When something that runs beside the pages last did so, and which alarms were told."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Pulse(models.Model):
    """When something last ran, and how it went: a backup, a verification, the worker."""

    class Name(models.TextChoices):
        WORKER = "worker", _("worker")
        BACKUP = "backup", _("backup")
        DRILL = "drill", _("drill")
        VERIFICATION = "verification", _("verification")

    name = models.CharField(_("what"), max_length=20, choices=Name.choices, primary_key=True)
    at = models.DateTimeField(_("last tried"))
    well_at = models.DateTimeField(_("last went well"), null=True, blank=True)
    is_well = models.BooleanField(_("went well"))

    def __str__(self) -> str:
        return self.name


class Alarm(models.Model):
    """Something that is wrong now and was told by mail; gone when it is well again."""

    key = models.CharField(_("what"), max_length=40, primary_key=True)
    since = models.DateTimeField(_("since"))
    told_at = models.DateTimeField(_("last told"))
    told = models.PositiveIntegerField(_("times told"), default=1)

    def __str__(self) -> str:
        return self.key
