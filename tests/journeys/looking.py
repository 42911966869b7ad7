"""Looking at a page at two widths: axe-core, nothing that sticks out sideways or below the foot; pictures if asked."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

ROOT = Path(__file__).resolve().parents[2]
WIDTHS = (1280, 375)
# What WCAG 2.2 AA asks for, and axe's best practices.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@cache
def axe() -> str:
    """The source of axe-core, as the front-end packages brought it."""
    return (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")


def findings_of_axe(page: Page, only: tuple[str, ...] = ()) -> list[str]:
    """What axe-core finds wrong with the page as it is shown now, a line each; all of `RULES`, or only some rules."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(axe())
    choice = {"type": "rule", "values": only} if only else {"type": "tag", "values": RULES}
    lines: list[str] = page.evaluate(
        """async choice => {
          const options = {runOnly: choice, resultTypes: ["violations"], preload: false}
          const {violations} = await window.axe.run(document, options)
          return violations.flatMap(one => one.nodes.map(node => `${one.id}: ${one.help} at ${node.target}`))
        }""",
        choice,
    )
    return lines


def sticks_out(page: Page) -> bool:
    """Whether one would have to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))


def hangs_below(page: Page) -> bool:
    """Whether one could scroll further than the foot of the page, into nothing."""
    return bool(
        page.evaluate(
            """() => {
              const foot = document.querySelector("footer.page-foot")
              if (!foot || getComputedStyle(foot).display === "none") return false
              const end = Math.max(window.innerHeight, foot.getBoundingClientRect().bottom + window.scrollY)
              return document.documentElement.scrollHeight > Math.ceil(end) + 1
            }"""
        )
    )


class Looker:
    """Looks at pages at each width and insists that nothing is wrong; keeps a picture of each in `folder`, if any."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder
        self.seen: list[str] = []

    def __call__(self, page: Page, name: str) -> None:
        before = page.viewport_size or {"width": WIDTHS[0], "height": 900}
        height = before["height"]
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": height})
            if self.folder:
                picture = self.folder / f"{name}-{width}.png"
                page.screenshot(path=picture, full_page=True, animations="disabled")
            found = findings_of_axe(page)
            assert not found, f"{name} at {width}: {found}"
            assert not sticks_out(page), f"{name} at {width}"
            assert not hangs_below(page), f"{name} at {width}: the page goes on below its foot"
        page.set_viewport_size(before)
        self.seen.append(name)
