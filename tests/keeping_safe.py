"""What the tests of backups, drills and restores share: a folder with one backup, and commands with what they say."""

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from academy.models import Pulse
from tests.factories import make_user


def folder_with_a_backup(tmp_path: Path, settings: Any, recipients: Sequence[str] = ()) -> Path:
    """The folder of the academy's backups, with one in it, locked if there are recipients, and nothing noted yet."""
    settings.BACKUP_DIR, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    settings.BACKUP_RECIPIENTS, settings.BACKUP_IDENTITY = list(recipients), ""
    make_user("farid")
    said_by("backup")
    Pulse.objects.all().delete()
    return tmp_path / "backups"


def said_by(*words: str, fails: str = "") -> str:
    """What a command says, which fails with these words if there are any."""
    said = io.StringIO()
    if fails:
        with pytest.raises(CommandError, match=fails):
            call_command(*words, stdout=said, stderr=said)
    else:
        call_command(*words, stdout=said, stderr=said)
    return said.getvalue()


def noted() -> dict[str, bool]:
    """{what was noted for the alarms: whether it went well}."""
    return dict(Pulse.objects.values_list("name", "is_well"))


def newest(folder: Path) -> Path:
    """The only backup of a folder."""
    (found,) = folder.glob("academy-*")
    return found
