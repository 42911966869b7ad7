"""Passwords of tests: hashed as everywhere, with a thousandth of the memory."""

from academy.passwords import MemoryHard


class QuickHasher(MemoryHard):
    """Knows the hashes of the academy, too; it is not as slow as somebody who guesses should find it."""

    time_cost = 1
    memory_cost = 16
