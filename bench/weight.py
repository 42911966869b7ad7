"""What a first visit to a page transfers, as Chromium counts it: compressed bytes with their headers."""

from playwright.sync_api import sync_playwright

from tests.browser import launch


def transferred(port: int, path: str) -> dict[str, int]:
    """{kind of resource: bytes} of a first visit with an empty cache."""
    kinds: dict[str, int] = {}
    named: dict[str, str] = {}
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")

        def started(event: dict[str, str]) -> None:
            named[event["requestId"]] = event.get("type", "Other").lower()

        def finished(event: dict[str, str]) -> None:
            kind = named.get(event["requestId"], "other")
            kinds[kind] = kinds.get(kind, 0) + int(event["encodedDataLength"])

        session.on("Network.requestWillBeSent", started)
        session.on("Network.loadingFinished", finished)
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        browser.close()
    return kinds
