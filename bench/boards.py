"""Boards under load: how long from send to seen, and whether every screen ends as the database has it.

    python -m bench.boards [--seconds 20]

First 200 people and two browsers on one board, with PostgreSQL, Redis, two processes for pages and two for sockets;
then 40 people on the embedded academy, one process on SQLite. Five findings a second.
"""

import argparse
import asyncio
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from bench.keeping import keep
from bench.listening import Room
from tests.browser import launch, started_playwright
from tests.mortals import ROOT, Town, town
from tests.serving import free_port

TARGET_MS = 500
GUNICORN = [
    "-m",
    "gunicorn",
    "academy.wsgi",
    "--workers",
    "2",
    "--threads",
    "4",
    "--bind",
    "127.0.0.1:{port}",
]
# As deploy/ runs them: a short frame is not worth packing for each of two hundred.
UVICORN = [
    "-m",
    "uvicorn",
    "academy.asgi:application",
    "--port",
    "{port}",
    "--log-level",
    "error",
    "--no-access-log",
    "--no-proxy-headers",
    "--ws",
    "academy.draining:GoingInTurn",
    "--ws-per-message-deflate",
    "false",
]
# Notes when each card of the load was first on the page.
WATCH = """() => {
  window.seen = {}
  const note = (card) => { window.seen[card.id.replace("finding-", "")] ??= Date.now() / 1000 }
  document.querySelectorAll("li.finding").forEach(note)
  new MutationObserver((changes) => {
    for (const change of changes) for (const node of change.addedNodes) {
      if (!(node instanceof Element)) continue
      if (node.matches("li.finding")) note(node)
      else node.querySelectorAll("li.finding").forEach(note)
    }
  }).observe(document.querySelector("finding-board"), {childList: true, subtree: true})
}"""
CARDS = """() => Object.fromEntries([...document.querySelectorAll("li.finding")].map((card) =>
  [card.id.replace("finding-", ""), card.querySelector("[data-text]").textContent]))"""


def main(words: list[str]) -> int:
    options = argparse.ArgumentParser(prog="python -m bench.boards")
    options.add_argument("--seconds", type=float, default=20, help="how long is written (default: 20)")
    options.add_argument("--people", type=int, default=200)
    options.add_argument("--embedded-people", type=int, default=40)
    asked = options.parse_args(words)
    figures = {
        "four processes": measure(asked.people, asked.seconds, [GUNICORN, [*UVICORN, "--workers", "2"]]),
        "embedded": measure(asked.embedded_people, asked.seconds, [UVICORN], embedded=True),
    }
    print(
        f"{'':<16}{'people':>8}{'findings':>10}{'p50 ms':>9}{'p95 ms':>9}{'worst':>9}{'browser p95':>13}{'unequal':>9}"
    )
    for name, found in figures.items():
        print(
            f"{name:<16}{found['people']:>8}{found['findings']:>10}{found['p50_ms']:>9.0f}{found['p95_ms']:>9.0f}"
            f"{found['worst_ms']:>9.0f}{found['browser_p95_ms']:>13.0f}{found['unequal_screens']:>9}"
        )
    keep("boards", figures)
    wrong = [f for f in figures.values() if f["unequal_screens"] or f["lost"] or f["p95_ms"] >= TARGET_MS]
    return int(bool(wrong))


def measure(
    people: int, seconds: float, programs: list[list[str]], *, embedded: bool = False
) -> dict[str, Any]:
    """What one shape of the academy shows."""
    told: dict[str, Any] = {}

    def fill(made: Town) -> None:
        made.run("manage.py", "migrate", "-v0")
        made.run("manage.py", "load_edition", "2022")
        told.update(json.loads(made.run("-m", "tests.boardsetting", str(people))))

    with town(*programs, setting=fill, embedded=embedded) as made, fronted(made) as address:
        sockets = f"ws://127.0.0.1:{made.ports[-1]}"
        room = Room(made.address, sockets, told, seconds)
        with started_playwright() as playwright:
            browser = launch(playwright)
            pages = [open_board(browser, address, told, number) for number in (0, 1)]
            load = threading.Thread(target=lambda: asyncio.run(room.run()))
            load.start()
            while load.is_alive():
                pages[0].wait_for_timeout(500)
            pages[0].wait_for_timeout(3000)
            browsers = [(page.evaluate("window.seen"), page.evaluate(CARDS)) for page in pages]
            browser.close()
        return figures_of(made, room, browsers)


def figures_of(
    made: Town, room: Room, browsers: list[tuple[dict[str, float], dict[str, str]]]
) -> dict[str, Any]:
    """The delays, and how many screens are not what the database has."""
    rows = made.ask("SELECT id, text FROM workshops_finding")
    there = {str(key).replace("-", ""): text for key, text in rows}

    def bare(shown: dict[str, str]) -> dict[str, str]:
        return {key.replace("-", ""): text for key, text in shown.items()}

    screens = [bare({key: one["text"] for key, one in screen.findings.items()}) for screen in room.screens]
    screens += [bare(cards) for _seen, cards in browsers]
    delays = room.delays()
    in_browsers = sorted(
        seen[key] - moment for seen, _cards in browsers for key, moment in room.sent.items() if key in seen
    )
    return {
        "people": len(room.screens),
        "findings": len(room.sent),
        "lost": sum(key.replace("-", "") not in there for key in room.sent),
        "p50_ms": 1000 * statistics.median(delays),
        "p95_ms": 1000 * delays[int(len(delays) * 0.95)],
        "worst_ms": 1000 * delays[-1],
        "browser_p95_ms": 1000 * in_browsers[int(len(in_browsers) * 0.95)],
        "unequal_screens": sum(screen != there for screen in screens),
        "broken_sockets": room.broken,
    }


@contextmanager
def fronted(made: Town) -> Iterator[str]:
    """One address for pages and sockets."""
    port = free_port()
    ports = [str(port), str(made.ports[0]), str(made.ports[-1])]
    with subprocess.Popen([sys.executable, "-m", "bench.front", *ports], cwd=ROOT) as front:
        time.sleep(1)
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            front.terminate()


def open_board(browser: Any, address: str, setting: dict[str, Any], number: int) -> Page:
    """The board in a browser of its own, which notes when cards come."""
    context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 900})
    name, _, value = setting["cookies"][number].partition("=")
    context.add_cookies([{"name": name, "value": value, "url": address}])
    page: Page = context.new_page()
    page.goto(setting["board"])
    page.locator("[data-line].is-live").wait_for(timeout=30_000)
    page.evaluate(WATCH)
    return page


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
