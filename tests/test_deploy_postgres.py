"""What PostgreSQL writes into its log, set up with the words of docs/install.md and of the compose file."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg
import pytest
import yaml
from environ import Env

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


@pytest.mark.parametrize("words", ["ENCODING 'UTF8' LOCALE 'C.UTF-8'", "ENCODING 'SQL_ASCII' LOCALE 'C'"])
def test_check_deploy_names_a_database_that_is_not_unicode(words):
    address = os.environ.get("DATABASE_URL", "")
    if not address.startswith("postgres"):
        pytest.skip("there is no PostgreSQL here")
    name = f"academy_{uuid4().hex}"
    with psycopg.connect(address, autocommit=True) as administrator:
        administrator.execute(f"CREATE DATABASE {name} TEMPLATE template0 {words}".encode())
        try:
            own = {**os.environ, "DATABASE_URL": address.rpartition("/")[0] + f"/{name}"}
            command = [sys.executable, "manage.py", "check", "--deploy"]
            said = subprocess.run(
                command, cwd=ROOT, env=own, capture_output=True, text=True, check=True
            ).stderr
        finally:
            administrator.execute(f"DROP DATABASE {name}".encode())
    assert ("(academy.W003) The database is encoded as SQL_ASCII" in said) == ("SQL_ASCII" in words)


def test_the_database_is_made_as_the_check_demands():
    (made,) = re.findall(r"^sudo -u postgres createdb (.*) academy$", INSTALL, re.MULTILINE)
    assert "--encoding UTF8 --template template0" in made


def test_a_password_is_written_as_the_guide_says_and_read_as_it_is():
    encode = re.search(r'python3 -c "(import getpass.*?)"`', INSTALL)[1]
    password = "p@ss/w:rd+#%&? é"
    words = encode.replace("getpass.getpass()", repr(password))
    said = subprocess.run(
        [sys.executable, "-c", words], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert Env.db_url_config(f"postgres://academy:{said}@localhost:5432/academy")["PASSWORD"] == password
    mail = Env.email_url_config(f"smtp+tls://user:{said}@mail.example.org:587")
    assert mail["EMAIL_HOST_PASSWORD"] == password


def test_postgresql_is_told_the_same_in_containers():
    command = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]["postgres"]["command"]
    ours = {"=".join(re.search(r"SET (\w+) = '(\w+)'", words).groups()) for words in SETTINGS}
    assert set(command.removeprefix("postgres -c ").split(" -c ")) == ours
