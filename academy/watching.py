"""What runs and what does not, as whoever looks after the academy wants to know it: in words, with a light.

The operations page, the alerts by mail and the metrics read the same list. No name of a person is in it.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import redis
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from academy import clock
from academy.mail.refusals import HELD
from academy.models import Message, PendingFact, Pulse
from academy.outbox import waiting_messages
from academy.safekeeping.media import left_open
from academy.safekeeping.targets import kept_aside

Name = Pulse.Name
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# After how long without success it is worth a look, and when something has to be done.
PATIENCE: dict[str, tuple[timedelta, timedelta]] = {
    Name.WORKER: (timedelta(minutes=3), timedelta(minutes=10)),
    Name.BACKUP: (timedelta(hours=30), 3 * DAY),
    Name.VERIFICATION: (timedelta(hours=30), 3 * DAY),
    Name.DRILL: (100 * DAY, 400 * DAY),
}
MAIL_LATE, MAIL_TOO_LATE = timedelta(minutes=10), timedelta(hours=1)
NOTED_LATE = timedelta(minutes=5)
DISK_LOW, DISK_TOO_LOW = 0.15, 0.05


class Level(StrEnum):
    """How bad it is; the value is also the word in class names and metrics."""

    WELL = "well"
    LOOK = "look"
    ACT = "act"


WORDS: dict[Level, Promise] = {
    Level.WELL: gettext_lazy("Well"),
    Level.LOOK: gettext_lazy("Have a look"),
    Level.ACT: gettext_lazy("Act now"),
}


@dataclass(frozen=True)
class Light:
    """One thing that is watched.

    Args:
        about: how it is, in a sentence or two.
        help: what to do, if it is not well.
        at: the moment that the sentence is about.
    """

    key: str
    title: str
    level: Level
    about: str
    help: str = ""
    at: datetime | None = None

    @property
    def in_words(self) -> Promise:
        return WORDS[self.level]


def beat(name: str, *, well: bool = True) -> None:
    """Note that something ran, and whether it went well."""
    moment = clock.now()
    with transaction.atomic():
        pulse = Pulse.objects.select_for_update().filter(name=name).first()
        last = moment if well else pulse.well_at if pulse else None
        Pulse.objects.update_or_create(name=name, defaults={"at": moment, "well_at": last, "is_well": well})


def lights() -> list[Light]:
    """Everything that is watched, what is worst first."""
    worst = list(Level)[::-1]
    return sorted(_all(), key=lambda light: worst.index(light.level))


def _all() -> Iterator[Light]:
    yield _database()
    yield _redis()
    pulses = {pulse.name: pulse for pulse in Pulse.objects.all()}
    if not settings.CELERY_TASK_ALWAYS_EAGER:
        yield _pulse(Name.WORKER, pulses.get(Name.WORKER))
    yield _mail()
    yield _lost_mail()
    for name in (Name.BACKUP, Name.VERIFICATION, Name.DRILL):
        yield _pulse(name, pulses.get(name))
    if Name.BACKUP in pulses:
        yield _locks()
    yield from _kept_aside()
    yield from _list()
    yield from _disks()


def _database() -> Light:
    """If it did not answer, nobody would read this; who watches from outside asks /health/ready."""
    engine = "PostgreSQL" if "postgresql" in settings.DATABASES["default"]["ENGINE"] else "SQLite"
    return Light("database", _("Database"), Level.WELL, _("%(engine)s answers.") % {"engine": engine})


def redis_answers() -> bool:
    """Whether Redis answers within two seconds; yes, where there is none."""
    if not settings.REDIS_URL:
        return True
    try:
        with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def _redis() -> Light:
    title = _("Messages between processes (Redis)")
    if not settings.REDIS_URL:
        return Light("redis", title, Level.WELL, _("One process does everything here; none is needed."))
    if redis_answers():
        return Light("redis", title, Level.WELL, _("Redis answers."))
    return Light(
        "redis",
        title,
        Level.ACT,
        _("Redis does not answer. Pages can be read and written; live pages are paused, and mail waits."),
        _("Start Redis. Nothing is lost: everything that counts lies in the database."),
    )


# --- What runs at its times -------------------------------------------------------------------------------------------

TITLES: dict[str, Promise] = {
    Name.WORKER: gettext_lazy("Work behind the pages"),
    Name.BACKUP: gettext_lazy("Backup"),
    Name.VERIFICATION: gettext_lazy("Verification"),
    Name.DRILL: gettext_lazy("Restore drill"),
}
NEVER: dict[str, Promise] = {
    Name.WORKER: gettext_lazy("No worker has reported yet."),
    Name.BACKUP: gettext_lazy("No backup has been made yet."),
    Name.VERIFICATION: gettext_lazy(
        "Nobody has verified yet that nothing was changed behind the academy’s back."
    ),
    Name.DRILL: gettext_lazy("Nobody has tried out yet whether a backup can be restored."),
}
WENT_WELL: dict[str, Promise] = {
    Name.WORKER: gettext_lazy("The worker and the timer run."),
    Name.BACKUP: gettext_lazy("A backup was made and read again."),
    Name.VERIFICATION: gettext_lazy("Everything that is published or was deliberated matches the history."),
    Name.DRILL: gettext_lazy("A backup was restored into a throw-away database, and everything matched."),
}
FAILED: dict[str, Promise] = {
    Name.WORKER: gettext_lazy("The last task failed."),
    Name.BACKUP: gettext_lazy("The last backup failed."),
    Name.VERIFICATION: gettext_lazy("Something does not match the history: it was changed without an entry."),
    Name.DRILL: gettext_lazy("The last drill failed: that backup cannot be restored as it should."),
}
TOO_LONG: dict[str, Promise] = {
    Name.WORKER: gettext_lazy(
        "The worker has not reported for a while. Mail and places that become free wait."
    ),
    Name.BACKUP: gettext_lazy("The last backup is old."),
    Name.VERIFICATION: gettext_lazy("The last verification was a while ago."),
    Name.DRILL: gettext_lazy("The last drill was a while ago."),
}
HELP: dict[str, Promise] = {
    Name.WORKER: gettext_lazy("Start the Celery worker and beat, or look at their logs."),
    Name.BACKUP: gettext_lazy("Run “%(program)s backup” on the server, and read what it says."),
    Name.VERIFICATION: gettext_lazy(
        "Run “%(program)s verify” on the server: it names every object that differs."
    ),
    Name.DRILL: gettext_lazy(
        "Try the newest backup out on another machine, as docs/backup.md says (The drill). When that went well, run "
        "“%(program)s drill --went-well” on the server."
    ),
}


def _help(name: str) -> str:
    """What to do. In production the wrapper that docs/install.md installs runs commands, elsewhere manage.py."""
    return str(HELP[name]) % {"program": "academy" if settings.PRODUCTION else "manage.py"}


# While a clock was wrong: until that moment nobody would be told that nothing has run since.
AHEAD = gettext_lazy("It last ran at a moment that has not come yet: a clock was wrong then, or is now.")
AHEAD_HELP = gettext_lazy("Look at the server’s clock. If it is right, let this run once more.")


def _pulse(name: str, pulse: Pulse | None) -> Light:
    title, advice = str(TITLES[name]), _help(name)
    if pulse is None:
        level = Level.ACT if name == Name.WORKER else Level.LOOK
        return Light(name, title, level, str(NEVER[name]), advice)
    if not pulse.is_well:
        return Light(name, title, Level.ACT, str(FAILED[name]), advice, pulse.at)
    late, too_late = PATIENCE[name]
    age = clock.now() - pulse.at
    if age < -HOUR:
        return Light(name, title, Level.LOOK, str(AHEAD), str(AHEAD_HELP), pulse.at)
    if age > late:
        level = Level.ACT if age > too_late else Level.LOOK
        return Light(name, title, level, str(TOO_LONG[name]), advice, pulse.at)
    return Light(name, title, Level.WELL, str(WENT_WELL[name]), at=pulse.at)


def _locks() -> Light:
    """Whoever gets hold of a backup reads everything in it, unless it is locked."""
    title = _("Locks of the backups")
    if settings.BACKUP_RECIPIENTS:
        return Light("locks", title, Level.WELL, _("Only whoever has a key reads the backups."))
    return Light(
        "locks",
        title,
        Level.LOOK,
        _("The backups are not locked: whoever gets hold of one reads every name in it."),
        _("Set BACKUP_RECIPIENTS on the server; docs/backup.md says how."),
    )


def _kept_aside() -> Iterator[Light]:
    """What a restore replaced stays until somebody removes it, with everybody who was erased since.

    What one put aside that was killed before its end is in use, and is not to be removed.
    """
    media = Path(settings.MEDIA_ROOT)
    needed = left_open(media)
    kept = [path for path in kept_aside(settings.DATABASES["default"], media) if path not in needed]
    if needed:
        yield Light(
            "left-open",
            _("A restore that was broken off"),
            Level.ACT,
            _(
                "The files that belong to this database were put aside by a restore that did not come to its end."
            ),
            _(
                "If the backup is still wanted, restore it once more, with --replace. If not, stop the academy, move "
                "what is in %(paths)s back into the media folder, each in the place of what has its name there, and "
                "remove it only when it is empty."
            )
            % {"paths": ", ".join(map(str, needed))},
        )
    if kept:
        yield Light(
            "kept-aside",
            _("What a restore replaced"),
            Level.LOOK,
            _("It is still on the server; people who were erased since may be in it."),
            _("Remove it once nobody needs it: %(paths)s") % {"paths": ", ".join(map(str, kept))},
        )


def _list() -> Iterator[Light]:
    """The list that a restore follows: an erasure that is not noted in it would be undone by one."""
    path = Path(settings.ERASED_LIST)
    there = next(one for one in (path, *path.parents) if one.exists())
    oldest = PendingFact.objects.order_by("since").first()
    if not os.access(there, os.W_OK):
        about = _("It cannot be written: who is erased or shown less now would be back after a restore.")
        advice = _("Give %(path)s to the account of the program.") % {"path": there}
    elif oldest and clock.now() - oldest.since > NOTED_LATE:
        about = _(
            "Something waits to be written into it: who was erased or shown less would be back after a restore."
        )
        advice = _(
            "See whether the disk of %(path)s is full or away; the log says why. It is tried again each minute."
        )
        advice %= {"path": path}
    else:
        return
    yield Light(
        "erased-list", _("List of erasures"), Level.ACT, about, advice, oldest.since if oldest else None
    )


# --- Mail and disks ---------------------------------------------------------------------------------------------------


def oldest_waiting() -> timedelta:
    """For how long the oldest mail that could go out has been waiting; nothing, if none waits."""
    oldest = waiting_messages().order_by("created_at").first()
    if oldest is None:
        return timedelta(0)
    return max(clock.now() - max(oldest.created_at, oldest.not_before or oldest.created_at), timedelta(0))


def _mail() -> Light:
    waiting, age = waiting_messages().count(), oldest_waiting()
    level = Level.ACT if age > MAIL_TOO_LATE else Level.LOOK if age > MAIL_LATE else Level.WELL
    words = ngettext("%(count)d mail waits to go out.", "%(count)d mails wait to go out.", waiting)
    about = words % {"count": waiting} if waiting else _("No mail waits.")
    if level is Level.WELL:
        return Light("mail", _("Mail"), level, about)
    minutes = int(age.total_seconds() // 60)
    about += " " + ngettext(
        "The oldest has been waiting for %(minutes)d minute.",
        "The oldest has been waiting for %(minutes)d minutes.",
        minutes,
    ) % {"minutes": minutes}
    advice = _(
        "See whether the worker runs and the mail server answers; the worker’s log says why mail waits."
    )
    return Light("mail", _("Mail"), level, about, advice)


def lost_mail() -> int:
    """How many mails of the last day were given up, or came back."""
    lost = (Message.State.FAILED, Message.State.BOUNCED)
    rows = Message.objects.filter(state__in=lost, created_at__gte=clock.now() - DAY)
    return rows.exclude(error__in=HELD).count()


def _lost_mail() -> Light:
    count = lost_mail()
    if not count:
        return Light("lost-mail", _("Mail that did not arrive"), Level.WELL, _("None in the last day."))
    about = ngettext(
        "%(count)d mail of the last day did not arrive.",
        "%(count)d mails of the last day did not arrive.",
        count,
    ) % {"count": count}
    return Light(
        "lost-mail",
        _("Mail that did not arrive"),
        Level.LOOK,
        about,
        _("The outbox says why, and sends them again."),
    )


def disks() -> dict[str, float]:
    """The share of each disk that is free, by what lies on it."""
    folders = {"data": Path(settings.VAR_DIR), "backups": Path(settings.BACKUP_DIR)}
    found = {}
    for name, folder in folders.items():
        there = next((path for path in (folder, *folder.parents) if path.exists()), None)
        if there is not None:
            usage = shutil.disk_usage(there)
            found[name] = usage.free / usage.total
    return found


def _disks() -> Iterator[Light]:
    titles = {"data": _("Disk of the data"), "backups": _("Disk of the backups")}
    for name, free in disks().items():
        level = Level.ACT if free < DISK_TOO_LOW else Level.LOOK if free < DISK_LOW else Level.WELL
        about = _("%(percent)d per cent are free.") % {"percent": int(free * 100)}
        advice = (
            _("Make room: remove old backups and logs, or take a larger disk.")
            if level is not Level.WELL
            else ""
        )
        yield Light(f"disk-{name}", titles[name], level, about, advice)
