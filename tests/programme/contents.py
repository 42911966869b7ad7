"""Contents of releases for tests of pure functions: plain ones, an awkward one, and generated ones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hypothesis import strategies as st

from programme.addresses import Addresses
from programme.models import Session, SessionRole

BASE = "https://academy.example/2022/programme/"
TO = Addresses(
    site="https://academy.example/",
    programme=BASE,
    session=lambda slug: f"{BASE}{slug}/",
    join=lambda slug: f"{BASE}{slug}/join/",
    material=lambda key: f"{BASE}materials/{key}/",
)
# What people type, paste and attack with.
AWKWARD = (
    "",
    "Plenary",
    "Émilie’s ﬁrst 🎪👩‍👩‍👧 panel",
    "ورشة العمل الأولى",
    "line\nfeed\r\nBEGIN:VALARM\rEND:VEVENT",
    "a, b; c: d \\ \"e\" 'f' =g",
    "=HYPERLINK(1)",
    "+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "</script><script>alert(1)</script>&amp;<!--",
    "]]><event id='1'/>",
    "\x00\x07\x0b\x1b\x7f\x85\ufeff\u2028\u2029",
    "\u202egnikcah",
    "\ud83d",
    "x" * 300,
)


def identified(name: str) -> str:
    return str(uuid5(NAMESPACE_URL, name))


def node(slug: str, **facts: Any) -> dict[str, Any]:
    """A session; `starts` and `ends` may be moments."""
    plain: dict[str, Any] = {
        "id": identified(slug),
        "slug": slug,
        "kind": "plenary",
        "title": slug.title(),
        "subtitle": "",
        "description": "",
        "footnote": "",
        "hosts": "",
        "points": [],
        "minutes": None,
        "strand": None,
        "starts": None,
        "ends": None,
        "language": "",
        "interpretation": [],
        "people": [],
        "materials": [],
        "children": [],
    }
    said = {**plain, **facts}
    for key in ("starts", "ends"):
        if isinstance(said[key], datetime):
            said[key] = said[key].astimezone(UTC).isoformat()
    return said


def at(text: str, minutes: int = 60, zone: str = "+01:00") -> dict[str, datetime]:
    """The times of a session that starts then: at("2022-02-01T11:30")."""
    starts = datetime.fromisoformat(text + zone)
    return {"starts": starts, "ends": starts + timedelta(minutes=minutes)}


def content_of(
    *days: list[dict[str, Any]], zone: str = "Europe/Vienna", first: str = "2022-02-01"
) -> dict[str, Any]:
    """A release's content with these sessions on days that follow each other."""
    dates = [date.fromisoformat(first) + timedelta(days=number) for number in range(len(days))]
    return {
        "edition": {
            "slug": "2022",
            "title": "Academy",
            "starts": dates[0].isoformat(),
            "ends": dates[-1].isoformat(),
            "time_zone": zone,
        },
        "strands": [
            {"slug": "drivers", "title": "Drivers", "short_title": "Drivers", "colour": "teal"},
            {"slug": "tools", "title": "Tools", "short_title": "Tools", "colour": "plum"},
        ],
        "days": [
            {
                "slug": f"day-{number}",
                "date": when.isoformat(),
                "title": f"Day {number}",
                "short_title": f"Day {number}",
                "colour": "teal",
                "strand": None,
                "aim": "",
                "sessions": list(sessions),
            }
            for number, (when, sessions) in enumerate(zip(dates, days, strict=True), start=1)
        ],
    }


def awkward(zone: str = "Europe/Vienna") -> dict[str, Any]:
    """Everything that is rare: odd texts, nesting, parallel rooms, midnight, both clock changes, missing times."""
    odd = [_odd(number, text) for number, text in enumerate(AWKWARD)]
    spring = [
        node("night", title="A long night", **at("2022-03-26T23:30", 240)),
        node("gap-before", **at("2022-03-27T01:30", 15)),
        node("gap-after", **at("2022-03-27T03:30", 15, "+02:00")),
        node("untimed", title="Some time"),
        node("startless-parent", children=[node("lonely-part", kind="panel")]),
        node("just-a-start", starts=datetime(2022, 3, 27, 12, tzinfo=UTC), minutes=45),
        node("Ends_With_-", strand="drivers", **at("2022-03-27T14:00", 0, "+02:00")),
        node("a", strand="tools", **at("2022-03-27T15:00", 60, "+02:00")),
    ]
    groups = [node(f"group-{n}", kind="group", title=f"Group {n}", minutes=20) for n in range(5)]
    deeper = node("deeper", kind="workshop", children=groups)
    languages = {"language": "en", "interpretation": ["fr"]}
    nested = node(
        "deep", kind="workshop", children=[deeper], **languages, **at("2022-03-28T10:00", 90, "+02:00")
    )
    panel = node("panel-b", kind="panel", **at("2022-03-28T13:30", 30, "+02:00"))
    panels = node(
        "panels", children=[node("panel-a", kind="panel"), panel], **at("2022-03-28T13:00", 60, "+02:00")
    )
    old = node("old", **at("2022-03-28T16:00", 30, "+02:00"))
    for key in ("language", "interpretation", "materials"):
        del old[key]
    return content_of(
        odd,
        spring,
        [nested, panels, old, node("overlap", **at("2022-03-28T10:30", 90, "+02:00"))],
        zone=zone,
        first="2022-03-26",
    )


def _odd(number: int, text: str) -> dict[str, Any]:
    """A session that says the same text in every place where it can say one."""
    person = {"role": "speaker", "guest": text or "?", "affiliation": text, "biography": text}
    link = {"id": identified(f"m{number}"), "title": text, "url": "https://example.org/?a=1&b=<2>"}
    return node(
        f"odd-{number}",
        title=text or "?",
        **dict.fromkeys(("subtitle", "description", "footnote", "hosts"), text),
        points=[text],
        people=[person],
        materials=[link],
        **at("2022-03-26T09:00"),
    )


def autumn(zone: str = "Europe/Vienna") -> dict[str, Any]:
    """The night on which the hour from two to three comes twice."""
    return content_of(
        [
            node("first-time", **at("2022-10-30T02:30", 15, "+02:00")),
            node("second-time", **at("2022-10-30T02:30", 15, "+01:00")),
            node("across", **at("2022-10-30T01:30", 120, "+02:00")),
        ],
        zone=zone,
        first="2022-10-30",
    )


TEXTS = st.one_of(st.sampled_from(AWKWARD), st.text(max_size=40))
FIRST = datetime(2021, 1, 2, tzinfo=UTC)
MOMENTS = st.integers(0, 3 * 365 * 24 * 60).map(lambda minutes: FIRST + timedelta(minutes=minutes))
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "role": st.sampled_from(SessionRole.Kind.values),
            "guest": TEXTS,
            "affiliation": TEXTS,
            "biography": TEXTS,
        }
    ),
    max_size=2,
)


@st.composite
def sessions(draw: Any, depth: int = 2) -> dict[str, Any]:
    times = {}
    if draw(st.booleans()):
        starts = draw(MOMENTS)
        times = {"starts": starts, "ends": starts + timedelta(minutes=draw(st.integers(1, 3000)))}
    return node(
        draw(st.from_regex(r"[-a-zA-Z0-9_]{1,20}", fullmatch=True)),
        id=str(draw(st.uuids(version=4))),
        kind=draw(st.sampled_from(Session.Kind.values)),
        title=draw(TEXTS),
        subtitle=draw(TEXTS),
        description=draw(TEXTS),
        strand=draw(st.sampled_from([None, "drivers", "tools"])),
        language=draw(st.sampled_from(["", "en", "pt-BR"])),
        interpretation=draw(st.lists(st.sampled_from(["fr", "ar"]), unique=True)),
        people=draw(PEOPLE),
        children=draw(st.lists(sessions(depth=depth - 1), max_size=3)) if depth else [],
        **times,
    )


@st.composite
def contents(draw: Any) -> dict[str, Any]:
    """Any programme of one to three days, its addresses different from each other."""
    zone = draw(
        st.sampled_from(["Europe/Vienna", "Pacific/Auckland", "America/Lima", "Asia/Kathmandu", "UTC"])
    )
    content = content_of(*draw(st.lists(st.lists(sessions(), max_size=4), min_size=1, max_size=3)), zone=zone)
    for number, one in enumerate(all_nodes(content)):
        one["slug"] += str(number)
    return content


def all_nodes(content: dict[str, Any]) -> list[dict[str, Any]]:
    def walk(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [found for item in items for found in (item, *walk(item["children"]))]

    return [found for day in content["days"] for found in walk(day["sessions"])]
