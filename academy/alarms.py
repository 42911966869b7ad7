"""Alerts by mail: told once, then less and less often while it lasts, and once more when it is well again."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from academy import clock
from academy.models import Edition, Role, User
from academy.models.watching import Alarm
from academy.outbox import queue_message, send_message, waiting_messages
from academy.watching import Level, Light, lights

# After the first mail, the second, and so on; then every day.
WAITS = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=12))
EVERY = timedelta(days=1)
ALARM = "alarm:"


def raise_alarms() -> int:
    """Tell of what needs somebody to act, and of what is well again; returns how many things were told."""
    urgent = {light.key: light for light in lights() if light.level is Level.ACT}
    told = 0
    with transaction.atomic():
        known = {alarm.key: alarm for alarm in Alarm.objects.select_for_update()}
        for key, light in urgent.items():
            told += _again(known[key], light) if key in known else _first(light)
        for key, alarm in known.items():
            if key not in urgent:
                _well_again(alarm)
                told += 1
    return told


def send_alarms() -> int:
    """Send the alarms that wait, from this process: when Redis or the worker is gone nobody else does.

    What a worker has in hand stays with it. Returns how many were sent.
    """
    waiting = waiting_messages().filter(key__startswith=ALARM)
    return sum(send_message(str(key)) for key in list(waiting.values_list("pk", flat=True)))


def wait_after(told: int) -> timedelta:
    """How long after the last of so many mails the next one comes."""
    return WAITS[told - 1] if told <= len(WAITS) else EVERY


def _first(light: Light) -> int:
    moment = clock.now()
    alarm, is_new = Alarm.objects.get_or_create(key=light.key, defaults={"since": moment, "told_at": moment})
    if not is_new:  # somebody else told it meanwhile
        return 0
    _tell(alarm, _("Act now: %(what)s") % {"what": light.title}, f"{light.about}\n\n{light.help}")
    return 1


def _again(alarm: Alarm, light: Light) -> int:
    if clock.now() < alarm.told_at + wait_after(alarm.told):
        return 0
    alarm.told_at, alarm.told = clock.now(), alarm.told + 1
    alarm.save(update_fields=["told_at", "told"])
    _tell(alarm, _("Still to act on: %(what)s") % {"what": light.title}, f"{light.about}\n\n{light.help}")
    return 1


def _well_again(alarm: Alarm) -> None:
    titles = {light.key: light.title for light in lights()}
    what = titles.get(alarm.key, alarm.key)
    alarm.told += 1
    _tell(alarm, _("Well again: %(what)s") % {"what": what}, _("Nothing needs to be done."))
    alarm.delete()


def _tell(alarm: Alarm, subject: str, text: str) -> None:
    for address in addresses():
        queue_message(
            key=f"{ALARM}{alarm.key}:{alarm.since.isoformat()}:{alarm.told}:{_short(address)}",
            to=address,
            subject=subject,
            body=f"{text}\n\n{settings.SITE_ADDRESS}/\n",
        )


def _short(address: str) -> str:
    """What tells one recipient's mail from another's, without the address."""
    return hashlib.sha256(address.encode()).hexdigest()[:16]


def addresses() -> list[str]:
    """Who is told: ALERT_ADDRESSES; otherwise the administrators; otherwise the organisers of the current edition."""
    if settings.ALERT_ADDRESSES:
        return list(settings.ALERT_ADDRESSES)
    administrators = User.objects.filter(is_active=True, is_superuser=True).order_by("email")
    if found := list(administrators.values_list("email", flat=True)):
        return found
    edition = Edition.objects.current()
    if edition is None:
        return []
    organisers = Role.objects.filter(
        edition=edition, kind=Role.Kind.ORGANISER, ended_at=None, user__is_active=True
    )
    return sorted(set(organisers.values_list("user__email", flat=True)))
