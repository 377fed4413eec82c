"""Things that lie too close together, in a real Chromium: drawn as one, as live and as bad as what they hold."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from tests.components.conftest import Shown
from tests.components.map_harness import Server

pytestmark = pytest.mark.browser

GATHERED = ["pm25", "temperature", "cameras", "parking"]
GROUPS = "() => cityglass.clusters()"


def groups(shown: Shown) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shown.ask(GROUPS)
    return found


def far(shown: Shown, zoom: float = 11) -> list[dict[str, Any]]:
    shown.look(zoom=zoom, pitch=0, bearing=0)
    shown.wait(f"() => ({GROUPS})().length > 0")
    return groups(shown)


def severe(server: Server) -> list[str]:
    """What of these rows the city's attention list would call urgent (2): fresh temperatures from 39 °C on."""
    then = np.datetime64(datetime.now(UTC).replace(tzinfo=None), "us") - np.timedelta64(15, "s")
    table = server.tables["temperature"]
    return [str(one) for one in table["id"][(table["observed_at"] > then) & (table["value"] >= 39)]]


def test_every_device_is_counted_in_one_group_or_stands_alone(shown: Shown, server: Server) -> None:
    shown.open(visible=GATHERED)
    found = far(shown)
    things = {row.id for key in GATHERED for row in server.tables[key]}
    assert sum(group["n"] for group in found) <= len(things)
    assert sum(group["n"] for group in found) > 0.9 * len(things)
    assert all(group["n"] > 1 for group in found)
    for group in found:
        west, south, east, north = group["bounds"]
        assert west <= group["lon"] <= east
        assert south <= group["lat"] <= north


def test_groups_part_as_one_comes_near_and_are_gone_from_close_by(shown: Shown) -> None:
    shown.open(visible=GATHERED)
    least = [len(far(shown, zoom)) for zoom in (10, 12.2)]
    assert least[0] < least[1]
    shown.look(zoom=14.6)
    shown.wait(f"() => ({GROUPS})().length === 0")


def test_a_group_wears_the_worst_of_what_it_holds_and_counts_the_silent(shown: Shown, server: Server) -> None:
    urgent = severe(server)
    assert urgent
    shown.open(visible=GATHERED)
    far(shown, 9)
    shown.wait(f"() => ({GROUPS})().some((one) => one.worst === 2)")
    silent = sum(group["silent"] for group in groups(shown))
    assert 0 < silent < sum(group["n"] for group in groups(shown))
    for device in urgent:
        server.change("temperature", device, value=30.0)
    shown.wait(f"() => ({GROUPS})().every((one) => one.worst !== 2)")
    server.change("temperature", urgent[0], value=41.0)
    shown.wait(f"() => ({GROUPS})().some((one) => one.worst === 2)")


def test_what_is_hidden_is_in_no_group(shown: Shown, server: Server) -> None:
    shown.open(visible=GATHERED)
    every = sum(group["n"] for group in far(shown))
    shown.set(visible=["parking"])
    shown.wait(f"(n) => ({GROUPS})().reduce((sum, one) => sum + one.n, 0) <= n", len(server.tables["parking"]))
    assert sum(group["n"] for group in groups(shown)) < every
    shown.set(visible=["incidents"])
    shown.wait(f"() => ({GROUPS})().length === 0")


def test_an_incident_is_never_within_a_group(shown: Shown, server: Server) -> None:
    shown.open(visible=[*GATHERED, "incidents"])
    far(shown, 12.2)
    lon, lat = (float(server.tables["incidents"][axis][0]) for axis in ("lon", "lat"))
    assert shown.click(lon, lat)["layer"] == "incidents"


def test_a_click_on_a_group_goes_so_near_that_it_parts(shown: Shown) -> None:
    shown.open(visible=GATHERED)
    group = max(far(shown, 11), key=lambda one: one["n"])
    told = shown.told("clicked")
    x, y = shown.point(group["lon"], group["lat"])
    for aside in range(50):  # until the groups are drawn, what stood there before answers to a pointer
        shown.page.mouse.move(x + aside % 2, y)
        shown.page.wait_for_timeout(100)
        words = shown.page.locator(".cg-tip").inner_text()
        if words.startswith(f"{group['n']} devices"):
            break
    assert words.startswith(f"{group['n']} devices")
    assert "silent" in words
    shown.page.mouse.click(*shown.point(group["lon"], group["lat"]))
    shown.wait("(until) => cityglass.map.getZoom() >= until && !cityglass.map.isMoving()", group["until"])
    shown.wait(f"(id) => ({GROUPS})().every((one) => one.id !== id)", group["id"])
    assert shown.told("clicked") == told  # the page need not know: nothing was opened, nothing closed


def test_what_the_server_has_not_gathered_yet_stands_by_itself(shown: Shown, server: Server) -> None:
    shown.open(visible=["parking"])
    before = sum(group["n"] for group in far(shown))
    row = next(iter(server.tables["parking"]))
    server.change("parking", row.id, lon=row.lon + 0.05)
    shown.wait(f"(n) => ({GROUPS})().reduce((sum, one) => sum + one.n, 0) < n", before)
    for _again in range(20):  # it is drawn where it stands now at the next frame
        if shown.click(row.lon + 0.05, row.lat)["id"] == row.id:
            break
        shown.page.wait_for_timeout(250)
    assert shown.told_json("clicked")["id"] == row.id


def test_a_group_in_the_past_is_of_then(shown: Shown) -> None:
    shown.open(visible=GATHERED)
    far(shown, 9)
    shown.wait(f"() => ({GROUPS})().some((one) => one.silent > 0)")
    shown.set(at="2026-02-01T05:00:00+00:00")
    shown.wait(f"() => ({GROUPS})().length > 0 && ({GROUPS})().every((one) => one.silent === 0)")


def test_without_an_answer_everything_stands_by_itself(shown: Shown) -> None:
    shown.open(visible=GATHERED, clusters=None)
    shown.look(zoom=11, pitch=0)
    shown.wait(f"() => ({GROUPS})().length === 0")


def test_an_arc_is_whole_only_when_all_answer_and_gone_only_when_none_does(shown: Shown) -> None:
    shown.open()
    script = """async () => { const engine = await import(window.enginePath);
        return [[100, 0], [100, 1], [100, 50], [100, 99], [100, 100], [2, 1]].map(([n, s]) => engine.share(n, s)) }"""
    assert module(shown, script) == [8, 7, 4, 1, 0, 4]


def module(shown: Shown, script: str) -> Any:
    """What a function of the built engine gives."""
    path = "/assets/engine/" + shown.ask(
        "() => performance.getEntriesByType('resource').map((one) => one.name)"
        ".find((name) => /engine-\\w+\\.mjs/.test(name)).split('/').pop()"
    )
    shown.ask("(path) => { window.enginePath = path }", path)
    return shown.ask(script)
