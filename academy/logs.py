"""Structured logs: one JSON object a line, with the request's identifier and without names, addresses or tokens."""

import json
import logging
import re
from contextvars import ContextVar
from datetime import UTC, datetime

request_id: ContextVar[str] = ContextVar("request_id", default="")

# What a database says of an error after its first line: the statement and its values, whole rows among them. In a
# traceback it ends where the next error begins.
ABOUT_ROWS = re.compile(
    r"(DETAIL:|CONTEXT:|LINE \d+:|Failing row contains).*?"
    r"(?=\n\n(?:The above exception was the direct cause|During handling of the above exception)|\Z)",
    re.DOTALL,
)
# What a database takes for no number, no date, and so on, as its first line ends with it.
NO_VALUE = re.compile(r"(invalid input [^\n:]+: |value out of range: )\"[^\n]*")
# A row, an e-mail address, the query of an address, and what stands in an address that is itself a key: confirmations
# and resets, calendars, invitations, mail that is to stop, certificates. A test walks through all addresses.
SECRETS = (
    (ABOUT_ROWS, r"\1 [values]"),
    (NO_VALUE, r"\1[value]"),
    (re.compile(r"[^\s<>@\"']+@[^\s<>@\"']+"), "[address]"),
    (re.compile(r"\?[^\s\"']+"), "?[query]"),
    (re.compile(r"(/(?:confirm-email|key)/)[^\s\"']+"), r"\1[key]"),
    (re.compile(r"(/(?:mine|invitation|mail/stop|certificates)/)[^\s\"'/]+"), r"\1[key]"),
)


def without_secrets(text: str) -> str:
    """The text with everything replaced that looks like an address, a query, a key or a row of the database."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return text


class StrangeHosts(logging.Filter):
    """A request for a name that is not ours is no error of ours: a warning, and no traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.levelno, record.levelname = logging.WARNING, logging.getLevelName(logging.WARNING)
        record.exc_info = record.exc_text = None
        return True


class JsonFormatter(logging.Formatter):
    """Formats a record as one JSON object: time, level, logger, message, request, and the traceback if there is one."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": without_secrets(record.getMessage()),
        }
        if identifier := request_id.get():
            line["request"] = identifier
        if record.exc_info:
            line["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)
