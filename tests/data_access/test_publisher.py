"""What crosses over to the public, of which moment, and the file in which it does."""

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data_access.privacy import PUBLIC_COLUMNS, Counted
from data_access.public_store import NotPublishedError, PublicStore
from data_access.publisher import BrokenPromiseError, publish
from data_access.queries import (
    Buildings,
    Cameras,
    CameraViews,
    Changed,
    Devices,
    Districts,
    IncidentHistory,
    Incidents,
    Latest,
    Parking,
    Question,
    Track,
)
from data_access.store import CityStore
from data_access.table import Table
from data_access.writer import CityWriter
from layers import LAYERS
from layers.base import Layer
from tests.small_city import LAT, LON, MINUTE, NOON, small_city, url_of

QUESTIONS = [(layer.key, layer.query, layer.public) for layer in LAYERS]
LATER = NOON + 20 * MINUTE
PUBLISHED = [layer for layer in LAYERS if layer.public]


def by_key(layer: Layer) -> str:
    return layer.key


@pytest.fixture
def city(tmp_path: Path) -> Iterator[CityStore]:
    store = small_city(tmp_path)
    yield store
    store.close()


@pytest.fixture
def published(city: CityStore, tmp_path: Path) -> Iterator[PublicStore]:
    publish(city, QUESTIONS, tmp_path / "public", LATER)
    store = PublicStore(tmp_path / "public")
    yield store
    store.close()


# --- what crosses over ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", PUBLISHED, ids=by_key)
def test_no_public_row_tells_more_than_its_layer_promises(layer: Layer, published: PublicStore) -> None:
    told = published.answer(layer.query)
    assert len(told) > 0
    assert set(told.columns) <= PUBLIC_COLUMNS
    assert layer.public
    assert layer.public.kept_by(told, LATER)


@pytest.mark.parametrize(
    "question",
    [layer.query for layer in LAYERS if not layer.public]
    + [
        Devices(),
        CameraViews(),
        IncidentHistory("i-fire"),
        Latest("people_count"),
        Changed(Parking(), 0),
        Track("cam-1", "frames_per_s", NOON - 60 * MINUTE, NOON),
        Incidents(open_only=False),
    ],
    ids=repr,
)
def test_what_no_rule_publishes_cannot_be_asked(question: Question, published: PublicStore) -> None:
    with pytest.raises(NotPublishedError):
        published.answer(question)


def test_an_instruments_newest_public_value_is_the_one_that_is_old_enough(city: CityStore, tmp_path: Path) -> None:
    publish(city, QUESTIONS, tmp_path / "public", NOON)
    told = {row.id: row for row in PublicStore(tmp_path / "public").answer(Latest("pm25_ug_m3"))}
    assert told["air-1"].value == 20.0
    assert told["air-1"].observed_at == NOON - 10 * MINUTE
    assert told["air-never"].observed_at is None
    assert told["air-missing"].value is None
    assert "stranger" not in told


def test_a_past_moment_is_told_as_the_city_itself_tells_it(published: PublicStore, city: CityStore) -> None:
    for minutes in (0, 7, 25, 31, 59):
        at = NOON - minutes * MINUTE
        for question in (Latest("pm25_ug_m3"), Latest("temperature_c")):
            ours = {row.id: (row.value, row.observed_at, row.quality) for row in published.answer(question, at)}
            theirs = {row.id: (row.value, row.observed_at, row.quality) for row in city.answer(question, at)}
            assert ours == theirs, (question, minutes)


def test_one_instrument_has_the_history_of_its_day(published: PublicStore) -> None:
    track = published.answer(Track("air-2", "pm25_ug_m3", NOON - 24 * 60 * MINUTE, LATER))
    assert len(track) == 50
    assert track.columns == ("observed_at", "received_at", "value", "quality")
    assert np.isnat(track["received_at"]).all()


def test_one_thing_can_be_asked_about_alone(published: PublicStore) -> None:
    assert [row.id for row in published.answer(Latest("pm25_ug_m3").one("air-2"))] == ["air-2"]
    assert len(published.answer(Latest("pm25_ug_m3").one("cam-1"))) == 0
    assert len(published.answer(Cameras().one("cam-1"))) == 0


def test_buildings_can_be_asked_for_by_a_box_as_in_the_city_itself(published: PublicStore, city: CityStore) -> None:
    for box in ((105.8514, 21.0300, 105.8520, 21.0312), (0.0, 0.0, 1.0, 1.0), (-180.0, -85.0, 180.0, 85.0)):
        asked = Buildings(bbox=box)
        assert sorted(published.answer(asked)["id"]) == sorted(city.answer(asked)["id"])


def test_cameras_are_told_by_area_only(published: PublicStore) -> None:
    (cell,) = published.answer(Cameras())
    assert cell.count == 2
    assert (cell.lon, cell.lat) not in {(LON + 0.001, LAT + 0.001), (LON - 0.001, LAT + 0.001)}


def test_parking_is_told_in_tens_and_unknown_stays_unknown(published: PublicStore) -> None:
    told = {row.id: (row.occupied_spaces, row.total_spaces, row.band) for row in published.answer(Parking())}
    assert told["park-1"] == (150.0, 200.0, "")
    assert told["park-empty"] == (None, 40.0, "few_taken")
    assert told["park-unknown"][:2] == (None, 90.0)


def test_pages_of_readings_are_whole_and_hold_published_metrics_only(published: PublicStore) -> None:
    seen: list[Any] = []
    after = None
    while True:
        page, after = published.readings(after=after, limit=7)
        seen.extend((row.metric, row.device_id, row.observed_at) for row in page)
        assert np.isnat(page["received_at"]).all()
        if after is None:
            break
    assert len(seen) == len(set(seen)) == len(published.readings(limit=10_000)[0])
    measured = {layer.metric for layer in PUBLISHED if layer.metric}
    assert {metric for metric, *_ in seen} == measured
    page, _after = published.readings(device="air-1", metric="temperature_c", start=NOON - 5 * MINUTE, end=NOON)
    assert len(page) == 5
    with pytest.raises(ValueError, match="key"):
        published.readings(after="'; DROP TABLE made")


def test_vehicles_are_told_as_means_of_quarter_hours(published: PublicStore) -> None:
    (row,) = published.answer(Latest("vehicle_count"))
    assert (row.value, row.band, row.step) == (30.0, "", 10.0)  # of 34 in every minute
    assert row.observed_at == NOON
    track = published.answer(Track("street-1", "vehicle_count", NOON - 60 * MINUTE, LATER))
    assert track["value"].tolist() == [30.0] * 4
    assert published.answer(Latest("vehicle_count"), NOON - 20 * MINUTE)["value"].tolist() == [30.0]


def test_districts_are_told_as_the_city_draws_them(published: PublicStore, city: CityStore) -> None:
    told = {row.id: (row.name, row.population, row.geometry) for row in published.answer(Districts())}
    assert told == {row.id: (row.name, row.population, row.geometry) for row in city.answer(Districts())}
    assert len(told) == 2


# --- the file -------------------------------------------------------------------------------------------------------


class Careless(Counted):
    """A rule that tells counts as they are, but knows what it promised."""

    __slots__ = ()

    def apply(self, answer: Table, asked: datetime) -> Table:
        exact = Counted.apply(self, answer, asked)
        return exact.with_columns(occupied_spaces=answer["occupied_spaces"])


def test_a_rule_that_breaks_its_promise_stops_the_publisher_and_the_old_snapshot_stays(
    city: CityStore, tmp_path: Path
) -> None:
    path = publish(city, QUESTIONS, tmp_path / "public", LATER)
    before = path.read_bytes()
    rule = Careless(k=10, bucket=15 * MINUTE, delay=15 * MINUTE)
    with pytest.raises(BrokenPromiseError):
        publish(city, [("parking", Parking(), rule)], tmp_path / "public", LATER)
    assert path.read_bytes() == before
    assert [found.name for found in path.parent.iterdir()] == ["public.db"]


def test_a_snapshot_is_one_file_that_begins_empty_and_holds_public_tables_only(city: CityStore, tmp_path: Path) -> None:
    (tmp_path / "public").mkdir()
    (tmp_path / "public" / "public.db.1.new").write_bytes(b"left by a publisher that was killed")
    path = publish(city, QUESTIONS, tmp_path / "public", LATER)
    assert [found.name for found in path.parent.iterdir()] == ["public.db"]
    with sqlite3.connect(path) as file:
        names = {name for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        assert file.execute("PRAGMA freelist_count").fetchone() == (0,)
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert {name.split("_")[0] for name in names} == {"made", "question", "thing", "moved"}


def test_the_public_store_cannot_write(published: PublicStore, tmp_path: Path) -> None:
    before = (tmp_path / "public" / "public.db").read_bytes()
    published.answer(Parking())
    assert published._open
    elsewhere = tmp_path / "elsewhere.db"
    for statement in ("DELETE FROM made", "CREATE TABLE x (y)", f"ATTACH 'file:{elsewhere}?mode=rwc' AS elsewhere"):
        with pytest.raises(sqlite3.Error):
            published._open.file.execute(statement)
    assert not elsewhere.exists()
    assert (tmp_path / "public" / "public.db").read_bytes() == before


def test_without_a_snapshot_the_store_knows_nothing_and_says_so(tmp_path: Path) -> None:
    store = PublicStore(tmp_path / "nowhere")
    assert store.made_at() is None
    assert store.city() is None
    assert store.first_fact() is None
    assert store.revision() == 0
    for layer in PUBLISHED:
        assert len(store.answer(layer.query)) == 0
    assert len(store.readings()[0]) == 0


def test_a_new_snapshot_is_seen_at_once_and_an_old_one_that_vanished_stays_known(
    city: CityStore, tmp_path: Path
) -> None:
    path = publish(city, QUESTIONS, tmp_path / "public", NOON)
    store = PublicStore(tmp_path / "public")
    first = store.revision()
    assert {row.value for row in store.answer(Latest("temperature_c").one("air-1"))} == {25.0}
    publish(city, QUESTIONS, tmp_path / "public", LATER)
    assert store.revision() > first
    assert store.made_at() == LATER
    path.unlink()
    assert store.made_at() == LATER


def test_an_empty_city_has_a_snapshot_that_says_that_it_is_empty(tmp_path: Path) -> None:
    CityWriter.open(url_of(tmp_path), clock=lambda: NOON).close()
    city = CityStore.open(url_of(tmp_path))
    publish(city, QUESTIONS, tmp_path / "public", NOON)
    store = PublicStore(tmp_path / "public")
    assert store.made_at() == NOON
    assert [len(store.answer(layer.query)) for layer in PUBLISHED] == [0] * len(PUBLISHED)
    city.close()


def test_readers_never_see_half_a_snapshot_while_it_is_replaced(city: CityStore, tmp_path: Path) -> None:
    publish(city, QUESTIONS, tmp_path / "public", NOON)
    store, stop, faults = PublicStore(tmp_path / "public"), threading.Event(), []

    def read() -> None:
        while not stop.is_set():
            try:
                assert len(store.answer(Latest("pm25_ug_m3"))) == 5
                assert store.answer(Parking(), NOON).columns
            except Exception as fault:
                faults.append(fault)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for minute in range(12):
        publish(city, QUESTIONS, tmp_path / "public", NOON + minute * MINUTE)
    stop.set()
    for reader in readers:
        reader.join()
    assert faults == []


def test_publishing_twice_at_one_moment_gives_the_same_file(city: CityStore, tmp_path: Path) -> None:
    one = publish(city, QUESTIONS, tmp_path / "one", LATER).read_bytes()
    assert publish(city, QUESTIONS, tmp_path / "two", LATER).read_bytes() == one


def test_a_published_rows_age_is_judged_with_its_delay(published: PublicStore, city: CityStore, tmp_path: Path) -> None:
    publish(city, QUESTIONS, tmp_path / "public", NOON + 10 * MINUTE)  # air-1 spoke at noon, just in time
    from layers import PUBLIC

    layer = next(layer for layer in PUBLIC if layer.key == "pm25")
    row = next(iter(published.answer(layer.query.one("air-1"))))
    assert layer.status(row, NOON + 10 * MINUTE) == "fresh"
    assert layer.status(row, NOON + 12 * MINUTE) == "fresh"
    assert layer.status(row, NOON + 23 * MINUTE) == "stale"
    silent = next(iter(published.answer(layer.query.one("air-silent"))))
    assert layer.status(silent, NOON + 10 * MINUTE) == "stale"
    forgetful = replace(row) if hasattr(row, "__dataclass_fields__") else row._replace(interval_s=None)
    assert layer.status(forgetful, NOON + 12 * MINUTE) == "fresh"
