"""The tour: once by itself, by hand whenever one likes, and never in the way."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from components.tour import STOPS
from tests.components.glass import DRAWN, Glass, Served
from tests.small_city import NOON

pytestmark = pytest.mark.browser

OPEN = "#tour > .card:not([hidden])"


def first_visit(served: Served, chromium: Any, path: str = "/", **context: Any) -> Glass:
    glass = Glass(chromium, served, path, toured=False, **context)
    if not path.startswith("/wall"):
        glass.wait(DRAWN)
    return glass


def test_it_has_four_stops_each_beside_what_it_explains(served: Served, chromium: Any) -> None:
    glass = first_visit(served, chromium)
    assert len(STOPS) == 4
    for n, stop in enumerate(STOPS):
        card = glass.page.locator(OPEN)
        card.wait_for()
        assert card.count() == 1
        assert card.get_attribute("role") == "dialog"
        assert card.get_attribute("aria-modal") == "false"
        assert glass.page.evaluate("document.activeElement.id") == card.get_attribute("aria-labelledby")
        place, beside = card.bounding_box(), None
        assert place is not None
        assert place["x"] >= 0
        assert place["x"] + place["width"] <= 1440
        assert place["y"] >= 0
        assert place["y"] + place["height"] <= 900
        if stop.beside != "mark":
            beside = glass.page.locator(stop.beside).bounding_box()
            assert beside is not None
            apart = (
                place["x"] >= beside["x"] + beside["width"]
                or place["x"] + place["width"] <= beside["x"]
                or place["y"] + place["height"] <= beside["y"]
            )
            assert apart, stop.beside
        card.locator("[data-tour=next], .primary").press("Enter")
        glass.wait("n => document.querySelectorAll('#tour > .card')[n].hidden", n)
    assert glass.page.locator(OPEN).count() == 0
    assert glass.faults == []
    assert glass.page.evaluate("window.refused") == []
    glass.close()


def test_escape_ends_it_for_good_and_the_help_button_brings_it_back(served: Served, chromium: Any) -> None:
    glass = first_visit(served, chromium)
    glass.page.locator(OPEN).wait_for()
    glass.page.keyboard.press("Escape")
    assert glass.page.locator(OPEN).count() == 0
    assert glass.page.evaluate("document.activeElement.id") == "help"
    glass.page.reload()
    glass.wait(DRAWN)
    glass.page.wait_for_timeout(2500)
    assert glass.page.locator(OPEN).count() == 0
    glass.page.get_by_role("button", name="Show me around").press("Enter")
    assert glass.page.locator(OPEN).count() == 1
    glass.page.locator(f"{OPEN} .close").click()
    assert glass.page.evaluate("document.activeElement.id") == "help"
    glass.close()


def test_the_map_can_be_used_while_it_is_open(served: Served, chromium: Any) -> None:
    glass = first_visit(served, chromium)
    glass.page.locator(OPEN).wait_for()
    before = glass.page.evaluate("cityglass.map.getCenter().lng")
    glass.page.mouse.move(500, 650)
    glass.page.mouse.down()
    glass.page.mouse.move(600, 650, steps=5)
    glass.page.mouse.up()
    glass.wait("before => cityglass.map.getCenter().lng !== before", before)
    glass.close()


@pytest.mark.parametrize("path", ["/wall", "/?at=" + quote((NOON - timedelta(minutes=30)).isoformat())])
def test_it_stays_away_from_the_wall_and_from_links_into_the_past(served: Served, chromium: Any, path: str) -> None:
    glass = first_visit(served, chromium, path)
    glass.page.wait_for_timeout(3000)
    assert glass.page.locator(OPEN).count() == 0
    glass.close()


def test_it_speaks_vietnamese_and_fits_a_phone(served: Served, chromium: Any) -> None:
    phone = first_visit(served, chromium, viewport={"width": 390, "height": 844}, locale="vi-VN")
    card = phone.page.locator(OPEN)
    card.wait_for()
    assert "Thành phố ngay lúc này" in card.inner_text()
    place = card.bounding_box()
    assert place is not None
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390
    phone.close()
