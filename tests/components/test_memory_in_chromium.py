"""What changed, saved views and notes as people use them: by pointer and by keyboard, in a real Chromium."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.components.glass import DRAWN, Glass, Served
from tests.components.test_accessibility import axe as axe  # the fixture
from tests.components.test_accessibility import barriers
from tests.small_city import LAT, LON

pytestmark = pytest.mark.browser

SAW = f"/?camera={LON:.6f},{LAT:.6f},16.00,40.0,10.0&layers=pm25,incidents,notes"


def small(served: Served, chromium: Any, path: str = "/", **context: Any) -> Glass:
    glass = Glass(chromium, served, "about:blank", **({"viewport": {"width": 1280, "height": 760}} | context))
    glass.go(path)
    return glass


@pytest.fixture
def desk(served: Served, chromium: Any) -> Iterator[Glass]:
    """A desk that is small, since nothing here is about how the map looks."""
    glass = small(served, chromium)
    glass.wait(DRAWN)
    yield glass
    glass.close()


@pytest.fixture
def news(desk: Glass) -> Glass:
    """The desk, with the panel of what changed to be read; one session sees all tests, and may have put it away."""
    desk.wait_text("#since", "What changed")
    if desk.page.locator("#since.folded").count():
        desk.page.locator("#since.folded button").press("Enter")
    desk.page.get_by_role("button", name="I have read it").wait_for()
    return desk


def notes_on_the_map(desk: Glass) -> list[str]:
    found: list[str] = desk.page.evaluate("[...(window.cityglass.column('notes', 'title') ?? [])]")
    return found


def wait_for_notes(desk: Glass, *titles: str) -> None:
    """Until the map shows these notes and no others."""
    wanted = sorted(titles)
    for _ in range(100):
        if sorted(notes_on_the_map(desk)) == wanted:
            return
        desk.page.wait_for_timeout(200)
    assert sorted(notes_on_the_map(desk)) == wanted


def pin(desk: Glass, words: str) -> None:
    desk.page.get_by_role("button", name="Pin a note", exact=True).click()
    desk.page.locator("#note-card:not(.closed)").wait_for()
    desk.page.get_by_label("What is there to note?").fill(words)
    desk.page.get_by_role("button", name="Pin it").click()
    desk.wait_text("#detail", words)


def test_the_first_panel_tells_what_changed_and_is_put_away_by_keyboard(news: Glass) -> None:
    assert news.text("#since h2") == "What changed"
    assert "first time" in news.text("#since")
    assert "Fire in a stairwell" in news.text("#since .change >> nth=0")
    top = news.page.locator("#since").bounding_box()
    lists = news.page.locator("#needs").bounding_box()
    assert top
    assert lists
    assert top["y"] < lists["y"], "it is the first thing in the drawer"
    read = news.page.get_by_role("button", name="I have read it")
    read.focus()
    news.page.keyboard.press("Enter")
    news.page.locator("#since.folded button").wait_for()
    news.page.reload()
    news.wait(DRAWN)
    news.page.locator("#since.folded button").wait_for()
    news.page.locator("#since.folded button").press("Enter")
    news.page.get_by_role("button", name="I have read it").wait_for()
    assert news.page.evaluate("window.refused") == []
    assert news.faults == []


def test_a_line_opens_its_thing_and_its_clock_leads_to_its_moment(news: Glass) -> None:
    news.page.locator("#since .jump").first.click()
    news.page.get_by_text(re.compile("^REPLAY · Monday 2 March 2026, 11:")).wait_for()
    news.page.locator("#since").wait_for(state="hidden")  # the news are of now
    news.page.locator("#live").click()
    news.page.locator("#since .need").first.wait_for()
    news.page.locator("#since .need").first.click()
    news.wait_text("#detail", "Fire in a stairwell")


def test_another_span_is_chosen(news: Glass) -> None:
    news.page.get_by_role("button", name="7 days").click()
    news.wait_text("#since", "In the last")
    assert news.page.get_by_role("button", name="7 days").get_attribute("aria-pressed") == "true"


def test_a_view_is_saved_found_again_and_taken_off_with_a_way_back(served: Served, chromium: Any) -> None:
    desk = small(served, chromium, SAW)
    desk.wait(DRAWN)
    desk.wait("() => location.search.includes('camera=')")
    desk.page.get_by_role("button", name="Views").press("Enter")
    desk.page.get_by_text("No view is saved yet").wait_for()
    desk.page.get_by_label("Keep it under a name").fill("Station square")
    desk.page.keyboard.press("Enter")
    kept = desk.page.locator(".saved-list a", has_text="Station square")
    kept.wait_for()
    desk.page.get_by_label("Incidents", exact=True).press("Space")
    desk.page.evaluate("() => { window.cityglass.map.jumpTo({ zoom: 14, bearing: 0 }) }")
    desk.wait("() => !location.search.includes('incidents') && location.search.includes(',14.00,')")
    kept.click()
    desk.wait("() => Math.abs(window.cityglass.map.getZoom() - 16) < 0.01")
    desk.wait("() => location.search.includes('layers=pm25,incidents')")
    assert desk.page.get_by_label("Incidents", exact=True).is_checked()
    desk.page.get_by_role("button", name="Take Station square off the list").click()
    desk.page.get_by_text("No view is saved yet").wait_for()
    desk.page.locator("#saved").get_by_role("button", name="Undo").click()
    kept.wait_for()
    desk.page.keyboard.press("Escape")
    desk.wait("() => document.querySelector('#saved.closed') !== null")
    desk.wait("() => document.activeElement?.dataset.saved === 'toggle'")
    assert desk.page.evaluate("window.refused") == []
    assert desk.faults == []
    desk.close()


def test_a_link_is_copied_with_the_minute_that_is_shown(desk: Glass) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.wait("() => location.search.includes('camera=')")
    desk.page.get_by_role("button", name="Views").click()
    desk.page.get_by_role("button", name="Copy the link").click()
    desk.wait_text(".copied", "Copied.")
    plain = copied(desk)
    assert plain.startswith(f"{desk.served.url}/?camera=")
    assert "at=" not in plain
    desk.page.get_by_role("button", name="Copy it with this minute").click()
    for _ in range(50):
        if copied(desk) != plain:
            break
        desk.page.wait_for_timeout(100)
    assert re.search(r"[?&]at=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$", copied(desk))


def test_a_link_says_what_is_seen_even_before_the_address_follows(desk: Glass) -> None:
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    desk.page.get_by_role("button", name="Views").click()
    desk.page.evaluate(
        "() => { history.replaceState(null, '', '/'); dash_clientside.desk.rest(); "
        "document.querySelector('[data-saved=copy]').click(); }"
    )
    desk.wait_text(".copied", "Copied.")
    assert "camera=" in copied(desk)


def copied(desk: Glass) -> str:
    return str(desk.page.evaluate("navigator.clipboard.readText()"))


def test_a_note_is_pinned_where_one_clicks_and_a_replay_of_before_does_not_have_it(desk: Glass) -> None:
    desk.page.get_by_role("button", name="Pin a note", exact=True).click()
    desk.page.locator("#note-card:not(.closed)").wait_for()
    before = desk.text("#note-place")
    desk.page.mouse.click(620, 260)
    desk.wait("before => document.getElementById('note-place').innerText !== before", before)
    desk.page.get_by_label("What is there to note?").fill("Barrier is down")
    desk.page.get_by_role("button", name="Pin it").click()
    desk.wait_text("#detail", "Barrier is down")
    desk.wait_text("#outcome", "The note is pinned.")
    wait_for_notes(desk, "Barrier is down")
    desk.page.get_by_label("One hour back").click()
    wait_for_notes(desk)
    desk.page.locator("#live").click()
    wait_for_notes(desk, "Barrier is down")
    desk.page.get_by_role("button", name="Take it off the map").click()
    wait_for_notes(desk)
    desk.page.locator("#outcome").get_by_role("button", name="Undo").click()
    wait_for_notes(desk, "Barrier is down")
    assert desk.faults == []


def test_a_note_is_written_and_worded_anew_by_keyboard_alone(desk: Glass) -> None:
    desk.page.get_by_role("button", name="Pin a note", exact=True).press("Enter")
    desk.wait("() => document.activeElement?.id === 'note-text'")
    desk.page.keyboard.type("Crowd at the gate")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    desk.wait_text("#detail", "Crowd at the gate")
    desk.page.get_by_role("button", name="Word it anew").press("Enter")
    desk.wait("() => document.getElementById('note-text').value === 'Crowd at the gate'")
    desk.page.get_by_label("What is there to note?").fill("Crowd has gone")
    desk.page.get_by_role("button", name="Pin it").press("Enter")
    desk.wait_text("#detail", "Crowd has gone")
    for _ in range(100):
        if "Crowd has gone" in notes_on_the_map(desk):
            break
        desk.page.wait_for_timeout(200)
    titles = notes_on_the_map(desk)
    assert "Crowd has gone" in titles
    assert "Crowd at the gate" not in titles


def test_a_note_that_says_nothing_is_refused_beside_the_field_and_escape_puts_the_card_away(desk: Glass) -> None:
    desk.page.get_by_role("button", name="Pin a note", exact=True).click()
    desk.page.locator("#note-card:not(.closed)").wait_for()
    desk.page.get_by_role("button", name="Pin it").click()
    desk.wait_text("#note-said", "Write what there is to note.")
    desk.page.get_by_label("What is there to note?").press("Escape")
    desk.wait("() => document.querySelector('#note-card.closed') !== null")


def test_it_speaks_vietnamese(served: Served, chromium: Any) -> None:
    desk = small(served, chromium, "/?lang=vi", locale="vi-VN")
    desk.wait_text("#since", "Có gì thay đổi")
    desk.page.get_by_role("button", name="Ghim ghi chú", exact=True).click()
    desk.wait_text("#note-card", "Cần ghi lại điều gì?")
    desk.close()


@pytest.mark.parametrize(("theme", "size"), [("night", (1280, 760)), ("day", (390, 844))])
def test_no_barrier_stands_before_any_of_it(
    served: Served, chromium: Any, axe: str, theme: str, size: tuple[int, int]
) -> None:
    desk = Glass(chromium, served, "about:blank", viewport={"width": size[0], "height": size[1]})
    desk.context.add_init_script(path=axe)
    desk.context.add_cookies([{"url": served.url, "name": "theme", "value": theme}])
    desk.go("/")
    desk.wait_text("#since", "What changed")
    pin(desk, "Barrier is down")
    assert barriers(desk.page) == []
    desk.page.locator("#close").click()
    desk.page.get_by_role("button", name="Views").click()
    desk.page.locator(".saved-list h2").wait_for()
    desk.page.get_by_role("button", name="Pin a note", exact=True).click()
    desk.page.locator("#note-card:not(.closed)").wait_for()
    assert barriers(desk.page) == []
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= size[0]
    desk.close()
