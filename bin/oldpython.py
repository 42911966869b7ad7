# Written so that even a very old Python can read it: no annotations, no f-strings.
"""Academy refuses a Python older than 3.11, and says which one it found."""

OLDEST = (3, 11)


def complaint(version):
    """One sentence when the version (major, minor, ...) is too old, otherwise None."""
    if tuple(version[:2]) >= OLDEST:
        return None
    return (
        "Academy needs Python {0}.{1} or newer, and this is Python {2}.{3}. "
        "If a newer one is installed under another name, name it: make setup PYTHON=python3.12"
    ).format(OLDEST[0], OLDEST[1], version[0], version[1])
