"""What every test may ask for: the 2022 edition, the demo academy at a stage, the fixed cast, logged-in clients."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest
from asgiref.sync import sync_to_async
from channels.layers import channel_layers
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client, TransactionTestCase
from hypothesis import HealthCheck, settings

from academy import clock
from academy.kept_pages import forget_pages
from academy.management.commands.seed_demo import seed
from academy.management.loading import load_edition
from academy.models import Edition, Role, User
from academy.own_pages import forget_own_pages
from academy.roles import grant_role
from outcome.consumers import hub
from outcome.drafting import start_document
from outcome.models import Procedure
from outcome.restructuring import open_for_writing
from outcome.revisions import publish_revision
from programme.casting import cast
from tests import snapshots, sparing
from tests.factories import make_participant, make_user
from workshops.ledger import forget_lines
from workshops.models import Group

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path


# How long an example takes says something of the machine only; speed is measured in `bench/`.
settings.register_profile("academy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("academy")

_taken: dict[str, snapshots.Rows] = {}


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    """Limits on guessing count in the cache, and public pages are kept; each test starts at zero.

    The channel layer is new, too: one on which a socket still listened when its test ended belongs to that test's loop.
    """
    channel_layers.backends.clear()
    cache.clear()
    forget_pages()
    forget_own_pages()
    forget_lines()
    yield
    cache.clear()


def pytest_collection_finish() -> None:
    """The tests are there; what was needed to find them stays."""
    sparing.leave_alone_what_stays()


@pytest.fixture(autouse=True, scope="session")
def _list_of_erasures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What tests note for a restore is no business of the academy that is run here."""
    path = tmp_path_factory.mktemp("noted") / "erased.jsonl"
    django_settings.ERASED_LIST = path
    return path


@pytest.fixture(autouse=True)
def _nothing_noted(_list_of_erasures: Path) -> None:
    """What an earlier test noted is no business of this one: a restore would follow it, or refuse to pass it over."""
    _list_of_erasures.unlink(missing_ok=True)


@pytest.fixture(autouse=True, scope="session")
def _static_files() -> Iterator[None]:
    yield from sparing.list_static_files_once()


@pytest.fixture(autouse=True, scope="session")
def _flush_under_seals() -> Iterator[None]:
    """Let tests that commit empty the database afterwards although the seals refuse it: lift them for the moment."""
    case: Any = TransactionTestCase
    original = case._fixture_teardown

    def teardown(self: TransactionTestCase) -> None:
        with snapshots.unsealed():
            original(self)

    case._fixture_teardown = teardown
    yield
    case._fixture_teardown = original


def bring_to(stage: str) -> Edition:
    """The demo academy at a stage ("programme" is the edition without people), seeded once and then put back."""
    if stage in _taken:
        snapshots.put_back(_taken[stage])
    else:
        with snapshots.shared(stage) as known:
            if known.rows:
                snapshots.put_back(known.rows)
            else:
                load_edition("2022") if stage == "programme" else seed(stage, 2022)
                known.rows = snapshots.take()
        _taken[stage] = known.rows
    return Edition.objects.get(slug="2022")


@pytest.fixture
def academy_at(db: None) -> Callable[[str], Edition]:
    """Brings an empty academy to a stage: programme, registration, workshops, drafting or adopted."""
    return bring_to


@pytest.fixture
def edition(db: None) -> Edition:
    """The real 2022 edition: programme released, workshops and groups there, no people."""
    return Edition.objects.filter(slug="2022").first() or bring_to("programme")


@pytest.fixture
def at_work(transactional_db: None) -> Edition:
    """The demo academy while the groups of day 3 are at work, with a document that is written, and an adoption."""
    edition = bring_to("workshops")
    amara = User.objects.get(email="amara@example.org")
    document = open_for_writing(
        start_document(edition, title="From intentions to commitments", by=amara), by=amara
    )
    revision = publish_revision(document, label="Zero draft", audience="participants", by=amara)
    Procedure.objects.create(
        document=document,
        revision=revision,
        text_digest=revision.digest,
        method="consensus",
        quorum="none",
        prepared_at=clock.now(),
    )
    return edition


@pytest.fixture
async def no_connection_stays(transactional_db: None) -> AsyncIterator[None]:
    """Consumers and hubs ask the database from threads of their own, whose connections would outlive the tests."""
    yield
    await hub.close_all()
    await sync_to_async(connections.close_all)()


def _person(key: str, edition: Edition, *, role: str = "", lead: str = "", **fields: str) -> User:
    """Somebody of the cast: as the demo has them, or made now."""
    known = User.objects.filter(email=f"{key}@example.org").first()
    if known:
        return known
    user = make_user(key)
    participant = make_participant(user, edition, **fields)
    if role:
        grant_role(user, edition, role, by=None)
    if lead:
        for number in (1, 2, 3):
            group = Group.objects.of_edition(edition).get(workshop__number=number, slug="group-1")
            cast(participant, group.session, lead, by=None)
    return user


@pytest.fixture
def amara(edition: Edition) -> User:
    """The organiser."""
    return _person("amara", edition, role=Role.Kind.ORGANISER)


@pytest.fixture
def bruno(edition: Edition) -> User:
    """The moderator of group 1 of workshops 1 to 3."""
    return _person("bruno", edition, lead="moderator")


@pytest.fixture
def chiara(edition: Edition) -> User:
    """The co-facilitator of the same groups."""
    return _person("chiara", edition, lead="co-facilitator")


@pytest.fixture
def dawit(edition: Edition) -> User:
    """A next-generation participant and delegate."""
    return _person("dawit", edition, role=Role.Kind.DELEGATE, actor="next_generation")


@pytest.fixture
def esi(edition: Edition) -> User:
    """A delegate of a local authority whose identity is protected."""
    return _person("esi", edition, role=Role.Kind.DELEGATE, visibility="protected", pseudonym="Kingfisher")


@pytest.fixture
def farid(edition: Edition) -> User:
    """Somebody with an account and no registration."""
    return User.objects.filter(email="farid@example.org").first() or make_user("farid")


@pytest.fixture
def client_of(db: None) -> Callable[[User | None], Client]:
    """A browser in which this person is logged in; nobody, for None."""

    def client(user: User | None) -> Client:
        browser = Client()
        if user:
            browser.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return browser

    return client


@pytest.fixture
def noted_in(settings: Any, tmp_path: Path) -> Path:
    """The list of erasures of this test alone, beside backups and media of its own."""
    path = tmp_path / "var" / "erased.jsonl"
    settings.ERASED_LIST = path
    settings.BACKUP_DIR = tmp_path / "backups"
    settings.MEDIA_ROOT = tmp_path / "media"
    return path


@pytest.fixture
def quiet_log() -> Iterator[None]:
    """Each refusal is worth a line in the log; where thousands are tried, only errors of ours are."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def unsealed(db: None) -> Callable[[str], AbstractContextManager[None]]:
    """Lifts the seals of a table for a moment, as somebody does who owns the database."""
    return lift_seals


@contextmanager
def lift_seals(table: str) -> Iterator[None]:
    """Meanwhile the connection may be closed and opened again."""
    if connection.vendor == "postgresql":
        _execute("SET CONSTRAINTS ALL IMMEDIATE", f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        _execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [table]
        )
        seals = cursor.fetchall()
    _execute(*(f"DROP TRIGGER {name}" for name, _sql in seals))
    yield
    _execute(*(sql for _name, sql in seals))


def _execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def at_once() -> Callable[[int, Callable[[], object]], list[object]]:
    """Runs something in several threads that start together; returns what each returned or raised."""

    def run(count: int, action: Callable[[], object]) -> list[object]:
        gate = Barrier(count)

        def one(_number: int) -> object:
            gate.wait()
            try:
                return action()
            except Exception as error:  # noqa: BLE001  # whatever a thread raised is its result
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run
