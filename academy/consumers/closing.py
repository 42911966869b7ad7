"""Why the server closes a socket, and the errors that it closes one for."""

from django.db import Error
from redis.exceptions import RedisError

NOT_ALLOWED, TOO_MUCH, COME_AGAIN = 4403, 4408, 1012
# The database or Redis is away: whoever is here or comes is asked to come again.
AWAY = (Error, RedisError, OSError)
