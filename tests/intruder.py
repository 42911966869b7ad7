"""Somebody who tries everything at every door, as several people in turn; what was tried is undone.

Some attempts spoil what a browser would send (tests/hostile.py), others are drawn by schemathesis from what the forms
of the pages and the parts of the addresses ask for (tests/form_shapes.py).
"""

from __future__ import annotations

import logging
import os
from collections import Counter, defaultdict
from contextlib import contextmanager
from itertools import product
from random import Random
from typing import TYPE_CHECKING, Any, cast

from django.db import connection, transaction
from django.test import TestCase
from django.urls import resolve
from hypothesis import HealthCheck, given, seed, settings
from hypothesis.errors import Flaky, Unsatisfiable
from schemathesis import GenerationMode

from tests.form_shapes import attempt_of, operations_at, operations_of
from tests.hostile import attempt_at, forms_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from django.http import HttpResponse
    from django.test import Client
    from schemathesis import Case
    from schemathesis.schemas import APIOperation

    from tests.hostile import Attempt, Form

# An address, and how it is asked.
Door = tuple[str, str]
# Of a form, or of a part of an address: the name of the view, the method, and the names of what is sent.
Kind = tuple[str, str, str]
TOKEN = "t" * 32
COUNT = int(os.environ.get("ACADEMY_FUZZ", "500"))
SEED = int(os.environ.get("ACADEMY_FUZZ_SEED", "2022"))
# How many examples of schemathesis; the first is the simplest one.
EXAMPLES = 4
# How whoever does not come to a form's own rules is answered.
ON_THE_WAY = {
    *("/accounts/login/", "/accounts/reauthenticate/", "/second-factor/"),
    *("/accounts/2fa/reauthenticate/", "/accounts/2fa/webauthn/reauthenticate/"),
    *("400", "403", "404", "405", "429", "broken"),
}
# Strangers' names for this site, and addresses that look like attacks: refused, and told by Django at this level.
REFUSALS = "django.security"


class Intruder:
    """Somebody with a browser for each role; `faults` are errors of ours, `answers` what was said to what was drawn."""

    def __init__(self, browsers: Mapping[str, Client], doors: Iterable[Door], seed: int) -> None:
        self.draw = Random(seed)
        self.browsers, self.roles = browsers, tuple(browsers)
        for browser in browsers.values():
            browser.handler.enforce_csrf_checks = True
        self.cookies = {
            role: [f"{name}={cookie.value}" for name, cookie in browser.cookies.items()]
            for role, browser in browsers.items()
        }
        self.forms: dict[Door, list[Form]] = {door: [] for door in doors}
        self.drawn: dict[Kind, dict[str, APIOperation]] = defaultdict(dict)
        self.parts: dict[Kind, dict[str, APIOperation]] = defaultdict(dict)
        self.seen_by: dict[str, set[str]] = defaultdict(set)
        self.tried = 0
        self.faults: list[str] = []
        self.answers: dict[Kind, Counter[str]] = defaultdict(Counter)
        self.fitting: set[Kind] = set()

    def look_around(self) -> None:
        """Read every page as everybody, for the forms that stand there; where they lead is tried as well."""
        for address, method in sorted(self.forms):
            for role in self.roles if method == "GET" else ():
                with undone():
                    page = self.ask(role, "GET", address)
                words = page.content.decode() if "html" in page.headers.get("Content-Type", "") else ""
                for form in forms_of(words, address):
                    known = self.forms.setdefault((form.action, form.method), [])
                    if form not in known:
                        known.append(form)
                for found in operations_of(words, address):
                    key = found.path + str(found.definition.raw)
                    self.drawn[kind_of(found)][key] = found
                    self.seen_by[key].add(role)
        for address, method in sorted(self.forms):
            for found in operations_at(address, method):
                self.parts[kind_of(found, address)].setdefault(found.path, found)

    def go_round(self, count: int) -> None:
        """So many attempts: every door as every person in turn, in any order."""
        turns = [(role, door) for door in sorted(self.forms) for role in self.roles]
        self.draw.shuffle(turns)
        for number in range(count):
            role, door = turns[number % len(turns)]
            with_token = self.draw.random() < 0.95
            self.attempt(role, attempt_at(self.draw, *door, self.forms[door]), with_token=with_token)

    def fill_in_forms(self, count: int) -> None:
        """About so many attempts of schemathesis at forms, each by somebody who was shown it and by somebody else."""
        for kind, key, mode in self.in_turn(self.drawn, count):
            shown = self.draw.choice(sorted(self.seen_by[key]))
            others = [role for role in self.roles if role != shown]
            people = (shown, self.draw.choice(others)) if others else (shown,)
            self.draw_and_try(self.drawn[kind][key], people, mode, told=self.answers[kind])
            if mode is GenerationMode.POSITIVE:
                self.fitting.add(kind)

    def replace_parts(self, count: int) -> None:
        """About so many attempts of schemathesis at parts of addresses, each by two."""
        for kind, key, mode in self.in_turn(self.parts, count):
            people = self.draw.sample(self.roles, min(2, len(self.roles)))
            self.draw_and_try(self.parts[kind][key], people, mode)

    def in_turn(
        self, what: Mapping[Kind, Mapping[str, APIOperation]], count: int
    ) -> Iterator[tuple[Kind, str, GenerationMode]]:
        """(kind, key of one of it, what fits or what does not), round after round, until so many were tried.

        A short run does not come to the end of the first round.
        """
        until = self.tried + count
        turns = list(product(sorted(what), GenerationMode))
        while turns and self.tried < until:
            self.draw.shuffle(turns)
            before = self.tried
            for kind, mode in turns:
                if self.tried >= until:
                    return
                yield kind, self.draw.choice(sorted(what[kind])), mode
            assert self.tried > before

    def draw_and_try(
        self,
        what: APIOperation,
        people: Sequence[str],
        mode: GenerationMode,
        *,
        told: Counter[str] | None = None,
        count: int = EXAMPLES,
    ) -> None:
        """So many requests that fit, or just do not; of what breaks something, the simplest that is found.

        What the first of these people is answered is counted.
        """

        @seed(self.draw.randrange(2**32))
        @settings(max_examples=count, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(drawn=what.as_strategy(generation_mode=mode))
        def ask(drawn: Case) -> None:
            known = len(self.faults)
            answers = [self.attempt(role, attempt_of(drawn)) for role in people]
            if told is not None:
                told[answers[0]] += 1
            assert self.faults[known:] == []

        known = len(self.faults)
        try:
            ask()
        except (AssertionError, Flaky):
            if len(self.faults) == known:
                raise
            del self.faults[known:-1]
        except Unsatisfiable:
            # Where a form leaves no choice, nothing is drawn that does not fit.
            pass

    def attempt(self, role: str, attempt: Attempt, *, with_token: bool = True) -> str:
        """Send it, nearly always with the token that forms carry; returns the answer in a word.

        What a commit would find and do is found and done, and undone.
        """
        headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in attempt.headers.items()}
        if with_token:
            headers["HTTP_X_CSRFTOKEN"] = TOKEN
        cookies = [f"csrftoken={TOKEN}"] if with_token else []
        if attempt.cookie is not None:
            cookies.append(attempt.cookie)
        self.tried += 1
        try:
            with undone(), errors_logged() as logged:
                with TestCase.captureOnCommitCallbacks() as callbacks:
                    answer = self.ask(
                        role, attempt.method, attempt.address, attempt.body, attempt.kind, cookies, **headers
                    )
                commit(callbacks)
        except Exception as error:  # noqa: BLE001  # whatever a view raises is what is looked for
            self.faults.append(f"{role}: {error!r} after {attempt}")
            return "broken"
        if answer.status_code >= 500 or logged:
            self.faults.append(f"{role}: {answer.status_code} {logged} after {attempt}")
        return said(answer)

    def never_reached(self) -> set[str]:
        """Of the forms that were filled in as it fits: views at which nobody who was shown one came to their own rules.

        The hidden fields of a form may leave only what has gone meanwhile; so it is asked of all forms of a view.
        """
        said = defaultdict[str, set[str]](set)
        for kind in self.fitting:
            said[kind[0]] |= set(self.answers[kind])
        return {view for view, answers in said.items() if answers and answers <= ON_THE_WAY}

    def ask(
        self,
        role: str,
        method: str,
        address: str,
        body: bytes = b"",
        kind: str = "",
        cookies: Iterable[str] = (),
        **headers: Any,
    ) -> HttpResponse:
        """Ask with the cookies that this person had at first, whatever was answered since."""
        headers["HTTP_COOKIE"] = "; ".join([*self.cookies[role], *cookies])
        return cast("HttpResponse", self.browsers[role].generic(method, address, body, kind, **headers))


@contextmanager
def undone() -> Iterator[None]:
    """What is done here is undone in the database."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def commit(callbacks: Sequence[Callable[[], object]]) -> None:
    """Find what a commit would find, and do what is done after it.

    Raises:
        Exception: what breaks at the commit, or after it; where a failure after it is only logged, this raises it too.
    """
    connection.check_constraints()
    with TestCase.captureOnCommitCallbacks(execute=True):
        for callback in callbacks:
            callback()
    connection.check_constraints()


@contextmanager
def errors_logged() -> Iterator[list[str]]:
    """What is logged here as an error of ours, also what was caught and went on."""
    logged: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.addFilter(lambda record: not record.name.startswith(REFUSALS))
    handler.emit = lambda record: logged.append(  # type: ignore[method-assign]
        f"{record.name}: {record.getMessage()} {record.exc_info or ''}"
    )
    logging.getLogger().addHandler(handler)
    try:
        yield logged
    finally:
        logging.getLogger().removeHandler(handler)


def kind_of(what: APIOperation, address: str = "") -> Kind:
    """What an operation is at: forms of a hundred findings are of one kind."""
    told = what.definition.raw
    name = resolve(address or what.path).view_name
    fields = [one["name"] for one in told["parameters"]]
    for content in told.get("requestBody", {}).get("content", {}).values():
        fields += content["schema"]["properties"]
    return (name, what.method, " ".join(sorted(fields)))


def said(answer: HttpResponse) -> str:
    """The status; where the answer leads away, to which of the pages that ask who one is."""
    leads = answer["Location"].partition("?")[0] if answer.status_code == 302 else ""
    return leads if leads in ON_THE_WAY else str(answer.status_code)
