"""Whether the database has what this program needs, asked of the program as it was when the process started.

A new version may be put beside a running process, or in its place: what then lies on the disk is not what runs.
"""

from functools import cache

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Node = tuple[str, str]


@cache
def needed_migrations() -> dict[Node, tuple[Node, ...]]:
    """Every migration of this program, and those that a squashed one stands for; read from the disk once."""
    loader = MigrationLoader(None)
    return {node: tuple(loader.graph.nodes[node].replaces) for node in loader.graph.nodes}


def missing_migrations() -> list[Node]:
    """Which of them the database has not gone through. Those of a later program do not count.

    Raises:
        django.db.Error: the database does not answer.
    """
    applied = MigrationRecorder(connection).applied_migrations().keys()
    return [
        node
        for node, replaced in needed_migrations().items()
        if node not in applied and not (replaced and applied >= set(replaced))
    ]
