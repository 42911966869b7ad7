"""The academy's settings, with what is no claim of most tests set aside: how long a password takes to be checked."""

from academy.settings import *  # noqa: F403  # the same settings, whatever they are

# A question of its own now and then would be counted in the tests of how much is asked; what it is for sets it.
MARK_ASKED_EVERY = None
PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
