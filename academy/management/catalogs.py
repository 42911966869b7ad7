"""Catalogs: what our mails say in other languages, read from the code, kept as text, compiled at set-up.

`locale/<code>/LC_MESSAGES/django.po` holds the words of mails, and nothing of the pages, which are in English. polib
reads and compiles them, so nobody needs the gettext of the system.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polib
from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation.template import templatize

from academy.languages import NOT_IN_DJANGO
from academy.models import Role
from outcome.models import Progress
from programme.models import SessionRole

ROOT = Path(settings.BASE_DIR)
FOLDER = ROOT / "locale"
# What writes mails, and what their sentences are put together from. tests/academy/test_mail_languages.py finds what is
# missing here.
MODULES: dict[str, tuple[str, ...]] = {
    # {file: the functions that write mails; none for all that it says}
    "academy/browsers.py": (),
    "academy/invitations/letters.py": (),
    "academy/mail/dates.py": (),
    "academy/mail/filling.py": (),
    "academy/mail/posting.py": (),
    "academy/mail/standing_words.py": ("built_in", "summary_to"),
    "academy/mail/trying.py": (),
    "academy/registration/letters.py": (),
    "academy/second_factor.py": ("forget_second_factor",),
    "academy/zones.py": ("zone_in_words",),
    "outcome/adoption/telling.py": (),
    "outcome/amending/telling.py": (),
    "outcome/comments/writing.py": ("_tell",),
    "outcome/following/telling.py": (),
    "outcome/news.py": (),
    "outcome/translating/telling.py": (),
    "programme/mailing.py": (),
    "programme/telling.py": (),
    "workshops/plans/contradicting.py": ("slot_words",),
    "workshops/plans/publishing.py": ("_subject", "body_of"),
    "workshops/roundtables/publishing.py": ("_mails", "_body"),
}
TEMPLATES = ("templates/account/email", "templates/mfa/email")
# Words of other rooms that stand in mails: roles, states, languages.
LABELS: tuple[tuple[str, Iterable[str | Promise]], ...] = (
    ("academy/models/people.py", Role.Kind.labels),
    ("academy/languages.py", tuple(NOT_IN_DJANGO.values())),
    ("outcome/models/following.py", Progress.labels),
    ("programme/models", SessionRole.Kind.labels),
)
# {what marks words: the places of the words among its arguments: context, singular, plural}
MARKS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
}
PLURALS = {
    "de": "nplurals=2; plural=(n != 1);",
    "es": "nplurals=2; plural=(n != 1);",
    "fr": "nplurals=2; plural=(n > 1);",
}


@dataclass(frozen=True)
class Words:
    """Words that are translated as one: with what tells them from the same words elsewhere, and their plural."""

    one: str
    many: str = ""
    context: str = ""


def words_of_mails() -> dict[Words, list[str]]:
    """{words: where they stand} of everything that mails say, in the order of the places."""
    found: dict[Words, list[str]] = {}
    for name, functions in MODULES.items():
        for words in words_in((ROOT / name).read_text(encoding="utf-8"), *functions):
            found.setdefault(words, []).append(name)
    for folder in TEMPLATES:
        for path in sorted((ROOT / folder).glob("*.txt")):
            name = path.relative_to(ROOT).as_posix()
            for words in words_in_template(path.read_text(encoding="utf-8"), name):
                found.setdefault(words, []).append(name)
    with translation.override(None):
        for name, labels in LABELS:
            for label in labels:
                found.setdefault(Words(str(label)), []).append(name)
    return {words: list(dict.fromkeys(places)) for words, places in found.items()}


def words_in(source: str, *functions: str) -> Iterator[Words]:
    """What Python code marks for translation, in these functions or everywhere, in the order of the lines."""
    tree = ast.parse(source)
    chosen: list[ast.AST] = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in functions
    ]
    calls = [
        node
        for part in chosen or [tree]
        for node in ast.walk(part)
        if isinstance(node, ast.Call) and _mark(node)
    ]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset)):
        said = [one.value if isinstance(one, ast.Constant) else None for one in call.args]
        parts = [said[place] if place is not None else "" for place in MARKS[_mark(call)]]
        if all(isinstance(part, str) for part in parts):
            context, one, many = map(str, parts)
            yield Words(one, many, context)


def _mark(call: ast.Call) -> str:
    """What marks the words of this call, if anything does."""
    name = call.func.id if isinstance(call.func, ast.Name) else ""
    return name if name in MARKS else ""


def words_in_template(source: str, name: str) -> Iterator[Words]:
    """What a template marks for translation."""
    code = templatize(source, origin=name)
    for begins in re.finditer(r"\b(?:_|n?gettext|pgettext)\(", code):
        for ends in re.finditer(r"\)", code[begins.start() :]):
            try:
                yield from words_in(code[begins.start() : begins.start() + ends.end()])
            except SyntaxError:
                continue
            break


def languages() -> list[str]:
    """The languages that there are catalogs of, compiled or not."""
    return sorted(path.parts[-3] for path in FOLDER.glob("*/LC_MESSAGES/django.po"))


def catalog_of(language: str) -> polib.POFile:
    return polib.pofile(str(path_of(language)), wrapwidth=110)


def path_of(language: str) -> Path:
    return FOLDER / language / "LC_MESSAGES" / "django.po"


def renewed(language: str) -> polib.POFile:
    """A language's catalog with all words of mails in it and no others; what is new has no translation yet."""
    path = path_of(language)
    before = catalog_of(language) if path.exists() else polib.POFile()
    known = {(entry.msgid, entry.msgctxt or ""): entry for entry in before}
    made = polib.POFile(wrapwidth=110)
    made.metadata = {
        "Project-Id-Version": "Academy",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS.get(language, "nplurals=2; plural=(n != 1);"),
    }
    for words, places in words_of_mails().items():
        old = known.get((words.one, words.context))
        entry = polib.POEntry(
            msgid=words.one,
            msgid_plural=words.many,
            msgctxt=words.context or None,
            occurrences=[(place, "") for place in places],
            flags=[flag for flag in (old.flags if old else []) if flag == "fuzzy"],
        )
        if "%(" in words.one:
            entry.flags.append("python-format")
        if words.many:
            entry.msgstr_plural = (old.msgstr_plural if old else None) or {0: "", 1: ""}
        elif old:
            entry.msgstr = old.msgstr
        made.append(entry)
    return made


def compile_all() -> list[str]:
    """Compile every catalog into the form in which Django reads it, each at once or not at all."""
    done = []
    for language in languages():
        target = path_of(language).with_suffix(".mo")
        fresh = target.with_suffix(".new")
        catalog_of(language).save_as_mofile(str(fresh))
        fresh.replace(target)
        done.append(language)
    return done
