"""Watching a real browser for words that became a program: run, asked to run, or waiting to be clicked."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.hostile_words import FILLED_IN

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Runs before anything else in every page and frame: what the policy stops is kept, with the words that it was.
LISTEN = """
window.__violations = [];
document.addEventListener("securitypolicyviolation", (one) =>
  window.__violations.push(`${one.effectiveDirective} ${one.blockedURI} ${one.sample}`));
"""
SCAN = """(filledIn) => {
  const found = [];
  const addresses = ["href", "xlink:href", "src", "action", "formaction", "data", "poster", "background", "cite"];
  const foreign = "iframe, object, embed, applet, frame, base, math, foreignObject, animate, set, marquee, xmp";
  // Asked of the prototype: a form's own fields may bear the names of what is asked.
  const own = (one, what) => Object.getOwnPropertyDescriptor(Element.prototype, what).get.call(one);
  const look = (root) => {
    for (const one of root.querySelectorAll("*")) {
      const name = own(one, "outerHTML").slice(0, 160);
      if (Element.prototype.matches.call(one, foreign)) found.push(`an element: ${name}`);
      for (const { name: attribute, value } of own(one, "attributes")) {
        const said = value.replace(/[\\u0000-\\u0020]/g, "").toLowerCase();
        const isPicture = one.localName === "img" && said.startsWith("data:image/");
        if (/^on/i.test(attribute) || attribute === "srcdoc") found.push(`${attribute}: ${name}`);
        if (addresses.includes(attribute) && /^(javascript|vbscript|data|blob|file):/.test(said) && !isPicture)
          found.push(`an address: ${name}`);
        if (/^(id|name|form)$/.test(attribute) && value.includes("__clobbered")) found.push(`clobbers: ${name}`);
        if (attribute === "style" && /__fetched|__executed/.test(value)) found.push(`a style: ${name}`);
        if (attribute === "content" && one.matches("meta[http-equiv=refresh]")) found.push(`leads away: ${name}`);
      }
      const code = one.localName === "script" && !/json/.test(one.type) || one.localName === "style";
      if (code && /__executed|__fetched/.test(one.textContent)) found.push(`code: ${name}`);
      if (one.localName === "template") look(one.content);
      if (one.shadowRoot) look(one.shadowRoot);
    }
  };
  look(document);
  if (window.__executed !== undefined) found.push("it ran");
  if (window.__clobbered !== undefined) found.push("it clobbered");
  if ((document.documentElement.textContent || "").includes(filledIn)) found.push("a template was filled in");
  return [...found, ...(window.__violations || []).map((one) => `the policy stopped ${one}`)];
}"""


class Watch:
    """Looks over the shoulder of a page from now on; `found` says what went wrong, and where."""

    def __init__(self, page: Page) -> None:
        self.page, self.found = page, list[str]()
        page.add_init_script(LISTEN)
        page.on("dialog", self._dialog)
        page.on("console", lambda said: self._console(said.text))
        page.on("pageerror", lambda error: self.note(f"an error: {error}"))
        page.on("request", lambda request: self._request(request.url))

    def note(self, what: str) -> None:
        self.found.append(f"{urlsplit(self.page.url).path}: {what}")

    def look(self) -> None:
        """Let what waits to run do so, then look at everything on the page."""
        self.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")
        for one in self.page.evaluate(SCAN, FILLED_IN):
            self.note(one)

    def open(self, address: str) -> None:
        """Go to a page, and look at it."""
        self.page.goto(address, wait_until="domcontentloaded")
        self.look()

    def _dialog(self, dialog: object) -> None:
        self.note("a dialog")
        dialog.dismiss()  # type: ignore[attr-defined]  # a Dialog; its class is not what is looked at

    def _console(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.note(f"the policy: {text}")

    def _request(self, url: str) -> None:
        host = urlsplit(url).hostname
        if "__fetched" in url or host not in (None, "127.0.0.1"):
            self.note(f"a request to {url}")
