"""The search field as people use it: by keyboard and by pointer, in both languages, on a desk and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
import shapely

from data_access.records import District, Place
from data_access.writer import CityWriter
from tests.components.glass import DRAWN, Glass, Served
from tests.small_city import LAT, LON, NOON, url_of

pytestmark = pytest.mark.browser

FIELD = "input#search-text"
STREET = (LON - 0.003, LAT - 0.001, LON + 0.003, LAT + 0.001)
PLACES = (
    Place("s-1", "street", "Phố Đà Nẵng", LON, LAT, "Da Nang Street", "Old Quarter", STREET),
    Place("h-1", "hospital", "Bệnh viện Đà Nẵng", LON - 0.002, LAT + 0.001, "Da Nang Hospital", "Old Quarter"),
)
WARD = shapely.to_wkb(shapely.box(LON - 0.005, LAT - 0.005, LON + 0.004, LAT + 0.004))


@pytest.fixture(scope="module")
def named(served: Served) -> Served:
    """The running desk of a small city in which a few things have names."""
    writer = CityWriter.open(url_of(served.folder), clock=lambda: NOON)
    writer.name(PLACES, "map", complete=True)
    writer.divide([District("d-1", "Phường Đà Nẵng", WARD, "Da Nang Ward", "ward")], "map", complete=True)
    writer.close()
    return served


@pytest.fixture
def glass(named: Served, chromium: Any) -> Iterator[Glass]:
    opened = Glass(chromium, named)
    opened.wait(DRAWN)
    yield opened
    assert opened.faults == []
    assert opened.page.evaluate("window.refused") == []
    opened.close()


def wait_for_results(glass: Glass, words: str) -> None:
    glass.wait_text("#hits.open", words)


def test_a_slash_focuses_the_field_and_arrows_and_enter_choose(glass: Glass) -> None:
    glass.page.keyboard.press("/")
    glass.page.keyboard.type("da nang")
    wait_for_results(glass, "Da Nang Street")
    field = glass.page.locator(FIELD)
    assert field.get_attribute("aria-expanded") == "true"
    assert field.get_attribute("aria-activedescendant") is None
    glass.page.keyboard.press("ArrowUp")  # from none to the last, and round to the first
    glass.page.keyboard.press("ArrowDown")
    assert field.get_attribute("aria-activedescendant") == "hit-0"
    while "Da Nang Street" not in glass.page.locator("[role=option][aria-selected=true]").inner_text():
        glass.page.keyboard.press("ArrowDown")
    glass.page.keyboard.press("Enter")
    assert field.get_attribute("aria-expanded") == "false"
    glass.wait("field => document.querySelector(field).value === 'Da Nang Street'", FIELD)
    glass.wait("() => document.querySelector('.cg-pin')?.innerText === 'Da Nang Street'")
    glass.wait("lon => Math.abs(cityglass.map.getCenter().lng - lon) < 0.004 && !cityglass.map.isMoving()", LON)
    west, south, east, north = glass.page.evaluate("() => cityglass.map.getBounds().toArray().flat()")
    assert (west < STREET[0], east > STREET[2], south < LAT < north) == (True, True, True)
    glass.wait("() => location.search.includes('place=105.85')")


def test_the_link_that_a_search_leaves_marks_the_same_place(named: Served, chromium: Any) -> None:
    there = Glass(chromium, named, f"/?place={LON:.6f},{LAT:.6f},Da%20Nang%20Street")
    there.wait("() => document.querySelector('.cg-pin')?.innerText === 'Da Nang Street'")
    there.close()


def test_a_click_on_a_device_opens_it_and_turns_its_layer_on(glass: Glass) -> None:
    glass.page.get_by_label("Cameras", exact=True).press("Space")
    glass.wait("() => location.search.includes('layers=') && !location.search.includes('cameras')")
    glass.page.locator(FIELD).click()
    glass.page.keyboard.type("station square")
    wait_for_results(glass, "Station square")
    glass.page.locator("#hits [role=option]").first.click()
    glass.wait_text("#detail", "Station square")
    glass.wait("() => location.search.includes('selected=cameras/cam-1')")
    glass.wait("() => /layers=[^&]*cameras/.test(location.search)")
    glass.wait("() => cityglass.map.getZoom() > 16.9")
    assert glass.page.locator(".cg-pin").count() == 0


def test_escape_closes_the_results_then_clears_and_never_closes_the_drawer(glass: Glass) -> None:
    glass.page.locator("#needs button[data-id=i-fire]").click()
    glass.wait_text("#detail", "Fire in a stairwell")
    glass.page.locator(FIELD).click()
    glass.page.keyboard.type("da nang")
    wait_for_results(glass, "Da Nang Ward")
    glass.page.keyboard.press("Escape")
    assert glass.page.locator("#hits.open").count() == 0
    assert glass.page.locator(FIELD).input_value() == "da nang"
    glass.page.keyboard.press("Escape")
    glass.wait("() => document.querySelector('input#search-text').value === ''")
    assert glass.page.locator("#drawer.open").count() == 1
    glass.page.keyboard.press("Escape")  # an empty field has nothing to close: now it is the drawer's turn
    glass.wait("() => document.querySelector('#drawer.open') === null")


def test_nothing_found_is_said_with_what_can_be(glass: Glass) -> None:
    glass.page.locator(FIELD).click()
    glass.page.keyboard.type("Atlantis")
    wait_for_results(glass, "Nothing here is called “Atlantis”. Streets, addresses")
    assert glass.page.locator(FIELD).get_attribute("aria-expanded") == "false"
    assert glass.page.locator("#hits [role=status]").inner_text() == "Nothing found"


def test_the_last_answer_wins_however_late_an_earlier_one_comes(glass: Glass) -> None:
    held: list[Any] = []

    def hold(route: Any) -> None:
        body = route.request.post_data or ""
        if '"text":"da nang"' in body and not held:
            held.append(route)  # answered only after the next one
        else:
            route.continue_()

    glass.page.route("**/_dash-update-component*", hold)
    glass.page.locator(FIELD).click()
    glass.page.keyboard.type("da nang")
    for _again in range(100):
        if held:
            break
        glass.page.wait_for_timeout(50)
    assert held
    glass.page.locator(FIELD).fill("back lane")
    wait_for_results(glass, "Back lane")
    held[0].continue_()
    glass.page.wait_for_timeout(1500)
    assert glass.text("#hits").count("Back lane") == 1
    assert "Da Nang" not in glass.text("#hits")


def test_in_vietnamese_without_tone_marks_on_a_phone(named: Served, chromium: Any) -> None:
    phone = Glass(chromium, named, viewport={"width": 390, "height": 844}, locale="vi-VN")
    phone.wait(DRAWN)
    box = phone.page.locator(".search").bounding_box()
    assert box is not None
    assert box["width"] > 340
    phone.page.locator(FIELD).click()
    phone.page.keyboard.type("benh vien")
    wait_for_results(phone, "Bệnh viện Đà Nẵng")
    assert "Da Nang Hospital" in phone.text("#hits")
    assert "Địa điểm" in phone.text("#hits")
    assert phone.page.evaluate("document.documentElement.scrollWidth") <= 390
    phone.page.locator("#hits [role=option]").first.click()
    phone.wait("() => document.querySelector('.cg-pin')?.innerText === 'Bệnh viện Đà Nẵng'")
    phone.page.locator("#search-forget").click()
    phone.wait("() => document.querySelector('.cg-pin') === null && !location.search.includes('place=')")
    assert phone.faults == []
    phone.close()
