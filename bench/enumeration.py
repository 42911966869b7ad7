"""`python -m bench.enumeration`: whether the time of an answer tells if an address is known.

Login, code by mail, new password, sign-up and registration, each with 200 known and 200 unknown addresses in turns,
every time in a new browser and from another internet address, against PostgreSQL, Redis and two workers. Prints a
table, writes `var/bench-enumeration.json`, and ends with 1 if a status or a page differs, or a median by over 10 %.
"""

import argparse
import http.client
import random
import re
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from bench.keeping import keep
from bench.serving import served_academy

TRIALS, WARM_UP, LIMIT = 200, 10, 0.10
FORM = "application/x-www-form-urlencoded"
PASSWORD = "a long enough password"
NEW = {"email": "@", "password1": PASSWORD, "password2": PASSWORD}
PERSON = {
    "name": "Some Body",
    "actor": "research",
    "country": "AT",
    "visibility": "unlisted",
    "consent": "on",
}
FLOWS: dict[str, tuple[str, dict[str, str]]] = {
    "login": ("/accounts/login/", {"login": "@", "password": "not the right one"}),
    "code": ("/accounts/login/code/", {"email": "@"}),
    "reset": ("/accounts/password/reset/", {"email": "@"}),
    "sign-up": ("/accounts/signup/", NEW),
    "register": ("/2022/register/", NEW | PERSON),
}
# Run in the served academy: registration is open, and these people have verified accounts.
PREPARE = """
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from academy.models import Edition, User
Edition.objects.update(registration_opens=None, registration_closes=None, capacity=None, mode="open")
hashed = make_password("something else entirely")
users = [User(email=f"known{n:04}@example.org", password=hashed) for n in range({count})]
User.objects.bulk_create(users)
EmailAddress.objects.bulk_create(EmailAddress(user=u, email=u.email, verified=True, primary=True) for u in users)
"""


@dataclass(frozen=True)
class Compared:
    """One flow: medians in milliseconds, how far the larger is above the smaller, and whether the answers are equal."""

    known_ms: float
    unknown_ms: float
    known_p95_ms: float
    unknown_p95_ms: float
    apart: float
    same_answers: bool


class Visitor:
    """A new browser at an internet address of its own."""

    def __init__(self, port: int, number: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self.cookies = SimpleCookie()
        self.address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"

    def ask(self, method: str, path: str, body: str = "") -> tuple[int, str, str]:
        """(status, where it leads to, page)."""
        cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items())
        headers = {"X-Forwarded-For": self.address, "Cookie": cookie, "Content-Type": FORM}
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        page = answer.read().decode()
        for line in answer.headers.get_all("Set-Cookie") or ():
            self.cookies.load(line)
        return answer.status, answer.headers.get("Location", ""), page


def trial(port: int, number: int, flow: str, email: str) -> tuple[float, tuple[int, str, str]]:
    """Milliseconds of the answer to the form, and the answer without what changes every time."""
    path, fields = FLOWS[flow]
    visitor = Visitor(port, number)
    _status, _location, form = visitor.ask("GET", path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)
    data = {name: email if value == "@" else value for name, value in fields.items()}
    body = urlencode({**data, "csrfmiddlewaretoken": token[1] if token else ""})
    begun = time.perf_counter()
    status, location, page = visitor.ask("POST", path, body)
    took = 1000 * (time.perf_counter() - begun)
    plain = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page).replace(email, "[address]")
    return took, (status, location, plain)


def compare(port: int, flow: str, first: int) -> Compared:
    """Known and unknown addresses in an order drawn anew for each pair."""
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    answers: dict[str, set[tuple[int, str, str]]] = {"known": set(), "unknown": set()}
    draw = random.Random(first)
    for number in range(TRIALS + WARM_UP):
        kinds = ["known", "unknown"]
        draw.shuffle(kinds)
        for turn, kind in enumerate(kinds):
            email = (
                f"known{number:04}@example.org"
                if kind == "known"
                else f"{flow[:5]:x<5}{number:04}@example.org"
            )
            took, answer = trial(port, first + 2 * number + turn, flow, email)
            if number >= WARM_UP:
                times[kind].append(took)
                answers[kind].add(answer)
    known, unknown = (statistics.median(times[kind]) for kind in ("known", "unknown"))
    p95 = {kind: statistics.quantiles(found, n=20)[-1] for kind, found in times.items()}
    same = answers["known"] == answers["unknown"] and len(answers["known"]) == 1
    apart = max(known, unknown) / min(known, unknown) - 1
    return Compared(known, unknown, p95["known"], p95["unknown"], apart, same)


def main() -> int:
    options = argparse.ArgumentParser(prog="python -m bench.enumeration")
    options.add_argument("flows", nargs="*", default=list(FLOWS), help=f"some of: {', '.join(FLOWS)}")
    chosen = options.parse_args().flows
    prepare = [sys.executable, "manage.py", "shell", "-c", PREPARE.replace("{count}", str(TRIALS + WARM_UP))]
    # Mail goes to the workers' queue, as in production; nobody is served while it is sent.
    with served_academy("registration", TRUSTED_PROXY_COUNT="1", CELERY_EAGER="0") as served:
        subprocess.run(prepare, env=served.environment, check=True, stdout=subprocess.DEVNULL)
        print(f"{'':<10}{'known ms':>10}{'unknown ms':>12}{'p95':>9}{'p95':>9}{'apart':>9}  same answers")
        found = {}
        for number, flow in enumerate(chosen):
            found[flow] = one = compare(served.port, flow, 1 + number * 10_000)
            print(
                f"{flow:<10}{one.known_ms:>10.1f}{one.unknown_ms:>12.1f}{one.known_p95_ms:>9.1f}"
                f"{one.unknown_p95_ms:>9.1f}{one.apart:>9.1%}  {'yes' if one.same_answers else 'NO'}",
                flush=True,
            )
    keep("enumeration", {flow: asdict(one) for flow, one in found.items()})
    return 0 if all(one.same_answers and one.apart <= LIMIT for one in found.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
