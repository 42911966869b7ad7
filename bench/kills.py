"""`python -m bench.kills`: two browsers type into one clause while the server is killed again and again.

    python -m bench.kills [--kills 12]

The same run is in `make test` with three kills. Here there are twelve: on SQLite with one process, and on PostgreSQL
and Redis with two, one of which is killed at a time. Nothing that was acknowledged may be missing in the database, and
in the end both browsers and the database must say the same, each character that was typed once and in order. The
control, a server that acknowledges before it stores, must be found out. Prints a table, writes `var/bench-kills.json`,
and ends with 1 if anything of that was not so.
"""

import argparse
import os
import sys
from dataclasses import dataclass

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
django.setup()

from bench.keeping import keep  # noqa: E402  # Django must be set up first
from tests.killing import Result, prepare, run  # noqa: E402  # as above
from tests.servers import throwaway_servers  # noqa: E402  # as above

HONEST, HASTY = "academy.asgi:application", "tests.hasty_editing:application"


@dataclass(frozen=True)
class Setting:
    """How the academy is run, by which code, and what must come of it."""

    name: str
    processes: int
    application: str = HONEST

    @property
    def is_control(self) -> bool:
        return self.application == HASTY

    def is_as_it_must_be(self, result: Result, kills: int) -> bool:
        if self.is_control:
            return result.missing > 0
        return result.kills == kills and result.missing == 0 and result.is_whole


SETTINGS = (
    Setting("SQLite, one process", 1),
    Setting("PostgreSQL and Redis, two processes", 2),
    Setting("control: acknowledges before it stores", 1, HASTY),
)


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.kills")
    options.add_argument("--kills", type=int, default=12, help="how often in each setting (default: 12)")
    kills: int = options.parse_args(words).kills
    figures, wrong = {}, []
    for setting in SETTINGS:
        result = kill_and_look(setting, kills)
        is_right = setting.is_as_it_must_be(result, kills)
        figures[setting.name] = {
            "kills": result.kills,
            "characters": sum(map(len, result.typed)),
            "acknowledged and missing": result.missing,
            "all ends equal": result.is_whole,
        }
        told = ", ".join(f"{name} {figure}" for name, figure in figures[setting.name].items())
        print(f"{setting.name}: {told}{'' if is_right else '  NOT AS IT MUST BE'}", flush=True)
        wrong += [] if is_right else [setting.name]
    keep("kills", figures)
    return int(bool(wrong))


def kill_and_look(setting: Setting, kills: int) -> Result:
    """Let two people type in a fresh academy, and kill it so many times."""
    with throwaway_servers(sqlite=setting.processes == 1) as environment:
        return run(
            prepare(environment), processes=setting.processes, kills=kills, application=setting.application
        )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
