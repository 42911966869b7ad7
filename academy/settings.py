"""Every setting, read from the environment; `.env.example` names each variable.

Two ways to run the same rules: *development* (one process on SQLite, no services, the default) and *production*
(PostgreSQL, Redis, Celery workers). Nothing above this file knows which.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from academy.clock import rehearsal_start
from academy.environment import (
    database_settings,
    development_secret,
    existing_file,
    flag,
    folder,
    insist_on_production,
    listed,
    log_level,
    mode,
    number,
    origins,
)
from academy.service_addresses import database_of, mail_settings, redis_of

BASE_DIR = Path(__file__).resolve().parent.parent
environ.Env.read_env(BASE_DIR / ".env")

PRODUCTION = mode(os.environ) == "production"
if PRODUCTION:
    insist_on_production(os.environ)

# What is made at run time (database, mail of a development machine, media) lies in one folder.
VAR_DIR = folder(os.environ, "ACADEMY_VAR", default=BASE_DIR / "var")

DEBUG = flag(os.environ, "DEBUG")
SECRET_KEY = os.environ.get("SECRET_KEY") or development_secret(VAR_DIR)
SECRET_KEY_FALLBACKS = listed(os.environ, "SECRET_KEY_FALLBACKS")
ALLOWED_HOSTS = listed(os.environ, "ALLOWED_HOSTS") or ["localhost", "127.0.0.1", "[::1]", "testserver"]
CSRF_TRUSTED_ORIGINS = origins(os.environ)
REHEARSAL_NOW = os.environ.get("ACADEMY_NOW", "").strip()
if REHEARSAL_NOW:
    rehearsal_start(REHEARSAL_NOW)  # refuses what is no moment

INSTALLED_APPS = [
    "academy.apps.AdminDoor",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crispy_forms",
    "crispy_bootstrap5",
    "academy",
    "programme",
    "workshops",
    "outcome",
]

MIDDLEWARE = [
    "academy.middleware.RequestIdentifier",
    "academy.measuring.Measuring",
    "academy.watchers.Watchers",
    "academy.middleware.Discretion",
    "django.middleware.security.SecurityMiddleware",
    "academy.kept_pages.KeptPages",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "academy.middleware.WholeDatabase",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "academy.own_pages.OwnPages",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "academy.limiting.AddressLimits",
    "academy.middleware.EditionScope",
    "academy.middleware.DomainErrors",
]

ROOT_URLCONF = "academy.urls"
WSGI_APPLICATION = "academy.wsgi.application"
ASGI_APPLICATION = "academy.asgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "academy.context_processors.academy",
            ],
        },
    }
]

# --- Storage ---------------------------------------------------------------------------------------------------------
REDIS_URL = redis_of(os.environ.get("REDIS_URL", "").strip())
_own = f"sqlite:///{quote(str(VAR_DIR / 'academy.sqlite3'))}"
_read = database_of(os.environ.get("DATABASE_URL") or _own, called="DATABASE_URL")
DATABASES: dict[str, Any] = {"default": database_settings(_read, os.environ)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    Path(DATABASES["default"]["NAME"]).parent.mkdir(parents=True, exist_ok=True)
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

if REDIS_URL:
    CACHES: dict[str, Any] = {
        "default": {"BACKEND": "academy.caching.KeptRedisCache", "LOCATION": REDIS_URL},
        # Django's tag for parts of templates takes the cache of this name.
        "template_fragments": {"BACKEND": "academy.caching.FragmentCache", "LOCATION": REDIS_URL},
    }
    # redis-py 8 closes idle sockets after five seconds unless told not to (channels_redis issue 422).
    CHANNEL_LAYERS: dict[str, Any] = {
        "default": {
            "BACKEND": "channels_redis.core.RedisChannelLayer",
            # A room or hub takes its place once and keeps it while somebody is there: longer than an academy.
            "CONFIG": {
                "hosts": [{"address": REDIS_URL, "socket_timeout": None}],
                "group_expiry": 14 * 86_400,
            },
        }
    }
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    CHANNEL_LAYERS = {"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
# Half a megabyte each, for any two revisions: too much for Redis, which must never be full. Each process has its own.
CACHES["comparisons"] = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    "LOCATION": "comparisons",
    "OPTIONS": {"MAX_ENTRIES": 24},
}

CELERY_BROKER_URL = REDIS_URL or "memory://localhost"
CELERY_TASK_ALWAYS_EAGER = flag(os.environ, "CELERY_EAGER", default=not REDIS_URL)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# While Redis is away, nobody waits long for it: what was to be done lies in the database, and beat asks every minute.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.2}
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 2}
CELERY_IMPORTS = ["academy.privacy.tasks"]
CELERY_BEAT_SCHEDULE = {
    "send-waiting-mail": {"task": "academy.tasks.send_waiting_mail", "schedule": 60.0},
    "write-due-letters": {"task": "academy.tasks.write_due_letters", "schedule": 30.0},
    "take-up-lists": {"task": "academy.tasks.take_up_lists", "schedule": 15.0},
    "take-up-searches": {"task": "workshops.tasks.take_up_searches", "schedule": 15.0},
    "hand-on-places": {"task": "academy.tasks.hand_on_places", "schedule": 60.0},
    "watch": {"task": "academy.tasks.watch", "schedule": 60.0},
    "catch-up-adoptions": {"task": "outcome.tasks.catch_up_adoptions", "schedule": 15.0},
    "remind-of-reviews": {"task": "outcome.tasks.remind_of_reviews", "schedule": 3_600.0},
    "forget-expired": {"task": "academy.privacy.forget_expired", "schedule": 86_400.0},
}

# --- Backups (docs/backup.md) ---------------------------------------------------------------------------------------
BACKUP_DIR = Path(os.environ.get("BACKUP_DIR") or VAR_DIR / "backups")
ERASED_LIST = Path(os.environ.get("ERASED_LIST") or VAR_DIR / "erased.jsonl")
BACKUP_RECIPIENTS = listed(os.environ, "BACKUP_RECIPIENTS")
BACKUP_IDENTITY = os.environ.get("BACKUP_IDENTITY", "").strip()
BACKUP_KEEP = number(os.environ, "BACKUP_KEEP", default=14)
# After so many seconds a process that runs asks again whether its database is whole (academy/safekeeping/marking.py).
MARK_ASKED_EVERY: float | None = 2.0

# --- Watching (docs/operate.md) -------------------------------------------------------------------------------------
ALERT_ADDRESSES = listed(os.environ, "ALERT_ADDRESSES")
METRICS_TOKEN = os.environ.get("METRICS_TOKEN", "").strip()
SENTRY_DSN = os.environ.get("SENTRY_DSN", "").strip()

# --- Static files and media ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static" / "dist"]
PAPER_FONTS = [
    BASE_DIR / "static" / "paper",
    VAR_DIR / "fonts",
]  # the second one for fonts that an organiser adds
MEDIA_ROOT = VAR_DIR / "media"
FILE_UPLOAD_HANDLERS = [
    "academy.uploads.Limited",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
WHITENOISE_USE_FINDERS = DEBUG

# --- People ----------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "academy.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
# The first hashes; what the second hashed is known, and hashed anew at the next login.
PASSWORD_HASHERS = ["academy.passwords.MemoryHard", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "academy.passwords.NotOurWords"},
]
if stolen := existing_file(os.environ, "STOLEN_PASSWORDS"):
    AUTH_PASSWORD_VALIDATORS += [
        {"NAME": "academy.stolen_passwords.NotStolen", "OPTIONS": {"path": stolen}},
    ]
# ClamAV's clamd, for files that are kept: unix:/run/clamav/clamd.ctl, or host:port. None, if empty.
VIRUS_SCANNER = os.environ.get("VIRUS_SCANNER", "").strip()
# A login lasts two weeks, whatever is done in it (academy/logins.py).
SESSION_COOKIE_AGE = 14 * 24 * 60 * 60
LOGIN_REDIRECT_URL = "/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "academy.accounts.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_SESSION_REMEMBER = True
ALLAUTH_TRUSTED_PROXY_COUNT = number(os.environ, "TRUSTED_PROXY_COUNT", default=0)
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 10 * 60
ACCOUNT_FORMS = {
    "login": "academy.forms.accounts.PasswordForm",
    "request_login_code": "academy.forms.accounts.AskForCodeForm",
    "confirm_login_code": "academy.forms.accounts.MailedCodeForm",
    "signup": "academy.forms.accounts.AccountForm",
    "user_token": "academy.forms.accounts.ResetLinkForm",
}
# Guessing at one account ("key") is stopped after five tries, and mail to one address after ten an hour.
ACCOUNT_RATE_LIMITS = {
    "login": None,
    "login_failed": "5/5m/key",
    "request_login_code": "3/m/key,10/h/key",
    "reset_password": "3/m/key,10/h/key",
    "reset_password_from_key": None,
    "signup": None,
}
# From one internet address in five minutes (academy/limiting.py): a venue of 300 people logs in, each in any way and
# with a mistake. Names with "_" are those of pages to which something is sent.
ADDRESS_LIMITS = {
    "wrong-password": 400,
    "account_login": 2_000,
    "account_request_login_code": 1_000,
    "account_confirm_login_code": 1_000,
    "mfa_authenticate": 1_000,
    "mfa_login_webauthn": 1_000,
    "account_reset_password": 400,
    "account_reset_password_from_key": 400,
    "account_signup": 400,
    "certificate-name": 60,  # names compared with the one on a paper
}
# Asking for a code or for a new password takes this long, whether the address is known or not.
EVEN_SECONDS = 0.25
MFA_ADAPTER = "academy.accounts.SecondStep"
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Nobody gets in without a verified address, so nobody can set up a second step on somebody else's; and whoever has one
# must be able to change the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Academy"
MFA_RATE_LIMITS = {"webauthn_login": None}
MFA_FORMS = {
    "authenticate": "academy.forms.accounts.CodeForm",
    "reauthenticate": "academy.forms.accounts.CodeAgainForm",
    "activate_totp": "academy.forms.accounts.AppForm",
    "add_webauthn": "academy.forms.accounts.AddPasskeyForm",
    "edit_webauthn": "academy.forms.accounts.RenamePasskeyForm",
    "authenticate_webauthn": "academy.forms.accounts.PasskeyForm",
    "reauthenticate_webauthn": "academy.forms.accounts.PasskeyAgainForm",
    "login_webauthn": "academy.forms.accounts.PasskeyLoginForm",
}
# Organisers, and whoever opens the admin, count as such only with a second step of logging in (docs/accounts.md).
SECOND_FACTOR = flag(os.environ, "SECOND_FACTOR", default=True)

EMAIL_URL = os.environ.get("EMAIL_URL", "").strip()
if EMAIL_URL:
    vars().update(mail_settings(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR_DIR / "mail"
EMAIL_TIMEOUT = 30
# Where mails say that the pages are, and where what cannot be delivered comes back to (the sender, if nothing is said).
SITE_ADDRESS = (
    os.environ.get("SITE_ADDRESS") or next(iter(CSRF_TRUSTED_ORIGINS), "") or "http://localhost:8000"
).rstrip("/")
BOUNCE_ADDRESS = os.environ.get("BOUNCE_ADDRESS", "").strip()
DEFAULT_FROM_EMAIL = SERVER_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL") or "academy@localhost"

# --- Languages and time ----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Forms -----------------------------------------------------------------------------------------------------------
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000

# --- Security --------------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [NONE],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
# No script reads them; in production no other name of the domain can set one (academy/cookies.py).
COOKIE_PREFIX = "__Host-" if PRODUCTION else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = COOKIE_PREFIX + "sessionid", COOKIE_PREFIX + "csrftoken"
MESSAGE_STORAGE = "academy.cookies.ShownOnce"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = flag(os.environ, "HTTPS_REDIRECT", default=True)
    SECURE_HSTS_SECONDS = number(os.environ, "HTTPS_HSTS_SECONDS", default=0)
    # Both bind more than the academy, and browsers keep to them for as long: whoever owns the domain decides.
    SECURE_HSTS_INCLUDE_SUBDOMAINS = flag(os.environ, "HTTPS_HSTS_SUBDOMAINS")
    SECURE_HSTS_PRELOAD = flag(os.environ, "HTTPS_HSTS_PRELOAD")
    SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logs: one JSON object a line, without names, addresses or tokens -------------------------------------------------
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "academy.logs.JsonFormatter"}},
    "filters": {"strange_hosts": {"()": "academy.logs.StrangeHosts"}},
    "handlers": {"standard": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["standard"], "level": log_level(os.environ)},
    "loggers": {
        "django.server": {"handlers": ["standard"], "level": "WARNING", "propagate": False},
        "django.security.DisallowedHost": {"filters": ["strange_hosts"]},
        "uvicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
    },
}

# --- Errors are told to Sentry, if an address of one is given ---------------------------------------------------------
if SENTRY_DSN:
    from academy.reporting import report_to

    report_to(SENTRY_DSN)
