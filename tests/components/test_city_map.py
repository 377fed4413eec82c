"""The map in a real Chromium: what it draws, what a hand on it does, and what it keeps while its props change."""

import base64
import re
from typing import Any

import pytest

from tests.components.conftest import Shown
from tests.components.glass import fresh
from tests.components.map_harness import Server

pytestmark = pytest.mark.browser


def place(server: Server, layer: str, id: str) -> tuple[float, float]:
    table = server.tables[layer]
    at = table["id"].tolist().index(id)
    return float(table["lon"][at]), float(table["lat"][at])


def above(shown: Shown, server: Server, layer: str, id: str, zoom: float = 18) -> tuple[float, float]:
    """Look straight down at this thing; gives its place."""
    lon, lat = place(server, layer, id)
    shown.look(center=[lon, lat], zoom=zoom, pitch=0, bearing=0)
    return lon, lat


def test_buildings_stand_and_every_layer_has_its_rows(shown: Shown) -> None:
    shown.open()
    shown.look(zoom=15, pitch=0)
    drawn = shown.ask("() => cityglass.rendered()")
    assert drawn["buildings"] > 280
    assert {key: drawn[key] for key in ("cameras", "parking", "incidents")} == {
        "cameras": 150,
        "parking": 40,
        "incidents": 4,
    }
    assert shown.page.locator(".cg-note").count() == 0  # it said that the city was being drawn
    raised = "() => cityglass.map.queryRenderedFeatures({layers: ['buildings/buildings-raised']}).length"
    flat = "() => cityglass.map.queryRenderedFeatures({layers: ['buildings/buildings-flat']}).length"
    assert shown.ask(raised) > 270
    assert shown.ask(flat) >= 10  # those without a height stand apart


def test_a_change_moves_a_point_and_not_the_camera(shown: Shown, server: Server) -> None:
    shown.open()
    lon, lat = above(shown, server, "incidents", "inc-1", zoom=16)
    assert shown.click(lon, lat)["id"] == "inc-1"
    before = shown.camera()
    server.change("incidents", "inc-1", lon=lon + 0.002)
    shown.wait_value("incidents", "inc-1", "lon", lon + 0.002)
    told = shown.click(lon + 0.002, lat)
    for _again in range(20):  # values are drawn at most four times a second, and later on a busy machine
        if told["id"] == "inc-1":
            break
        shown.page.wait_for_timeout(250)
        told = shown.click(lon + 0.002, lat)
    assert told["id"] == "inc-1"
    assert shown.click(lon, lat)["id"] != "inc-1"
    assert shown.camera() == before


def test_a_click_opens_what_is_under_it(shown: Shown, server: Server) -> None:
    shown.open(visible=["cameras", "parking", "buildings"])
    lon, lat = above(shown, server, "parking", "park-01")
    told = shown.click(lon, lat)
    n = told["n"]
    assert (told["layer"], told["id"]) == ("parking", "park-01")
    assert told["lon"] == pytest.approx(lon, abs=1e-4)
    shown.set(visible=[])
    shown.wait("() => cityglass.rendered().parking === 0")
    assert shown.click(lon, lat)["layer"] is None  # what is hidden cannot be hit
    assert shown.told_json("clicked")["n"] == n + 1


def test_a_click_on_a_house_gives_the_house(shown: Shown) -> None:
    shown.open(visible=["buildings"])
    shown.look(zoom=16, pitch=0, bearing=0)
    house, lon, lat = shown.ask(
        "() => { const m = cityglass.map;"
        " for (const f of m.queryRenderedFeatures({layers: ['buildings/buildings-raised']})) {"
        " if (f.geometry.type !== 'Polygon') continue;"
        " const ring = f.geometry.coordinates[0], mean = (k) => ring.reduce((a, p) => a + p[k], 0) / ring.length;"
        " const lon = mean(0), lat = mean(1), p = m.project([lon, lat]);"
        " if (p.x < 60 || p.x > 560 || p.y < 60 || p.y > 400) continue;"
        " const hit = m.queryRenderedFeatures(p, {layers: ['buildings/buildings-raised']})[0];"
        " if (hit && hit.properties.id === f.properties.id) return [f.properties.id, lon, lat]; } }"
    )
    told = shown.click(lon, lat)
    assert (told["layer"], told["id"]) == ("buildings", house)
    shown.set(selected={"layer": "buildings", "id": house})
    state = (
        "(id) => cityglass.map.getFeatureState({source: 'buildings', sourceLayer: 'buildings', id}).selected === true"
    )
    shown.wait(state, house)
    shown.wait("(id) => cityglass.map.getFilter('building-selected')[2] === id", house)
    shown.set(selected=None)
    shown.wait(f"(id) => !({state})(id)", house)


def test_what_is_selected_wears_a_ring_in_the_selections_colour(shown: Shown, server: Server) -> None:
    shown.open(visible=["cameras"])
    above(shown, server, "cameras", "cam-001")
    blue = lambda: count_pixels(shown, (0x7C, 0xC4, 0xFF))  # noqa: E731
    before = blue()
    shown.set(selected={"layer": "cameras", "id": "cam-001"})
    shown.page.wait_for_timeout(1000)
    assert blue() > before + 100


def count_pixels(shown: Shown, colour: tuple[int, int, int]) -> int:
    """How many pixels of the picture have about this colour."""
    script = """async ([png, colour]) => {
        const image = await createImageBitmap(await (await fetch("data:image/png;base64," + png)).blob());
        const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
        pen.drawImage(image, 0, 0);
        const data = pen.getImageData(0, 0, image.width, image.height).data;
        let n = 0;
        for (let i = 0; i < data.length; i += 4)
            if (colour.every((c, k) => Math.abs(data[i + k] - c) < 14)) n++;
        return n; }"""
    picture = base64.b64encode(shown.page.screenshot()).decode()
    other = shown.page.context.new_page()  # the map's own page may not fetch data addresses
    try:
        return int(other.evaluate(script, [picture, list(colour)]))
    finally:
        other.close()


def test_a_change_of_theme_keeps_layers_tiles_and_selection(shown: Shown, server: Server) -> None:
    shown.open(selected={"layer": "cameras", "id": "cam-001"})
    lon, lat = above(shown, server, "incidents", "inc-0", zoom=16)
    layers = shown.ask("() => cityglass.map.getLayersOrder()")
    shown.forget()
    ground = "() => cityglass.map.getPaintProperty('ground', 'background-color')"
    assert shown.ask(ground) == "#121922"
    shown.set(theme="day")
    shown.wait(f"() => ({ground})() === '#eef1f3'")
    assert shown.ask("() => cityglass.map.getLayersOrder()") == layers
    assert shown.ask("() => cityglass.map.getPaintProperty('water', 'fill-color')") == "#c9dce8"
    views = "() => cityglass.map.querySourceFeatures('columns-camera-views').length"
    assert shown.ask(views) > 0
    assert shown.click(lon, lat)["id"] == "inc-0"
    assert [url for url in shown.requests if "/tiles/" in url] == []


def test_a_look_changes_the_paint_and_asks_for_nothing(shown: Shown) -> None:
    shown.open(visible=["buildings"], looks={})
    shown.look(zoom=16, pitch=0)
    layers = shown.ask("() => cityglass.map.getLayersOrder()")
    paint = "() => JSON.stringify(cityglass.map.getPaintProperty('buildings/buildings-raised', 'fill-extrusion-color'))"
    plain = shown.ask(paint)
    shown.forget()
    for look, column in (("use", '["get","use"]'), ("year", '["get","built"]'), ("height-source", '"height_source"')):
        shown.set(looks={"buildings": look})
        shown.wait(f"(column) => ({paint})().includes(column)", column)
        assert "selected" in shown.ask(paint)  # a house that is picked shows it in every look
    shown.set(looks={"buildings": "no such look"})
    shown.wait(f"(plain) => ({paint})() === plain", plain)
    shown.set(looks={})
    assert shown.ask("() => cityglass.map.getLayersOrder()") == layers
    assert [url for url in shown.requests if "/tiles/" in url] == []
    assert shown.faults() == []


def test_what_one_device_measures_stands_side_by_side(shown: Shown, server: Server) -> None:
    both = set(server.tables["pm25"]["id"]) & set(server.tables["temperature"]["id"])
    whole = [row for row in server.tables["pm25"] if row.id in both and row.observed_at]
    device = sorted(row.id for row in whole)[0]
    shown.open(visible=["pm25"])
    x, y = shown.point(*above(shown, server, "pm25", device))
    hit = lambda dx: shown.click_at(x + dx, y)["layer"]  # noqa: E731
    shown.wait("() => cityglass.rendered().pm25 > 0")
    assert hit(0) == "pm25"  # alone it stands at its place
    shown.set(visible=["pm25", "temperature"])
    shown.page.wait_for_timeout(500)
    assert (hit(-10), hit(10)) == ("temperature", "pm25")
    shown.set(visible=["temperature"])
    shown.page.wait_for_timeout(500)
    assert hit(0) == "temperature"


def test_hiding_a_layer_unmounts_nothing(shown: Shown, server: Server) -> None:
    shown.open()
    canvases = "() => [...document.querySelectorAll('canvas')].length"
    shown.ask("() => { window.before = cityglass.map.getCanvas() }")
    n = shown.ask(canvases)
    for visible in ([], ["incidents"], ["buildings", "cameras"], ["incidents", "camera-views"]):
        shown.set(visible=visible)
        shown.wait(
            "(on) => on ==="
            " (cityglass.map.getLayoutProperty('camera-views/camera-views-area', 'visibility') === 'visible')",
            "camera-views" in visible,
        )
        shown.wait("(n) => cityglass.rendered().incidents === n", 4 if "incidents" in visible else 0)
    assert shown.ask(canvases) == n
    assert shown.ask("() => window.before === cityglass.map.getCanvas() && window.before.isConnected")


def test_a_new_camera_moves_the_map_and_an_old_one_does_not(shown: Shown) -> None:
    shown.open()
    there = {"lon": 106.62, "lat": 20.337, "zoom": 16.5, "pitch": 20, "bearing": 40}
    shown.set(camera=there)
    shown.wait("() => Math.abs(cityglass.map.getZoom() - 16.5) < 1e-6")
    assert shown.camera() == pytest.approx([106.62, 20.337, 16.5, 20, 40])
    shown.wait("() => JSON.parse(document.getElementById('view').textContent)?.zoom === 16.5")
    view = shown.told_json("view")
    assert view["bbox"][0] < 106.62 < view["bbox"][2]
    assert view["bbox"][1] < 20.337 < view["bbox"][3]
    shown.ask("() => { cityglass.map.jumpTo({zoom: 14}) }")
    shown.set(theme="day")
    shown.wait("() => cityglass.map.getPaintProperty('ground', 'background-color') === '#eef1f3'")
    assert shown.camera()[2] == 14


def test_the_map_eases_where_motion_is_welcome_and_jumps_where_not(shown: Shown) -> None:
    shown.open(still=False)
    there = {"lon": 106.62, "lat": 20.337, "zoom": 17, "pitch": 0, "bearing": 0, "flight": 60_000}
    shown.set(camera=there)
    shown.wait("() => cityglass.map.isMoving()")
    shown.page.emulate_media(reduced_motion="reduce")
    shown.set(camera={**there, "zoom": 15})
    shown.wait("() => cityglass.map.getZoom() === 15 && !cityglass.map.isMoving()")
    shown.page.emulate_media(reduced_motion="no-preference")


def test_a_name_with_markup_is_shown_as_text(shown: Shown, server: Server) -> None:
    shown.open(visible=["parking"])
    lon, lat = above(shown, server, "parking", "park-01")
    name = "<img src=x onerror=alert(1)> P&R"
    server.change("parking", "park-01", name=name)
    shown.wait_value("parking", "park-01", "name", name)
    shown.page.mouse.move(5, 5)
    shown.page.mouse.move(*shown.point(lon, lat))
    shown.wait("(name) => document.querySelector('.cg-tip').textContent === name", name)
    assert shown.ask("() => document.querySelector('.cg-tip').children.length") == 0
    assert shown.ask("() => cityglass.map.getCanvas().style.cursor") == "pointer"


def test_the_map_works_by_keyboard_and_its_overlay_is_out_of_the_way(shown: Shown) -> None:
    shown.open()
    overlay = shown.page.locator("canvas[aria-hidden=true]")
    assert overlay.count() == 1
    assert overlay.get_attribute("tabindex") == "-1"
    canvas = shown.page.locator("canvas.maplibregl-canvas")
    assert canvas.get_attribute("tabindex") == "0"
    assert "Map of the city" in str(canvas.get_attribute("aria-label"))
    canvas.focus()
    before = shown.camera()
    shown.page.keyboard.press("ArrowRight")
    shown.wait("(lon) => Math.abs(cityglass.map.getCenter().lng - lon) > 1e-5 && !cityglass.map.isMoving()", before[0])
    shown.page.keyboard.press("Equal")
    shown.wait("(zoom) => cityglass.map.getZoom() > zoom && !cityglass.map.isMoving()", before[2])
    shown.page.keyboard.press("Shift+ArrowRight")
    shown.wait("(bearing) => cityglass.map.getBearing() !== bearing && !cityglass.map.isMoving()", before[4])
    shown.page.get_by_role("button", name="North up").click()
    shown.wait("() => cityglass.map.getBearing() === 0")


def test_a_wall_is_drawn_larger_and_clicks_still_meet_their_mark(chromium: Any, server: Server) -> None:
    context = fresh(chromium, viewport={"width": 2600, "height": 2160})
    shown = Shown(context.new_page(), server).open(visible=["parking"])
    assert shown.ask("() => cityglass.map.getContainer().clientHeight") == 1080
    assert shown.ask("() => cityglass.map.getCanvas().height") == 2160  # larger, and as sharp as the screen
    lon, lat = above(shown, server, "parking", "park-01")
    assert shown.click(lon, lat)["id"] == "park-01"
    assert shown.faults() == []
    context.close()


def test_a_lost_drawing_context_comes_back(alone: Shown, server: Server) -> None:
    shown = alone.open()
    lon, lat = above(shown, server, "incidents", "inc-0", zoom=16)
    lose = """([which, back]) => {
        const lost = document.querySelector(which).getContext("webgl2").getExtension("WEBGL_lose_context");
        lost.loseContext();
        if (back) setTimeout(() => lost.restoreContext(), 300) }"""
    shown.ask("() => { window.overlay = document.querySelector('canvas[aria-hidden=true]') }")
    shown.ask(lose, ["canvas[aria-hidden=true]", False])
    shown.wait("() => ![window.overlay, null].includes(document.querySelector('canvas[aria-hidden=true]'))")
    shown.wait("() => new Promise((done) => setTimeout(() => done(true), 500))")
    assert shown.click(lon, lat)["id"] == "inc-0"
    shown.ask(lose, ["canvas.maplibregl-canvas", True])
    shown.page.wait_for_timeout(1500)
    shown.wait("() => cityglass.map.loaded() && cityglass.rendered().buildings > 10")
    assert [words for words in shown.faults() if not re.search("context.*lost|CONTEXT_LOST", words, re.I)] == []


def test_without_webgl_the_place_says_so(alone: Shown) -> None:
    shown = alone
    shown.page.add_init_script(
        "const get = HTMLCanvasElement.prototype.getContext; HTMLCanvasElement.prototype.getContext ="
        " function (kind, ...more) { return /webgl/.test(kind) ? null : get.call(this, kind, ...more) }"
    )
    shown.page.goto(shown.server.url)
    shown.page.get_by_text("this browser has no WebGL 2").wait_for()


def test_the_witness_sees_a_stranger_and_a_breach(alone: Shown) -> None:
    """The control: what the other tests promise not to happen would be noticed."""
    shown = alone.open()
    shown.ask("() => { const s = document.createElement('script'); s.textContent = '1'; document.head.append(s) }")
    shown.ask("() => { const i = new Image(); i.src = 'http://198.51.100.7/pixel.png' }")
    shown.wait("() => window.refused.length >= 2")
    found = " ".join(shown.faults())
    assert "script-src" in found
    assert "198.51.100.7" in found


def test_places_have_signs_of_their_own_and_houses_their_numbers(shown: Shown) -> None:
    shown.open(visible=["buildings"])
    shown.look(zoom=17.2, pitch=0)
    seen = (
        "([layer, name]) => cityglass.map.queryRenderedFeatures({layers: [layer]})"
        ".filter((one) => one.properties[name]).length"
    )
    shown.wait(f"(told) => ({seen})(told) > 5", ["label-address", "number"])
    shown.look(zoom=15.4, pitch=0)
    shown.wait(f"(told) => ({seen})(told) > 0", ["label-vital", "name"])
    signs = shown.ask("() => cityglass.map.listImages().filter((name) => name.startsWith('place/'))")
    assert {name.split("/")[1] for name in signs} & {"hospital", "police", "fire_station"}
    assert shown.ask("() => cityglass.map.queryRenderedFeatures({layers: ['label-address']}).length") == 0
    shown.set(theme="day")
    shown.wait("() => cityglass.map.listImages().some((name) => name.startsWith('place/') && name.endsWith('/day'))")
    assert shown.faults() == []
