"""Endorsements and commitments as values for programs, and as rows of a table."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from outcome.following.reading import Endorser, Promised

Address = Callable[[str], str]


def endorsement_value(one: Endorser, address: Address) -> dict[str, Any]:
    """What everybody may know of an endorsement; `address` makes a path a whole address."""
    row = one.row
    is_standing = row.state == row.State.CONFIRMED
    return {
        "id": str(row.pk),
        "organisation": row.organisation,
        "kind": row.kind,
        "country": row.country,
        "region": one.region,
        "website": row.domain,
        "state": row.state,
        "confirmed_by": row.way,
        "address_domain": row.address_domain,
        "confirmed_on": one.since,
        "withdrawn_on": one.withdrawn_on,
        "statement": row.statement if is_standing else "",
        "signer": row.shown_signer,
        "signer_function": row.shown_function,
        "commitments": [commitment_value(each, one, address) for each in one.promises] if is_standing else [],
        "url": address(row.get_absolute_url()),
    }


def commitment_value(promised: Promised, one: Endorser, address: Address) -> dict[str, Any]:
    """What everybody may know of a commitment."""
    row = promised.row
    return {
        "id": str(row.pk),
        "endorsement": str(one.row.pk),
        "organisation": one.row.organisation,
        "number": row.number,
        "clauses": [
            {"id": clause.name, "title": clause.heading, "url": address(clause.address)}
            for clause in promised.clauses
        ],
        "what": row.what,
        "responsible": row.responsible,
        "due": row.due,
        "evidence": row.evidence,
        "next_review": row.next_review if row.is_going_on else None,
        "state": row.state,
        "progress": [
            {"at": note.noted_at, "state": note.state, "words": note.words, "evidence": note.evidence}
            for note in promised.notes
        ],
        "url": f"{address(one.row.get_absolute_url())}#commitment-{row.number}",
    }


def headings() -> list[str]:
    """The first line of the table."""
    return [
        _("Organisation"),
        _("Kind"),
        _("Country"),
        _("State"),
        _("Confirmed on"),
        _("Withdrawn on"),
        _("Encouragements"),
        _("What"),
        _("Who"),
        _("By when"),
        _("Evidence"),
        _("How far"),
        _("Last report"),
        _("Address"),
    ]


def rows_of(found: Iterable[Endorser], address: Address) -> Iterator[list[str]]:
    """A row for each commitment; one for an endorsement without any, or that was withdrawn."""
    for one in found:
        row = one.row
        first = [
            row.organisation,
            str(row.get_kind_display()),
            one.country,
            str(row.get_state_display()),
            one.since.isoformat() if one.since else "",
            one.withdrawn_on.isoformat() if one.withdrawn_on else "",
        ]
        last = address(row.get_absolute_url())
        promises = one.promises if row.state == row.State.CONFIRMED else []
        if not promises:
            yield [*first, *[""] * 7, last]
        for each in promises:
            yield [*first, *_cells(each), last]


def _cells(promised: Promised) -> list[str]:
    row = promised.row
    return [
        ", ".join(clause.name for clause in promised.clauses),
        row.what,
        row.responsible,
        row.due.isoformat(),
        row.evidence,
        str(row.get_state_display()),
        promised.notes[0].words if promised.notes else "",
    ]
