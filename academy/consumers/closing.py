"""Why the server closes a socket, and the errors that it closes one for."""

import logging

from django.db import Error
from redis.exceptions import RedisError

from academy.outages import is_outage

NOT_ALLOWED, TOO_MUCH, COME_AGAIN = 4403, 4408, 1012
# What the database or Redis raise: whoever is here or comes is asked to come again.
AWAY = (Error, RedisError, OSError)

logger = logging.getLogger(__name__)


def note(socket: object, problem: BaseException) -> None:
    """Tell the log why a line ends: in a word if a server or the browser is away, as an error if it is one of ours."""
    if is_outage(problem) or isinstance(problem, OSError):
        logger.info("%s ended: %s", type(socket).__name__, type(problem).__name__)
    else:
        logger.error("%s ended", type(socket).__name__, exc_info=problem)
