"""The seals while a database is filled: taken off, and put back exactly as they were.

Seals refuse what belongs to something published or closed, also where it is only carried over. On PostgreSQL they are
switched off and on; on SQLite, which cannot do that, they are removed and made again from their own text.
"""

from django.db.backends.base.base import BaseDatabaseWrapper

Seals = list[list[str]]
OF_POSTGRESQL = """
    SELECT c.relname, t.tgname, t.tgenabled::text, pg_get_triggerdef(t.oid) || E'\\n' || p.prosrc
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE NOT t.tgisinternal AND n.nspname = current_schema() ORDER BY 1, 2
"""
OF_SQLITE = (
    "SELECT tbl_name, name, 'O', sql FROM sqlite_master WHERE type = 'trigger' ORDER BY tbl_name, name"
)


def seals_of(connection: BaseDatabaseWrapper) -> Seals:
    """Every seal: its table, its name, whether it is in force ("O"), and what it says."""
    with connection.cursor() as cursor:
        cursor.execute(OF_POSTGRESQL if connection.vendor == "postgresql" else OF_SQLITE)
        return [[str(value) for value in row] for row in cursor.fetchall()]


def take_off(connection: BaseDatabaseWrapper, seals: Seals) -> None:
    """Let rows be carried over that the seals would refuse."""
    quote = connection.ops.quote_name
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in sorted({seal[0] for seal in seals}):
                cursor.execute(f"ALTER TABLE {quote(table)} DISABLE TRIGGER USER")
        else:
            for _table, name, *_rest in seals:
                cursor.execute(f"DROP TRIGGER IF EXISTS {quote(name)}")


def put_on(connection: BaseDatabaseWrapper, seals: Seals) -> None:
    """Have the seals refuse again."""
    quote = connection.ops.quote_name
    there = {seal[1] for seal in seals_of(connection)}
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for table in sorted({seal[0] for seal in seals}):
                cursor.execute(f"ALTER TABLE {quote(table)} ENABLE TRIGGER USER")
        else:
            for _table, name, _state, text in seals:
                if name not in there:
                    cursor.execute(text)
