"""Using a page with the keyboard only: every stop of the Tab key is one that a person can see and knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

STOPS = 400

# What the page tells of the element in focus: its name for messages, its look, and whether one can see it.
LOOK = """() => {
  const at = document.activeElement
  const style = getComputedStyle(at)
  const box = at.getBoundingClientRect()
  // WCAG 2.2, 2.4.11: not covered entirely by something else, such as a bar that stays at the edge of the window.
  const isUncovered = [[0.5, 0.5], [0.1, 0.1], [0.9, 0.9], [0.1, 0.9], [0.9, 0.1]].some(([x, y]) => {
    const hit = document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)
    return hit && (at.contains(hit) || hit.contains(at))
  })
  window.leftBehind = at
  return {
    name: `${at.tagName.toLowerCase()} ${at.name || at.id || (at.innerText || at.ariaLabel || "").trim().slice(0, 40)}`,
    lost: at === document.body,
    // A field for a date or a time has stops inside, which the browser marks: day, month, year, its calendar.
    marksItself: at.matches("input[type=date], input[type=time]"),
    look: [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow],
    inView: box.width > 0 && box.height > 0 && isUncovered,
  }
}"""
# The same of the element that was reached, and how the one that was left looks now.
LOOK_BACK = f"""() => {{
  const style = window.leftBehind && getComputedStyle(window.leftBehind)
  const left = style && [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow]
  return {{...({LOOK})(), left}}
}}"""


class FocusLost(AssertionError):
    """The focus fell to the page itself, or cannot be seen where it is."""


class Keyboard:
    """The keyboard of a person at a page; there is no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def tab(self, key: str = "Tab") -> str:
        """Go one stop further; the name of the element that is in focus then.

        Raises:
            FocusLost: the element that was left looked no different in focus, or the new one is out of sight.
        """
        before = self.page.evaluate(LOOK)
        self.page.keyboard.press(key)
        after = self.page.evaluate(LOOK_BACK)
        is_judged = not before["lost"] and not before["marksItself"] and before["name"] != "main main"
        if is_judged and before["look"] == after["left"]:
            raise FocusLost(f"{before['name']} looks the same with and without the focus")
        if not after["lost"] and not after["inView"]:
            raise FocusLost(f"{after['name']} has the focus where nobody can see it")
        return str(after["name"])

    def to(self, target: Locator, key: str = "Tab") -> None:
        """Press Tab until the focus is there.

        Raises:
            FocusLost: it never comes there.
        """
        passed = []
        for _stop in range(STOPS):
            if self.is_at(target):
                return
            passed.append(self.tab(key))
        raise FocusLost(f"Tab does not come to {target}; it came by {passed[:40]}")

    def is_at(self, target: Locator) -> bool:
        """Whether the focus is on this element; waits until there is one."""
        return bool(target.evaluate("element => element === document.activeElement"))

    def press(self, key: str) -> None:
        """Press a key that acts in place: the focus stays on something.

        Raises:
            FocusLost: it fell to the page itself.
        """
        self.page.keyboard.press(key)
        self.page.wait_for_timeout(50)
        self.insist_on_focus(f"after {key}")

    def go(self, key: str = "Enter") -> None:
        """Press a key that leads to another page, and wait until it is there."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)

    def write(self, target: Locator, words: str) -> None:
        """Go to a field, replace what stands in it, and type."""
        self.to(target)
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(words)

    def choose(self, target: Locator, option: str) -> None:
        """Go to a select box and type the beginning of an option, as far as it is needed."""
        self.to(target)
        self.page.keyboard.type(option)

    def insist_on_focus(self, when: str) -> None:
        """Raises FocusLost if nothing has the focus."""
        seen: dict[str, Any] = self.page.evaluate(LOOK)
        if seen["lost"]:
            raise FocusLost(f"The focus fell to the page itself {when}")
