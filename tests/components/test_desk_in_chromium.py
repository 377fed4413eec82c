"""Desk and wall as people meet them: a real server, a real Chromium, the small city at noon."""

import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from data_access.records import Incident
from data_access.writer import CityWriter
from tests.components.glass import DRAWN, Glass, Served
from tests.small_city import LAT, LON, NOON, url_of

pytestmark = pytest.mark.browser


def test_the_desk_breaks_no_rule_of_its_policy_and_its_console_is_clean(desk: Glass) -> None:
    desk.page.locator("#needs button[data-id=i-fire]").click()
    desk.wait_text("#detail", "Fire in a stairwell")
    desk.page.wait_for_timeout(1000)
    assert desk.page.evaluate("window.refused") == []
    assert desk.faults == []
    strangers = [url for url in desk.asked if not url.startswith((desk.served.url, "data:", "blob:"))]
    assert strangers == []


def test_plotly_is_loaded_only_with_a_chart(desk: Glass, chromium: Any) -> None:
    assert not [url for url in desk.asked if "plotly" in url]
    charted = Glass(chromium, desk.served, "/?selected=pm25/air-1")
    charted.page.locator("#chart .js-plotly-plot").wait_for()
    assert [url for url in charted.asked if "plotly" in url]
    assert charted.page.evaluate("window.refused") == []
    assert charted.faults == []
    charted.close()


def test_a_line_of_the_list_opens_the_drawer_flies_there_and_escape_goes_back(desk: Glass) -> None:
    line = desk.page.locator("#needs button[data-id=i-flood]")
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
    desk.page.locator("#sheet table").wait_for()
    names = desk.page.locator("#sheet tbody th").all_inner_texts()
    assert sorted(names) == ["Lake", "Market", "New bridge", "Old gate", "Opera"]
    assert "Fine dust" in desk.text("#sheet caption")
    desk.page.keyboard.press("Escape")
    desk.wait("() => document.querySelector('#sheet-frame.closed') !== null")


def test_a_step_back_makes_everything_a_replay_and_live_brings_it_home(desk: Glass) -> None:
    desk.page.get_by_label("One hour back").click()
    desk.page.get_by_text(re.compile("^REPLAY · Monday 2 March 2026, 1[01]:")).wait_for()
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
    desk.page.get_by_text(re.compile("^REPLAY")).wait_for()
    desk.wait("() => document.getElementById('slider').getAttribute('aria-valuetext')?.includes('2026')")


def test_a_typed_time_is_of_the_citys_clock(desk: Glass) -> None:
    typed = desk.page.locator("input#typed")
    assert re.fullmatch(r"02/03/2026 12:\d\d", typed.input_value())  # as the page writes it, not as the browser would
    typed.fill("2 March, half past eleven")
    typed.press("Enter")
    assert "day/month/year" in typed.evaluate("field => field.validationMessage")
    typed.fill("2/3/2026 11:30")
    typed.press("Enter")
    desk.page.get_by_text("REPLAY · Monday 2 March 2026, 11:30").wait_for()
    assert typed.evaluate("field => field.validationMessage") == ""


def test_a_link_opens_the_same_camera_layers_selection_and_time(served: Served, chromium: Any) -> None:
    at = (NOON - timedelta(minutes=35)).isoformat()
    link = f"/?camera={LON:.6f},{LAT:.6f},16.25,30.0,40.0&layers=pm25,incidents&selected=pm25/air-1&at={quote(at)}"
    glass = Glass(chromium, served, link)
    glass.wait_text("#detail", "Opera")
    glass.page.get_by_text("REPLAY · Monday 2 March 2026, 11:25").wait_for()
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
    desk.page.get_by_role("button", name="Day", exact=True).click()
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
    glass.page.get_by_role("button", name="Table: Fine dust").click()
    glass.wait_text("#sheet", "µg/m³")
    shut = glass.page.locator("#sheet-close")
    for part in (shut, glass.page.locator("#sheet caption")):  # nothing lies over it
        assert part.evaluate(
            "one => { const r = one.getBoundingClientRect(); "
            "return one.contains(document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2)); }"
        )
    shut.click()
    glass.wait("() => document.querySelector('.sheet.closed')")
    glass.close()


def test_a_link_to_a_thing_looks_at_it(served: Served, chromium: Any) -> None:
    glass = Glass(chromium, served, "/?selected=incidents/i-flood")
    glass.wait("lon => Math.abs(window.cityglass.map.getCenter().lng - lon) < 1e-4", LON - 0.002)
    glass.close()


def test_a_new_incident_comes_into_the_list_by_itself(desk: Glass) -> None:
    writer = CityWriter.open(url_of(desk.served.folder), clock=lambda: NOON)
    told = Incident("i-new", NOON, "power", 2, "new", LON, LAT, "Dark quarter", "dispatch")
    writer.say([(told, NOON)])
    writer.close()
    desk.wait_text("#needs", "Dark quarter")
    assert desk.page.locator("#needs button.need[data-id=i-new]").count() == 1
