"""Time zones by name, in words, over a clock change."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from academy.zones import UnknownZone, offset_in_words, place_of, zone_in_words, zone_named

WINTER, SUMMER = datetime(2022, 2, 2, 12, tzinfo=UTC), datetime(2022, 7, 2, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["", "Mars/Olympus", "../../etc/passwd", "Europe/Vienna\x00", "CET", "x" * 5000]
)
def test_a_name_that_is_no_zone_is_refused(name):
    with pytest.raises(UnknownZone):
        zone_named(name)


def test_a_zone_is_named_in_words():
    assert zone_in_words(ZoneInfo("Europe/Vienna"), WINTER) == "Central European Time"
    assert zone_in_words(ZoneInfo("Europe/Vienna"), SUMMER) == "Central European Summer Time"
    assert zone_in_words(ZoneInfo("Asia/Dhaka"), WINTER) == "Dhaka time, UTC+6"
    assert zone_in_words(zone_named("UTC"), WINTER) == "UTC"


def test_offsets_follow_the_clock_change_and_keep_minutes():
    assert offset_in_words(ZoneInfo("America/New_York"), WINTER) == "UTC-5"
    assert offset_in_words(ZoneInfo("America/New_York"), SUMMER) == "UTC-4"
    assert offset_in_words(ZoneInfo("Asia/Kathmandu"), WINTER) == "UTC+5:45"
    assert offset_in_words(ZoneInfo("America/St_Johns"), WINTER) == "UTC-3:30"


def test_a_place_reads_as_people_write_it():
    assert place_of(ZoneInfo("America/Argentina/Buenos_Aires")) == "Buenos Aires"
