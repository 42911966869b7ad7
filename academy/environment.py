"""What the environment may say, and what a production start insists on.

Pure functions over a mapping of environment variables, so that every refusal is tested without starting Django.
"""

import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from academy.service_addresses import MAIL_SERVERS

MODES = ("development", "production")
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
# A token of fewer signs is none: whoever reads figures with it could be anybody.
SHORTEST_TOKEN = 32


def flag(environment: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    """Whether a variable says yes: 1, true, yes or on; or no: 0, false, no or off, in any case.

    Raises:
        ImproperlyConfigured: it says something else, which could be meant either way.
    """
    value = environment.get(name, "").strip().lower()
    if value and value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
    return value in TRUE if value else default


def log_level(environment: Mapping[str, str]) -> str:
    """From which level on something is logged.

    Raises:
        ImproperlyConfigured: there is no such level.
    """
    value = environment.get("LOG_LEVEL", "").strip().upper() or "INFO"
    if value not in LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL must be one of {', '.join(LEVELS)}, not {value!r}.")
    return value


def folder(environment: Mapping[str, str], name: str, *, default: Path) -> Path:
    """The folder that a variable names, which may not be there yet.

    Raises:
        ImproperlyConfigured: something else is there.
    """
    path = Path(environment.get(name, "").strip() or default)
    try:
        is_other = path.exists() and not path.is_dir()
    except OSError as error:
        raise ImproperlyConfigured(f"{name} cannot be used, {path}: {error.strerror}.") from error
    if is_other:
        raise ImproperlyConfigured(f"{name} names no folder: {path}.")
    return path


def listed(environment: Mapping[str, str], name: str) -> list[str]:
    """The comma-separated values of a variable, without blanks."""
    return [part.strip() for part in environment.get(name, "").split(",") if part.strip()]


def origins(environment: Mapping[str, str]) -> list[str]:
    """The addresses of this academy, each as a browser names its own: without a / at the end."""
    return [origin.removesuffix("/") for origin in listed(environment, "CSRF_TRUSTED_ORIGINS")]


def existing_file(environment: Mapping[str, str], name: str) -> str:
    """The path of a file that a variable names; empty if it names none.

    Raises:
        ImproperlyConfigured: there is no such file.
    """
    value = environment.get(name, "").strip()
    if value and not Path(value).is_file():
        raise ImproperlyConfigured(f"{name} names no file: {value!r}.")
    return value


def number(environment: Mapping[str, str], name: str, *, default: int) -> int:
    """A whole number of a variable.

    Raises:
        ImproperlyConfigured: the variable is set to something else.
    """
    value = environment.get(name, "").strip()
    if not value:
        return default
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
    return int(value)


def mode(environment: Mapping[str, str]) -> str:
    """The way the academy runs: development (the default, one process) or production."""
    value = environment.get("ACADEMY_MODE", "").strip() or "development"
    if value not in MODES:
        raise ImproperlyConfigured(f"ACADEMY_MODE must be development or production, not {value!r}.")
    return value


def production_refusals(environment: Mapping[str, str]) -> list[str]:
    """Every reason, in words, why a production start is refused; empty if there is none."""
    hosts, addresses = listed(environment, "ALLOWED_HOSTS"), origins(environment)

    def begins(name: str, *beginnings: str) -> bool:
        return environment.get(name, "").strip().startswith(beginnings)

    demands = {
        "SECRET_KEY is missing or shorter than 50 characters.": len(environment.get("SECRET_KEY", "")) >= 50,
        "ALLOWED_HOSTS must name the hosts this academy answers for, without '*', with commas between them.": hosts
        and not any(re.search(r"[*/\s]", host) for host in hosts),
        "CSRF_TRUSTED_ORIGINS must name the addresses of this academy, each with https://, with commas between them.": (
            addresses and all(re.fullmatch(r"https://[^\s/]+", address) for address in addresses)
        ),
        "HTTPS_HSTS_SECONDS must be at least 3600: production is served over HTTPS only.": number(
            environment, "HTTPS_HSTS_SECONDS", default=0
        )
        >= 3600,
        "DEBUG must be off.": not flag(environment, "DEBUG"),
        "ACADEMY_NOW sets a rehearsal clock, which production refuses.": not environment.get(
            "ACADEMY_NOW", ""
        ).strip(),
        "EMAIL_URL must say how mail leaves, for example smtp+tls://user:password@host:587.": begins(
            "EMAIL_URL", *(f"{scheme}://" for scheme in MAIL_SERVERS)
        ),
        "DEFAULT_FROM_EMAIL must name the address that mail comes from.": "@"
        in environment.get("DEFAULT_FROM_EMAIL", ""),
        "DATABASE_URL must name a PostgreSQL database.": begins(
            "DATABASE_URL", "postgres://", "postgresql://"
        ),
        "REDIS_URL must name a Redis server, which the processes share.": begins(
            "REDIS_URL", "redis://", "rediss://", "unix://"
        ),
    }
    token = environment.get("METRICS_TOKEN", "").strip()
    demands[f"METRICS_TOKEN must have at least {SHORTEST_TOKEN} signs."] = (
        not token or len(token) >= SHORTEST_TOKEN
    )
    return [reason for reason, met in demands.items() if not met]


def insist_on_production(environment: Mapping[str, str]) -> None:
    """Refuse a production start that is not safe.

    Raises:
        ImproperlyConfigured: with every reason, one a line.
    """
    reasons = production_refusals(environment)
    if reasons:
        raise ImproperlyConfigured(
            "This academy does not start in production mode:\n- " + "\n- ".join(reasons)
        )


def database_settings(read: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, Any]:
    """Django's settings for a database whose address was read: SQLite as safe as it can be, PostgreSQL kept open."""
    if read["ENGINE"].endswith("sqlite3"):
        # Without IMMEDIATE, 177 of 200 simultaneous registrations fail with "database is locked".
        # recursive_triggers: seals see what REPLACE removes; secure_delete: what is erased is overwritten in the file.
        pragmas = (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;PRAGMA recursive_triggers=ON;"
            "PRAGMA secure_delete=ON;"
        )
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": pragmas}
        return {**read, "OPTIONS": options}
    return {
        **read,
        "CONN_MAX_AGE": number(environment, "DATABASE_CONNECTION_SECONDS", default=60),
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**read.get("OPTIONS", {}), "connect_timeout": 3},
    }


def development_secret(folder: Path) -> str:
    """The secret key of a development machine: made once, kept in `folder`, never in the project.

    Raises:
        ImproperlyConfigured: it can be neither read nor made.
    """
    path = folder / "secret-key"
    try:
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(secrets.token_urlsafe(64))
            path.chmod(0o600)
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The secret key in {path} can be neither read nor made: {error.strerror}."
        ) from error
