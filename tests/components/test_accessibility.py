"""What a machine finds of barriers on our pages: none, by day, dusk and night, on a desk, a wall and a phone.

axe-core comes with the map's packages for development (frontend/package.json) and is never served.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from components.bundle import SOURCE
from data_access.publisher import publish
from tests.components.glass import DRAWN, TOURED, Glass, Served, fresh
from tests.components.test_public import AT, QUESTIONS, Site, site
from tests.conftest import lacking
from tests.small_city import MINUTE, NOON, small_city

pytestmark = pytest.mark.browser

AXE = SOURCE / "node_modules" / "axe-core" / "axe.min.js"
LOOK = """async () => (await axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}))
    .violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`)"""
DESK, WALL, PHONE = (1440, 900), (1920, 1080), (390, 844)
REPLAYED = "/?at=" + quote((NOON - 30 * MINUTE).isoformat())


def barriers(page: Any) -> list[str]:
    """What axe-core has to say against the page as it stands."""
    found: list[str] = page.evaluate(LOOK)
    return found


@pytest.fixture(scope="module")
def axe() -> str:
    if not AXE.is_file():
        lacking("axe-core (python -m components.bundle check --types fetches it)")
    return str(AXE)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("public")
    city = small_city(folder)
    publish(city, QUESTIONS, folder / "public", AT)
    city.close()
    yield from site(folder / "public")


def opened(chromium: Any, served: Served, axe: str, path: str, size: tuple[int, int], theme: str) -> Glass:
    glass = Glass(chromium, served, "about:blank", viewport={"width": size[0], "height": size[1]})
    glass.context.add_init_script(path=axe)
    glass.context.add_cookies([{"url": served.url, "name": "theme", "value": theme}])
    glass.go(path)
    return glass


@pytest.mark.parametrize("theme", ["night", "dusk", "day"])
def test_the_desk_with_everything_open(chromium: Any, served: Served, axe: str, theme: str) -> None:
    glass = opened(chromium, served, axe, "/?selected=pm25/air-1", DESK, theme)
    glass.wait(DRAWN)
    glass.page.locator("#chart .js-plotly-plot").wait_for()
    assert barriers(glass.page) == []
    for summary in glass.page.locator(".rail details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
    glass.page.get_by_role("button", name="Table: Fine dust").click()
    glass.page.locator("#sheet table").wait_for()
    glass.page.locator("#help").click()
    glass.page.locator("input#search-text").click()
    glass.page.keyboard.type("opera")
    glass.wait_text("#hits.open", "Opera")
    glass.page.keyboard.press("ArrowDown")
    assert barriers(glass.page) == []
    glass.close()


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize(
    ("path", "size"),
    [("/", DESK), ("/", PHONE), (REPLAYED, DESK), ("/wall", WALL)],
    ids=["desk", "phone", "replay", "wall"],
)
def test_the_page_as_it_opens(
    chromium: Any, served: Served, axe: str, path: str, size: tuple[int, int], theme: str
) -> None:
    glass = opened(chromium, served, axe, path, size, theme)
    glass.wait("() => document.querySelector('#needs section, #wall-needs > *') !== null")
    assert barriers(glass.page) == []
    glass.close()


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_page_of_health(chromium: Any, served: Served, axe: str, size: tuple[int, int], theme: str) -> None:
    context = fresh(chromium, viewport={"width": size[0], "height": size[1]}, locale="en-US")
    context.add_init_script(path=axe)
    context.add_cookies([*served.cookies, {"url": served.url, "name": "theme", "value": theme}])
    page = context.new_page()
    page.goto(f"{served.url}/health")
    page.get_by_role("heading", name="What comes in").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert barriers(page) == []
    context.close()


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_public_page(chromium: Any, published: Site, axe: str, size: tuple[int, int], theme: str) -> None:
    context = fresh(chromium, viewport={"width": size[0], "height": size[1]})
    context.add_init_script(TOURED)
    context.add_init_script(path=axe)
    context.add_cookies([{"url": published.url, "name": "public_theme", "value": theme}])
    page = context.new_page()
    page.goto(published.url)
    page.locator(".cityglass-map canvas").first.wait_for()
    for summary in page.locator("details > summary").all():
        summary.click()
    assert barriers(page) == []
    page.evaluate("document.querySelector('main').append(document.createElement('button'))")  # one nobody can name
    assert [found.split(":")[0] for found in barriers(page)] == ["button-name"]
    context.close()


@pytest.mark.parametrize("theme", ["night", "day"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_the_work_on_an_incident(chromium: Any, served: Served, axe: str, size: tuple[int, int], theme: str) -> None:
    glass = opened(chromium, served, axe, "/?selected=incidents/i-fire", size, theme)
    glass.wait_text("#work", "What was said and done")
    for form in glass.page.locator("#work details.deed:not(.hidden) > summary").all():
        form.focus()
        glass.page.keyboard.press("Enter")
        assert barriers(glass.page) == []
    glass.page.locator("#close").press("Enter")
    glass.page.locator(".filter > summary").wait_for()  # the drawer is put away by an answer
    glass.page.locator(".filter > summary").press("Enter")
    glass.page.locator(".filter[open]").wait_for()
    assert barriers(glass.page) == []
    glass.page.get_by_role("button", name="New incident").press("Enter")
    glass.wait_text("#new-place", "At:")
    assert barriers(glass.page) == []
    glass.close()


def test_a_page_at_twice_its_size_holds_all_its_words(chromium: Any, served: Served, axe: str) -> None:
    """At 200 % a screen of 1440 by 900 has room for 720 by 450: nothing sticks out, and everything can be reached."""
    glass = opened(chromium, served, axe, "/", (720, 450), "night")
    glass.wait(DRAWN)
    assert glass.page.evaluate("document.documentElement.scrollWidth") <= 720
    assert barriers(glass.page) == []
    for name in (".strip", ".time-bar", "#drawer"):
        seen = glass.page.locator(name).bounding_box()
        assert seen is not None
        assert seen["x"] >= 0
        assert seen["x"] + seen["width"] <= 720
    line = glass.page.locator("#needs button.need").last
    line.focus()
    box = line.bounding_box()
    assert box is not None
    assert 0 <= box["y"] <= 450 - box["height"]  # the focus brings it into sight
    glass.close()
