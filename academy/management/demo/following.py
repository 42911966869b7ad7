"""Stage "adopted": who endorses, what they commit to, and how far that is."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from academy import clock
from academy.management.content import content
from academy.management.demo.people import People
from academy.models import Edition, User
from outcome.following.committing import Promise, commit, note_progress
from outcome.following.confirming import confirm_endorsement
from outcome.following.endorsing import Signing, endorse, withdraw_endorsement
from outcome.following.reading import named_encouragements
from outcome.models import Endorsement


def seed_following(edition: Edition, people: People) -> None:
    """One endorses with commitments that go well, one with others; one has withdrawn, one waits for an organiser."""
    for entry in content("demo-following"):
        person = people[entry["person"]]
        signing = Signing(
            signer=person.name,
            **{
                name: entry[name]
                for name in (
                    "organisation",
                    "kind",
                    "country",
                    "function",
                    "website",
                    "statement",
                    "shows_signer",
                )
            },
        )
        with clock.set_to(_noon(entry["asked"], edition)):
            row = endorse(edition, signing, by=person.user)
        if "confirmed" in entry:
            with clock.set_to(_noon(entry["confirmed"], edition)):
                row = confirm_endorsement(row, by=people["amara"].user)
        for promise in entry["commitments"]:
            _commit(row, promise, edition, by=person.user)
        if "withdrawn" in entry:
            with clock.set_to(_noon(entry["withdrawn"], edition)):
                withdraw_endorsement(row, by=person.user)


def _commit(row: Endorsement, entry: dict[str, Any], edition: Edition, *, by: User) -> None:
    keys = {one.name: key for key, one in named_encouragements(row.revision, edition.slug).items()}
    with clock.set_to(_noon(entry["made"], edition)):
        made = commit(
            row,
            Promise(
                clauses=tuple(keys[name] for name in entry["clauses"]),
                what=entry["what"],
                responsible=entry["responsible"],
                due=date.fromisoformat(entry["due"]),
                evidence=entry["evidence"],
                review_on=date.fromisoformat(entry["review_on"]) if entry["review_on"] else None,
            ),
            by=by,
        )
    for note in entry["notes"]:
        with clock.set_to(_noon(note["on"], edition)):
            note_progress(
                made, state=note["state"], words=note["words"], evidence=note.get("evidence", ""), by=by
            )


def _noon(day: str, edition: Edition) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=ZoneInfo(edition.time_zone))
