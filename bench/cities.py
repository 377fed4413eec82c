"""The desk of a large city beside that of the simulated one: `python -m bench.cities [CITY …] [--sources DIR]`.

Each city is brought in and started in turn, and one real Chromium opens its desk. Figures are medians over the rounds:
seconds from asking for the page until every tile is drawn, milliseconds of a frame while the map turns a whole circle,
and megabytes of script memory after a collection; each also as a ratio to the simulated city of the same run.
"""

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from bench.chromium import RENDERER
from tests.conftest import CHROMIUM_FLAGS, HOUSE, SHARED, chromium_program
from tests.pictures import DRAWN
from tests.running import A_DAY, Running

BESIDE = "simulated"
FRAMES = 24  # of a whole circle
TURN = """frames => new Promise(done => {
  const map = cityglass.map, times = [];
  const frame = () => {
    times.push(performance.now());
    if (times.length > frames) { map.off("render", frame); done(times.slice(1).map((at, i) => at - times[i])); }
    else map.setBearing(map.getBearing() + 360 / frames);
  };
  map.on("render", frame);
  map.setBearing(map.getBearing() + 360 / frames);
})"""


def look(browser: Browser, running: Running) -> dict[str, float]:
    """One look at the desk: what it took until it was drawn, to turn it, and to keep it."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script("localStorage.setItem('tour', 'seen')")
    page = context.new_page()
    began = time.monotonic()
    page.goto(running.link())
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(50)
    drawn = time.monotonic() - began
    page.wait_for_timeout(2_000)
    frames = page.evaluate(TURN, FRAMES)
    while not page.evaluate(DRAWN):
        page.wait_for_timeout(100)
    session: Any = context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    heap = session.send("Runtime.getHeapUsage")["usedSize"] / 2**20
    context.close()
    return {"drawn, s": drawn, "frame, ms": statistics.median(frames), "heap, MB": heap}


def looks(browser: Browser, name: str, sources: Path, rounds: int) -> list[dict[str, float]]:
    """Some looks at one city, which is started and ended for them."""
    city = A_DAY if name == BESIDE else f"--city={HOUSE / 'cities' / f'{name}.toml'}"
    with tempfile.TemporaryDirectory() as folder:
        running = Running(Path(folder) / "city", city, f"--sources={sources}", "--no-simulation")
        try:
            running.wait_until_ready(600)
            return [look(browser, running) for _round in range(rounds)]
        finally:
            running.stop()


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("cities", nargs="*", default=["leipzig"])
    words.add_argument("--sources", type=Path, default=SHARED / "data")
    words.add_argument("--rounds", type=int, default=3)
    given = words.parse_args()
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium_program(), headless=False, args=CHROMIUM_FLAGS)
        print(f"drawn by {browser.new_page().evaluate(RENDERER)}")
        beside: dict[str, float] = {}
        for name in (BESIDE, *given.cities):
            seen = looks(browser, name, given.sources, given.rounds)
            medians = {what: statistics.median(one[what] for one in seen) for what in seen[0]}
            beside = beside or medians
            told = [f"{what} {size:8.1f} ({size / beside[what]:.2f})" for what, size in medians.items()]
            print(f"{name:14}", "   ".join(told), flush=True)
        browser.close()


if __name__ == "__main__":
    main()
