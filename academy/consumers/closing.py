"""Why the server closes a socket, and the errors that it closes one for."""

from django.db import Error
from redis.exceptions import RedisError

from academy.safekeeping.refusals import Unfinished

NOT_ALLOWED, TOO_MUCH, COME_AGAIN = 4403, 4408, 1012
# The database or Redis is away, or the database not whole: whoever is here or comes is asked to come again.
AWAY = (Error, RedisError, OSError, Unfinished)
