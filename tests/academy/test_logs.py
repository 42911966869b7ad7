"""What a database says of a row that it refuses comes into no log and is told to nobody."""

import json
import logging
import re
import sys

import pytest
from django.db import DataError, Error, IntegrityError, connection, transaction

from academy import logs
from academy.logs import ABOUT_ROWS, NO_VALUE, JsonFormatter, without_secrets
from academy.reporting import scrubbed

TABLE = "CREATE TEMPORARY TABLE positions (name text UNIQUE, text text CHECK (length(text) > 3), at date)"
# Not where it is used: a traceback shows the lines of a program.
NAME = "Esi Sekrit"
REFUSED = {
    "a row that breaks a rule": ("INSERT INTO positions VALUES (%s, 'no')", IntegrityError),
    "a row that is there": (
        "INSERT INTO positions VALUES (%s, 'well'), ('Esi Sekrit', 'also')",
        IntegrityError,
    ),
    "a word for a date": ("INSERT INTO positions (at) VALUES (CAST(%s AS date))", DataError),
}


def refused(words: str, kind: type[Error]) -> Error:
    """The error of the database for a statement with a name in it."""
    with connection.cursor() as cursor:
        cursor.execute(TABLE)
        with pytest.raises(kind) as raised, transaction.atomic():
            cursor.execute(words, [NAME])
    return raised.value


def written(error: Error) -> dict[str, str]:
    """The line of the log with this error, in its message and in its traceback."""
    try:
        raise error
    except Error:
        record = logging.LogRecord(
            "a", logging.ERROR, __file__, 1, "failed: %s, %r", (error, error), sys.exc_info()
        )
    line: dict[str, str] = json.loads(JsonFormatter().format(record))
    return line


@pytest.mark.parametrize("case", REFUSED)
def test_no_row_that_the_database_refuses_is_logged_or_told(db, case):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite says nothing of rows")
    error = refused(*REFUSED[case])
    assert "Sekrit" in str(error)
    line = written(error)
    assert "Sekrit" not in json.dumps(line)
    # What comes after it in a traceback is kept.
    assert "The above exception was the direct cause" in line["traceback"]
    assert f"django.db.utils.{type(error).__name__}" in line["traceback"]
    event = {"exception": {"values": [{"value": str(error)}]}, "logentry": {"message": repr(error)}}
    assert "Sekrit" not in json.dumps(scrubbed(event, {}))


def test_the_first_line_of_an_error_is_kept_and_nothing_after_it():
    said = (
        'duplicate key value violates unique constraint "one_account"\n'
        "DETAIL:  Key (name)=(Esi\n\nSekrit) already exists.\nFailing row contains (1, Sekrit)."
    )
    kept = 'duplicate key value violates unique constraint "one_account"\nDETAIL: [values]'
    assert without_secrets(said) == kept


def test_without_these_patterns_the_row_would_be_in_the_log(db, monkeypatch):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite says nothing of rows")
    kept = tuple(pair for pair in logs.SECRETS if pair[0] not in (ABOUT_ROWS, NO_VALUE))
    monkeypatch.setattr(logs, "SECRETS", kept)
    for words, kind in REFUSED.values():
        with transaction.atomic():
            line = written(refused(words, kind))
            transaction.set_rollback(True)
        assert re.search("Sekrit", line["message"])
        assert re.search("Sekrit", line["traceback"])
