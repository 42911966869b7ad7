"""A first visit in Chromium as a slow phone makes it: what it transfers, when it is painted, what jumps."""

from dataclasses import dataclass

from tests.browser import launch, started_playwright

SLOWER = 4
BITS_PER_SECOND, LATENCY_MS = 1_600_000, 150
OBSERVE = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(list => { for (const entry of list.getEntries()) window.seen.paint = entry.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.seen.shift += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


@dataclass(frozen=True)
class Visit:
    """Kilobytes and requests with an empty cache, seconds to the largest paint, and the cumulative layout shift."""

    kilobytes: float
    requests: int
    largest_paint: float
    shift: float


def first_visit(port: int, path: str) -> Visit:
    """Open a page at 4 times CPU slow-down, 1.6 Mbit/s and 150 ms, as Chromium's own throttling makes it."""
    received = {"bytes": 0, "requests": 0}
    with started_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page(viewport={"width": 375, "height": 800})
        page.add_init_script(OBSERVE)
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        speed = BITS_PER_SECOND / 8
        session.send(
            "Network.emulateNetworkConditions",
            {"offline": False, "latency": LATENCY_MS, "downloadThroughput": speed, "uploadThroughput": speed},
        )
        session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})

        def finished(event: dict[str, float]) -> None:
            received["bytes"] += int(event["encodedDataLength"])
            received["requests"] += 1

        session.on("Network.loadingFinished", finished)
        page.goto(f"http://127.0.0.1:{port}{path}", wait_until="networkidle")
        page.wait_for_timeout(500)
        seen = page.evaluate("window.seen")
        browser.close()
    return Visit(received["bytes"] / 1000, received["requests"], seen["paint"] / 1000, seen["shift"])


def typical(visits: list[Visit]) -> Visit:
    """The visit in the middle, by its largest paint: one that the machine held up says nothing of the page."""
    return sorted(visits, key=lambda visit: visit.largest_paint)[len(visits) // 2]
