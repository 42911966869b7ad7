"""The data files of the project: real editions, and the demo's people and words."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


def content(name: str) -> Any:
    """The JSON value of a data file, by its name without the ending."""
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
