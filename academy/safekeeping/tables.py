"""Which tables an academy has, as its migrations say, and in which order they are filled.

The models are those of the migrations that a database has had, not those of the program: so a backup from before an
upgrade is restored as it was, and then upgraded.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.exceptions import NodeNotFoundError
from django.db.migrations.loader import MigrationLoader

from academy.migrating import WholeExecutor
from academy.safekeeping.databases import as_default
from academy.safekeeping.refusals import NotSafe

Migrations = frozenset[tuple[str, str]]
# Who is logged in is nobody's business later: whoever restores a backup lets nobody in by it.
SESSIONS = frozenset({"django_session", "usersessions_usersession"})


@dataclass(frozen=True)
class Table:
    """A table with its columns, as one state of the migrations knows them."""

    model: type[models.Model]

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def fields(self) -> list[Any]:
        return [field for field in self.model._meta.concrete_fields if not getattr(field, "generated", False)]

    @property
    def columns(self) -> list[str]:
        return [str(field.column) for field in self.fields]

    def leads_to(self) -> set[str]:
        """The tables that its rows point to."""
        return {field.related_model._meta.db_table for field in self.fields if field.is_relation}


def migrations_of(connection: BaseDatabaseWrapper) -> Migrations:
    """The migrations that a database has had.

    Raises:
        NotSafe: it has had none, or some that this program does not know.
    """
    loader = MigrationLoader(connection, ignore_no_migrations=True)
    applied = frozenset(loader.applied_migrations)
    if not applied:
        raise NotSafe("This database is empty: it has no tables of an academy.")
    unknown = sorted(applied - set(loader.graph.nodes) - _replaced(loader))
    if unknown:
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:5])
        raise NotSafe(
            f"This database is newer than this program: it has had {names}. Update the program first."
        )
    return applied & frozenset(loader.graph.nodes)


def _replaced(loader: MigrationLoader) -> set[tuple[str, str]]:
    return {key for migration in loader.replacements.values() for key in migration.replaces}


def _loader_of(
    connection: BaseDatabaseWrapper, migrations: Iterable[tuple[str, str]]
) -> tuple[MigrationLoader, Migrations]:
    """What loads these migrations, and their names there.

    A squashed one stands for those that it replaces, unless some of them are named: a database from before it was
    squashed has had them one by one, and has them so again.
    """
    loader, names = MigrationLoader(connection, ignore_no_migrations=True), frozenset(migrations)
    if not names & _replaced(loader):
        return loader, names
    for key in names & loader.replacements.keys():
        names = names - {key} | set(loader.replacements[key].replaces)
    return MigrationLoader(connection, ignore_no_migrations=True, replace_migrations=False), names


def tables_after(connection: BaseDatabaseWrapper, migrations: Iterable[tuple[str, str]]) -> list[Table]:
    """The tables that there are after these migrations."""
    loader, names = _loader_of(connection, migrations)
    state = loader.project_state(sorted(names))
    return [
        Table(model)
        for model in state.apps.get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy and not model._meta.swapped
    ]


def make_tables(connection: BaseDatabaseWrapper, migrations: Migrations | None = None) -> None:
    """Bring a database to the state after these migrations; to the program's own, if none are named.

    Raises:
        NotSafe: this program does not know one of them.
    """
    executor = WholeExecutor(connection)
    executor.loader, named = _loader_of(connection, migrations or ())
    graph = executor.loader.graph
    unknown = sorted(named - set(graph.nodes))
    if unknown:
        names = ", ".join(f"{app}.{name}" for app, name in unknown[:5])
        raise NotSafe(f"This program is too old: it does not know {names}. Update the program first.")
    try:
        wanted = frozenset(graph.nodes) if migrations is None else named
        applied = executor.loader.applied_migrations
        # Only ends: what lies on the way to another one, or is there already, would be read as a wish to go back to it.
        ends = [
            name
            for name in sorted(wanted)
            if name not in applied and not {child.key for child in graph.node_map[name].children} & wanted
        ]
        # Migrations that carry data over ask Django's models, and those ask the academy's own database otherwise.
        with as_default(connection):
            executor.migrate(ends)
    except NodeNotFoundError as error:
        raise NotSafe(f"The migrations do not fit together: {error}") from error


def in_order(tables: list[Table]) -> Iterator[list[Table]]:
    """The tables in groups: each group leads only to itself and to groups before it.

    A group is one table, or several that lead to one another in a circle; it is filled in one transaction.
    """
    waiting = {table.name: table for table in tables}
    reach = {name: _reach(name, waiting) for name in waiting}
    while waiting:
        free = [name for name in sorted(waiting) if reach[name] & waiting.keys() <= _circle(name, reach)]
        group = sorted(_circle(free[0], reach) & waiting.keys() | {free[0]})
        yield [waiting.pop(name) for name in group]


def _circle(name: str, reach: dict[str, set[str]]) -> set[str]:
    """The tables that this one leads to and that lead back."""
    return {other for other in reach[name] if name in reach[other]} | {name}


def _reach(name: str, tables: dict[str, Table]) -> set[str]:
    found: set[str] = set()
    asked = [name]
    while asked:
        for other in tables[asked.pop()].leads_to() & tables.keys() - found:
            found.add(other)
            asked.append(other)
    return found
