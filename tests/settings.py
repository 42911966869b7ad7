"""The academy's settings with passwords that are checked at once: how long that takes is no claim of a test."""

from academy.settings import *  # noqa: F403  # the same settings, whatever they are

PASSWORD_HASHERS = ["tests.hashing.QuickHasher"]
