"""Rows in a form that every database understands, exactly: moments to the microsecond, JSON as it was written.

A row is a list of JSON values in the order of the table's columns. Tables are compared by count and by a digest that
does not depend on the order of the rows, which differs between databases.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.functions import Cast
from django.utils.duration import duration_string

from academy.safekeeping.refusals import DoesNotFit
from academy.safekeeping.tables import Table

AT_ONCE = 2_000
Values = list[Any]


def read_rows(table: Table, connection: BaseDatabaseWrapper) -> Iterator[Values]:
    """The rows of a table by their key, a few at a time."""
    asked = [
        Cast(field.attname, models.TextField()) if isinstance(field, models.JSONField) else field.attname
        for field in table.fields
    ]
    # Historical models have no managers of ours, so nothing is filtered.
    rows = table.model._base_manager.using(connection.alias).order_by("pk").values_list(*asked)
    for row in rows.iterator(chunk_size=AT_ONCE):
        yield [plain(value) for value in row]


def plain(value: Any) -> Any:
    """A value of a column as JSON knows it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds") if value.tzinfo else value.isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_string(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, UUID | Decimal):
        return str(value)
    return value if value is None or isinstance(value, bool | int | float) else str(value)


def for_database(table: Table, values: Values, connection: BaseDatabaseWrapper, *, number: int) -> Values:
    """A row as this database takes it.

    Args:
        number: its place among the rows of its table. A refusal names that and the column, never what stands in it.

    Raises:
        DoesNotFit: it is no row of this table, or a value is too long for its column, or cannot stand in it.
    """
    if len(values) != len(table.fields):
        raise DoesNotFit(f"{table.name}, row {number}: it is no row with {len(table.fields)} columns.")
    return [
        _prepared(table, field, value, connection, number)
        for field, value in zip(table.fields, values, strict=True)
    ]


class _Unfit(ValueError):
    """A value that does not fit, with a reason that does not hold it."""


def _prepared(table: Table, field: Any, value: Any, connection: BaseDatabaseWrapper, number: int) -> Any:
    if value is None:
        return None
    source = field
    while source.is_relation:
        source = source.target_field
    try:
        if not isinstance(value, bool | int | float | str):
            raise _Unfit("it is no plain value")
        if isinstance(source, models.JSONField):
            if not isinstance(value, str):
                raise _Unfit("it is no JSON")
            return connection.ops.adapt_json_value(json.loads(value), source.encoder)
        if isinstance(value, str):
            _insist_on_fitting(source, value, connection)
        return field.get_db_prep_save(source.to_python(value), connection)
    except (ValueError, TypeError, ArithmeticError, RecursionError, ValidationError) as error:
        reason = (
            str(error)
            if isinstance(error, _Unfit)
            else f"it is none of its kind, {source.get_internal_type()}"
        )
        raise DoesNotFit(
            f"{table.name}, row {number}: the column {field.column} does not take its value: {reason}."
        ) from error


def _insist_on_fitting(field: Any, value: str, connection: BaseDatabaseWrapper) -> None:
    """SQLite takes any text; PostgreSQL counts its characters, and takes no null."""
    if connection.vendor != "postgresql":
        return
    if field.max_length and not isinstance(field, models.UUIDField) and len(value) > field.max_length:
        raise _Unfit(f"{len(value)} characters, {field.max_length} are allowed")
    if "\x00" in value:
        raise _Unfit("it holds a null character")


# --- Comparing --------------------------------------------------------------------------------------------------------


@dataclass
class Total:
    """How many rows, and their digest: the sum of the SHA-256 of each, so that their order does not matter."""

    rows: int = 0
    sum: int = 0

    def add(self, table: Table, values: Values) -> None:
        """Count a row.

        Raises:
            DoesNotFit: it holds JSON that cannot be read.
        """
        try:
            text = json.dumps(_comparable(table, values), ensure_ascii=False, sort_keys=True)
        except (ValueError, RecursionError) as error:
            raise DoesNotFit(
                f"{table.name}, row {self.rows + 1}: it holds JSON that cannot be read."
            ) from error
        self.rows += 1
        # Half a character can stand in JSON on SQLite, escaped; it is no reason to have no backup.
        digest = hashlib.sha256(text.encode(errors="surrogatepass")).digest()
        self.sum = (self.sum + int.from_bytes(digest)) % 2**256

    @property
    def digest(self) -> str:
        return f"{self.sum:064x}"

    def as_json(self) -> dict[str, Any]:
        return {"rows": self.rows, "digest": self.digest}


def total_of(table: Table, rows: Iterable[Values]) -> Total:
    total = Total()
    for values in rows:
        total.add(table, values)
    return total


def _comparable(table: Table, values: Values) -> Values:
    """The row with its JSON taken apart: databases write the same JSON in different ways."""
    return [
        json.loads(value, parse_float=_number)
        if isinstance(field, models.JSONField) and isinstance(value, str)
        else value
        for field, value in zip(table.fields, values, strict=True)
    ]


def _number(text: str) -> int | float:
    """1e16, 1.0e16 and 10000000000000000 are one number."""
    try:
        exact = Decimal(text)
    except ArithmeticError:  # an exponent beyond everything
        return float(text)
    return (
        int(exact) if exact == exact.to_integral_value() and abs(exact) < Decimal(10) ** 30 else float(exact)
    )
