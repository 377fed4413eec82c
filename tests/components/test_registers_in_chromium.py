"""The page of registers as people meet it: a real server, a real Chromium, the small city at noon."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.bundle import SOURCE
from data_access.queries import Cameras, Devices
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from tests.components.glass import Glass, Served
from tests.components.test_accessibility import barriers
from tests.conftest import lacking
from tests.small_city import NOON, url_of

pytestmark = pytest.mark.browser

AXE = SOURCE / "node_modules" / "axe-core" / "axe.min.js"
LISTED = "() => document.querySelector('#register-list table') !== null"
DRAFTED = "() => document.querySelectorAll('.cg-grip').length === 2"


@pytest.fixture(scope="module")
def store(served: Served) -> Iterator[CityStore]:
    opened = CityStore.open(url_of(Path(served.folder)))
    yield opened
    opened.close()


def opened(chromium: Any, served: Served, path: str, **context: Any) -> Glass:
    glass = Glass(chromium, served, "later", **context)
    if AXE.is_file():
        glass.context.add_init_script(path=str(AXE))
    glass.page.goto(served.url + path)
    until(glass, LISTED)
    return glass


def until(glass: Glass, condition: str, argument: Any = None, seconds: float = 60) -> None:
    """Wait for this, asked again and again: it lasts while a map is drawn by hand."""
    end = time.monotonic() + seconds
    while not glass.page.evaluate(condition, argument):
        assert time.monotonic() < end, condition
        time.sleep(0.2)


def says(glass: Glass, selector: str, words: str) -> None:
    until(glass, "([s, words]) => document.querySelector(s)?.innerText.includes(words)", [selector, words])


def drag(glass: Glass, selector: str, across: float, down: float) -> None:
    box = glass.page.locator(selector).bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    glass.page.mouse.move(x, y)
    glass.page.mouse.down()
    glass.page.mouse.move(x + across, y + down, steps=4)
    glass.page.mouse.up()


def field(glass: Glass, name: str) -> str:
    return str(glass.page.locator(f'[id=\'{{"register-field":"{name}"}}\']').input_value())


def settled(glass: Glass, name: str) -> str:
    """What stands in a field at last: a drag is followed by the page a moment later."""
    told = field(glass, name)
    while True:
        time.sleep(1)
        told, before = field(glass, name), told
        if told == before:
            return told


def test_a_camera_is_turned_and_moved_on_the_map_sees_before_it_is_saved_and_is_put_back(
    served: Served, chromium: Any, store: CityStore
) -> None:
    glass = opened(chromium, served, "/registers?list=cameras&id=cam-1")
    until(glass, DRAFTED)
    until(glass, "() => !window.cityglass.map.isMoving()")  # it flies there, and the grips with it
    says(glass, ".sees", "It would see")
    before, seen = field(glass, "azimuth_deg"), glass.text(".sees")
    drag(glass, ".cg-turn", -60, -120)
    until(glass, "words => document.querySelector('.sees').innerText !== words", seen)
    turned = settled(glass, "azimuth_deg")
    assert turned != before == "90"
    drag(glass, ".cg-grip:not(.cg-turn)", 30, 40)
    until(glass, "() => document.querySelector('input[id*=lon]').value !== '105.851000'")
    settled(glass, "lon")
    assert field(glass, "azimuth_deg") == turned
    assert [row.azimuth_deg for row in store.answer(Cameras("cam-1"))] == [90.0]  # nothing is kept yet
    glass.page.locator("#register-note").fill("knocked by a lorry")
    glass.page.locator("#register-save").click()
    says(glass, "#register-said", "Saved.")
    (camera,) = store.answer(Cameras("cam-1"))
    assert (f"{camera.azimuth_deg:g}", f"{camera.lon:.6f}") == (turned, field(glass, "lon"))
    says(glass, ".versions", "knocked by a lorry")
    glass.page.get_by_role("button", name="Undo the newest change").click()
    says(glass, "#register-said", "Undone.")
    (camera,) = store.answer(Cameras("cam-1"))
    assert (camera.azimuth_deg, f"{camera.lon:.6f}") == (90.0, "105.851000")
    assert glass.page.evaluate("window.refused") == []
    assert glass.faults == []
    glass.close()


def test_a_stranger_is_declared_by_keyboard_alone(served: Served, chromium: Any, store: CityStore) -> None:
    glass = opened(chromium, served, "/registers")
    keys = glass.page.keyboard
    glass.page.get_by_role("button", name="Unknown devices").focus()
    keys.press("Enter")
    line = glass.page.locator("#register-list button", has_text="stranger")
    line.wait_for()
    line.focus()
    keys.press("Enter")
    until(glass, "() => document.activeElement?.id === 'register-sheet'")
    until(glass, "() => document.querySelector('[id*=\"register-field\"][id*=name]') !== null")
    for name, typed in (("name", "Chợ Hôm"), ("lon", "105,8501"), ("lat", "21.0301"), ("interval_s", "60")):
        glass.page.locator(f'[id=\'{{"register-field":"{name}"}}\']').focus()
        keys.press("Control+A")
        keys.type(typed)
    keys.press("Tab")
    until(glass, "() => document.querySelectorAll('.cg-grip').length === 1")
    grip = glass.page.locator(".cg-grip")
    grip.focus()
    keys.press("Shift+ArrowUp")
    until(glass, "() => document.querySelector('input[id*=lat]').value !== '21.0301'")
    glass.page.locator("#register-save").focus()
    keys.press("Enter")
    says(glass, "#register-said", "stranger is declared")
    (known,) = store.answer(Devices("stranger"))
    assert known.name == "Chợ Hôm"
    assert 21.0301 < known.lat < 21.0303
    says(glass, "#register-sheet h2", "Chợ Hôm")
    until(glass, "() => location.search.includes('id=stranger') || location.search.includes('list=')")
    keys.press("Escape")
    until(glass, "() => document.querySelector('.register-sheet.closed') !== null")
    assert glass.faults == []
    glass.close()


def test_quarantine_is_looked_into_put_aside_and_put_back(served: Served, chromium: Any) -> None:
    writer = CityWriter.open(url_of(Path(served.folder)), clock=lambda: NOON)
    writer.commit([Message("cityglass/box/readings", b'{"at": "<b>noon</b>"}', NOON, fault="there is no such time")])
    writer.close()
    glass = opened(chromium, served, "/registers?list=quarantine")
    glass.page.locator("#register-list button").first.click()
    says(glass, ".raw", "<b>noon</b>")
    assert glass.page.locator(".raw b").count() == 0
    glass.page.get_by_role("button", name="Read it again").click()
    says(glass, "#register-said", "None could be taken")
    glass.page.get_by_role("button", name="Put it aside").click()
    says(glass, "#register-said", "Put aside")
    glass.page.get_by_role("button", name="Changes").click()
    glass.page.locator("#register-list tr", has_text="put aside").locator("button").first.click()
    glass.page.get_by_role("button", name="Put it back").click()
    says(glass, "#register-said", "Put back into quarantine")
    assert glass.faults == []
    glass.close()


def test_the_drawer_leads_to_the_register_and_back(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, "/?selected=pm25/air-1")
    link = glass.page.get_by_role("link", name="Edit in the register")
    link.wait_for()
    glass.page.goto(served.url + str(link.get_attribute("href")))
    until(glass, LISTED)
    says(glass, "#register-sheet h2", "Opera")
    assert glass.page.get_by_role("link", name="To the desk").get_attribute("href") == "/"
    glass.close()


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [(1440, 900), (390, 844)], ids=["desk", "phone"])
def test_no_barrier_is_found_on_the_page(served: Served, chromium: Any, size: tuple[int, int], theme: str) -> None:
    if not AXE.is_file():
        lacking("axe-core (python -m components.bundle check --types fetches it)")
    glass = Glass(chromium, served, "later", viewport={"width": size[0], "height": size[1]})
    glass.context.add_init_script(path=str(AXE))
    glass.context.add_cookies([{"url": served.url, "name": "theme", "value": theme}])
    for path in (
        "/registers?list=cameras&id=cam-1",
        "/registers?list=thresholds&id=pm25_ug_m3",
        "/registers?list=changes",
    ):
        glass.page.goto(served.url + path)
        until(glass, "() => document.querySelector('#register-list > *') !== null")
        if "id=" in path:
            until(glass, "() => document.querySelector('.register-form') !== null")
        assert barriers(glass.page) == [], path
        assert glass.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    glass.close()


def test_a_replay_of_the_page_has_nothing_to_keep(served: Served, chromium: Any) -> None:
    glass = opened(chromium, served, "/registers?list=cameras&id=cam-1&at=2026-03-02T04:30:00Z")
    says(glass, "#register-banner", "REPLAY · Monday 2 March 2026, 11:30")
    says(glass, "#register-sheet", "This is a replay")
    assert glass.page.locator("#register-save").count() == 0
    at = glass.page.evaluate("() => location.search")
    assert "at=2026-03-02T04:30:00Z" in at, json.dumps(at)
    glass.close()
