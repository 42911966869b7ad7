"""What mails say in other languages, compiled into what Django reads."""

from __future__ import annotations

from bin import environment
from bin.project import manage
from bin.speech import ROOT, run
from bin.stale import digest, when_stale

FOLDER = ROOT / "locale"


def prepare() -> None:
    """Compile the catalogs if they are stale."""
    sources = list(FOLDER.glob("*/LC_MESSAGES/django.po"))
    when_stale(
        FOLDER / ".academy",
        digest(sources, *(path.parts[-3] for path in sorted(sources)), digest([environment.RUNTIME])),
        _compile,
        products=[path.with_suffix(".mo") for path in sources],
        doing="Compiling the words of the mails",
    )


def _compile() -> None:
    run(manage("catalogs", "--compile"), failed="The words of the mails could not be compiled.")
