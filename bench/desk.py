"""How soon the desk is of use, how soon it answers a hand, and whether anything jumps: `python -m bench.desk`.

Everything runs as `app.py run` starts it: the simulated city with a day of history and its devices speaking on, and one
real Chromium at 1440 x 900 that draws. How soon it draws depends on the machine's renderer, which is named.

First useful paint: from asking for the page until the picture after the one moment from which on the city's state, its
numbers and what needs attention all stand there. Aim: under 2 s; once with an empty cache, and again as on any morning.
Interactions: from the moment in which the browser took a click or a key in until the page says what was asked for. Aim:
95th percentile under 200 ms. Beside it, how long the next picture after an input took, as the Event Timing API tells.
Where a processor draws, a picture of every dot keeps it busy while the page should answer: so all of it is told once
more for a picture with a sixteenth of the dots, which is nearer to what a machine with a graphics processor has to do.
Layout shift: what moved though nobody touched anything, from the first byte on and while data arrives (aim: nothing).
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bench.chromium import RENDERER, said
from tests.conftest import CHROMIUM_FLAGS, chromium_program
from tests.running import A_DAY, Running

WITNESS = """(() => {
  const told = window.cityglassDesk = { useful: null, shifts: [], inputs: {}, begun: null, done: null };
  const useful = () => document.querySelector("#state")?.textContent
    && [...document.querySelectorAll("#figures .value")].filter((each) => /[0-9]/.test(each.textContent)).length >= 4
    && document.querySelector("#needs section");
  const eye = new MutationObserver(() => {
    if (!useful()) return;
    eye.disconnect();
    requestAnimationFrame(() => setTimeout(() => { told.useful = performance.now(); }));
  });
  eye.observe(document, { childList: true, subtree: true, characterData: true });
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput, sources } of list.getEntries())
      if (!hadRecentInput)
        told.shifts.push([value, sources.map(({ node }) => node?.id || node?.className || node?.nodeName)]);
  }).observe({ type: "layout-shift", buffered: true });
  new PerformanceObserver((list) => {
    for (const { interactionId, duration } of list.getEntries())
      if (interactionId) told.inputs[interactionId] = Math.max(told.inputs[interactionId] ?? 0, duration);
  }).observe({ type: "event", durationThreshold: 16, buffered: true });
  for (const kind of ["pointerdown", "keydown"])
    addEventListener(kind, (event) => { if (told.waiting) told.begun = event.timeStamp; }, true);
})()"""
ARM = """() => {
  const told = window.cityglassDesk;
  Object.assign(told, { begun: null, done: null, waiting: true });
  const was = %s;
  const met = () => %s;
  const look = () => {
    if (told.begun !== null && met()) { told.done = performance.now(); told.waiting = false; }
    else setTimeout(look, 2);
  };
  look();
}"""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a hand does, and by which sentence of JavaScript one sees that the page has answered."""

    name: str
    do: Callable[[Page], None]
    answered: str


def click(selector: str) -> Callable[[Page], None]:
    return lambda page: press_at(page, selector)


def press_at(page: Page, selector: str) -> None:
    """A click where the thing is: Playwright's own would first wait for two pictures of the map."""
    page.locator(selector).first.evaluate("one => one.scrollIntoView({ block: 'nearest' })")
    box = page.locator(selector).first.bounding_box()
    if box is None:
        raise SystemExit(f"there is nothing to click at: {selector}")
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def key(name: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(name)


SWITCH = """[id='{"switch":"cameras"}']"""
STANDS = "document.querySelector('#drawer.open #detail h2') !== null"
COUNTED = "(document.querySelector('.tile:has(#figures-devices) .unit')?.textContent ?? '')"
REPLAYS = """document.documentElement.dataset.replay && cityglass.moment.replay && cityglass.moment.whole
  && document.querySelector('#banner').innerText !== ''"""
LIVES = "!document.documentElement.dataset.replay && !cityglass.moment.replay"
ACTS = (
    Act("a line of the list opens its thing", click("#needs button.need"), STANDS),
    Act("Escape goes back to the lists", key("Escape"), "document.querySelector('#drawer.open') === null"),
    Act(
        "a table opens", click("[aria-label='Table: Incidents']"), "document.querySelector('#sheet tbody tr') !== null"
    ),
    Act("Escape puts it away", key("Escape"), "document.querySelector('#sheet-frame.closed') !== null"),
    Act("a layer is turned off", click(SWITCH), "!cityglass.visible.includes('cameras')"),
    Act("and on again", click(SWITCH), "cityglass.visible.includes('cameras')"),
    Act("the numbers of what is in sight", click("[data-here=true]"), f"{COUNTED} !== was"),
    Act("and of the whole city", click("[data-here=false]"), f"{COUNTED} !== was"),
    Act("a minute back", click("[data-step='-1']"), REPLAYS),
    Act("LIVE", click("#live"), LIVES),
    Act("the search field takes the keys", key("/"), "document.activeElement?.id === 'search-text'"),
    Act(
        "results for two letters",
        lambda page: page.keyboard.type("ho"),
        "document.querySelectorAll('#hits.open [role=option]').length > 0",
    ),
    Act("Escape closes them", key("Escape"), "document.querySelector('#hits.open') === null"),
    Act("Escape empties the field", key("Escape"), "document.getElementById('search-text').value === ''"),
)
SCALES = (1, 0.25)
SETTLED_S = 20  # after a start the worker has much to do
PATIENCE_MS, STILL_MS = 10_000, 1_000


@dataclass(frozen=True, slots=True)
class Opening:
    """How the desk came up: milliseconds from asking for it, and what moved meanwhile, as shares of the picture."""

    first_paint_ms: float
    useful_ms: float
    whole_ms: float
    shift: float
    moved: tuple[str, ...]


def open_desk(page: Page, address: str) -> Opening:
    """The desk from its address until every tile of the map is drawn."""
    page.goto(address)
    whole = "() => window.cityglass?.map?.loaded() && cityglass.map.areTilesLoaded() && window.cityglassDesk.useful"
    for _try in range(600):
        if page.evaluate(whole):
            break
        page.wait_for_timeout(100)
    else:
        raise SystemExit("the desk was not of use within a minute")
    told = page.evaluate(
        """() => ({ whole: performance.now(), useful: cityglassDesk.useful, shifts: cityglassDesk.shifts,
          paint: performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN })"""
    )
    shift, moved = shifted(told["shifts"])
    return Opening(told["paint"], told["useful"], told["whole"], shift, moved)


def shifted(entries: list[Any]) -> tuple[float, tuple[str, ...]]:
    """How much moved by itself in all, and which parts of the page did."""
    return sum(value for value, _parts in entries), tuple(
        sorted({str(part) for _v, parts in entries for part in parts})
    )


def act(page: Page, one: Act) -> float | None:
    """Milliseconds until the page answered; None where it did not."""
    page.evaluate(ARM % (COUNTED, one.answered))
    one.do(page)
    waited = 0
    while waited < PATIENCE_MS:
        page.wait_for_timeout(50)
        waited += 50
        took = page.evaluate("() => cityglassDesk.done === null ? null : cityglassDesk.done - cityglassDesk.begun")
        if took is not None:
            page.wait_for_timeout(STILL_MS)  # a hand does not press twice within the same breath
            return float(took)
    page.evaluate("() => { cityglassDesk.waiting = false; }")
    return None


def openings(browser: Browser, city: Running, size: dict[str, int], rounds: int) -> tuple[list[Opening], list[Opening]]:
    """The desk with an empty cache, and as one finds it on any morning after."""
    cold, warm = [], []
    for _round in range(rounds):
        context = browser.new_context(viewport=size, locale="en-US")  # type: ignore[arg-type]
        context.add_init_script("localStorage.setItem('tour', 'seen')")
        context.add_init_script(WITNESS)
        for found, address in ((cold, city.link()), (warm, city.desk + "/")):
            page = context.new_page()
            found.append(open_desk(page, address))
            going(f"opening {len(found)} of {rounds}, useful after {found[-1].useful_ms:.0f} ms")
            page.close()
        context.close()
    return cold, warm


def worked(
    browser: Browser, city: Running, size: dict[str, int], scale: float, rounds: int, watch_s: float
) -> dict[str, Any]:
    """One page that somebody uses, and leaves alone for a while; `scale`: dots of the picture a pixel of the page."""
    page = browser.new_page(viewport=size, locale="en-US", device_scale_factor=scale)  # type: ignore[arg-type]
    page.add_init_script("localStorage.setItem('tour', 'seen')")
    page.add_init_script(WITNESS)
    open_desk(page, city.link())
    page.evaluate("() => { cityglassDesk.shifts.length = 0; cityglassDesk.inputs = {}; }")
    page.wait_for_timeout(watch_s * 1000)
    shift, moved = shifted(page.evaluate("() => cityglassDesk.shifts"))
    waits: dict[str, list[float]] = {one.name: [] for one in ACTS}
    lost: list[str] = []
    for _round in range(rounds):
        for one in ACTS:
            took = act(page, one)
            if took is None:
                lost.append(one.name)
            else:
                waits[one.name].append(took)
            going(f"{scale:g} dots, {one.name}: {'no answer' if took is None else f'{took:.0f} ms'}")
    page.wait_for_timeout(1000)
    pictures = [float(each) for each in page.evaluate("() => Object.values(cityglassDesk.inputs)")]
    page.close()
    return {"waits": waits, "pictures": pictures, "lost": lost, "shift": shift, "moved": moved}


def going(words: str) -> None:
    """How far it is, for whoever waits."""
    print(f"  {words}", file=sys.stderr, flush=True)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--watch", type=float, default=30, help="seconds for which a page is left alone")
    words.add_argument("--size", default="1440x900")
    words.add_argument("--json", type=Path, help="write the figures here too")
    given = words.parse_args()
    width, height = (int(side) for side in given.size.split("x"))
    size = {"width": width, "height": height}
    with tempfile.TemporaryDirectory() as place, sync_playwright() as driver:
        city = Running(Path(place) / "city", A_DAY)
        print(f"the city was ready after {city.wait_until_ready(300):.0f} s")
        browser = driver.chromium.launch(executable_path=chromium_program(), headless=False, args=CHROMIUM_FLAGS)
        try:
            renderer = browser.new_page().evaluate(RENDERER)
            print(f"{os.cpu_count()} processors, {width} x {height}, drawn by {renderer}")
            time.sleep(SETTLED_S)
            cold, warm = openings(browser, city, size, given.rounds)
            used = [worked(browser, city, size, scale, given.rounds, given.watch) for scale in SCALES]
        finally:
            browser.close()
            city.stop()
    report(cold, warm)
    for scale, one in zip(SCALES, used, strict=True):
        print(f"\n{scale:g} dots of the picture a pixel of the page")
        report_use(one, given.watch)
    if given.json:
        given.json.write_text(json.dumps({"renderer": renderer, "used": used}, indent=1, default=str))


def report(cold: list[Opening], warm: list[Opening]) -> None:
    for name, found in (("empty cache", cold), ("any morning", warm)):
        print(said(f"first paint, {name}", [one.first_paint_ms for one in found]))
        print(said(f"first useful paint, {name}", [one.useful_ms for one in found]))
        print(said(f"every tile of the map, {name}", [one.whole_ms for one in found]))
        moved = sorted({part for one in found for part in one.moved})
        print(f"moved by itself, {name}: {max(one.shift for one in found):.4f} of the picture {moved or ''}")


def report_use(used: dict[str, Any], watch_s: float) -> None:
    print(f"moved by itself in {watch_s:.0f} s of data: {used['shift']:.4f} of the picture {list(used['moved']) or ''}")
    for name, waits in used["waits"].items():
        print(said(name, waits))
    print(said("all of them", [wait for waits in used["waits"].values() for wait in waits]))
    print(said("the next picture after an input", used["pictures"]))
    for name in used["lost"]:
        print(f"never answered: {name}")


if __name__ == "__main__":
    main()
