"""A working hour at the desk, as an official has it: by pointer and by keyboard alone, in Vietnamese and in English."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import shapely

from data_access.queries import CameraViews, Whereabouts
from data_access.store import CityStore
from data_access.words import _, speaking
from tests.devices import url_in
from tests.running import Running
from tests.visiting import Device, Page, eventually

pytestmark = [pytest.mark.browser, pytest.mark.broker, pytest.mark.slow]

USUAL, BAD = 14.0, 140.0
FEW = quote("/?layers=pm25,cameras,camera-views,incidents", safe="")  # a picture that is soon drawn, whoever draws it
FOCUSED = "element => element === document.activeElement"


class Hand:
    """What a pointer or a keyboard does to a page; everything is found by the name that its reader sees or hears."""

    def __init__(self, page: Page) -> None:
        self.page, self.keys = page.page, page.page.keyboard

    def press(self, thing: Any) -> None:
        raise NotImplementedError

    def into(self, field: Any, words: str) -> None:
        raise NotImplementedError

    def choose(self, select: Any, value: str) -> None:
        raise NotImplementedError


class Pointer(Hand):
    def press(self, thing: Any) -> None:
        thing.click()

    def into(self, field: Any, words: str) -> None:
        field.click()
        self.keys.insert_text(words)

    def choose(self, select: Any, value: str) -> None:
        select.select_option(value)


class Keyboard(Hand):
    """Nothing but keys: what Tab does not reach cannot be pressed."""

    def reach(self, thing: Any) -> None:
        thing.wait_for(state="visible")
        for _step in range(400):
            if thing.evaluate(FOCUSED):
                return
            self.keys.press("Tab")
        raise AssertionError(f"Tab never reached {thing}")

    def press(self, thing: Any) -> None:
        self.reach(thing)
        self.keys.press("Enter")

    def into(self, field: Any, words: str) -> None:
        self.reach(field)
        self.keys.insert_text(words)

    def choose(self, select: Any, value: str) -> None:
        self.reach(select)
        for _step in range(20):
            if select.input_value() == value:
                return
            self.keys.press("ArrowDown")
        raise AssertionError(f"the keys never chose {value}")


@dataclass(frozen=True)
class Spot:
    """A place that a camera of the town has in view: beside which street, and the name of that camera."""

    lon: float
    lat: float
    street: str
    street_en: str
    camera: str


@pytest.fixture(scope="module")
def spot(town: Running) -> Spot:
    """In the middle of what a camera sees, beside a street that has a name."""
    found: list[Spot] = []

    def sought() -> bool:
        store = CityStore.open(url_in(town.folder))
        try:
            found.extend(spots(store))
        finally:
            store.close()
        return bool(found)

    eventually(sought, 120)  # what cameras see is worked out after the start
    return found[0]


def spots(store: CityStore) -> Iterator[Spot]:
    for row in store.answer(CameraViews()):
        inside = shapely.from_geojson(row.geometry).representative_point()
        told = {one.kind: one for one in store.answer(Whereabouts(inside.x, inside.y))}
        if row.online and "street" in told:
            street = told["street"]
            yield Spot(inside.x, inside.y, street.name, street.name_en or street.name, row.name)


@pytest.fixture
def station(town: Running, spot: Spot) -> Iterator[Device]:
    """An air sensor that measured what is usual for five days, and something else since a minute ago."""
    name = f"walk-{time.time_ns()}"
    device = Device(town, name, spot.lon, spot.lat, name=f"Trạm {name[-6:]}", interval_s=1800)
    now = datetime.now(UTC)
    for half_hours in range(5 * 48, 0, -1):
        device.measure(USUAL + half_hours % 3, at=now - timedelta(minutes=30 * half_hours))
    device.measure(BAD, at=now - timedelta(seconds=30))
    yield device
    device.measure(USUAL)
    device.close()


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("means", [Pointer, Keyboard])
def test_a_working_hour(
    town: Running, chromium: Any, spot: Spot, station: Device, means: type[Hand], language: str
) -> None:
    official = Page(chromium, f"{town.link()}&next={FEW}", 1280, 800, locale="vi-VN" if language == "vi" else "en-US")
    official.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, hand = official.page, means(official)

    def said(words: str) -> str:
        with speaking(language):
            return _(words)

    def button(words: str, within: str = "body") -> Any:
        return page.locator(within).get_by_role("button", name=said(words), exact=True).first

    def reads(selector: str, words: str) -> None:
        official.wait("([s, words]) => document.querySelector(s)?.innerText.includes(words)", [selector, words])

    # what changed since one was here
    reads("#since", said("What changed"))
    hand.press(button("I have read it"))
    page.locator("#since.folded button").wait_for()

    # a street is found, and the map goes there
    street = spot.street_en if language == "en" else spot.street
    hand.into(page.locator("input#search-text"), spot.street)
    hit = page.locator(f'#hits.open [role=option][data-name="{street}"]').first  # an incident there says its name, too
    hit.wait_for()
    if means is Pointer:
        hit.click()
    else:
        while hit.get_attribute("aria-selected") != "true":
            hand.keys.press("ArrowDown")
        hand.keys.press("Enter")
    official.wait("name => document.querySelector('.cg-pin')?.innerText === name", street)

    # an unhealthy value stands in the list, and is opened
    title = page.locator(f"#needs button.need[data-id='{station.name}']")
    title.wait_for()
    assert "140" in title.inner_text()
    hand.press(title)
    reads("#detail", "140")

    # it is judged against what is usual and against its neighbours
    page.locator("#chart .js-plotly-plot").wait_for()
    reads(
        "#chart", said("Behind it, what is usual at this time of day: 8 of 10 readings of the {days} days before.")[:30]
    )
    reads("#around", said("Neighbours"))
    higher = said("Higher than all {n} neighbours: they measure {least} to {most} {unit}.").partition("{")[0]
    reads("#around", higher)

    # an incident is opened there
    smoke = f"Khói {time.time_ns() % 100_000}"
    hand.press(button("Open an incident here"))
    official.wait("() => document.activeElement?.id === 'new-title'")
    hand.keys.insert_text(smoke)
    hand.press(page.locator("#new-open"))
    reads("#detail h2", smoke)
    name = page.url.partition("selected=incidents/")[2].partition("&")[0]

    # it is given to somebody
    hand.press(page.locator("#work summary", has_text=said("Assign …")))
    hand.press(page.locator("#work .chips").get_by_role("button", name=said("Fire brigade")))
    reads("#work .facts", said("Fire brigade"))

    # a camera that sees it, and back from what stands in its view
    hand.press(page.locator("#around").get_by_role("button", name=spot.camera, exact=True).first)
    reads("#detail h2", spot.camera)
    reads("#around", said("In its view"))
    hand.press(page.locator("#around").get_by_role("button", name=smoke, exact=True).first)
    reads("#detail h2", smoke)

    # it is closed with a reason, and leaves the list
    hand.press(page.locator("#work summary", has_text=said("Close …")))
    hand.press(page.locator("#work").get_by_role("button", name=said("Dealt with")))
    hand.press(button("Close it", "#work"))
    reads(".history-of", said("Dealt with"))
    official.wait("id => ![...document.querySelectorAll('#needs .need')].some((line) => line.dataset.id === id)", name)

    # the hour is replayed: the station as it was, and nothing to change
    hand.press(button("One hour back"))
    official.wait("() => document.documentElement.dataset.replay && window.cityglass.moment.whole")
    shown = official.row("pm25", station.name)
    assert shown is not None
    assert USUAL <= shown["value"] <= USUAL + 2
    hand.choose(page.locator("#speed"), "3600")
    hand.press(button("Play"))
    official.wait("() => !document.documentElement.dataset.replay")
    official.wait_for_value("pm25", station.name, BAD)

    # a colleague is sent what is seen in this minute
    hand.press(button("Views"))
    hand.press(button("Copy it with this minute"))
    reads(".copied", said("Copied."))
    link = urlsplit(page.evaluate("() => navigator.clipboard.readText()"))
    assert official.complaints == []
    official.close()
    colleague = Page(chromium, f"{town.link()}&next={quote(f'/?{link.query}', safe='')}", 1280, 800)
    colleague.wait("title => document.querySelector('#detail h2')?.innerText === title", smoke)
    colleague.wait("() => document.documentElement.dataset.replay")
    colleague.wait_for_value("pm25", station.name, BAD)
    assert colleague.complaints == []
    colleague.close()
