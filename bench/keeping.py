"""Where the figures of a measurement are kept: `var/bench-<part>.json`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def keep(part: str, figures: Mapping[str, Any]) -> None:
    """Write what a part has measured, instead of what it measured last time."""
    target = ROOT / "var" / f"bench-{part}.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(figures, indent=2) + "\n")
