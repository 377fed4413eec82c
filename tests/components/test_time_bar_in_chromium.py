"""The time bar as a hand meets it: what is pulled or pressed holds at once, and everything else follows."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from components.time_bar import replayed
from data_access.store import CityStore
from data_access.words import speaking
from layers import LAYERS
from tests.components.glass import DRAWN, Glass, Served
from tests.small_city import MINUTE, NOON, url_of

pytestmark = pytest.mark.browser
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
NEAR = "() => window.cityglass.moment.near"
WHOLE = "() => window.cityglass.moment.replay && window.cityglass.moment.whole"


@pytest.fixture(scope="module")
def page(served: Served, chromium: Any) -> Iterator[Glass]:
    """One small page for all of it: what is looked at here is what it does."""
    glass = Glass(chromium, served, viewport={"width": 800, "height": 420})
    glass.wait(DRAWN)
    yield glass
    glass.close()


@pytest.fixture
def desk(page: Glass) -> Iterator[Glass]:
    """The page as it stands when it shows now; whatever goes wrong on it fails the test."""
    page.faults.clear()
    page.asked.clear()
    page.page.locator("#speed").select_option("60")
    if page.page.evaluate("() => document.documentElement.dataset.replay ?? null"):
        page.wait("() => location.search.includes('at=')")  # it follows when all is still
        page.page.locator("#live").click()
    page.wait("() => !document.documentElement.dataset.replay && !window.cityglass.moment.replay")
    page.wait("() => !location.search.includes('at=')")  # everybody has heard of it
    yield page
    page.page.unroute_all()
    assert page.faults == []


def shown(glass: Glass) -> datetime:
    """The moment that map and frame are of."""
    glass.wait(WHOLE)
    at, replay = glass.page.evaluate(
        "() => [new Date(window.cityglass.moment.at).toISOString(), document.documentElement.dataset.replay]"
    )
    assert at == replay
    return datetime.fromisoformat(at)


def back(glass: Glass, minutes: int) -> None:
    """A replay of so many minutes before the small city's noon."""
    at = (NOON - minutes * MINUTE).astimezone(HANOI)
    glass.page.evaluate("at => dash_clientside.set_props('time-wish', { data: { at } })", at.isoformat())
    glass.wait_text("#banner", f"REPLAY · Monday 2 March 2026, {at:%H:%M}")
    glass.wait(WHOLE)


@pytest.fixture
def every_layer(desk: Glass) -> Iterator[None]:
    """Every layer is on, also those that are off when a page is first opened."""
    before = desk.page.evaluate("() => cityglass.visible")
    turn_on(desk, [layer.key for layer in LAYERS])
    yield
    turn_on(desk, before)


def turn_on(glass: Glass, keys: list[str]) -> None:
    glass.page.evaluate("visible => dash_clientside.set_props('map', { visible })", keys)


def same_as_the_store(glass: Glass, store: CityStore, at: datetime) -> None:
    for layer in LAYERS:
        if layer.key == "buildings":
            continue
        told = {row.id: row for row in store.answer(layer.query, at)}
        ids, values = glass.page.evaluate(
            "key => [cityglass.column(key, 'id') ?? [],"
            " Array.from(cityglass.column(key, 'observed_at') ?? [], (at) => Number.isNaN(at) ? null : at)]",
            layer.key,
        )
        assert sorted(ids) == sorted(told), (layer.key, at)
        for one, observed in zip(ids, values, strict=False):
            expected = told[one].observed_at
            assert (observed and observed / 1000) == (expected and expected.timestamp()), (layer.key, one, at)


def test_every_place_of_the_slider_shows_what_the_store_answers(desk: Glass, every_layer: None) -> None:
    store = CityStore.open(url_of(desk.served.folder))
    back(desk, 30)
    desk.page.locator("#slider").focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowLeft", "ArrowRight", "Shift+ArrowRight", "Home"):
        before = shown(desk)
        desk.page.keyboard.press(key)
        desk.wait("before => document.documentElement.dataset.replay !== before", f"{before:%Y-%m-%dT%H:%M:%S.000Z}")
        same_as_the_store(desk, store, shown(desk))
    store.close()


def test_nobody_asks_how_a_layer_was_that_is_off_and_once_on_it_is_of_that_time(desk: Glass) -> None:
    store = CityStore.open(url_of(desk.served.folder))
    before = desk.page.evaluate("() => cityglass.visible")
    turn_on(desk, [key for key in before if key != "parking"])
    desk.wait("() => !cityglass.visible.includes('parking')")
    desk.asked.clear()  # what was asked for in the replay before
    back(desk, 30)
    assert [url for url in desk.asked if "parking" in url] == []
    turn_on(desk, [layer.key for layer in LAYERS])
    desk.wait("() => cityglass.moment.whole && cityglass.column('parking', 'id')?.length > 0")
    same_as_the_store(desk, store, shown(desk))
    turn_on(desk, [key for key in before if key != "parking"])  # and a second time, of the same moment
    desk.wait("() => !cityglass.visible.includes('parking')")
    turn_on(desk, [layer.key for layer in LAYERS])
    desk.wait("() => cityglass.visible.includes('parking') && cityglass.moment.whole")
    same_as_the_store(desk, store, shown(desk))
    turn_on(desk, before)
    store.close()


def test_scrubbing_a_loaded_hour_asks_the_server_for_no_columns(desk: Glass) -> None:
    back(desk, 20)
    desk.wait(NEAR)
    desk.asked.clear()
    desk.page.locator("#slider").focus()
    for _step in range(8):
        desk.page.keyboard.press("ArrowLeft")
        shown(desk)
    assert [url for url in desk.asked if "/api/columns/" in url] == []
    loaded = desk.page.evaluate("() => performance.getEntriesByType('resource').map(({ name }) => name)")
    assert any("/api/window/pm25" in url for url in loaded)  # ahead, whenever that was


def test_the_panels_follow_the_hand(desk: Glass) -> None:
    back(desk, 35)
    desk.wait_text("#needs", "Two scooters")
    desk.page.locator("#slider").focus()
    for _step in range(4):
        desk.page.keyboard.press("Shift+ArrowLeft")
    desk.wait("() => !document.querySelector('#needs').innerText.includes('Two scooters')")
    desk.wait("() => location.search.includes('at=2026-03-02T')")


def test_space_plays_and_pauses_and_the_moment_goes_on(desk: Glass) -> None:
    back(desk, 40)
    begun = shown(desk)
    desk.page.locator("#slider").focus()
    desk.page.keyboard.press("Space")
    desk.wait("() => document.documentElement.hasAttribute('data-playing')")
    assert desk.page.get_by_role("button", name="Pause").get_attribute("aria-pressed") == "true"
    later = f"{begun + 2 * MINUTE:%Y-%m-%dT%H:%M}"
    desk.wait("later => document.documentElement.dataset.replay > later", later)
    assert desk.page.locator("#banner").get_attribute("aria-live") == "off"  # nobody wants to hear each minute
    desk.page.keyboard.press("Space")
    desk.wait("() => !document.documentElement.hasAttribute('data-playing')")
    stood = shown(desk)
    desk.page.wait_for_timeout(700)
    assert shown(desk) == stood > begun


def test_a_tick_of_the_minute_takes_no_wish_away(desk: Glass) -> None:
    back(desk, 45)
    desk.wait_text("#needs", "No open incident")
    desk.page.evaluate(
        """at => {
            dash_clientside.set_props('time-wish', { data: { at } });
            setTimeout(() => dash_clientside.set_props('minute', { n_intervals: 1000 }));
        }""",
        (NOON - 11 * MINUTE).isoformat(),
    )
    desk.wait_text("#needs", "Smoke in a stairwell")
    assert shown(desk) == NOON - 11 * MINUTE


def test_played_to_its_end_the_past_becomes_now(desk: Glass) -> None:
    back(desk, 50)
    desk.page.select_option("#speed", "3600")
    desk.page.get_by_role("button", name="Play").click()
    desk.wait("() => document.getElementById('live').getAttribute('aria-pressed') === 'true'")
    desk.wait(
        "() => !document.documentElement.dataset.replay && !document.documentElement.hasAttribute('data-playing')"
    )
    assert desk.text("#banner") == ""
    desk.wait_text("#needs", "Fire in a stairwell")


def test_one_steps_from_event_to_event_and_opens_what_happened(desk: Glass) -> None:
    desk.page.get_by_role("button", name="To the event before").click()
    desk.wait_text("#banner", "11:58")
    desk.wait_text("#time-caption", "Branch on the path")
    desk.page.locator("#slider").focus()
    desk.page.keyboard.press("Control+ArrowLeft")
    desk.wait_text("#banner", "11:55")
    desk.page.keyboard.press("Control+ArrowLeft")
    desk.wait_text("#banner", "11:48")
    assert shown(desk) == NOON - 12 * MINUTE
    assert desk.page.evaluate("() => cityglass.row('incidents', 'i-fire').state") == "new"
    desk.page.get_by_role("button", name="To the next event").click()
    desk.wait_text("#time-caption", "Water on Lake Street")
    desk.page.locator("#time-caption button").click()
    desk.wait_text("#detail", "Water on Lake Street")


def test_beyond_the_last_event_one_is_told_so_and_stays(desk: Glass) -> None:
    back(desk, 1)
    at = shown(desk)
    desk.page.get_by_role("button", name="To the next event").click()
    desk.wait_text("#time-caption", "no further event")
    assert shown(desk) == at


def test_the_events_of_a_stretch_stand_on_the_slider_and_in_a_list(desk: Glass) -> None:
    desk.wait("() => document.querySelectorAll('.time-marks .tick').length >= 4")
    opener = desk.page.get_by_role("button", name="Events and keys")
    opener.press("Enter")
    assert opener.get_attribute("aria-expanded") == "true"
    lines = desk.page.locator("#event-list button")
    names = [line.inner_text() for line in lines.all()]
    assert any("Fire in a stairwell" in name or "Smoke in a stairwell" in name for name in names)
    desk.page.locator("#event-list button[data-id=i-crash]").click()
    desk.wait_text("#banner", "11:20")
    desk.wait_text("#detail", "Two scooters")
    opener.press("Enter")
    assert desk.page.locator("#more-time").is_hidden()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_frame_says_in_the_browser_what_it_says_from_the_server(
    served: Served, chromium: Any, language: str
) -> None:
    glass = Glass(chromium, served, f"/?lang={language}", viewport={"width": 800, "height": 420})
    glass.wait(DRAWN)
    glass.wait("() => document.getElementById('slider') !== null")
    for minutes in (3, 25, 59):
        at = NOON - minutes * MINUTE
        glass.page.evaluate(
            "([at, n]) => dash_clientside.set_props('time-wish', { data: { at, n } })", [at.isoformat(), minutes]
        )
        with speaking(language):
            glass.wait_text("#banner", replayed(at, HANOI))
    glass.page.evaluate("at => dash_clientside.set_props('time-wish', { data: { at } })", "2026-03-02T04:07:09+00:00")
    glass.wait_text("#banner", "11:07:09")
    assert glass.faults == []
    glass.close()


def test_keys_do_their_own_work_where_they_have_one(desk: Glass) -> None:
    desk.page.locator("#search-text").fill("two words")
    desk.page.keyboard.press("Space")
    desk.page.keyboard.press("ArrowLeft")
    desk.page.locator("#live").focus()
    desk.page.keyboard.press("Space")
    desk.page.wait_for_timeout(300)
    assert desk.page.evaluate("() => document.documentElement.hasAttribute('data-playing')") is False
    assert desk.page.evaluate("() => document.documentElement.dataset.replay ?? null") is None


def test_the_slider_spans_as_much_as_one_chooses(desk: Glass) -> None:
    narrow = int(desk.page.locator("#slider").get_attribute("max") or 0)
    assert 300 <= narrow <= 400  # an hour in steps of ten seconds
    assert re.search(r"2 Mar|Mar 2", desk.text(".track-from"))
    desk.page.get_by_role("button", name="Events and keys").press("Enter")  # on a narrow screen it stands with them
    desk.page.select_option("#span", "360")
    desk.wait("narrow => Number(document.getElementById('slider').max) < narrow", narrow)
    desk.page.select_option("#span", "60")
    desk.page.get_by_role("button", name="Events and keys").press("Enter")


def test_a_hand_on_the_slider_is_answered_by_the_map_while_the_server_is_slow(desk: Glass) -> None:
    back(desk, 20)
    desk.wait(NEAR)
    desk.page.route("**/_dash-update-component*", lambda route: None)  # no callback is ever answered again
    desk.page.locator("#slider").focus()
    before = shown(desk)
    desk.page.keyboard.press("ArrowLeft")
    at = shown(desk)
    assert before - timedelta(minutes=2) < at < before
    desk.wait_text("#banner", at.astimezone(HANOI).strftime("%H:%M"))
