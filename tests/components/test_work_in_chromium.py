"""Incidents are worked as people do it: by pointer and by keyboard, in a real Chromium, over the small city at noon."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from data_access.incident_life import Deed
from data_access.queries import IncidentHistory, Incidents
from data_access.records import Incident
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.components.glass import DRAWN, Glass, Served
from tests.small_city import LAT, LON, MINUTE, NOON, url_of

pytestmark = pytest.mark.browser


def told(served: Served, incident: Incident) -> None:
    """What a dispatch system says while somebody is at the desk."""
    writer = CityWriter.open(url_of(served.folder))
    writer.say([(incident, incident.at)])
    writer.close()


@pytest.fixture
def city(served: Served) -> Iterator[CityStore]:
    store = CityStore.open(url_of(served.folder))
    yield store
    store.close()


@pytest.fixture
def name(served: Served, request: Any) -> str:
    """An incident of this test's own."""
    name = f"i-{request.node.name[:40]}"
    told(served, Incident(name, NOON - 3 * MINUTE, "crash", 2, "new", LON + 0.0008, LAT + 0.0004, f"At {name}", "112"))
    return name


def opened(chromium: Any, served: Served, name: str, **more: Any) -> Glass:
    glass = Glass(chromium, served, f"/?selected=incidents/{quote(name)}", **more)
    glass.wait_text("#work", "What was said and done")
    return glass


def state(city: CityStore, name: str) -> str:
    return str(next(iter(city.answer(Incidents().one(name)))).state)


def acts(city: CityStore, name: str) -> list[str]:
    return [row.act for row in city.answer(IncidentHistory(name)) if row.act]


def test_a_life_from_the_drawer_by_pointer(chromium: Any, served: Served, city: CityStore, name: str) -> None:
    glass = opened(chromium, served, name)
    page = glass.page
    page.get_by_role("button", name="Acknowledge", exact=True).click()
    glass.wait_text("#outcome", "others see that it is in hand")
    glass.wait_text("#work .facts", "acknowledged")
    page.locator("#work summary", has_text="Assign").click()
    page.locator("#work").get_by_role("button", name="Police").click()
    glass.wait_text("#work .facts", "Police")
    page.get_by_role("button", name="On the scene", exact=True).click()
    glass.wait_text("#work .facts", "on scene")
    page.locator("#work summary", has_text="Close").click()
    page.get_by_role("button", name="Nothing found there").click()
    page.get_by_role("button", name="Close it").click()
    glass.wait_text("#outcome", "left the list")
    glass.wait_text("#work .facts", "closed")
    assert acts(city, name) == ["acknowledge", "assign", "arrive", "close"]
    glass.wait("name => ![...document.querySelectorAll('#needs .need')].some((line) => line.dataset.id === name)", name)
    page.locator("#outcome").get_by_role("button", name="Undo").click()
    glass.wait_text("#outcome", "keeps both")
    glass.wait("name => [...document.querySelectorAll('#needs .need')].some((line) => line.dataset.id === name)", name)
    assert state(city, name) == "on_scene"
    assert glass.faults == []
    assert page.evaluate("window.refused") == []
    glass.close()


def test_the_same_by_keyboard_alone_from_the_list(chromium: Any, served: Served, city: CityStore, name: str) -> None:
    glass = Glass(chromium, served)
    glass.wait(DRAWN)
    page = glass.page
    glass.wait_text("#needs", f"At {name}")
    page.locator("#needs button.need").first.focus()
    for _step in range(40):
        if page.evaluate("document.activeElement?.dataset.id") == name:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("a")
    glass.wait_text("#outcome", "others see that it is in hand")
    assert state(city, name) == "acknowledged"
    page.locator(f"#needs button.need[data-id='{name}']").focus()
    page.keyboard.press("Enter")
    glass.wait_text("#work", "What was said and done")
    page.locator("#work summary", has_text="Assign").focus()
    page.keyboard.press("Enter")
    glass.wait("() => document.activeElement?.matches('[data-form=assign] :is(textarea, button)')")  # it opens with it
    page.locator("#deed-assign").focus()
    page.keyboard.type("Đội 7")
    page.keyboard.press("Enter")
    glass.wait_text("#work .facts", "Đội 7")
    glass.wait("() => document.activeElement?.closest('#work, #detail') !== null")  # never lost to nowhere
    page.locator("#work summary", has_text="Note").focus()
    page.keyboard.press("Enter")
    glass.wait("() => document.activeElement?.id === 'deed-note'")
    page.keyboard.type("Two cars, no fire")
    page.keyboard.press("Enter")
    glass.wait_text(".history-of", "Two cars, no fire")
    assert acts(city, name) == ["acknowledge", "assign", "note"]
    assert glass.faults == []
    glass.close()


def test_what_is_being_typed_outlives_what_others_do(chromium: Any, served: Served, city: CityStore, name: str) -> None:
    glass = opened(chromium, served, name)
    glass.page.locator("#work summary", has_text="Note").click()
    glass.page.locator("#deed-note").fill("Half a sent")
    told(served, Incident(name, NOON - MINUTE, "crash", 2, "on_scene", LON, LAT, f"At {name}", "112"))
    glass.wait_text("#work", "on scene")
    glass.wait("() => document.querySelector('#work [data-deed=acknowledge]').classList.contains('hidden')")
    assert glass.page.locator("#deed-note").input_value() == "Half a sent"
    assert glass.page.locator("#deed-note").is_visible()
    glass.close()


def test_of_two_desks_the_slower_is_told_and_nothing_happens_twice(
    chromium: Any, served: Served, city: CityStore, name: str
) -> None:
    glass = opened(chromium, served, name)
    writer = CityWriter.open(url_of(served.folder))
    writer.work(Deed(name, 0, "Minh", "acknowledge"))
    writer.close()
    wish = {"do": "acknowledge", "id": name, "n": 1}  # as the button wishes it, which goes as soon as the news are here
    glass.page.evaluate("data => dash_clientside.set_props('work-wish', { data })", wish)
    glass.wait_text("#outcome", "somebody was faster")
    glass.wait_text(".history-of", "Minh")
    assert acts(city, name) == ["acknowledge"]
    glass.close()


def test_an_incident_is_opened_by_a_click_on_the_map(chromium: Any, served: Served, city: CityStore) -> None:
    glass = Glass(chromium, served)
    glass.wait(DRAWN)
    page = glass.page
    page.get_by_role("button", name="New incident").click()
    glass.wait_text("#new-place", "At:")
    before = glass.text("#new-place")
    page.mouse.click(520, 560)
    glass.wait("before => document.getElementById('new-place').innerText !== before", before)
    page.get_by_label("What has happened?").fill("Burst pipe")
    page.locator("#new-kind").select_option("water")
    page.locator("#new-severity").select_option("2")
    page.get_by_role("button", name="Open it").click()
    glass.wait_text("#detail", "Burst pipe")
    glass.wait_text("#outcome", "on the map and in every list")
    (made,) = [row for row in city.answer(Incidents()) if row.title == "Burst pipe"]
    assert (made.kind, made.severity, made.source) == ("water", 2, "desk")
    glass.wait("id => window.cityglass.row('incidents', id) !== null", made.id)
    assert glass.page.locator("#new-card.closed").count() == 1
    assert glass.faults == []
    glass.close()


def test_an_incident_is_opened_by_keyboard_where_a_sensor_stands_and_nothing_typed_is_lost_by_escape(
    chromium: Any, served: Served, city: CityStore
) -> None:
    glass = Glass(chromium, served, "/?selected=pm25/air-2")
    glass.wait_text("#detail", "Open an incident here")
    page = glass.page
    page.get_by_role("button", name="Open an incident here").focus()
    page.keyboard.press("Enter")
    glass.wait_text("#new-place", "At: Lake")
    glass.wait("() => document.activeElement?.id === 'new-title'")
    page.keyboard.type("Smell of smoke")
    page.keyboard.press("Escape")
    glass.wait("() => document.querySelector('#new-card.closed') !== null")
    glass.wait("() => document.activeElement?.dataset.new === 'here'")
    page.keyboard.press("Enter")
    glass.wait("() => document.activeElement?.id === 'new-title'")
    assert page.locator("#new-title").input_value() == "Smell of smoke"
    page.keyboard.press("Enter")
    glass.wait_text("#outcome", "on the map and in every list")
    assert "Smell of smoke" in {row.title for row in city.answer(Incidents())}
    glass.close()


def test_news_of_what_is_open_leaves_the_keyboard_where_it_is(chromium: Any, served: Served) -> None:
    glass = Glass(chromium, served, "about:blank")
    told: list[str] = []
    glass.page.on("response", lambda answer: told.append(answer.request.post_data or ""))
    glass.go("/?selected=pm25/air-2")
    glass.wait_text("#detail", "Open an incident here")
    glass.page.get_by_role("button", name="Open an incident here").focus()
    told.clear()
    for _try in range(300):
        if sum('"detail","property":"inside"' in one.replace(" ", "") for one in told) >= 2:
            break
        glass.page.wait_for_timeout(100)
    else:
        raise AssertionError(f"no news came: {told}")
    assert glass.page.evaluate("document.activeElement.innerText").strip() == "Open an incident here"
    glass.close()


LISTED = "name => document.querySelector(`#needs button.need[data-id='${name}']`) !== null"
OTHER = """other => dash_clientside.set_props("needs", { inside: [
    ["section", {}, ["h2", {}, "News"], ["ul", { className: "needs" }, ...Array(40).fill(0).map((_one, n) =>
        ["li", { key: n }, ["button", { className: "need", "data-layer": "pm25", "data-id": other }, other]])]],
] })"""


def test_a_line_stays_its_things_own_while_another_comes_above_it(chromium: Any, served: Served, name: str) -> None:
    glass = Glass(chromium, served)
    glass.wait(LISTED, name)
    line = glass.page.query_selector(f"#needs button.need[data-id='{name}']")
    worse = f"worse-{name}"
    told(served, Incident(worse, NOON - 4 * MINUTE, "fire", 1, "new", LON, LAT, "Worse", "112"))
    glass.wait(LISTED, worse)
    assert line is not None
    assert line.get_attribute("data-id") == name
    assert line.evaluate("line => line.isConnected")
    glass.close()


def test_nothing_comes_under_a_hand_that_is_about_to_press(chromium: Any, served: Served, name: str) -> None:
    glass = Glass(chromium, served)
    glass.wait(LISTED, name)
    page = glass.page
    page.locator(f"#needs button.need[data-id='{name}']").hover()
    page.evaluate(OTHER, "air-2")  # in the place of every line
    page.mouse.down()
    page.evaluate(OTHER, "air-1")
    page.wait_for_timeout(300)
    page.mouse.up()
    glass.wait_text("#detail", f"At {name}")
    glass.close()


def test_news_are_in_the_list_as_soon_as_the_hand_rests(chromium: Any, served: Served, name: str) -> None:
    glass = Glass(chromium, served)
    glass.wait(LISTED, name)
    page = glass.page
    page.evaluate("dash_clientside.desk.news = () => Array(7).fill(dash_clientside.no_update)")  # no others meanwhile
    page.wait_for_timeout(1_000)  # what was asked before has come
    page.locator(f"#needs button.need[data-id='{name}']").hover()
    page.evaluate(OTHER, "air-2")
    glass.wait("() => document.querySelector('#needs h2')?.innerText === 'News'")
    glass.close()


def test_what_is_missing_is_said_in_the_card(chromium: Any, served: Served) -> None:
    glass = Glass(chromium, served)
    glass.wait(DRAWN)
    glass.page.get_by_role("button", name="New incident").click()
    glass.wait("() => document.activeElement?.id === 'new-title'")
    glass.page.keyboard.press("Enter")
    glass.wait_text("#new-said", "Say in a few words what has happened.")
    glass.close()


def test_two_reports_are_joined_and_parted_by_hand(chromium: Any, served: Served, city: CityStore, name: str) -> None:
    other = f"{name}-again"
    for one, title in ((name, f"At {name}"), (other, "Same crash")):  # away from those of other tests
        told(served, Incident(one, NOON - MINUTE, "crash", 3, "new", LON + 0.009, LAT + 0.004, title, "112"))
    glass = opened(chromium, served, other)
    page = glass.page
    page.locator("#work summary", has_text="The same as").click()
    page.locator(".like", has_text=f"At {name}").get_by_role("button", name="It is the same").click()
    glass.wait_text("#work", "The same as: At")
    assert other not in city.answer(Incidents())["id"]
    page.get_by_role("button", name="Part them again").click()
    glass.wait_text("#outcome", "stands for itself")
    assert {name, other} <= set(city.answer(Incidents())["id"])
    glass.close()


def test_a_replay_shows_the_history_and_nothing_to_press(chromium: Any, served: Served, city: CityStore) -> None:
    at = quote((NOON - 5 * MINUTE).isoformat())
    glass = Glass(chromium, served, f"/?selected=incidents/i-fire&at={at}")
    glass.wait_text("#work", "A replay: as it was")
    assert glass.page.locator("#work [data-deed]").count() == 0
    glass.page.locator("#close").click()
    assert not glass.page.locator(".new-incident").is_visible()
    revision = city.revision()
    glass.page.evaluate("dash_clientside.set_props('work-wish', {data: {do: 'close', id: 'i-fire', text: 'x', n: 1}})")
    glass.wait_text("#outcome", "nothing can be changed in the past")
    assert city.revision() == revision
    assert state(city, "i-fire") == "assigned"
    glass.close()


def test_the_filter_narrows_the_lists_and_lets_all_through_again(chromium: Any, served: Served) -> None:
    glass = Glass(chromium, served)
    glass.wait(DRAWN)
    glass.page.locator(".filter summary").click()
    glass.page.get_by_label("Words").fill("lake street")
    glass.wait("() => document.querySelectorAll('#needs button.need').length === 1")
    glass.wait_text("#needs", "The filter hides")
    glass.page.get_by_role("button", name="Show all").click()
    glass.wait("() => document.querySelectorAll('#needs button.need').length > 3")
    assert glass.page.get_by_label("Words").input_value() == ""
    glass.page.locator("#filter-state").select_option("over")
    glass.wait_text("#needs", "Two scooters")
    glass.close()
