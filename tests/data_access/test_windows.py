"""A window of the past tells at each of its moments what the store would have answered."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.queries import (
    BuildingCount,
    Cameras,
    CameraViews,
    Districts,
    Incidents,
    Latest,
    Notes,
    Parking,
    Question,
)
from data_access.records import About, Incident, Reading
from data_access.store import CityStore
from data_access.windows import MOST
from data_access.writer import CityWriter
from layers import LAYERS
from tests.data_access.test_store_history import city_of, lives
from tests.small_city import LAT, LON, MINUTE, NOON, build, small_city, url_of

HOUR = 60 * MINUTE
QUESTIONS: tuple[Question, ...] = (
    Latest("pm25_ug_m3"),
    Latest("occupied_spaces", beside=("pm25_ug_m3",)),
    Parking(),
    Cameras(),
    CameraViews(),
    Incidents(),
    Incidents(open_only=False),
    Districts(),
    Notes(),
)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityStore]:
    opened = small_city(tmp_path_factory.mktemp("city"))
    yield opened
    opened.close()


def rows(table: Any) -> list[dict[str, Any]]:
    return sorted((row._asdict() for row in table), key=lambda row: str(row["id"]))


@pytest.mark.parametrize("question", QUESTIONS, ids=str)
def test_every_moment_of_a_window_is_what_the_store_answers(store: CityStore, question: Question) -> None:
    window = store.window(question, NOON - 40 * MINUTE, NOON + MINUTE)
    assert window is not None
    assert (window.start, window.until) == (NOON - 40 * MINUTE, NOON + MINUTE)
    for seconds in range(0, 41 * 60, 47):
        at = window.start + timedelta(seconds=seconds)
        assert rows(window.at(at)) == rows(store.answer(question, at)), at


@pytest.mark.parametrize("layer", LAYERS, ids=lambda one: one.key)
def test_every_layer_that_has_columns_of_its_own_has_windows(store: CityStore, layer: Any) -> None:
    window = store.window(layer.query, NOON - HOUR, NOON)
    if layer.key == "buildings":
        assert window is None
        return
    assert window is not None
    assert set(window.things.columns) | set(window.moments.columns) - {"thing", "since", "there"} == set(
        store.answer(layer.query, NOON).columns
    )


def test_in_steps_a_window_is_exact_at_each_step(store: CityStore) -> None:
    window = store.window(Latest("pm25_ug_m3"), NOON - HOUR, NOON, 5 * MINUTE)
    exact = store.window(Latest("pm25_ug_m3"), NOON - HOUR, NOON)
    assert window is not None
    assert exact is not None
    assert len(window.moments) < len(exact.moments) / 4
    for step in range(12):
        at = NOON - HOUR + 5 * step * MINUTE
        assert rows(window.at(at)) == rows(store.answer(Latest("pm25_ug_m3"), at))


def test_an_incident_comes_and_goes_within_a_window(store: CityStore) -> None:
    window = store.window(Incidents(), NOON - 45 * MINUTE, NOON)
    assert window is not None
    there = [[row.id for row in window.at(NOON - minutes * MINUTE)] for minutes in (44, 35, 11, 1)]
    assert there == [[], ["i-crash"], ["i-crash", "i-fire"], ["i-fire", "i-flood", "i-tree"]]


def test_a_window_ends_where_a_register_changes(tmp_path: Path) -> None:
    build(url_of(tmp_path))
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    moved = About("air-2", "Lake, moved", "sensor", LON + 0.01, LAT, {"pm25_ug_m3": "µg/m³"}, 60.0)
    writer.declare([moved], "register", at=NOON - 10 * MINUTE)
    writer.close()
    store = CityStore.open(url_of(tmp_path))
    window = store.window(Latest("pm25_ug_m3"), NOON - HOUR, NOON)
    assert window is not None
    assert window.until == NOON - 10 * MINUTE
    after = store.window(Latest("pm25_ug_m3"), window.until, NOON)
    assert after is not None
    assert after.until == NOON
    assert "Lake, moved" in after.things["name"]
    assert "Lake, moved" not in window.things["name"]
    store.close()


def test_a_busy_window_of_incidents_ends_earlier(tmp_path: Path) -> None:
    build(url_of(tmp_path))
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    start = NOON - 20 * MINUTE
    told = [
        Incident("i-busy", start + timedelta(seconds=n), "fire", 1, "new", LON, LAT, f"Word {n}", "dispatch")
        for n in range(1, MOST + 50)
    ]
    writer.say((incident, incident.at) for incident in told)
    writer.close()
    store = CityStore.open(url_of(tmp_path))
    window = store.window(Incidents(), start, NOON)
    assert window is not None
    assert start + timedelta(seconds=MOST) < window.until < NOON
    last = window.until - timedelta(seconds=1)
    assert rows(window.at(last)) == rows(store.answer(Incidents(), last))
    store.close()


def test_a_count_of_buildings_has_no_window(store: CityStore) -> None:
    assert store.window(BuildingCount(), NOON - HOUR, NOON) is None


def test_a_reading_at_the_very_start_is_in_and_one_at_the_end_is_not(store: CityStore) -> None:
    window = store.window(Latest("pm25_ug_m3"), NOON - 2 * MINUTE, NOON)
    assert window is not None
    (first,) = [row for row in window.at(window.start) if row.id == "air-1"]
    assert first.value == 12.0
    assert window.moments["since"].max() < NOON.replace(tzinfo=None)


@settings(max_examples=25, deadline=None)
@given(lives(), st.integers(-20, 15), st.integers(1, 25), st.sampled_from([0, 60, 300]))
def test_whatever_comes_a_window_is_what_the_store_answers(told: Any, first: int, minutes: int, step: int) -> None:
    _reference, messages = told
    with city_of(messages) as (store, _writer):
        start, end = NOON + first * MINUTE, NOON + (first + minutes) * MINUTE
        for question in QUESTIONS:
            window = store.window(question, start, end, timedelta(seconds=step))
            assert window is not None
            at = start
            while at < window.until:
                assert rows(window.at(at)) == rows(store.answer(question, at)), (question, at)
                at += timedelta(seconds=step or 30)


def test_a_reading_that_came_late_is_where_it_belongs(tmp_path: Path) -> None:
    build(url_of(tmp_path))
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.bulk([(Reading("air-2", "pm25_ug_m3", 99.0, NOON - 25 * MINUTE), NOON)])
    writer.close()
    store = CityStore.open(url_of(tmp_path))
    window = store.window(Latest("pm25_ug_m3"), NOON - 30 * MINUTE, NOON)
    assert window is not None
    (row,) = [row for row in window.at(NOON - 22 * MINUTE) if row.id == "air-2"]
    assert row.value == 99.0
    store.close()
