"""Desk and wall as people meet them: a real server, a real Chromium, the small city at noon."""

import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from data_access.records import Incident
from data_access.writer import CityWriter
from tests.conftest import HOUSE, free_port, wait_for_port
from tests.small_city import LAT, LON, NOON, url_of

pytestmark = pytest.mark.browser

DRAWN = "() => window.cityglass?.map && document.querySelector('#needs section') !== null"
REFUSALS = """window.refused = [];
document.addEventListener("securitypolicyviolation", (e) => window.refused.push(e.violatedDirective + e.blockedURI));"""


class Served:
    """The running desk: where it is, and the cookie of one who is signed in."""

    def __init__(self, folder: Any) -> None:
        self.folder, self.port = folder, free_port()
        command = [sys.executable, "-m", "tests.components.desk_harness", str(folder), str(self.port)]
        self.process = subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        link = self.process.stdout.readline().strip()
        wait_for_port(self.port, 60)
        self.url = f"http://127.0.0.1:{self.port}"
        self.cookies = [
            {"url": self.url, "name": name, "value": value} for name, value in httpx.get(link).cookies.items()
        ]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)


class Glass:
    """One page, and a witness of its console, its requests and its policy."""

    def __init__(self, browser: Any, served: Served, path: str = "/", **context: Any) -> None:
        wanted = {"viewport": {"width": 1440, "height": 900}, "locale": "en-US"} | context
        self.context, self.served = browser.new_context(**wanted), served
        self.context.add_cookies(served.cookies)
        self.context.add_init_script(REFUSALS)
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.asked: list[str] = []
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("pageerror", lambda fault: self.faults.append(str(fault)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(served.url + path)
        self.wait("() => window.cityglass?.map !== undefined")

    def wait(self, condition: str, argument: Any = None) -> None:
        self.page.wait_for_function(condition, arg=argument, timeout=60_000)

    def text(self, selector: str) -> str:
        return str(self.page.locator(selector).inner_text())

    def wait_text(self, selector: str, words: str) -> None:
        self.wait("([s, words]) => document.querySelector(s)?.innerText.includes(words)", [selector, words])

    def close(self) -> None:
        self.context.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = Served(tmp_path_factory.mktemp("desk"))
    yield running
    running.stop()


@pytest.fixture
def desk(served: Served, chromium: Any) -> Iterator[Glass]:
    glass = Glass(chromium, served)
    glass.wait(DRAWN)
    yield glass
    glass.close()


def test_the_desk_breaks_no_rule_of_its_policy_and_its_console_is_clean(desk: Glass) -> None:
    desk.page.locator("button[data-id=i-fire]").click()
    desk.wait_text("#detail", "Fire in a stairwell")
    desk.page.wait_for_timeout(1000)
    assert desk.page.evaluate("window.refused") == []
    assert desk.faults == []
    strangers = [url for url in desk.asked if not url.startswith((desk.served.url, "data:", "blob:"))]
    assert strangers == []


def test_plotly_is_loaded_only_with_a_chart(desk: Glass, chromium: Any) -> None:
    assert not [url for url in desk.asked if "plotly" in url]
    charted = Glass(chromium, desk.served, "/?selected=pm25/air-1")
    charted.page.locator("#chart .js-plotly-plot").wait_for(timeout=90_000)
    assert [url for url in charted.asked if "plotly" in url]
    assert charted.page.evaluate("window.refused") == []
    assert charted.faults == []
    charted.close()


def test_a_line_of_the_list_opens_the_drawer_flies_there_and_escape_goes_back(desk: Glass) -> None:
    line = desk.page.locator("button[data-id=i-flood]")
    line.focus()
    desk.page.keyboard.press("Enter")
    desk.wait_text("#detail", "Water on Lake Street")
    desk.wait("() => document.activeElement?.id === 'detail'")
    desk.wait("lon => Math.abs(window.cityglass.map.getCenter().lng - lon) < 1e-4", LON - 0.002)
    desk.wait("() => location.search.includes('selected=incidents/i-flood')")
    desk.page.keyboard.press("Escape")
    desk.wait("() => document.querySelector('#drawer.open') === null")
    desk.wait("() => document.activeElement?.dataset.id === 'i-flood'")
    desk.wait("() => !location.search.includes('selected')")


def test_a_switch_turns_its_layer_off_and_the_address_says_so(desk: Glass) -> None:
    desk.page.get_by_label("Parking", exact=True).press("Space")
    desk.wait("() => location.search.includes('layers=') && !location.search.includes('parking')")
    assert desk.page.get_by_label("Parking", exact=True).is_checked() is False


def test_a_table_is_reached_by_keyboard_and_says_what_the_map_says(desk: Glass) -> None:
    opener = desk.page.get_by_role("button", name="Table: Fine dust")
    opener.focus()
    desk.page.keyboard.press("Enter")
    desk.page.locator("#sheet table").wait_for(timeout=30_000)
    names = desk.page.locator("#sheet tbody th").all_inner_texts()
    assert sorted(names) == ["Lake", "Market", "New bridge", "Old gate", "Opera"]
    assert "Fine dust" in desk.text("#sheet caption")
    desk.page.keyboard.press("Escape")
    desk.wait("() => document.querySelector('#sheet-frame.closed') !== null")


def test_a_step_back_makes_everything_a_replay_and_live_brings_it_home(desk: Glass) -> None:
    desk.page.get_by_label("One hour back").click()
    desk.page.get_by_text(re.compile("^REPLAY · Monday 2 March 2026, 1[01]:")).wait_for(timeout=30_000)
    desk.wait("() => document.documentElement.dataset.replay")
    desk.wait_text("#needs", "No open incident")
    desk.wait("() => location.search.includes('at=2026-03-02T')")
    desk.wait_text(".data-age", "not live")
    desk.page.locator("#live").click()
    desk.wait_text("#needs", "Fire in a stairwell")
    desk.wait("() => !document.documentElement.dataset.replay && !location.search.includes('at=')")


def test_the_slider_goes_to_the_first_minute_by_keyboard(desk: Glass) -> None:
    desk.page.locator("#slider").focus()
    desk.page.keyboard.press("Home")
    desk.page.get_by_text(re.compile("^REPLAY")).wait_for(timeout=30_000)
    desk.wait("() => document.getElementById('slider').getAttribute('aria-valuetext')?.includes('2026')")


def test_a_typed_time_is_of_the_citys_clock(desk: Glass) -> None:
    desk.page.locator("#typed").fill("2026-03-02T11:30")
    desk.page.get_by_text("REPLAY · Monday 2 March 2026, 11:30").wait_for(timeout=30_000)


def test_a_link_opens_the_same_camera_layers_selection_and_time(served: Served, chromium: Any) -> None:
    at = (NOON - timedelta(minutes=35)).isoformat()
    link = f"/?camera={LON:.6f},{LAT:.6f},16.25,30.0,40.0&layers=pm25,incidents&selected=pm25/air-1&at={quote(at)}"
    glass = Glass(chromium, served, link)
    glass.wait_text("#detail", "Opera")
    glass.page.get_by_text("REPLAY · Monday 2 March 2026, 11:25").wait_for(timeout=30_000)
    glass.wait("() => Math.abs(window.cityglass.map.getZoom() - 16.25) < 0.01")
    on = glass.page.locator(".switch input:checked")
    assert on.count() == 2
    glass.close()


def test_a_made_up_link_does_no_harm(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, "/?camera=a,b&layers=secrets&selected=secrets/1&at=soon")
    glass.wait(DRAWN)
    assert glass.page.locator("#live").get_attribute("aria-pressed") == "true"
    assert glass.faults == []
    glass.close()


def test_language_and_light_are_the_readers_choice(desk: Glass) -> None:
    assert desk.page.evaluate("document.documentElement.lang") == "en"
    desk.page.get_by_role("button", name="Day").click()
    desk.wait("() => document.documentElement.dataset.theme === 'day'")
    with desk.page.expect_navigation():
        desk.page.get_by_role("button", name="Tiếng Việt").click()
    desk.wait(DRAWN)
    assert desk.page.evaluate("document.documentElement.lang") == "vi"
    assert desk.page.evaluate("document.documentElement.dataset.theme") == "day"
    assert desk.page.locator("#live").inner_text() == "TRỰC TIẾP"


def test_the_wall_ticks_and_has_nothing_to_press(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, "/wall", viewport={"width": 1920, "height": 1080})
    glass.wait_text("#wall-state", "critical")
    assert glass.page.locator("button:visible, input:visible, a:visible").count() == 0
    first = glass.text(".clock")
    glass.wait("first => document.querySelector('.clock').innerText !== first", first)
    glass.wait_text(".data-age", "s old")
    assert 5 <= glass.page.locator(".figure").count() <= 7
    assert glass.faults == []
    assert glass.page.evaluate("window.refused") == []
    glass.close()


def test_a_wall_hides_the_lines_that_do_not_fit_and_counts_them(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, "/wall?distance=8&width=4", viewport={"width": 1280, "height": 720})
    glass.wait_text("[data-beyond]", "more")
    # In one look: the list may change from one second to the next.
    shown, lines, beyond, words, bottom, edge = glass.page.evaluate(
        """() => { const lines = [...document.querySelectorAll(".wall .need")], shown = lines.filter((l) => !l.hidden),
        more = document.querySelector("[data-beyond]"), edge = document.querySelector(".wall .drawer");
        return [shown.length, lines.length, Number(more.dataset.beyond), more.textContent,
        shown.at(-1).getBoundingClientRect().bottom, edge.getBoundingClientRect().bottom] }"""
    )
    assert 0 < shown < lines
    assert words == f"and {lines - shown + beyond} more"
    assert bottom <= edge
    glass.close()


def test_nothing_sticks_out_of_a_phone(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, viewport={"width": 390, "height": 844})
    glass.wait(DRAWN)
    assert glass.page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in (".strip", ".time-bar", ".sheets"):
        seen = glass.page.locator(name).bounding_box()
        assert seen is not None
        assert seen["x"] >= 0
        assert seen["x"] + seen["width"] <= 390
    glass.close()


def test_a_new_incident_comes_into_the_list_by_itself(desk: Glass) -> None:
    writer = CityWriter.open(url_of(desk.served.folder), clock=lambda: NOON)
    told = Incident("i-new", NOON, "power", 2, "new", LON, LAT, "Dark quarter", "dispatch")
    writer.say([(told, NOON)])
    writer.close()
    desk.wait_text("#needs", "Dark quarter")
    assert desk.page.locator("button[data-id=i-new]").count() == 1
