"""What the database has in the end, read by no code of the academy's pages."""

import re
from collections.abc import Hashable, Mapping
from typing import Any

from pycrdt import Doc, Map

from bench.editors import BLOCKS
from bench.soak.writing import KIND
from tests.mortals import Town

WORD = re.compile(r"\bw\d+x\d+\b")
Rows = list[tuple[Hashable, Any]]

FINDINGS = "SELECT id::text, text FROM workshops_finding WHERE group_id::text = ANY('{%s}')"
DOTS = """SELECT u.email, s.finding_id::text, s.dots FROM workshops_support s
    JOIN academy_participant p ON p.id = s.participant_id JOIN academy_user u ON u.id = p.user_id"""
JOINED = """SELECT u.email FROM programme_attendance a
    JOIN academy_participant p ON p.id = a.participant_id JOIN academy_user u ON u.id = p.user_id"""
POSITIONS = """SELECT u.email, t.choice FROM outcome_position t JOIN outcome_elector e ON e.id = t.elector_id
    JOIN academy_participant p ON p.id = e.participant_id JOIN academy_user u ON u.id = p.user_id"""


def stored(town: Town, told: Mapping[str, Any]) -> dict[str, Rows]:
    """{kind: its rows}, as `bench.soak.ledger.compare` wants them."""
    groups = ",".join(board["group"] for board in told["boards"])
    lines = town.ask("SELECT update FROM outcome_logline ORDER BY seq")
    return {
        "findings": [(key, text) for key, text in town.ask(FINDINGS % groups)],
        "dots": [((email, finding), dots) for email, finding, dots in town.ask(DOTS)],
        "joined": [(email, "") for (email,) in town.ask(JOINED)],
        "positions": [(email, choice) for email, choice in town.ask(POSITIONS)],
        KIND: words_of([bytes(update) for (update,) in lines]),
    }


def words_of(updates: list[bytes]) -> Rows:
    """Every word that somebody typed, with the clause that it stands in, from the lines of the log alone."""
    doc: Doc[Any] = Doc()
    for update in updates:
        doc.apply_update(update)
    blocks = doc.get(BLOCKS, type=Map)
    return [(word, clause) for clause, block in blocks.items() for word in WORD.findall(str(block["body"]))]
