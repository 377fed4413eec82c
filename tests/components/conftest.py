"""The map in a real Chromium, watched: what it asks for, what it writes into the console, what the policy refuses."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.components.glass import DRAWN, Glass, Served, fresh
from tests.components.map_harness import Server, serving

# What a browser itself writes when a server is away; nobody can keep it from that.
AWAY = ("WebSocket connection to", "Failed to load resource")
WATCH = """
window.refused = [];
document.addEventListener("securitypolicyviolation",
    (event) => window.refused.push(event.violatedDirective + " " + event.blockedURI));
"""


class Shown:
    """One page with the map on it, and a witness of everything it did."""

    def __init__(self, page: Any, server: Server) -> None:
        self.page, self.server = page, server
        self.console: list[str] = []
        self.strangers: list[str] = []
        self.requests: list[str] = []
        page.on("console", lambda told: self.console.append(told.text) if told.type in ("error", "warning") else None)
        page.on("pageerror", lambda fault: self.console.append(str(fault)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.route("**/*", self._admit)
        page.add_init_script(WATCH)

    def _admit(self, route: Any) -> None:
        if route.request.url.startswith((self.server.url, "data:", "blob:")):
            route.continue_()
        else:
            self.strangers.append(route.request.url)
            route.abort()

    def open(self, **props: Any) -> "Shown":
        """The page with these props; one that is open already gets them like any other change."""
        wanted = {"still": True, "selected": None, "at": None, "silence_s": [8, 30]} | props
        self.server.props = wanted
        if self.page.url == "about:blank":
            self.page.goto(self.server.url)
        else:
            self.server.renew_sockets()
            self.page.mouse.move(1, 1)
            self.set(**(self.server.settings | wanted))
            view = self.server.first_view
            if self.camera() != pytest.approx(
                [*view["center"], view["zoom"], view["pitch"], view["bearing"]], abs=1e-6
            ):
                self.look(**view)
        self.wait("() => window.cityglass?.map?.loaded() && window.cityglass.map.areTilesLoaded()")
        return self

    def ask(self, script: str, *told: Any) -> Any:
        return self.page.evaluate(script, *told)

    def wait(self, script: str, *told: Any) -> None:
        self.page.wait_for_function(script, arg=told[0] if told else None)

    def set(self, **props: Any) -> None:
        """New props, the way a callback of the page would set them."""
        self.ask("(props) => dash_clientside.set_props('map', props)", props)

    def value(self, layer: str, id: str, column: str) -> Any:
        return self.ask("([layer, id, column]) => cityglass.row(layer, id)?.[column]", [layer, id, column])

    def wait_value(self, layer: str, id: str, column: str, value: Any) -> None:
        script = "([layer, id, column, value]) => cityglass.row(layer, id)?.[column] === value"
        self.wait(script, [layer, id, column, value])

    def look(self, **view: Any) -> None:
        self.ask("(view) => { cityglass.map.jumpTo(view) }", view)  # a map handed back would take long to write down
        self.wait("() => cityglass.map.loaded() && cityglass.map.areTilesLoaded() && !cityglass.map.isMoving()")

    def camera(self) -> list[float]:
        found: list[float] = self.ask(
            "() => { const m = cityglass.map, c = m.getCenter();"
            " return [c.lng, c.lat, m.getZoom(), m.getPitch(), m.getBearing()] }"
        )
        return found

    def point(self, lon: float, lat: float) -> tuple[float, float]:
        x, y = self.ask(
            "([lon, lat]) => { const p = cityglass.map.project([lon, lat]), r = cityglass.map.getCanvas()"
            ".getBoundingClientRect(), k = r.width / cityglass.map.getCanvas().clientWidth;"
            " return [r.x + p.x * k, r.y + p.y * k] }",
            [lon, lat],
        )
        return x, y

    def click(self, lon: float, lat: float) -> Any:
        """What the page was told of a click at this place."""
        return self.click_at(*self.point(lon, lat))

    def click_at(self, x: float, y: float) -> Any:
        """What the page was told of a click at this point of it."""
        before = self.told("clicked")
        self.page.mouse.click(x, y)
        self.wait("(before) => document.getElementById('clicked').textContent !== before", before or "null")
        return self.told_json("clicked")

    def told(self, prop: str) -> str:
        return str(self.page.locator(f"#{prop}").text_content() or "")

    def told_json(self, prop: str) -> Any:
        return self.ask("(prop) => JSON.parse(document.getElementById(prop).textContent || 'null')", prop)

    def forget(self) -> None:
        """What happened before is the last test's."""
        for seen in (self.console, self.strangers, self.requests):
            seen.clear()

    def faults(self) -> list[str]:
        """Everything that ought not to have happened on this page."""
        spoken = [words for words in self.console if not words.startswith(AWAY)]
        return spoken + self.strangers + list(self.ask("() => window.refused"))


@pytest.fixture(scope="session")
def harness() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture
def server(harness: Server) -> Iterator[Server]:
    """The harness as new: all rows as they were, nothing asked yet."""
    harness.renew()
    yield harness
    harness.renew()


@pytest.fixture(scope="module")
def page(chromium: Any, harness: Server) -> Iterator[Shown]:
    """One page for the tests of a module, as one page serves a day at the desk."""
    context = fresh(chromium, viewport={"width": 640, "height": 480})
    yield Shown(context.new_page(), harness)
    context.close()


@pytest.fixture
def shown(page: Shown, server: Server) -> Iterator[Shown]:
    """The page, opened by the test; whatever goes wrong on it fails the test."""
    page.forget()
    yield page
    assert page.faults() == []


@pytest.fixture
def alone(chromium: Any, server: Server) -> Iterator[Shown]:
    """A page that this test has for itself; its faults are the test's to look at."""
    context = fresh(chromium, viewport={"width": 640, "height": 480})
    yield Shown(context.new_page(), server)
    context.close()


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
