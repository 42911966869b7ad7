"""A restore as its command makes it, with what is done after it, for the tests of what comes back."""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings as configured
from django.core.management import CommandError, call_command
from django.db import connection

from academy.privacy.after_restore import Report, steps, take
from academy.privacy.erased import Noted
from academy.registration import Profile, register
from academy.safekeeping.databases import another, as_default, settings_for
from academy.safekeeping.marking import RESTORED, mark
from tests.elsewhere import empty_database
from tests.factories import make_user

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from academy.models import Edition, Participant

NAMES = ("erased", "protected", "unlisted", "wider", "left", "quiet", "needs", "same")


def people_of(edition: Edition) -> dict[str, Participant]:
    """Who takes part, all of them listed but one."""
    rows = {}
    for name in NAMES:
        profile = Profile(name=name, actor="research", country="MA", visibility="listed", languages=["en"])
        if name == "wider":
            profile = replace(profile, visibility="protected", pseudonym="Heron")
        need = "A ramp" if name == "needs" else ""
        rows[name] = register(make_user(name), edition, profile, verified=True, access_need=need)
    return rows


@contextmanager
def restored(tmp_path: Path, *words: str, fails: str = "") -> Iterator[str]:
    """The newest backup in an empty database that is the academy's own from then on; what the command said."""
    own = configured.DATABASES["default"]
    with empty_database(tmp_path) as address, another(settings_for(address), "own") as back, as_default(back):
        configured.DATABASES["default"], back.alias = settings_for(address), "default"
        try:
            yield said_by(*words, fails=fails)
        finally:
            configured.DATABASES["default"] = own


def said_by(*words: str, fails: str = "") -> str:
    said = io.StringIO()
    if fails:
        with pytest.raises(CommandError, match=fails):
            call_command("restore", *words, stdout=said, stderr=said)
    else:
        call_command("restore", *words, stdout=said, stderr=said)
    return said.getvalue()


def once_more() -> str:
    """What is done after a restore, as if something had been left to be done."""
    mark(connection, {RESTORED: "2022-02-02T10:00:00+00:00"})
    return said_by("--only-afterwards")


def back_up() -> None:
    call_command("backup", stdout=io.StringIO())


def afterwards(**said: Any) -> Report:
    """The steps alone, for a list that says this."""
    report = Report()
    for step in steps(Noted(**said)):
        take(step, report)
    return report
