"""Moving an academy to another database: from SQLite to PostgreSQL, or back.

The new database carries a mark from the first table to the last comparison, and with it the academy does not start.
Whoever calls again after an interruption goes on where it stopped. The old database is only read.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from academy.safekeeping.databases import another, as_default, is_sqlite, kept_private
from academy.safekeeping.emptying import insist_on_empty, remove_everything
from academy.safekeeping.filling import (
    empty_tables,
    fill,
    insist_on_equal,
    sequences_of,
    set_sequences,
)
from academy.safekeeping.marking import (
    insist_on_mark_of_a_move,
    insist_on_whole,
    is_marked,
    mark,
    note,
    noted,
    take_off_mark,
)
from academy.safekeeping.reading import heads_of, standing_still
from academy.safekeeping.refusals import NotEmpty, NotSafe, in_words
from academy.safekeeping.restoring import Verify
from academy.safekeeping.rows import read_rows, total_of
from academy.safekeeping.seals import put_on, seals_of, take_off
from academy.safekeeping.tables import Migrations, Table, in_order, make_tables, migrations_of, tables_after
from academy.safekeeping.working import alone

Tell = Callable[[str], object]
STOPPED = (
    "The old database is as it was. Call it again with the same address, and it goes on where it stopped."
)


def move(
    source: dict[str, Any],
    target: dict[str, Any],
    folder: Path,
    *,
    verify: Verify,
    afresh: bool = False,
    tell: Tell = lambda _text: None,
) -> tuple[int, list[str]]:
    """Copy an academy into another database; returns how many rows, and what `verify` found there.

    Args:
        folder: that of the backups; a copy of a SQLite database lies in it meanwhile.
        afresh: empty what an interrupted move left in the new database, and begin again.

    Raises:
        NotEmpty: the new database holds something that no move of this academy left there.
        DoesNotFit: a row cannot stand in the new database.
        NotSafe: the old database was written to meanwhile, or the new one does not hold the same.
    """
    if _place(source) == _place(target):
        raise NotSafe("This is the database that the academy is in already.")
    with (
        in_words(STOPPED),
        alone(folder, tell=tell) as work,
        standing_still(source, work) as old,
        another(kept_private(target), "target") as new,
    ):
        insist_on_whole(old)
        migrations = migrations_of(old)
        tables = tables_after(old, migrations)
        heads = heads_of(tables, old)
        _begin(new, migrations, heads, afresh=afresh)
        totals = _copy_all(tables, old, new, tell)
        tell("Comparing both databases …")
        insist_on_equal(tables, totals, new)
        set_sequences(tables, sequences_of(tables, old), new)
        _finish(new, heads, tables)
        with as_default(new):
            mismatches = verify()
        _insist_on_unchanged(source, tables, totals)
        take_off_mark(new)
    return sum(total["rows"] for total in totals.values()), mismatches


def _place(settings: dict[str, Any]) -> tuple[str, ...]:
    if is_sqlite(settings):
        return (str(Path(settings["NAME"]).absolute()),)
    return tuple(str(settings.get(name) or "") for name in ("HOST", "PORT", "NAME"))


def _begin(new: BaseDatabaseWrapper, migrations: Migrations, heads: dict[str, Any], *, afresh: bool) -> None:
    """Mark the new database and make its tables, or find what an interrupted move left there."""
    begun = {"heads": heads, "migrations": sorted(map(list, migrations)), "done": {}}
    if is_marked(new):
        insist_on_mark_of_a_move(new)
        # As long as nothing else is kept, its tables may not all be there, and no row is. Earlier versions left some
        # there without a record, with which nobody can go on; to make them anew takes seconds.
        if afresh or noted(new) == begun:
            remove_everything(new)
    if not is_marked(new):
        insist_on_empty(new)
        mark(new, begun)
    known = noted(new)
    if known.get("heads") != heads or known.get("migrations") != begun["migrations"]:
        raise NotEmpty(
            "The move that was interrupted began from another state of the academy. Call it again with --afresh to "
            "empty the new database and begin anew; the old one stays as it is."
        )
    make_tables(new, migrations)
    if "seals" not in known:
        note(new, "seals", seals_of(new))


def _copy_all(
    tables: list[Table], old: BaseDatabaseWrapper, new: BaseDatabaseWrapper, tell: Tell
) -> dict[str, dict[str, Any]]:
    """Copy group by group, each in one transaction together with the note that it is done."""
    done: dict[str, Any] = noted(new)["done"]
    take_off(new, noted(new)["seals"])
    for group in in_order(tables):
        names = [table.name for table in group]
        if all(name in done for name in names):
            _insist_on_same_source(group, done, old)
            continue
        with transaction.atomic(using=new.alias):
            empty_tables(group, new)
            for table in group:
                done[table.name] = fill(table, read_rows(table, old), new).as_json()
            new.check_constraints()
            note(new, "done", done)
        tell(", ".join(f"{name} {done[name]['rows']}" for name in names))
    return done


def _insist_on_same_source(group: list[Table], done: dict[str, Any], old: BaseDatabaseWrapper) -> None:
    for table in group:
        if total_of(table, read_rows(table, old)).as_json() != done[table.name]:
            raise NotSafe(
                f"The table {table.name} was written to since the move was interrupted. Stop the academy, and call "
                "this again with --afresh."
            )


def _finish(new: BaseDatabaseWrapper, heads: dict[str, Any], tables: list[Table]) -> None:
    """Put the seals on again, and upgrade what came from an older program."""
    seals = noted(new)["seals"]
    put_on(new, seals)
    if seals_of(new) != seals:
        raise NotSafe("The seals of the new database could not be put on.")
    if heads_of(tables, new) != heads:
        raise NotSafe("The history in the new database does not end where it ends in the old one.")
    make_tables(new)


def _insist_on_unchanged(
    source: dict[str, Any], tables: list[Table], totals: dict[str, dict[str, Any]]
) -> None:
    """Refuse a move beside which the academy went on. Accounts, passwords and mail are in no history: every row counts.

    Raises:
        NotSafe: a table is not what it was when it was copied.
    """
    with another(source, "again") as again:
        for table in tables:
            if total_of(table, read_rows(table, again)).as_json() != totals[table.name]:
                raise NotSafe(
                    f"The academy was used while it was moved: {table.name} was written to. Stop it, and call this "
                    "again with --afresh: what was written meanwhile is in the old database only."
                )
