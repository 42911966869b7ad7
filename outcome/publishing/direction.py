"""In which direction a text runs. Pure."""

import unicodedata


def runs_from_right(text: str) -> bool:
    """Whether a text is written from right to left: its first letter with a direction says so (UAX #9, rule P2)."""
    strong = (kind for sign in text if (kind := unicodedata.bidirectional(sign)) in {"L", "R", "AL"})
    return next(strong, "L") != "L"
