"""How quickly an hour of the simulated city answers to a hand on the slider: `python -m bench.scrub [--rounds 3]`.

Everything runs as `app.py run` starts it: the simulated city with a day of history, its devices speaking on, ingest,
worker, desk and public page, and one real Chromium at 1440 x 900 that draws. The slider spans one hour, some hours
back. It is dragged to and fro by the pointer, and stepped by the arrow keys; then, at rest, single steps.

For every move the wait is counted from the moment in which the browser took it in until each layer's columns on the
page are exactly those of that moment (`cityglass.moment`) and the frame names it: a figure is up to 5 ms too high. A
move that a later one overtook waits for the later one. Aim: 95th percentile under 100 ms. How long the next picture and
the panels take is told beside it: a picture depends on the machine's renderer, which is named.
"""

import argparse
import json
import os
import tempfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from bench.chromium import RENDERER, said
from tests.conftest import CHROMIUM_FLAGS, chromium_program
from tests.running import A_DAY, Running

HOURS_BACK, STEPS, REACH_S = 3, 120, 2.0  # a hand needs two seconds from the field to the slider
RECORD = """() => {
  const told = window.cityglassScrub = { waits: [], pictures: [], missing: 0 };
  const open = [];
  const root = document.documentElement;
  addEventListener("input", (event) => {
    if (event.target.id !== "slider") return;
    open.push({ begun: event.timeStamp, wanted: Date.parse(root.dataset.replay ?? "") });
  });
  // After a key Chromium puts timers off until its next picture: this must not wait for that.
  const soon = () => scheduler.postTask(look, { priority: "user-blocking", delay: 1 });
  const look = () => {
    const { at, replay, whole } = window.cityglass.moment;
    const last = replay && whole ? open.findLastIndex(({ wanted }) => wanted === at) : -1;
    if (last >= 0) {
      const now = performance.now();
      const done = open.splice(0, last + 1);
      for (const { begun } of done) told.waits.push(now - begun);
      requestAnimationFrame(() => setTimeout(() => told.pictures.push(performance.now() - done.at(-1).begun)));
    }
    told.missing = open.length;
    soon();
  };
  look();
}"""
FOLLOWED = """() => Math.max(0, ...performance.getEntriesByType("resource")
  .filter(({ name }) => name.includes("/_dash-update-component")).map(({ responseEnd }) => responseEnd))"""


class Hand:
    """One page of the desk, and a hand on its slider."""

    def __init__(self, page: Any, city: Running) -> None:
        self.page = page
        page.add_init_script("localStorage.setItem('tour', 'seen')")
        page.goto(city.link())
        self.wait("() => window.cityglass?.map?.loaded() && document.getElementById('slider') !== null", 180)
        self.wait("() => (window.cityglass.column('pm25', 'value')?.length ?? 0) > 0", 60)

    def wait(self, script: str, seconds: float) -> None:
        """Asked from outside: the desk's policy forbids a script that is made out of text within the page."""
        for _try in range(int(seconds * 5)):
            if self.page.evaluate(script):
                return
            self.page.wait_for_timeout(200)
        raise SystemExit(f"in vain: {script} {self.page.evaluate('() => window.cityglass?.moment ?? null')}")

    def go(self, at: datetime, zone_hours: float = 7) -> None:
        """To an hour around this moment, typed as the page writes it."""
        self.page.select_option("#span", "60")
        field = self.page.locator("input#typed")
        field.fill((at + timedelta(hours=zone_hours)).strftime("%d/%m/%Y %H:%M"))
        field.press("Enter")
        there = f"document.documentElement.dataset.replay?.startsWith('{at:%Y-%m-%dT%H:%M}')"
        self.wait(f"() => {there} && window.cityglass.moment.whole", 60)

    def drag(self, moves: int, pause_ms: float) -> None:
        """From one end of the hour to the other and back."""
        box = self.page.locator("#slider").bounding_box()
        y, left, right = box["y"] + box["height"] / 2, box["x"] + 10, box["x"] + box["width"] - 10
        self.page.mouse.move((left + right) / 2, y)
        self.page.mouse.down()
        for start, end in (((left + right) / 2, right), (right, left), (left, (left + right) / 2)):
            for step in range(1, moves + 1):
                self.page.mouse.move(start + (end - start) * step / moves, y)
                self.page.wait_for_timeout(pause_ms)
        self.page.mouse.up()

    def press(self, times: int, pause_ms: float) -> None:
        self.page.locator("#slider").focus()
        for number in range(times):
            self.page.keyboard.press("ArrowLeft" if number % 40 < 30 else "ArrowRight")
            self.page.wait_for_timeout(pause_ms)

    def told(self) -> dict[str, Any]:
        """What was recorded since it was asked for last."""
        self.page.wait_for_timeout(1500)
        found: dict[str, Any] = self.page.evaluate("() => ({ ...window.cityglassScrub })")
        self.page.evaluate("() => { window.cityglassScrub.waits.length = window.cityglassScrub.pictures.length = 0 }")
        return found

    def rest(self, times: int) -> list[float]:
        """Single steps, each when all is still: how long until the last panel was answered."""
        found = []
        self.page.locator("#slider").focus()
        for _step in range(times):
            begun = self.page.evaluate("() => { performance.clearResourceTimings(); return performance.now() }")
            self.page.keyboard.press("ArrowLeft")
            self.page.wait_for_timeout(2500)
            found.append(self.page.evaluate(FOLLOWED) - begun)
        return [each for each in found if each > 0]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=3, help="so many hours are scrubbed, each for the first time")
    words.add_argument("--size", default="1440x900")
    words.add_argument("--json", type=Path, help="write the figures here too")
    given = words.parse_args()
    width, height = (int(side) for side in given.size.split("x"))
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        city = Running(Path(place) / "city", A_DAY)
        print(f"the city was ready after {city.wait_until_ready(300):.0f} s")
        browser = driver.chromium.launch(executable_path=chromium_program(), headless=False, args=CHROMIUM_FLAGS)
        try:
            hand = Hand(browser.new_page(viewport={"width": width, "height": height}), city)
            print(f"{os.cpu_count()} processors, {width} x {height}, drawn by {hand.page.evaluate(RENDERER)}")
            figures = measure(hand, given.rounds)
        finally:
            browser.close()
            city.stop()
    if given.json:
        given.json.write_text(json.dumps(figures, indent=1))


def measure(hand: Hand, rounds: int) -> dict[str, list[float]]:
    hand.page.evaluate(RECORD)
    now = datetime.fromisoformat(hand.page.evaluate("() => new Date(window.cityglass.moment.at).toISOString()"))
    found: dict[str, list[float]] = {"drag": [], "keys": [], "again": [], "picture": [], "panels": []}
    missing = 0
    for number in range(rounds):
        hand.go(now - timedelta(hours=HOURS_BACK + 2 * number))
        hand.page.wait_for_timeout(REACH_S * 1000)
        hand.told()
        for name, act in (
            ("drag", lambda: hand.drag(STEPS // 2, 16)),
            ("keys", lambda: hand.press(STEPS, 33)),
            ("again", lambda: hand.drag(STEPS // 2, 16)),
        ):
            act()
            told = hand.told()
            found[name] += told["waits"]
            found["picture"] += told["pictures"]
            missing += told["missing"]
    found["panels"] = hand.rest(10)
    print(said("dragged through a new hour", found["drag"]))
    print(said("stepped by keys", found["keys"]))
    print(said("dragged again", found["again"]))
    print(said("all of them", found["drag"] + found["keys"] + found["again"]))
    print(said("the next picture", found["picture"]))
    print(said("all panels, after a single step", found["panels"]))
    if missing:
        print(f"{missing} moves were never answered")
    return found


if __name__ == "__main__":
    main()
