"""Whether the header and the manifest of a backup look as this program writes them.

Anybody can make a file with a sound beginning. What is odd in it is found here, before anything rests on it.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

LARGEST = 2**63 - 1
DIGEST = re.compile("[0-9a-f]{64}")
Parts = Mapping[str, Callable[[Any], bool]]


def odd_part(value: Any, parts: Parts) -> str:
    """The first of these parts that is missing or not what it should be; empty if all are sound."""
    found = value if isinstance(value, dict) else {}
    return next((name for name, is_sound in parts.items() if not is_sound(found.get(name))), "")


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def _is_moment(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _are_migrations(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(pair, list) and len(pair) == 2 and all(isinstance(word, str) for word in pair)
        for pair in value
    )


def _are_columns(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(columns, list) and columns and all(isinstance(column, str) for column in columns)
        for columns in value.values()
    )


def _are_totals(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(total, dict)
        and total.keys() == {"rows", "digest"}
        and _is_number(total["rows"])
        and _is_digest(total["digest"])
        for total in value.values()
    )


def _are_numbers(value: Any) -> bool:
    return isinstance(value, dict) and all(map(_is_number, value.values()))


def _are_pairs(value: Any) -> bool:
    """Of a number and a digest, by name."""
    return isinstance(value, dict) and all(
        isinstance(pair, list) and len(pair) == 2 and _is_number(pair[0]) and isinstance(pair[1], str)
        for pair in value.values()
    )


HEADER_PARTS: Parts = {"made_at": _is_moment, "migrations": _are_migrations, "tables": _are_columns}
MANIFEST_PARTS: Parts = {
    "tables": _are_totals,
    "sequences": _are_numbers,
    "heads": _are_pairs,
    "members": _are_pairs,
}
