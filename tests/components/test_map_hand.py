"""A hand on the map in a real Chromium: flat and raised, north up, what is followed, how long a hundred metres are."""

import math
from typing import Any

import pytest

from tests.components.conftest import Shown
from tests.components.map_harness import Server

pytestmark = pytest.mark.browser

HEIGHT = "() => JSON.stringify(cityglass.map.getPaintProperty('buildings/buildings-raised', 'fill-extrusion-height'))"


def button(shown: Shown, name: str) -> Any:
    return shown.page.get_by_role("button", name=name)


def test_one_button_lays_the_city_flat_and_raises_it_again(shown: Shown) -> None:
    shown.open(visible=["buildings"])
    assert "height" in shown.ask(HEIGHT)
    tilt = shown.camera()[3]
    button(shown, "Flat, in 2D").click()
    shown.wait(f"() => cityglass.map.getPitch() === 0 && ({HEIGHT})() === '0'")
    shown.wait("() => cityglass.map.areTilesLoaded()")
    flat = "() => cityglass.map.queryRenderedFeatures({layers: ['buildings/buildings-raised']}).length"
    shown.wait(f"() => ({flat})() > 50")  # as a plan, every house is still there
    button(shown, "Raised, in 3D").click()
    shown.wait("() => cityglass.map.getPitch() > 20 && !cityglass.map.isMoving()")
    assert shown.camera()[3] == pytest.approx(tilt, abs=0.01)
    assert "height" in shown.ask(HEIGHT)


def test_the_needle_shows_north_and_leads_there(shown: Shown) -> None:
    shown.open()
    shown.look(bearing=90, pitch=0)
    turn = "() => document.querySelector('.cg-zoom [aria-label=\"North up\"] svg').style.transform"
    assert "rotate(-90deg)" in shown.ask(turn)
    button(shown, "North up").click()
    shown.wait("() => Math.abs(cityglass.map.getBearing()) < 1e-6")
    assert "rotate(0deg)" in shown.ask(turn)


def test_what_is_selected_is_followed_until_a_hand_takes_the_map_elsewhere(shown: Shown, server: Server) -> None:
    shown.open(visible=["incidents"])
    shown.look(zoom=15, pitch=0)
    follow = button(shown, "Keep what is selected in the middle")
    assert not follow.is_visible()  # there is nothing to follow
    shown.set(selected={"layer": "incidents", "id": "inc-1"})
    follow.wait_for()
    follow.click()
    assert follow.get_attribute("aria-pressed") == "true"
    near = "([lon, lat]) => { const c = cityglass.map.getCenter(); return Math.hypot(c.lng - lon, c.lat - lat) < 1e-6 }"
    lon, lat = (float(server.tables["incidents"][axis][1]) for axis in ("lon", "lat"))
    shown.wait(near, [lon, lat])
    server.change("incidents", "inc-1", lon=lon + 0.004)
    shown.wait(near, [lon + 0.004, lat])
    x, y = shown.point(lon + 0.004, lat)
    shown.page.mouse.move(x + 90, y + 60)
    shown.page.mouse.down()
    shown.page.mouse.move(x + 30, y + 60, steps=6)
    shown.page.mouse.up()
    shown.wait("() => document.querySelector('.cg-zoom [aria-pressed]').getAttribute('aria-pressed') === 'false'")
    before = shown.camera()
    server.change("incidents", "inc-1", lon=lon)
    shown.wait_value("incidents", "inc-1", "lon", lon)
    shown.page.wait_for_timeout(800)
    assert shown.camera()[:2] == pytest.approx(before[:2], abs=1e-4)
    shown.set(selected=None)
    follow.wait_for(state="hidden")


def test_the_scale_says_a_round_length_and_is_as_long(shown: Shown) -> None:
    shown.open()
    for zoom in (17, 14.3, 12, 9):
        shown.look(zoom=zoom, pitch=0, bearing=20)
        told, width = shown.ask(
            "() => { const bar = document.querySelector('.cg-scale'); return [bar.textContent, bar.offsetWidth] }"
        )
        number, unit = told.split()
        metres = float(number) * (1000 if unit == "km" else 1)
        assert f"{metres:.0f}".rstrip("0") in ("1", "2", "5")
        lat = shown.camera()[1]
        real = metres / (40_075_016.7 * math.cos(math.radians(lat)) / (512 * 2**zoom))
        assert width == pytest.approx(real, rel=0.03)
        assert 36 <= width <= 90


def test_who_made_the_map_is_said_beside_the_scale(shown: Shown, server: Server) -> None:
    shown.open()
    assert shown.page.locator(".cg-credit").inner_text() == server.settings["tiles"]["attribution"]


def test_words_that_would_lie_over_one_another_give_way_to_the_more_urgent(shown: Shown, server: Server) -> None:
    lon, lat = (float(server.tables["incidents"][axis][0]) for axis in ("lon", "lat"))
    server.tables["incidents"]["lon"][1] = lon + 0.0002
    server.tables["incidents"]["lat"][1] = lat
    shown.open(visible=["incidents"])
    shown.look(center=[lon, lat], zoom=13, pitch=0, bearing=0)
    written = "() => cityglass.written('incidents')"
    shown.wait(f"() => ({written})().join() === 'inc-0'")
    shown.look(zoom=20)
    shown.wait(f"() => ({written})().length === 2")


def test_what_can_really_be_seen_is_told_with_the_view(shown: Shown) -> None:
    shown.open()
    shown.look(zoom=15, pitch=75)
    shown.wait("() => Math.abs(JSON.parse(document.getElementById('view').textContent)?.pitch - 75) < 0.01")
    view = shown.told_json("view")
    assert len(view["seen"]) == 4
    west, south, east, north = view["bbox"]
    for lon, lat in view["seen"]:
        assert west - 1e-4 <= lon <= east + 1e-4
        assert south - 1e-4 <= lat <= north + 1e-4
