"""Passwords of tests: hashed as everywhere, in a thousand rounds instead of a million."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Knows the hashes of the academy, too; it is not as slow as somebody who guesses should find it."""

    iterations = 1_000
