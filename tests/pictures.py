"""Pictures of every view, by day, dusk and night, in both languages: `python -m tests.pictures [FOLDER]`.

Beside the pages as they open, the desk with something opened in it: the drawer of a sensor, an incident that is worked,
a camera, a table, a search, an hour of the past.

Starts a whole Cityglass of its own, takes the pictures in real Chromium, and ends it. To be looked at by a person.
`--city cities/hanoi.toml --sources ../shared/data` takes them of another city.
"""

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from components.public import COOKIE
from tests.conftest import CHROMIUM_FLAGS, chromium_program
from tests.running import Running

SIZES = {"desk": (1440, 900), "large": (3840, 2160), "full": (1920, 1080), "wall": (3840, 2160), "phone": (390, 844)}
DRAWN = """() => document.querySelector(".health-page")
  || (window.cityglass?.map?.loaded() && window.cityglass.map.areTilesLoaded())"""


def select(layer: str) -> Callable[[Page], None]:
    """Open the first thing of this layer by its link."""

    def go(page: Page) -> None:
        first = page.evaluate("layer => cityglass.column(layer, 'id')[0]", layer)
        page.goto(f"{page.url.partition('?')[0]}?selected={layer}/{first}")

    return go


def look_back(page: Page) -> None:
    page.keyboard.press("Escape")
    page.locator("[data-step='-60'], [data-step='-1']").locator("visible=true").first.click()


def search(page: Page) -> None:
    page.locator("#search-text").click()
    page.keyboard.type("cho")


OPENED: dict[str, Callable[[Page], None]] = {
    "sensor": select("pm25"),
    "incident": select("incidents"),
    "camera": select("cameras"),
    "table": lambda page: page.locator('[id*=\'"table":"pm25"\']').first.evaluate("one => one.click()"),
    "search": search,
    "past": look_back,
}


def take(browser: Browser, running: Running, folder: Path, wanted: list[str]) -> list[Path]:
    """Every wanted picture; a name is view-size-theme-language, such as desk-phone-night-vi."""
    made = []
    for name in wanted:
        view, size, theme, language = name.split("-")
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme(theme))
        chosen = {"language": language, "theme": theme, COOKIE: theme}
        context.add_cookies([{"url": running.desk, "name": name, "value": value} for name, value in chosen.items()])
        context.add_init_script("localStorage.setItem('tour', 'seen')")  # as for one who was here before
        page = context.new_page()
        page.goto(entrance(running, view))
        settle(page)
        if view in OPENED:
            OPENED[view](page)
            settle(page)
        path = folder / f"{name}.png"
        page.screenshot(path=path, timeout=120_000)
        made.append(path)
        print(path)
        context.close()
    return made


def entrance(running: Running, view: str) -> str:
    if view == "public":
        return running.public + "/"
    link = running.link()
    return link if view in ("desk", *OPENED) else f"{link}&next=/{view}"


def scheme(theme: str) -> Any:
    return "light" if theme == "day" else "dark"


def settle(page: Any) -> None:
    """Wait until the map is drawn and the first values are there."""
    for _again in range(900):
        if page.evaluate(DRAWN):
            break
        page.wait_for_timeout(100)
    page.wait_for_timeout(4_000)


VIEWS = {
    "desk": ("desk", "full", "phone", "large"),
    "registers": ("desk", "full", "phone"),
    "health": ("desk", "full", "phone"),
    "wall": ("wall",),
    "public": ("desk", "full", "phone"),
    **dict.fromkeys(OPENED, ("desk", "full", "phone")),
}
WANTED = [
    f"{view}-{size}-{theme}-{language}"
    for view, sizes in VIEWS.items()
    for size in sizes
    for theme in (("dusk", "night", "day") if view == "desk" else ("night", "day"))
    for language in ("vi", "en")
]


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("folder", type=Path, nargs="?", default=Path("pictures"))
    words.add_argument("--city", type=Path)
    words.add_argument("--sources", type=Path)
    words.add_argument("--only", nargs="*", default=WANTED)
    given = words.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    options = [f"--{name}={value}" for name in ("city", "sources") if (value := getattr(given, name))]
    with tempfile.TemporaryDirectory() as data, sync_playwright() as driver:
        running = Running(Path(data) / "city", *options)
        running.wait_until_ready()
        try:
            browser = driver.chromium.launch(executable_path=chromium_program(), args=CHROMIUM_FLAGS, headless=False)
            take(browser, running, given.folder, given.only)
            browser.close()
        finally:
            running.stop()


if __name__ == "__main__":
    main()
