"""What PostgreSQL writes into its log, set up with the words of docs/install.md and of the compose file."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
import yaml

from tests.production import DEPLOY, ROOT
from tests.serverkeeper import postgres

INSTALL = (ROOT / "docs" / "install.md").read_text()
SETTINGS = re.findall(r'psql -c "(ALTER ROLE academy SET .*)"', INSTALL)


def logged(settings: list[str]) -> str:
    """The log of a PostgreSQL with these settings for an account without rights, one of whose statements failed."""
    with TemporaryDirectory() as made:  # where the account of PostgreSQL gets to
        folder = Path(made)
        folder.chmod(0o711)
        with postgres(folder) as address:
            with psycopg.connect(address, autocommit=True) as administrator:
                administrator.execute("CREATE ROLE program LOGIN PASSWORD 'secret'")
                for words in settings:
                    administrator.execute(words.replace("ROLE academy", "ROLE program").encode())
            account = re.sub(r"//academy:\w+@", "//program:secret@", address)
            with psycopg.connect(account, autocommit=True) as program:
                program.execute("CREATE TEMPORARY TABLE positions (name text CHECK (length(name) < 3))")
                with pytest.raises(psycopg.errors.CheckViolation):
                    program.execute("INSERT INTO positions VALUES ('Esi Sekrit')")
                if settings:
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        program.execute("SET log_min_error_statement = 'error'")
        return (folder / "postgres" / "log").read_text()


def test_postgresql_logs_that_a_statement_failed_and_not_its_values():
    assert len(SETTINGS) == 2
    said = logged(SETTINGS)
    assert "violates check constraint" in said
    assert "Sekrit" not in said


@pytest.mark.parametrize("one", range(2))
def test_each_of_the_settings_is_needed(one):
    assert "Sekrit" in logged([SETTINGS[one]])


def test_postgresql_is_told_the_same_in_containers():
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["postgres"]["command"]
    ours = {"=".join(re.search(r"SET (\w+) = '(\w+)'", words).groups()) for words in SETTINGS}  # type: ignore[union-attr]
    assert set(command.removeprefix("postgres -c ").split(" -c ")) == ours
