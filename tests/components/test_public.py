"""The public page: it says what is published, in words first, to everyone, and gives nothing else away."""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from components.public import Host, contact
from data_access.public_store import PublicStore
from data_access.publisher import publish
from data_access.words import speaking
from layers import LAYERS, PUBLIC
from tests.components.glass import fresh
from tests.conftest import HOUSE, free_port, wait_for_port
from tests.data_access.test_canaries import CANARY, FIGURE, plant
from tests.small_city import MINUTE, NOON

QUESTIONS = [(layer.key, layer.query, layer.public) for layer in LAYERS]
AT = NOON + 10 * MINUTE  # what the sensors said at noon is just old enough


@dataclass
class Site:
    """A public process, and the folder that it reads."""

    url: str
    folder: Path

    def get(self, path: str = "", **told: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=30, **told)


def site(folder: Path) -> Iterator[Site]:
    port = free_port()
    command = [sys.executable, "-m", "tests.components.public_harness", str(folder), str(port), AT.isoformat()]
    with subprocess.Popen(command, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port, 60)
            yield Site(f"http://127.0.0.1:{port}/", folder)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The public page of a small city that is full of canaries."""
    folder = tmp_path_factory.mktemp("public")
    city = plant(folder)
    publish(city, QUESTIONS, folder / "public", AT)
    city.close()
    yield from site(folder / "public")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A public process that starts before anything was published."""
    yield from site(tmp_path_factory.mktemp("empty") / "public")


def text(html: str) -> str:
    """What a reader sees of a page."""
    html = re.sub(r"<script.*?</script>", " ", html, flags=re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)))


# --- what it says, without a script ---------------------------------------------------------------------------------


def test_the_first_byte_already_says_how_the_air_is(public: Site) -> None:
    said = text(public.get(params={"lang": "en"}).text)
    assert "The air in Small City is moderate: over a whole day unhealthy for sensitive people" in said
    assert "median 35 µg/m³ at 2 of 6 sensors, none older than 10 minutes." in said
    assert "Renewed 12:10, by the clocks of Small City." in said


def test_it_speaks_the_language_asked_for_and_remembers_it(public: Site) -> None:
    with httpx.Client(timeout=30) as reader:
        page = reader.get(public.url, params={"lang": "vi"}).text
        assert '<html lang="vi"' in page
        assert "Không khí tại Small City" in page
        assert '<html lang="vi"' in reader.get(public.url).text
    assert '<html lang="en"' in public.get(headers={"Accept-Language": "en"}).text


def test_it_is_light_unless_the_reader_asked_for_the_night(public: Site) -> None:
    assert 'data-theme="day"' in public.get().text
    assert 'data-theme="day"' in public.get(cookies={"theme": "night"}).text
    assert 'data-theme="night"' in public.get(cookies={"public_theme": "night"}).text


def test_it_has_one_heading_one_main_part_and_a_way_past_the_top(public: Site) -> None:
    page = public.get().text
    assert page.count("<h1") == page.count("<main") == 1
    assert page.index('href="#content"') < page.index("<h1") < page.index('id="content"')
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_every_published_row_stands_in_a_table_with_what_the_store_says(public: Site) -> None:
    page = text(public.get(params={"lang": "en"}).text)
    store = PublicStore(public.folder)
    for layer in PUBLIC:
        if layer.key == "buildings":
            continue  # counted on its card: nobody reads thousands of outlines
        for row in store.answer(layer.query):
            for column in layer.columns:
                assert text(column.cell(row, AT + timedelta(0))) in page, (layer.key, row.id, str(column.title))


def test_each_card_says_source_licence_age_coverage_method_and_contact(public: Site) -> None:
    page = public.get(params={"lang": "en"}).text
    cards = re.findall(r"<article>.*?</article>", page)
    assert len(cards) == len(PUBLIC)
    for card in cards:
        assert re.findall(r"<dt>(.*?)</dt>", card) == ["Source", "Licence", "Updated", "Coverage", "Method", "Contact"]
        assert "hello@small.example" in card
        assert "CC BY 4.0 &amp; our thanks" in card


def test_who_answers_for_it_is_told_and_that_nobody_does_as_well() -> None:
    assert contact(Host("hello@small.example")) == "Questions and corrections: hello@small.example."
    assert contact(Host()).startswith("Whoever runs this page has not yet named a contact")


def test_it_says_what_is_not_told_and_why(public: Site) -> None:
    said = text(public.get(params={"lang": "en"}).text)
    for layer in LAYERS:
        if layer.public is None:
            assert str(layer.withheld) in said
    assert "Only how many there are in each square of 500 m" in said


def test_before_the_first_snapshot_it_says_that_and_when_to_come_again(empty: Site) -> None:
    answer = empty.get(params={"lang": "en"})
    assert answer.status_code == 200
    assert "Nothing has been published yet." in answer.text
    assert "within a minute" in answer.text


def test_a_snapshot_that_is_no_longer_renewed_is_called_old(empty: Site, tmp_path: Path) -> None:
    city = plant(tmp_path)
    publish(city, QUESTIONS, empty.folder, AT - 20 * MINUTE)
    city.close()
    assert "This page has not been renewed for 20 minutes" in empty.get(params={"lang": "en"}).text


# --- what it gives away ---------------------------------------------------------------------------------------------


def everything(public: Site) -> list[httpx.Response]:
    """All that a stranger can think of asking for."""
    paths = ["", "_dash-layout", "_dash-dependencies", "healthz", "api/layers", "api/nosuch", "wall", "sign-in", "docs"]
    paths += ["api/readings", "api/readings?format=csv", "api/readings?limit=1", "api/readings?device=CANARY-camera"]
    paths += [f"api/readings?metric={metric}" for metric in ("pm25_ug_m3", "noise_db", "people_count", "frames_per_s")]
    for key in [layer.key for layer in LAYERS] + ["devices", "%2e%2e/city.db"]:
        for at in ("", "?at=2026-03-02T05:00:00Z", "?at=2026-03-02T04:30:00Z", "?at=1970-01-01T00:00:00Z"):
            paths += [f"api/layers/{key}{at}", f"api/columns/{key}{at}"]
        paths += [f"api/layers/{key}?bbox=-180,-85,180,85", f"api/layers/{key}?limit=1", f"api/layers/{key}?bbox=x"]
    paths += ["assets/public.js", "assets/../city.db", "assets/%2e%2e/%2e%2e/city.db", "public.db", "city.db"]
    return [public.get(path) for path in paths]


def test_no_canary_shows_in_anything_a_stranger_can_ask_for(public: Site) -> None:
    answers = everything(public)
    assert sum(answer.status_code == 200 for answer in answers) > 30
    for answer in answers:
        assert answer.status_code < 500, answer.url
        if "CANARY" in str(answer.url):
            continue  # what was asked may stand in what is answered
        assert CANARY not in answer.text, answer.url
        assert str(FIGURE) not in answer.text, answer.url
        assert CANARY not in str(answer.headers), answer.url


def test_layers_that_are_not_published_are_not_there(public: Site) -> None:
    listed = {layer["key"] for layer in public.get("api/layers").json()}
    assert listed == {layer.key for layer in PUBLIC}
    for layer in LAYERS:
        if layer.public is None:
            assert public.get(f"api/layers/{layer.key}").status_code == 404
            assert public.get(f"api/columns/{layer.key}").status_code == 404
            asked = {"layer": layer.key, "id": "i-fire"}
            assert "stairwell" not in choose(public, clicked=asked).text


def choose(public: Site, listed: Any = None, clicked: Any = None) -> httpx.Response:
    """Post to the callback that tells of one thing, as any page could."""
    changed = "map.clicked" if clicked else "thing.value"
    told = {
        "output": "..chosen.children...map.selected..",
        "outputs": [{"id": "chosen", "property": "children"}, {"id": "map", "property": "selected"}],
        "inputs": [
            {"id": "thing", "property": "value", "value": listed},
            {"id": "map", "property": "clicked", "value": clicked},
            {"id": "map", "property": "theme", "value": "day"},
        ],
        "changedPropIds": [changed],
    }
    headers = {"Origin": public.url.rstrip("/")}
    return httpx.post(public.url + "_dash-update-component", json=told, headers=headers, timeout=30)


def test_the_callback_tells_of_what_is_published(public: Site) -> None:
    told = choose(public, listed="pm25/air-1")
    assert told.status_code == 200
    assert "10 µg/m³" in str(told.json())


@pytest.mark.parametrize(
    "wish",
    [
        "incidents/i-fire",
        "camera-views/cam-1",
        "cameras/cam-1",
        "pm25/stranger",
        "pm25/CANARY-noise",
        "x",
        "/",
        None,
        7,
        {},
    ],
)
def test_the_callback_tells_nothing_of_anything_else(public: Site, wish: Any) -> None:
    told = choose(public, listed=wish)
    assert told.status_code == 200
    assert told.json()["response"]["chosen"]["children"] == []


def test_there_is_no_socket(public: Site) -> None:
    assert "websocket" not in public.get().text
    import websockets.exceptions
    from websockets.sync.client import connect

    for path in ("live", "_dash-ws-callback"):
        with pytest.raises(websockets.exceptions.InvalidStatus), connect(public.url.replace("http", "ws") + path):
            pass


# --- in a browser ---------------------------------------------------------------------------------------------------


@pytest.fixture
def page(public: Site, chromium: Any) -> Iterator[Any]:
    context = fresh(chromium, viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    opened.faults = []
    opened.on("console", lambda told: told.type in ("error", "warning") and opened.faults.append(told.text))
    opened.on("pageerror", lambda fault: opened.faults.append(str(fault)))
    opened.on(
        "request", lambda asked: asked.url.startswith((public.url, "blob:", "data:")) or opened.faults.append(asked.url)
    )
    opened.goto(public.url + "?lang=en")
    opened.wait_for_function("() => window.cityglass?.rows?.length || window.cityglass?.map?.loaded()")
    yield opened
    context.close()


@pytest.mark.browser
def test_a_browser_finds_nothing_wrong_and_asks_nobody_else(page: Any) -> None:
    page.wait_for_timeout(1500)
    assert page.faults == []
    assert page.locator("h1").count() == page.locator("main").count() == 1


@pytest.mark.browser
def test_the_map_shows_the_published_value_that_the_table_says(page: Any) -> None:
    page.wait_for_function("() => window.cityglass.row('pm25', 'air-1')")
    assert page.evaluate("() => window.cityglass.row('pm25', 'air-1').value") == 10
    dust = page.locator("table", has=page.locator("caption", has_text="Fine dust"))
    row = dust.locator("tr", has=page.get_by_role("rowheader", name="Opera", exact=True))
    assert "10 µg/m³" in row.inner_text()


@pytest.mark.browser
def test_a_place_can_be_chosen_from_a_list_by_keyboard_alone(page: Any) -> None:
    page.get_by_label("One place and its last 24 hours").focus()
    page.keyboard.type("Fine dust: Opera")
    page.wait_for_selector("#chosen h2")
    assert "Opera" in page.locator("#chosen h2").inner_text()
    page.wait_for_selector("#chosen .js-plotly-plot")


@pytest.mark.browser
def test_the_light_is_the_readers_choice_and_stays(page: Any, public: Site) -> None:
    page.click("#light")
    page.wait_for_function("() => document.documentElement.dataset.theme === 'night'")
    page.reload()
    page.wait_for_selector("#light")
    assert page.evaluate("() => document.documentElement.dataset.theme") == "night"
    assert page.locator("#light").get_attribute("aria-pressed") == "true"
    page.context.clear_cookies()


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 768])
def test_on_a_narrow_screen_nothing_has_to_be_pushed_sideways(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.wait_for_timeout(300)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= width


@pytest.mark.browser
def test_what_can_be_pressed_is_large_enough(page: Any) -> None:
    small = page.evaluate(
        """() => [...document.querySelectorAll('nav a, button, select, summary, label:has(input)')]
            .filter((one) => one.offsetParent && !one.closest('.maplibregl-ctrl-attrib'))
            .map((one) => [one.outerHTML.slice(0, 80), one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 24 || box.height < 24).map(([what]) => what)"""
    )
    assert small == []


@pytest.mark.browser
def test_the_first_press_of_tab_leads_past_the_top(page: Any) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.getAttribute('href')") == "#content"
    box = page.evaluate("() => document.activeElement.getBoundingClientRect().top")
    assert box >= 0


@pytest.mark.browser
def test_without_a_script_all_words_and_tables_are_there(public: Site, chromium: Any) -> None:
    context = chromium.new_context(java_script_enabled=False)
    reader = context.new_page()
    reader.goto(public.url + "?lang=en")
    assert "The air in Small City is moderate" in reader.locator("#told").inner_text()
    assert reader.locator("table").count() == len(PUBLIC) - 1
    context.close()


def test_a_word_in_vietnamese_is_not_english(public: Site) -> None:
    page = text(public.get(params={"lang": "vi"}).text)
    with speaking("vi"):
        for layer in PUBLIC:
            assert str(layer.title) in page
    for english in ("Source", "Coverage", "Method", "Measured", "up to date", "never reported", "None", "nan"):
        assert not re.search(rf"\b{english}\b", page), english
