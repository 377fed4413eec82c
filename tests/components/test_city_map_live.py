"""What the map says of time in a real Chromium: deltas, gaps, the past, silence, and a server that comes back."""

import base64
import itertools
import math
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from data_access.records import status
from data_access.table import Table
from live import frames
from tests.components.conftest import Shown
from tests.components.map_harness import BEAT_S, Server

pytestmark = pytest.mark.browser

# Every age that the areas on the ground have at present.
SEEN = (
    "() => [...new Set(cityglass.map.querySourceFeatures('columns-camera-views')"
    ".map((f) => f.properties.status))].sort().join()"
)
PAST = "2026-02-01T05:00:00+00:00"


def test_numbers_in_order_are_applied_and_a_gap_asks_for_a_snapshot(shown: Shown, server: Server) -> None:
    shown.open()
    shown.wait_value("pm25", "air-001", "value", 8)
    server.change("pm25", "air-001", value=33.5)
    shown.wait_value("pm25", "air-001", "value", 33.5)
    assert server.asked == []
    server.tables["pm25"]["value"][1] = 71.0  # said in the delta that gets lost
    server.change("pm25", "air-001", value=34.5, skip=1)
    shown.wait_value("pm25", "air-001", "value", 34.5)
    assert server.asked == [{"snapshot": "pm25"}]
    assert shown.ask("() => cityglass.column('pm25', 'value')[1]") == 71
    server.change("pm25", "air-001", value=35.5)
    shown.wait_value("pm25", "air-001", "value", 35.5)
    assert server.asked == [{"snapshot": "pm25"}]


def test_what_leaves_the_answer_leaves_the_map(shown: Shown, server: Server) -> None:
    shown.open()
    shown.wait("() => cityglass.row('incidents', 'inc-0')")
    server.remove("incidents", "inc-0")
    shown.wait("() => cityglass.row('incidents', 'inc-0') === null")
    assert shown.ask("() => cityglass.column('incidents', 'severity').length") == 3
    assert shown.value("incidents", "inc-3", "severity") == 4
    assert shown.value("incidents", "inc-1", "title") == "Ngập đường Đê Tả"


def test_the_past_is_shown_whole_and_nothing_live_leaks_into_it(shown: Shown, server: Server) -> None:
    shown.open()
    shown.wait_value("pm25", "air-001", "value", 8)
    server.questions.clear()
    shown.set(at=PAST)
    shown.wait_value("pm25", "air-001", "value", 108)
    shown.wait("() => cityglass.state === 'replay'")
    shown.wait("() => cityglass.column('incidents', 'id').length === 2")
    wanted = {f"{key}@{PAST}" for key in server.tables}
    assert set(server.questions) == wanted
    server.change("pm25", "air-001", value=55.5)
    shown.page.wait_for_timeout(700)
    assert shown.value("pm25", "air-001", "value") == 108
    shown.set(at=None)
    shown.wait_value("pm25", "air-001", "value", 55.5)  # it had gone on meanwhile
    shown.wait("() => cityglass.state === 'live'")
    assert server.asked == []


def test_ages_in_the_past_are_counted_to_then(shown: Shown, server: Server) -> None:
    """What was fresh then is fresh in its replay, however long ago that is."""
    then = np.datetime64("2026-02-01T05:00:00", "us")
    for key in ("cameras", "camera-views"):
        server.past[key] = server.past[key].with_columns(
            observed_at=np.full(len(server.past[key]), then - np.timedelta64(5, "s"))
        )
    shown.open(at=PAST)
    shown.wait(f"() => ({SEEN})() === 'fresh'")


def test_an_hour_that_cannot_be_fetched_shows_nothing_rather_than_another_hour(shown: Shown, server: Server) -> None:
    shown.open(at=PAST)
    shown.wait_value("pm25", "air-001", "value", 108)
    server.refuse = True
    shown.set(at="2026-02-01T06:00:00+00:00")
    shown.wait("() => cityglass.row('pm25', 'air-001') === null")
    server.refuse = False
    shown.wait_value("pm25", "air-001", "value", 108)  # asked again by itself


def test_silence_is_veiled_with_its_age_and_heals(shown: Shown, server: Server) -> None:
    shown.open(silence_s=[2, 4])
    shown.wait("() => cityglass.state === 'live' && document.documentElement.dataset.silence === ''")
    server.mute = True
    shown.wait("() => document.documentElement.dataset.silence === 'amber' && cityglass.state === 'late'")
    veil = shown.page.locator(".cg-veil")
    assert "No word from the server for" in str(veil.text_content())
    shown.wait("() => document.documentElement.dataset.silence === 'red' && cityglass.state === 'lost'")
    shown.wait("() => JSON.parse(document.getElementById('pulse').textContent).state === 'lost'")
    assert shown.told_json("pulse")["age_s"] >= 3.9
    assert veil.is_visible()
    server.mute = False
    shown.wait("() => document.documentElement.dataset.silence === '' && cityglass.state === 'live'")
    veil.wait_for(state="hidden")  # to eyes and ears; its words fade with it


def test_a_lost_server_is_found_again(shown: Shown, server: Server) -> None:
    shown.open(silence_s=[1.5, 3])
    shown.wait("() => cityglass.state === 'live'")
    server.refuse = True
    server.hang_up()
    shown.wait("() => cityglass.state === 'lost'")
    server.tables["pm25"]["value"][0] = 91.0  # happened while nobody listened
    server.refuse = False
    shown.wait("() => cityglass.state === 'live'")
    shown.wait_value("pm25", "air-001", "value", 91)


def test_who_comes_back_asks_only_for_what_changed(shown: Shown, server: Server) -> None:
    shown.open()
    shown.wait_value("pm25", "air-001", "value", 8)
    server.change("pm25", "air-001", value=33.5)
    shown.wait_value("pm25", "air-001", "value", 33.5)
    shown.wait(f"() => cityglass.revision >= {server.revision}")
    shown.page.wait_for_timeout(int(2_500 * BEAT_S))  # a heartbeat tells that all of it was read
    known, unseen = server.revision, server.tables["pm25"]["value"][1]
    server.missed = {"pm25": ["air-001"]}
    server.hang_up()
    server.tables["pm25"]["value"][0] = 91.0
    server.tables["pm25"]["value"][1] = unseen + 400  # not among what it is told: a snapshot would show it
    shown.wait_value("pm25", "air-001", "value", 91)
    assert server.came[-1] == str(known)
    assert shown.ask("() => cityglass.column('pm25', 'value')[1]") == unseen
    server.change("pm25", "air-001", value=92.0)
    shown.wait_value("pm25", "air-001", "value", 92)
    assert server.asked == []


def test_without_a_channel_columns_are_asked_for_and_mostly_nothing_is_new(shown: Shown, server: Server) -> None:
    shown.open(live=None, poll_s=0.4)
    shown.wait_value("pm25", "air-001", "value", 8)
    shown.wait("() => cityglass.state === 'live'")
    for _ in range(50):
        if "pm25@now known" in server.questions:
            break
        shown.page.wait_for_timeout(100)
    assert "pm25@now known" in server.questions
    server.tables["pm25"]["value"][0] = 66.0
    server.revision += 1
    shown.wait_value("pm25", "air-001", "value", 66)
    assert not any(url.startswith("ws") for url in shown.requests)


def test_a_value_grows_old_by_itself(shown: Shown, server: Server) -> None:
    server.tables["camera-views"] = server.tables["camera-views"].with_columns(
        interval_s=np.full(len(server.tables["camera-views"]), 1e6)
    )
    shown.open()
    shown.wait(f"() => ({SEEN})() === 'fresh,unknown'")  # one never reported
    table = server.tables["camera-views"]
    table = table.with_columns(interval_s=np.full(len(table), 0.01))
    server.tables["camera-views"] = table
    server.say("camera-views", table)
    shown.wait(f"() => ({SEEN})() === 'dead,unknown'")


def test_the_browser_reads_a_frame_as_python_does(shown: Shown) -> None:
    shown.open()
    words: Any = np.empty(4, dtype=object)
    words[:] = ["Đường Láng", None, "µg/m³ 🌫", ""]
    ids: Any = np.empty(4, dtype=object)
    ids[:] = ["a", "b:1", "ç", "d"]
    whole = Table(
        {
            "id": ids,
            "name": words,
            "value": np.array([1.5, math.nan, -0.25, 1e300]),
            "n": np.array([1, 2**53, 0, -7]),
            "on": np.array([True, False, True, True]),
            "observed_at": np.array(
                ["2026-03-01T05:00:00.123456", "NaT", "1970-01-01", "2100-01-01"], "datetime64[us]"
            ),
        }
    )
    gone = whole.with_columns(gone=np.array([False, True, False, True]))
    told = [
        frames.snapshot("x", whole, seq=7, revision=12, now=1e12, at=1e11),
        frames.delta("x", gone, seq=8, since=12, revision=13, now=1e12),
        frames.snapshot("x", whole.where(np.array([], dtype=int)), seq=0, revision=0, now=0.0),
        frames.heartbeat(revision=3, now=5.0),
    ]
    for frame in told:
        wanted = frames.decode(frame)
        header, columns = shown.ask(DECODE, base64.b64encode(frame).decode())
        assert header["kind"] == wanted.kind
        assert header["rows"] == wanted.header["rows"]
        assert header["gone"] == wanted.header["gone"]
        assert list(columns) == list(wanted.columns)
        for name, cells in wanted.columns.items():
            plain = cells if isinstance(cells, list) else [None if cell != cell else cell for cell in cells.tolist()]
            assert columns[name] == plain, name


DECODE = """async (text) => {
    const { decode } = await import(performance.getEntriesByType("resource")
        .map((one) => one.name).find((name) => /engine-.*mjs/.test(name)));
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    try {
        const { header, columns } = decode(bytes.buffer);
        const plain = (cells) => [...cells].map((cell) => cell !== cell ? null : cell);
        return [header, Object.fromEntries([...columns].map(([name, cells]) => [name, plain(cells)]))];
    } catch (fault) { return [fault.constructor.name, String(fault)] } }"""


def test_what_is_no_frame_is_refused_in_both(shown: Shown) -> None:
    shown.open()
    good = frames.heartbeat(revision=1, now=1.0)
    for bad in (b"", b"CG2\0" + good[4:], good[:9], b"CG1\0" + b"\xff" * 12, good[:8] + b"x" * (len(good) - 8)):
        with pytest.raises(frames.FrameError):
            frames.decode(bad)
        _name, told = shown.ask(DECODE, base64.b64encode(bad).decode())
        assert isinstance(told, str), bad


def test_bands_of_age_are_those_of_the_house(shown: Shown) -> None:
    shown.open()
    ages = [None, 0, 0.5, 59.9, 60, 60.1, 119.999, 120, 120.001, 180, 180.001, 599, 600, 600.001, 1e9, -30]
    pairs = list(itertools.product(ages, [60, 1, 200.0]))
    script = """async (pairs) => { const { status } = await import(performance.getEntriesByType("resource")
        .map((one) => one.name).find((name) => /engine-.*mjs/.test(name)));
        return pairs.map(([age, interval]) => status(age ?? NaN, interval)) }"""
    wanted = [
        status(None if age is None else timedelta(seconds=age), timedelta(seconds=interval)) for age, interval in pairs
    ]
    assert shown.ask(script, [list(pair) for pair in pairs]) == wanted
    assert set(wanted) == {"fresh", "late", "stale", "dead", "unknown"}
