"""Dates as mail says them, in the order and with the signs of its language."""

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.translation import pgettext


def day_in_words(day: date | datetime) -> str:
    """A day for sentences: "3 February 2022"."""
    return date_format(day, pgettext("format of a date", "j F Y"))


def day_of_week(day: date | datetime) -> str:
    """A day of this year: "Wednesday 2 February"."""
    return date_format(day, pgettext("format of a date", "l j F"))


def day_in_short(day: date | datetime) -> str:
    """A day for lists: "Wed 2 Feb 2022"."""
    return date_format(day, pgettext("format of a date", "D j M Y"))


def day_of_month(day: date | datetime) -> str:
    """A day for small print: "3 Feb 2022"."""
    return date_format(day, pgettext("format of a date", "j M Y"))
