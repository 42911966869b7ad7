"""What every row with an address of its own has."""

import uuid

from django.db import models


class Identified(models.Model):
    """A row that people may see an address of: its key is a random UUID, never a serial number."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
