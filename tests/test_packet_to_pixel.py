"""The whole way, as three people meet it: a real broker, every process, a Chromium that may ask only this machine."""

import itertools
import math
import os
import re
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.running import Running
from tests.visiting import STATION, Device, Page, eventually

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]

PLACES = itertools.count(-1)


@pytest.fixture(scope="module")
def shown(town: Running, chromium: Any) -> Iterator[Page]:
    """The desk, signed in, shared by the tests that leave it as they found it."""
    page = Page(chromium, town.link())
    yield page
    page.close()


@pytest.fixture
def station(town: Running, shown: Page) -> Iterator[Device]:
    seen = shown.view()
    # some fifty metres beside the one before as the map is turned, so that a click meets one of them
    east, north = math.cos(math.radians(seen["bearing"])), -math.sin(math.radians(seen["bearing"]))
    aside = next(PLACES) * 0.0005
    device = Device(town, f"test-{time.time_ns()}", seen["lon"] + aside * east, seen["lat"] + aside * north)
    device.measure(21.5)
    yield device
    device.close()


def test_the_town_stands_in_three_dimensions(shown: Page) -> None:
    shown.wait("() => window.cityglass.rendered().buildings > 100")  # drawn a moment after its tiles are in
    assert shown.view()["pitch"] > 30


def test_a_packet_becomes_a_point_and_the_camera_stays(shown: Page, station: Device) -> None:
    shown.wait_for_value("pm25", station.name, 21.5)
    before = shown.view()
    for value in (33.25, 47.0):
        station.measure(value)
        shown.wait_for_value("pm25", station.name, value)
    assert shown.view() == before


def test_a_click_opens_the_detail_of_what_is_there(shown: Page, station: Device) -> None:
    station.measure(42.0)
    shown.wait_for_value("pm25", station.name, 42.0)
    drawer = shown.page.locator("#detail")

    def told() -> bool:
        shown.page.mouse.click(*shown.place(station.lon, station.lat))  # again, until the new point is drawn
        shown.page.wait_for_timeout(2_000)
        return str(STATION["name"]) in drawer.inner_text()

    eventually(told, 40)
    assert "42 µg/m³" in drawer.inner_text()


def test_a_late_packet_does_not_move_now(shown: Page, station: Device) -> None:
    shown.wait_for_value("pm25", station.name, 21.5)
    station.measure(99.0, at=datetime.now(UTC) - timedelta(hours=2))
    station.measure(22.0)
    shown.wait_for_value("pm25", station.name, 22.0)
    assert shown.row("pm25", station.name)["value"] == 22.0


def test_the_time_bar_takes_the_whole_frame_into_the_past_and_back(town: Running, chromium: Any) -> None:
    page = Page(chromium, town.link())
    seen = page.view()
    device = Device(town, f"test-{time.time_ns()}", seen["lon"], seen["lat"])
    device.measure(11.0, at=datetime.now(UTC) - timedelta(hours=5))
    device.measure(55.0)
    page.wait_for_value("pm25", device.name, 55.0)
    past = datetime.now(UTC) - timedelta(hours=3)
    signed_in = page.page.url.split("?")[0]
    page.page.goto(f"{signed_in}?at={past.strftime('%Y-%m-%dT%H:%M:%SZ')}")
    page.wait_for_value("pm25", device.name, 11.0)
    page.page.get_by_text(re.compile("REPLAY")).first.wait_for()
    device.measure(56.0)
    page.page.wait_for_timeout(2_000)
    assert page.row("pm25", device.name)["value"] == 11.0, "a live value leaked into the past"
    page.page.locator("#live").click()
    page.wait_for_value("pm25", device.name, 56.0)
    device.close()
    page.close()


def test_a_deep_link_restores_camera_layers_selection_and_time(town: Running, chromium: Any) -> None:
    page = Page(chromium, town.link())
    page.ask("() => { window.cityglass.map.jumpTo({zoom: 16.5, bearing: 40, pitch: 20}) }")
    page.wait("() => location.search.includes('16.5')")
    link = page.page.url
    second = page.context.new_page()
    page.page = second
    second.goto(link)
    page.wait("() => window.cityglass?.map?.loaded()")
    restored = page.view()
    assert restored["zoom"] == pytest.approx(16.5, abs=0.01)
    assert restored["bearing"] == pytest.approx(40, abs=0.5)
    assert restored["pitch"] == pytest.approx(20, abs=0.5)
    page.close()


def test_a_lost_server_shows_within_eight_seconds_and_heals_by_itself(town: Running, chromium: Any) -> None:
    page = Page(chromium, town.link())
    (ops,) = [pid for pid, command in town.children().items() if "app.py ops" in command]
    os.kill(ops, signal.SIGSTOP)
    try:
        page.wait("() => document.documentElement.dataset.silence === 'amber'", seconds=12)
    finally:
        os.kill(ops, signal.SIGCONT)
    page.wait("() => !document.documentElement.dataset.silence", seconds=20)
    os.kill(ops, signal.SIGKILL)  # the supervisor brings it back, often before anyone could call it silent
    eventually(lambda: any("app.py ops" in told for pid, told in town.children().items() if pid != ops), 20)
    seen = page.view()
    device = Device(town, f"test-{time.time_ns()}", seen["lon"], seen["lat"])
    device.measure(63.5)
    page.wait_for_value("pm25", device.name, 63.5)
    page.wait("() => !document.documentElement.dataset.silence", seconds=20)
    device.close()
    page.close()


def test_nothing_but_this_machine_was_asked_and_the_console_is_clean(town: Running, chromium: Any) -> None:
    for address in (town.link(), town.link() + "&next=/wall", town.public + "/"):
        page = Page(chromium, address)
        page.page.wait_for_timeout(3_000)
        assert page.complaints == []
        assert len(page.asked) > 5
        page.close()


def test_the_public_view_shows_what_is_published_and_no_more(town: Running, chromium: Any) -> None:
    eventually(lambda: (Path(town.folder) / "public" / "public.db").exists(), 90)
    page = Page(chromium, town.public + "/")
    keys = [layer["key"] for layer in page.ask("() => fetch('/api/layers').then(r => r.json())")]
    assert "pm25" in keys
    assert "incidents" not in keys
    assert "camera-views" not in keys
    assert page.ask("() => fetch('/api/columns/incidents').then(r => r.status)") == 404
    assert page.ask("() => fetch('/_dash-update-component', {method: 'POST', body: '{}'}).then(r => r.status)") >= 400
    page.close()
