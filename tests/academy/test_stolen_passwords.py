"""Passwords known from thefts are refused where the academy has a list of them; looked up in the file."""

import random
from hashlib import sha1
from pathlib import Path

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

from academy.environment import existing_file
from academy.stolen_passwords import is_stolen


def digest(password: str) -> str:
    return sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def listed(path: Path, passwords: list[str], end: str = "\r\n") -> Path:
    """A list as it is given out: digests in their order, each with how often it was seen."""
    lines = sorted(f"{digest(one)}:{number + 1}" for number, one in enumerate(passwords))
    path.write_text(end.join(lines) + end, newline="")
    return path


@pytest.mark.parametrize("count", [1, 2, 90, 20_000])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_each_of_the_list_is_found_and_nothing_else(tmp_path, count, end):
    passwords = [f"password {number}" for number in range(count)]
    path = listed(tmp_path / "list.txt", passwords, end)
    digests = sorted(passwords, key=digest)
    tried = {*digests[:3], *digests[-3:], *random.Random(1).sample(passwords, min(count, 300))}
    assert {one for one in tried if is_stolen(one, path)} == tried
    assert [one for one in (f"{one}!" for one in tried) if is_stolen(one, path)] == []


def test_nothing_is_found_in_an_empty_list(tmp_path):
    assert not is_stolen("password", listed(tmp_path / "list.txt", [], ""))


def test_a_long_list_is_not_read_as_a_whole(tmp_path):
    path = listed(tmp_path / "list.txt", [f"password {number}" for number in range(50_000)])
    read = []

    class Counted(type(path)):
        def open(self, *words, **more):
            file = super().open(*words, **more)
            take = file.read

            class Reading:
                def __enter__(self):
                    return self

                def __exit__(self, *_facts):
                    file.close()

                def __getattr__(self, name):
                    return getattr(file, name)

                def read(self, size):
                    read.append(size)
                    return take(size)

            return Reading()

    assert is_stolen("password 7", Counted(path))
    assert sum(read) < 5_000 < path.stat().st_size


def choosing_with(path: Path) -> list[dict[str, object]]:
    return [{"NAME": "academy.stolen_passwords.NotStolen", "OPTIONS": {"path": str(path)}}]


def test_a_stolen_password_is_refused_where_one_is_chosen(tmp_path, settings):
    path = listed(tmp_path / "list.txt", ["mountains-of-1999", "another one"])
    validate_password("mountains-of-1999")
    settings.AUTH_PASSWORD_VALIDATORS = [*settings.AUTH_PASSWORD_VALIDATORS, *choosing_with(path)]
    with pytest.raises(ValidationError, match="known from a theft"):
        validate_password("mountains-of-1999")
    validate_password("mountains-of-1998")


def test_while_the_list_cannot_be_read_no_password_is_taken_unseen(tmp_path, settings):
    settings.AUTH_PASSWORD_VALIDATORS = choosing_with(tmp_path / "gone.txt")
    with pytest.raises(ValidationError, match="cannot be checked just now"):
        validate_password("mountains-of-1998")


def test_an_academy_whose_list_is_not_there_does_not_start(tmp_path):
    there = tmp_path / "list.txt"
    there.touch()
    assert existing_file({"STOLEN_PASSWORDS": str(there)}, "STOLEN_PASSWORDS") == str(there)
    assert existing_file({}, "STOLEN_PASSWORDS") == ""
    with pytest.raises(ImproperlyConfigured, match="STOLEN_PASSWORDS names no file"):
        existing_file({"STOLEN_PASSWORDS": str(tmp_path / "gone")}, "STOLEN_PASSWORDS")
