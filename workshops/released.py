"""What everybody reads of the workshops: the programme as it was last released, not the organisers' draft."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from academy.models import Edition
from programme.releases import current_release
from workshops.guiding import Guidance, PartWords
from workshops.models import Workshop


@dataclass(frozen=True)
class Released:
    """The newest release as far as it concerns the workshops: its sessions, and what it says of each workshop's."""

    sessions: frozenset[UUID]
    workshops: dict[UUID, dict[str, Any]]

    def reads(self, row: Workshop) -> bool:
        """Let a workshop say what was released of it; whether it is in the release at all. Nothing is saved."""
        words = self.workshops.get(row.session_id)
        if words:
            row.title, row.aim = words["title"], words["aim"]
        return words is not None

    def guidance(self, row: Workshop) -> Guidance:
        """The aim, parts and guiding questions that were released of a workshop."""
        words = self.workshops[row.session_id]
        parts = (
            PartWords(part["letter"], part["title"], part["minutes"], tuple(part["questions"]))
            for part in words["parts"]
        )
        return Guidance(words["aim"], tuple(parts))


def released_workshops(edition: Edition) -> Released:
    """The workshops of the newest release; of an academy without one, nothing."""
    release = current_release(edition)
    sessions, workshops = set(), {}
    waiting = [node for day in release.content["days"] for node in day["sessions"]] if release else []
    while waiting:
        node = waiting.pop()
        key = UUID(node["id"])
        sessions.add(key)
        if "workshop" in node:
            workshops[key] = node["workshop"]
        waiting += node["children"]
    return Released(frozenset(sessions), workshops)
