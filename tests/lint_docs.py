"""Whether the documents say what is there: their links, commands, options, targets, files and settings.

`python -m tests.lint_docs` reads every Markdown page of the project and prints what it names in vain, a line each.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import unquote

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from markdown_it import MarkdownIt

ROOT = Path(__file__).resolve().parents[1]
FILE = re.compile(r"[\w.-]+(?:/[\w.-]+)+\.(?:py|ts|md|html|scss|css|toml|yml|yaml|txt|json|conf|service)")
SETTING = re.compile(r"[A-Z]{2,}(?:_[A-Z0-9]+)+")
OURS = frozenset({"academy", "bench", "bin", "outcome", "programme", "tests", "workshops"})
# What the shell puts between two commands.
BETWEEN = re.compile(r"\s*(?:&&|\|\||[|;])\s*")


@dataclass(frozen=True)
class Page:
    """A Markdown page: where it lies, the anchors of its headings, what it links to, its code."""

    path: Path
    anchors: frozenset[str]
    links: tuple[str, ...]
    words: tuple[str, ...]
    lines: tuple[str, ...]

    @classmethod
    def read(cls, path: Path) -> Page:
        tokens = MarkdownIt("commonmark").enable("table").parse(path.read_text(encoding="utf-8"))
        anchors, links, words, lines = [], [], [], []
        for place, token in enumerate(tokens):
            if token.type == "heading_open":
                anchors.append(anchor_of(tokens[place + 1].content))
            if token.type in {"fence", "code_block"}:
                lines += token.content.replace("\\\n", " ").splitlines()
            for child in token.children or ():
                if child.type in {"link_open", "image"}:
                    links.append(str(child.attrGet("href") or child.attrGet("src")))
                if child.type == "code_inline":
                    words.append(child.content)
        return cls(path, frozenset(anchors), tuple(links), tuple(words), tuple(lines))


def anchor_of(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown: lower case, hyphens, no other signs."""
    plain = re.sub(r"[^\w\s-]", "", heading.replace("`", "").lower())
    return re.sub(r"\s", "-", plain.strip())


def pages() -> list[Page]:
    """Every page that the project holds."""
    return [Page.read(ROOT / path) for path in _files() if path.endswith(".md")]


def named_in_vain(page: Page, all_pages: list[Page]) -> list[str]:
    """What the page names and nobody finds, as sentences."""
    found = [*_broken_links(page, all_pages)]
    for line in (*page.lines, *page.words):
        found += _wrong_commands(line)
    if page.path.name != "CHANGELOG.md":  # it tells of what was
        found += [f"no file {word}" for word in page.words if FILE.fullmatch(word) and not _is_there(word)]
        found += [
            f"no setting {word}" for word in page.words if SETTING.fullmatch(word) and not _is_known(word)
        ]
    return found


def _broken_links(page: Page, all_pages: list[Page]) -> Iterator[str]:
    known = {other.path: other for other in all_pages}
    for link in page.links:
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = unquote(link).partition("#")
        target = (page.path.parent / name).resolve() if name else page.path
        if not target.exists():
            yield f"leads nowhere: {link}"
        elif anchor and target in known and anchor not in known[target].anchors:
            yield f"no such heading: {link}"


def _wrong_commands(line: str) -> Iterator[str]:
    """What is wrong with the commands of ours in a line; other lines and their comments pass."""
    for part in BETWEEN.split(re.sub(r"\s#\s.*", "", line)):
        try:
            words = shlex.split(part)
        except ValueError:
            words = part.split()
        for place, word in enumerate(words):
            rest = words[place + 1 :]
            # deploy/academy, as it is installed; elsewhere the word is the name of an account or a database
            is_wrapper = word == "academy" and words[:place] in ([], ["sudo"])
            if is_wrapper and rest[:1] == ["--release"]:
                yield from _wrong_management(rest[2:])
            elif word == "academy-release" and rest and rest[0] not in words_of_releases():
                yield f"academy-release has no {rest[0]}"
            elif is_wrapper or word == "manage.py" or word.endswith("/manage.py"):
                yield from _wrong_management(rest)
            elif word == "make" and rest and re.fullmatch(r"[a-z][a-z-]*", rest[0]):
                if rest[0] not in targets():
                    yield f"no target: make {rest[0]}"
            elif word == "-m" and rest and not _is_module(rest[0]):
                yield f"no module {rest[0]}"


def _is_module(name: str) -> bool:
    """Whether one can run this with `python -m`; modules of packages are not looked at."""
    return name.split(".", maxsplit=1)[0] not in OURS or importlib.util.find_spec(name) is not None


def _wrong_management(words: list[str]) -> Iterator[str]:
    name = words[0] if words else ""
    if not re.fullmatch(r"[a-z_]+", name):
        return
    if name not in get_commands():
        yield f"no command: manage.py {name}"
        return
    for word in words[1:]:
        option = word.split("=")[0]
        if option.startswith("--") and len(option) > 2 and option not in options_of(name):
            yield f"manage.py {name} has no {option}"


@cache
def options_of(name: str) -> frozenset[str]:
    """The options that a management command takes."""
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    return frozenset(command.create_parser("manage.py", name)._option_string_actions)


@cache
def targets() -> frozenset[str]:
    """The targets of the Makefile."""
    made = (ROOT / "Makefile").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^([a-z][a-z-]*):", made, re.MULTILINE)) | frozenset(
        re.findall(r"\bcheck-[a-z-]+", made)
    )


@cache
def words_of_releases() -> frozenset[str]:
    """What deploy/academy-release can be asked for."""
    command = (ROOT / "deploy" / "academy-release").read_text(encoding="utf-8")
    return frozenset(re.findall(r'add_parser\("([a-z]+)"', command))


def _is_there(name: str) -> bool:
    """Whether a file of the project has this path, or ends in it; what lies in var is made when it is needed."""
    return name.startswith("var/") or any(path == name or path.endswith(f"/{name}") for path in _files())


@cache
def _files() -> tuple[str, ...]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout.splitlines()  # fmt: skip
    return tuple(path for path in listed if (ROOT / path).exists())


@cache
def _is_known(setting: str) -> bool:
    """Whether the code, the deployment or the sample of the environment knows this name."""
    found = subprocess.run(
        ["git", "grep", "-qw", setting, "--", ":!*.md"], cwd=ROOT, check=False, capture_output=True
    )
    return found.returncode == 0


def main() -> int:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "academy.settings")
    django.setup()
    everything = pages()
    wrong = [
        f"{page.path.relative_to(ROOT)}: {said}"
        for page in everything
        for said in named_in_vain(page, everything)
    ]
    print("\n".join(wrong) or f"{len(everything)} documents name nothing in vain.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
