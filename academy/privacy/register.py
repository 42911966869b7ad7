"""The register of processing (Article 30 GDPR) from the declarations: docs/processing.md, and the privacy page."""

from collections.abc import Iterator

from academy.privacy.declarations import Declaration, Fate, Words, declarations, not_about_people

HEAD = """# Register of processing

What Academy keeps about people: for what, on which basis, for how long, and what erasure does to it (Article 30 GDPR).
Written from the declarations in each app's `privacy` module by `manage.py processing --write`; do not edit it by hand.

Who runs an academy is the controller, and adds to this page their name and address, their data protection officer, and
where their servers and backups are. Nothing is passed on to anybody, no page loads anything from another place, and
nobody is judged by a machine. The data of an academy lie in its database, the files of sessions in its media folder.
Mail that left lies with its recipients; on a development machine, whose mail is written to files, these files stand for
the recipients' mailboxes and are not touched.

Beside the database lies one list (`ERASED_LIST`) of what an academy has to do again if it is restored from a backup:
the keys of accounts that were erased; by the key of a registration how its person is seen since, which consents were
taken back, and that the pseudonym was replaced; and by their own keys the names at findings, names of translators and
statements that were taken back, each with its moment. It holds no name, no pseudonym and no address.

"""


def register_in_words() -> str:
    """The whole register as Markdown."""
    return HEAD + "\n".join(line for one in declarations() for line in _entry(one)) + "\n" + _rest()


def _entry(one: Declaration) -> Iterator[str]:
    yield f"## {one.title}\n"
    yield f"- Data: {_fields(one)} (`{one.model}`)"
    yield f"- For what: {one.purpose}"
    yield f"- Basis: {one.basis.value}"
    if one.collected_from:
        yield f"- Told by: {one.collected_from}"
    yield f"- Read by: {one.readers}"
    yield f"- Kept: {one.kept.words}"
    yield f"- Erasure: {fate_in_words(one)}\n"


def fate_in_words(one: Declaration) -> str:
    """What erasure does, and why."""
    return f"{one.erasure.fate.value}" + (f" ({one.erasure.because})" if one.erasure.because else "")


def _fields(one: Declaration) -> str:
    return ", ".join(dict.fromkeys(one.label(field) for field in one.fields))


def _rest() -> str:
    lines = [f"- `{model}`: {reason}" for model, reason in sorted(not_about_people().items())]
    return "## Tables that hold nothing about anybody\n\n" + "\n".join(lines) + "\n"


def summary() -> list[tuple[Words, Words, Words, bool]]:
    """(what, for what, how long, whether erasure leaves it without the person) for the privacy page."""
    return [
        (one.title, one.purpose, one.kept.words, one.erasure.fate == Fate.PSEUDONYMOUS)
        for one in declarations()
    ]
