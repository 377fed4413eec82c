"""The tiles as people meet them: by pointer, by keyboard, on a phone, following the map."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from tests.components.glass import DRAWN, Glass, Served
from tests.small_city import LAT, LON, NOON

pytestmark = pytest.mark.browser

AT_NOON = quote(NOON.isoformat())  # a moment that stays, however long the tests take
LOW = {"width": 1280, "height": 480}
PHONE = {"width": 390, "height": 844}
CARD = "#figures .tile:has(#figures-pm25) .tile-card"
# The one figure of each of these layers, once it is that of what the map shows at last.
VALUES = """(wanted) => Object.entries(wanted).every(([key, value]) => document
  .querySelector(`.tile:has(#figures-${key}) .value`)?.innerText === value)"""
SHIFTS = """window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries())
    for (const { node } of entry.sources ?? [])
      if (node?.parentElement?.closest?.(".strip"))
        window.shifts.push(`${node.parentElement.className} > ${node.className}`);
}).observe({ type: "layout-shift", buffered: true });"""


@pytest.fixture
def low(served: Served, chromium: Any) -> Iterator[Glass]:
    """The desk in a low window: a small map is soon drawn, and the strip is whole."""
    glass = Glass(chromium, served, viewport=LOW)
    glass.wait(DRAWN)
    yield glass
    glass.close()


@pytest.fixture
def phone(served: Served, chromium: Any) -> Iterator[Glass]:
    glass = Glass(chromium, served, viewport=PHONE)
    glass.wait(DRAWN)
    yield glass
    glass.close()


def wait_tiles(glass: Glass) -> None:
    glass.wait("() => document.querySelectorAll('#figures .tile').length === 7")


def face(glass: Glass, name: str) -> Any:
    return glass.page.locator(f"#figures .tile-face:has(.label:text-is('{name}'))")


def test_a_tile_says_the_rest_to_whoever_points_at_it(low: Glass) -> None:
    wait_tiles(low)
    card = low.page.locator(CARD)
    assert not card.is_visible()
    face(low, "Fine dust").hover()
    card.wait_for(state="visible")
    told = card.inner_text()
    assert "The median of" in told
    assert "of 5 devices" in told
    assert "WHO air quality guidelines 2021" in told
    low.page.mouse.move(800, 350)
    card.wait_for(state="hidden")


def test_a_card_is_opened_and_closed_by_keyboard_and_leads_to_the_table(low: Glass) -> None:
    wait_tiles(low)
    card = low.page.locator(CARD)
    face(low, "Open incidents").focus()
    low.page.keyboard.press("Tab")
    assert face(low, "Fine dust").evaluate("face => face === document.activeElement")
    assert not card.is_visible()
    low.page.keyboard.press("Enter")
    card.wait_for(state="visible")
    assert face(low, "Fine dust").get_attribute("aria-expanded") == "true"
    low.page.keyboard.press("Escape")
    card.wait_for(state="hidden")
    assert face(low, "Fine dust").get_attribute("aria-expanded") == "false"
    low.page.keyboard.press("Space")
    card.wait_for(state="visible")
    low.page.keyboard.press("Tab")
    low.page.keyboard.press("Enter")
    low.wait_text("#sheet caption", "Fine dust")
    card.wait_for(state="hidden")


def test_a_card_and_the_focus_stay_while_other_values_come_in(low: Glass) -> None:
    wait_tiles(low)
    face(low, "Fine dust").click()
    low.page.mouse.move(800, 350)
    earlier = (NOON - timedelta(minutes=35)).isoformat()
    low.page.evaluate("at => dash_clientside.set_props('at', {data: at})", earlier)
    low.wait("() => document.querySelector('[aria-controls=figures-pm25] .trust').textContent.startsWith('3 of 5')")
    assert low.page.locator(CARD).is_visible()
    assert face(low, "Fine dust").evaluate("face => face === document.activeElement")
    low.page.mouse.click(800, 350)
    low.page.locator(CARD).wait_for(state="hidden")


def test_escape_closes_the_card_first_and_what_is_selected_after_it(low: Glass) -> None:
    low.page.locator("#needs button[data-id=i-fire]").click()
    low.wait("() => document.querySelector('#drawer.open') !== null")
    face(low, "Fine dust").focus()
    low.page.keyboard.press("Enter")
    low.page.locator(CARD).wait_for(state="visible")
    low.page.keyboard.press("Escape")
    assert low.page.evaluate("document.querySelector('#drawer.open') !== null")
    low.page.keyboard.press("Escape")
    low.wait("() => document.querySelector('#drawer.open') === null")


def test_what_i_see_is_what_i_count(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, f"/?at={AT_NOON}", viewport=LOW)
    glass.wait_text("#figures", "2 of 5")
    glass.page.get_by_role("button", name="What I see").click()
    glass.wait("() => location.search.includes('numbers=sight')")
    glass.page.evaluate(f"() => {{ cityglass.map.jumpTo({{center: [{LON}, {LAT}], zoom: 20, pitch: 0}}) }}")
    glass.wait(VALUES, {"pm25": "10", "parking": "–"})
    glass.page.get_by_role("button", name="Whole city").click()
    glass.wait_text("#figures", "2 of 5")
    glass.wait("() => !location.search.includes('numbers')")
    glass.close()


def test_a_link_to_what_is_in_sight_opens_with_its_numbers(served: Served, chromium: Any) -> None:
    link = f"/?camera={LON},{LAT},20.00,0.0,0.0&numbers=sight&at={AT_NOON}"
    glass = Glass(chromium, served, link, viewport=LOW)
    glass.wait_text("#figures", "1 of 1")
    assert glass.page.get_by_role("button", name="What I see").get_attribute("aria-pressed") == "true"
    glass.close()


def test_the_tiles_of_a_phone_are_moved_sideways_and_a_card_fits_its_width(phone: Glass) -> None:
    wait_tiles(phone)
    face(phone, "Devices").click()
    card = phone.page.locator(".tile:has(#figures-devices) .tile-card")
    card.wait_for(state="visible")
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_nothing_in_the_strip_jumps_as_numbers_arrive(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, "about:blank", viewport=LOW)
    glass.context.add_init_script(SHIFTS)
    glass.go("/")
    wait_tiles(glass)
    glass.page.wait_for_timeout(1500)
    assert glass.page.evaluate("window.shifts") == []
    glass.close()
