#!/usr/bin/env python
"""The administrator's door: `python manage.py help` lists what can be done."""

import os
import signal
import sys
from pathlib import Path


def count_alone_without_the_shared_folder() -> None:
    """The folder in which processes share their counts is there only while they run; a command does without it.

    Without this, the library that counts ends every command that is called while the academy is stopped.
    """
    for name in ("PROMETHEUS_MULTIPROC_DIR", "prometheus_multiproc_dir"):
        folder = os.environ.get(name)
        if folder is not None and not (
            folder and Path(folder).is_dir() and os.access(folder, os.W_OK | os.X_OK)
        ):
            del os.environ[name]


def open_what_is_closed() -> None:
    """Whoever calls with an output closed (`>&-`) wants to hear nothing, not that the command cannot speak.

    First of all, so that no file gets the number of what is closed.
    """
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open()
    sys.stdout = sys.stdout or nowhere.open("w")
    sys.stderr = sys.stderr or nowhere.open("w")


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
    open_what_is_closed()
    count_alone_without_the_shared_folder()
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    # Neither is a fault of the program: a sentence says more than where in it that was noticed.
    expected = () if "--traceback" in sys.argv else (ImproperlyConfigured, OperationalError)
    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except expected as error:
        said = str(error).strip() or "no reason given"
        sys.exit(f"The database refused: {said}" if isinstance(error, OperationalError) else said)
    except BrokenPipeError:
        # Whoever read this wanted no more of it (`| head`); closing what is left must not complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + signal.SIGPIPE)


if __name__ == "__main__":
    main()
