"""The ends between which a quantity moved: as whoever reads every single reading would find them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data_access.queries import Extremes
from data_access.store import CityStore
from tests.small_city import NOON, READINGS, small_city

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityStore]:
    opened = small_city(Path(tmp_path_factory.mktemp("city")))
    yield opened
    opened.close()


def slowly(metric: str, start: datetime, end: datetime) -> dict[str, tuple[float, datetime, float, datetime]]:
    """The same from the readings themselves, one by one."""
    found: dict[str, list[tuple[float, datetime]]] = {}
    for reading in READINGS:
        if reading.metric == metric and reading.value is not None and start <= reading.observed_at < end:
            found.setdefault(reading.device_id, []).append((reading.value, reading.observed_at))
    told = {}
    for device, pairs in found.items():
        high, low = max(value for value, _at in pairs), min(value for value, _at in pairs)
        first = {value: min(at for other, at in pairs if other == value) for value in (high, low)}
        told[device] = (high, first[high], low, first[low])
    return told


@pytest.mark.parametrize("minutes", [(60, -1), (45, 15), (25, 22), (0, -1)])
@pytest.mark.parametrize("metric", ["pm25_ug_m3", "temperature_c", "noise_db"])
def test_the_ends_are_those_of_every_reading(store: CityStore, metric: str, minutes: tuple[int, int]) -> None:
    start, end = (NOON - minute * MINUTE for minute in minutes)
    rows = store.answer(Extremes(metric, start, end))
    assert {row.id: tuple(row)[1:] for row in rows} == slowly(metric, start, end)


def test_nothing_after_the_time_that_is_looked_at(store: CityStore) -> None:
    at = NOON - 30 * MINUTE
    rows = store.answer(Extremes("pm25_ug_m3", NOON - 60 * MINUTE, NOON), at)
    assert {row.id: tuple(row)[1:] for row in rows} == slowly("pm25_ug_m3", NOON - 60 * MINUTE, at + MINUTE / 60)


def test_a_metric_that_nobody_measures_has_no_ends(store: CityStore) -> None:
    assert len(store.answer(Extremes("nothing_m", NOON - 60 * MINUTE, NOON))) == 0
