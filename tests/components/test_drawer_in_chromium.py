"""The drawer as an official uses it: by pointer and by keyboard, in both languages, on a desk and on a phone."""

import csv
import io
from typing import Any

import pytest

from tests.components.glass import Glass, Served
from tests.components.test_accessibility import AXE, barriers
from tests.conftest import lacking

pytestmark = pytest.mark.browser

CHART = "#chart .js-plotly-plot"
DUST = "/?selected=pm25/air-1"
# What moved though nobody touched anything (https://wicg.github.io/layout-instability/), within the drawer.
SHIFTS = """window.shifted = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    for (const source of entry.sources)
      if (!entry.hadRecentInput && source.node?.parentElement?.closest?.("#drawer .selected"))
        window.shifted.push([entry.value, source.node.id || source.node.className || source.node.nodeName]);
}).observe({ type: "layout-shift", buffered: true });"""

# The map is not what is looked at here; a page that need not draw it answers ten times sooner.
NO_MAP = """const drawn = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...more) {
  return kind.startsWith("webgl") ? null : drawn.call(this, kind, ...more);
};"""


def opened(chromium: Any, served: Served, path: str = DUST, **context: Any) -> Glass:
    glass = Glass(chromium, served, "about:blank", **context)
    glass.context.add_init_script(SHIFTS)
    glass.context.add_init_script(NO_MAP)
    if AXE.is_file():
        glass.context.add_init_script(path=str(AXE))
    glass.page.goto(served.url + path)
    glass.wait("() => document.querySelector('#needs section') !== null")
    return glass


def drawn_from(glass: Glass) -> str:
    """The first moment of the chart's axis."""
    return str(glass.page.evaluate(f"document.querySelector('{CHART}').layout.xaxis.range[0]"))


def test_a_value_is_judged_by_its_history_its_neighbours_and_its_source(chromium: Any, served: Served) -> None:
    glass = opened(chromium, served)
    glass.page.locator(CHART).wait_for()
    glass.wait_text("#chart figcaption", "24 hours: lowest 10 µg/m³")
    glass.wait_text("#around", "Neighbours")
    glass.wait_text("#around", "Named by")
    glass.wait_text("#detail", "Lake ward")
    glass.page.get_by_label("7 days").check()
    glass.wait("chart => document.querySelector(chart).layout.xaxis.range[0].startsWith('2026-02-23')", CHART)
    glass.page.locator("#around").get_by_role("button", name="Lake").click()
    glass.wait_text("#detail h2", "Lake")
    glass.wait_text("#chart h3", "7 days")  # whoever compares keeps the stretch
    assert glass.faults == []
    assert glass.page.evaluate("window.refused") == []
    glass.close()


def test_a_span_is_typed_by_keyboard_alone_and_a_wrong_one_says_what_to_do(chromium: Any, served: Served) -> None:
    glass = opened(chromium, served)
    glass.page.locator(CHART).wait_for()
    keys = glass.page.keyboard
    glass.page.locator(".stretches input").first.focus()
    keys.press("ArrowDown")
    glass.wait_text("#chart h3", "7 days")
    keys.press("ArrowDown")
    glass.page.locator("#history-start").wait_for()
    glass.wait_text("#chart", "Type when it should begin.")
    keys.press("Tab")
    keys.type("this morning")
    keys.press("Enter")
    glass.wait_text("#chart .fault", "Write day/month/year")
    glass.page.locator("#history-start").fill("02/03/2026 11:30")
    keys.press("Enter")
    glass.wait("chart => document.querySelector(chart).layout.xaxis.range[0].startsWith('2026-03-02T11:30')", CHART)
    assert glass.page.locator("#chart .fault").count() == 0
    glass.close()


def test_raw_readings_open_on_request_and_their_csv_is_whole(chromium: Any, served: Served) -> None:
    glass = opened(chromium, served)
    button = glass.page.get_by_role("button", name="Raw readings")
    button.wait_for()
    assert button.get_attribute("aria-expanded") == "false"
    button.press("Enter")
    glass.page.locator("#raw table").wait_for()
    assert button.get_attribute("aria-expanded") == "true"
    listed = glass.page.locator("#raw tbody tr").count()
    link = str(glass.page.locator("#raw a").get_attribute("href"))
    answer = glass.context.request.get(glass.served.url + link)
    assert answer.status == 200
    assert len(list(csv.DictReader(io.StringIO(answer.text())))) == listed
    button.press("Enter")
    glass.wait("() => document.querySelector('#raw table') === null")
    glass.close()


def test_a_station_of_many_measures_shows_each(chromium: Any, served: Served) -> None:
    glass = opened(chromium, served, "/?selected=noise/street-1")
    glass.wait_text("#chart figcaption", "62 dB")
    glass.page.get_by_label("What is drawn").select_option(label="Nitrogen dioxide")
    glass.wait_text("#chart figcaption", "40 µg/m³")
    glass.close()


def test_what_has_no_history_leaves_no_room_for_one(chromium: Any, served: Served) -> None:
    glass = opened(chromium, served, "/?selected=buildings/b-1")
    glass.wait_text("#around", "Cameras that see it")
    assert not glass.page.locator("#history").is_visible()
    glass.page.locator("#around").get_by_role("button", name="Station square").click()
    glass.wait_text("#detail h2", "Station square")
    glass.page.locator(CHART).wait_for()
    glass.close()


@pytest.mark.parametrize(("locale", "theme"), [("vi-VN", "night"), ("en-US", "day")])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_an_open_drawer_has_no_barrier_and_nothing_in_it_jumps(
    chromium: Any, served: Served, locale: str, theme: str, size: tuple[int, int]
) -> None:
    if not AXE.is_file():
        lacking("axe-core (python -m components.bundle check --types fetches it)")
    glass = opened(chromium, served, locale=locale, viewport={"width": size[0], "height": size[1]})
    glass.context.add_cookies([{"url": served.url, "name": "theme", "value": theme}])
    glass.page.reload()
    glass.page.locator(CHART).wait_for()
    glass.wait("() => document.querySelector('#around section') !== null")
    glass.page.wait_for_timeout(1500)
    assert [name for _value, name in glass.page.evaluate("window.shifted")] == []
    glass.page.locator("#raw-open").click()
    glass.page.locator("#raw table").wait_for()
    glass.page.locator(".stretches input").last.check()
    glass.page.locator("#history-start").wait_for()
    assert barriers(glass.page) == []
    width = glass.page.evaluate(
        "(() => { const d = document.querySelector('.selected'); return d.scrollWidth - d.clientWidth; })()"
    )
    assert width <= 0  # nothing sticks out to the side
    glass.close()
