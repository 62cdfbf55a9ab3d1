"""A project's page in a real browser: `python -m benchmarks.browser [--quick]`.

Chromium looks at a project of 2,000 made-up runs as a person does: the first visit, a filter, the
next page of the table, brushes along a parallel axis; then at a hundred curves of 5,000 points, and
zooms into them. Bytes are what went over the wire, compressed. Times are the page's own clock: from
the end of the hand's movement, or from the request, to the frame after the last drawing.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

from . import workloads
from .pages import log_in
from .read import send
from .report import Row, machine, table, yes
from .servers import ahnb, database

RUNS, CURVES, EPOCHS = 2_000, 100, 5_000
FIRST_BYTES, LATER_BYTES = 400_000, 60_000
PARALLEL = (48, 64, 46, 22)  # left, right, top, bottom of the axes within their chart, in pixels
WIDTH, HEIGHT = 1440, 1000
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
# The page's scripts leave a mark `ahnb:…` behind each drawing; here the hand leaves one, too.
WATCH = """
window.ahnbShift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.ahnbShift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
addEventListener("pointerup", () => performance.mark("hand"), true);
"""
MARKS = """() => {
  const last = {};
  for (const mark of performance.getEntriesByType("mark")) last[mark.name] = mark.startTime;
  const asked = performance.getEntriesByType("resource");
  last.asked = asked.filter(({ name }) => name.includes("/curves/")).at(-1)?.startTime;
  return last;
}"""


class Wire:
    """Counts the bytes that a page receives, and the hosts that it asks."""

    def __init__(self, page: Page) -> None:
        self.bytes = 0
        self.foreign: set[str] = set()
        self.own = ""
        self.page = page
        session = page.context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._finished)
        page.on("request", lambda request: self._asked(request.url))

    def _finished(self, event: dict[str, float]) -> None:
        self.bytes += int(event["encodedDataLength"])

    def _asked(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname != "127.0.0.1":
            self.foreign.add(parts.netloc)

    def during(self, act: Callable[[], object]) -> int:
        """Bytes received from the beginning of `act` until nothing more has come for a second."""
        before, seen = self.bytes, -1
        act()
        while seen != self.bytes:
            seen = self.bytes
            self.page.wait_for_timeout(1000)
        return self.bytes - before


@contextmanager
def browsing(server: ahnb.Server) -> Iterator[BrowserContext]:
    """A fresh browser in which the benchmark's person is logged in."""
    program = shutil.which("chromium") or "chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=SWITCHES)
        context = browser.new_context(
            base_url=f"http://127.0.0.1:{server.port}",
            viewport={"width": WIDTH, "height": HEIGHT},
        )
        session = log_in(server)["Cookie"].partition("ahnb-session=")[2].partition(";")[0]
        cookie = {
            "name": "ahnb-session",
            "value": session,
            "url": f"http://127.0.0.1:{server.port}",
        }
        context.add_cookies([cookie])  # type: ignore[list-item]
        context.add_init_script(WATCH)
        yield context
        browser.close()


def fill(server: ahnb.Server) -> tuple[str, str]:
    """A project of many short runs and one of a hundred long ones; the addresses of both."""
    many, long = f"bench/runs-{RUNS}", "bench/curves"
    for path in (many, long):
        ahnb.manage(server.data, "addproject", path)
    ahnb.manage(server.data, "seedruns", many, str(RUNS))
    for number in range(CURVES):
        run_id = server.create_run(long)
        load = workloads.one_metric(server, run_id, number, EPOCHS)
        send(server.port, load(), 1)
    database.execute(database.Places(server.data).sockets, "VACUUM ANALYZE")
    return f"/projects/{many}/", f"/projects/{long}/?series={workloads.METRICS[0]}"


def settled(page: Page) -> None:
    page.wait_for_timeout(400)
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(400)


def visit_rows(context: BrowserContext, address: str) -> list[Row]:
    """What the first visit brings, and what a filter and the next page bring after it."""
    page = context.new_page()
    wire = Wire(page)
    first = wire.during(lambda: page.goto(address, wait_until="networkidle"))
    shift = page.evaluate("window.ahnbShift")
    page.get_by_label("Filter the runs").fill("params.width > 64")
    filtered = wire.during(lambda: page.keyboard.press("Enter"))
    turned = wire.during(lambda: page.get_by_role("link", name="Next").click())
    moved = page.evaluate("window.ahnbShift")
    page.close()
    return [
        _bytes_row(f"first visit, {RUNS:,} runs, everything", first, FIRST_BYTES),
        _bytes_row("a filter, charts included", filtered, LATER_BYTES),
        _bytes_row("the next page of the table", turned, LATER_BYTES),
        _row("layout shift, first visit", f"{shift:.4f}", "0", shift < 0.0001),
        _row("layout shift after a filter and a page", f"{moved:.4f}", "0", moved < 0.0001),
        _row("requests to other hosts", str(len(wire.foreign)), "0", not wire.foreign),
    ]


def brush_rows(context: BrowserContext, address: str, times: int) -> list[Row]:
    """From the end of a brush to the first drawing that follows it, and to all views."""
    first, whole = [], []
    for turn in range(times):
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        settled(page)
        chart = page.locator("#parallel")
        _brush(page, chart, 0.2 + 0.02 * turn, 0.7)
        settled(page)
        marks = page.evaluate(MARKS)
        after = {
            name: at - marks["hand"]
            for name, at in marks.items()
            if name.startswith("ahnb:") and at > marks["hand"]
        }
        first.append(min(after.values()))
        whole.append(max(after.values()))
        page.close()
    return [
        _ms_row(f"brush over {RUNS:,} runs, first visible answer", first, 150),
        _ms_row("… all views", whole, 500),
    ]


def curve_rows(context: BrowserContext, address: str, times: int) -> list[Row]:
    """From asking for a hundred curves to their drawing; and the same after a zoom."""
    drawn, zoomed = [], []
    for turn in range(times):
        page = context.new_page()
        page.goto(address, wait_until="networkidle")
        settled(page)
        marks = page.evaluate(MARKS)
        drawn.append(marks["ahnb:over-time"] - marks["asked"])
        chart = page.locator("#over-time")
        box = _box(chart)
        _drag(page, chart, (box["width"] * 0.3, 90), (box["width"] * (0.5 + 0.02 * turn), 110))
        settled(page)
        marks = page.evaluate(MARKS)
        if marks["asked"] < marks["hand"]:
            raise SystemExit("The zoom asked for nothing.")
        zoomed.append(marks["ahnb:over-time"] - marks["hand"])
        page.close()
    return [
        _ms_row(f"{CURVES} curves of {EPOCHS:,} points, drawn", drawn, 900),
        _ms_row("… a zoom, asked anew and drawn", zoomed, 400),
    ]


def _brush(page: Page, chart: Locator, start: float, end: float) -> None:
    """Drag along the first parallel axis, from one share of its height to another."""
    left, _, top, bottom = PARALLEL
    height = _box(chart)["height"] - top - bottom
    _drag(page, chart, (left, top + start * height), (left, top + end * height))


def _drag(
    page: Page, element: Locator, start: tuple[float, float], end: tuple[float, float]
) -> None:
    element.scroll_into_view_if_needed()
    box = _box(element)
    page.mouse.move(box["x"] + start[0], box["y"] + start[1])
    page.mouse.down()
    page.mouse.move(box["x"] + end[0], box["y"] + end[1], steps=6)
    page.mouse.up()


def _box(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    if box is None:
        raise SystemExit("A chart is not there.")
    return dict(box)  # type: ignore[arg-type]


def _row(work: str, ours: str, goal: str, reached: bool) -> Row:
    return Row(work, ours, goal=goal, reached=yes(reached))


def _bytes_row(work: str, seen: int, most: int) -> Row:
    return _row(work, f"{seen / 1000:.0f} kB", f"{most // 1000} kB", seen <= most)


def _ms_row(work: str, seen: list[float], most: int) -> Row:
    middle = statistics.median(seen)
    shown = f"{middle:.0f} ms (worst {max(seen):.0f})"
    return _row(work, shown, f"{most} ms", middle <= most)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="3 brushes and zooms instead of 9")
    times = 3 if parser.parse_args().quick else 9
    # Playwright's loop runs in this thread; Django takes it for an asynchronous program.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with (
        tempfile.TemporaryDirectory(prefix="ahnb-bench-") as folder,
        ahnb.serving(Path(folder) / "data") as server,
    ):
        summary, curves = fill(server)
        with browsing(server) as context:
            rows = visit_rows(context, summary)
            rows += brush_rows(context, summary, times)
            rows += curve_rows(context, curves, times)
    print(f"\n{machine()}\n")
    print(table(rows))


if __name__ == "__main__":
    main()
