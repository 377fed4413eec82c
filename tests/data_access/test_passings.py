"""When numbers rose past levels, beside a slow walk over the same readings."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data_access.passings import BEFORE
from data_access.queries import Passings
from data_access.records import Reading
from data_access.store import CityStore
from data_access.writer import CityWriter
from tests.small_city import MINUTE, NOON, build, url_of

METRIC, LEVELS = "no2_ug_m3", (25.0, 50.0, 120.0)
Told = list[tuple[datetime, float | None, str]]


def series(seed: int) -> Told:
    """An afternoon that swings, with gaps, doubts and missing numbers."""
    chance, value = random.Random(seed), 40.0  # a made-up afternoon
    told: Told = []
    at = NOON - timedelta(hours=9)
    while at < NOON - timedelta(hours=2):
        at += chance.choice([1] * 30 + [2] * 9 + [75]) * MINUTE
        value = max(0.0, 0.9 * value + 4 + chance.gauss(0, 25))
        quality = chance.choice(["good", "good", "good", "suspect", "invalid"])
        told.append((at, None if chance.random() < 0.1 else value, quality))
    return told


def walked(told: Told, start: datetime, end: datetime) -> list[tuple[datetime, float, float]]:
    found, before = [], None
    for at, value, quality in told:
        if value is None or quality == "invalid" or at >= end or at < start - BEFORE:
            continue
        if before is not None and at >= start and any(before < level <= value for level in LEVELS):
            found.append((at, value, before))
        before = value
    return found


@pytest.mark.parametrize("seed", range(4))
def test_passings_are_those_of_a_slow_walk(tmp_path: Path, seed: int) -> None:
    build(url_of(tmp_path))
    told = series(seed)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.bulk((Reading("street-1", METRIC, value, at, quality), at) for at, value, quality in told)  # type: ignore[arg-type]  # a quality's word
    writer.close()
    store = CityStore.open(url_of(tmp_path))
    start, end = NOON - timedelta(hours=7), NOON - timedelta(hours=3)
    rows = store.answer(Passings(METRIC, LEVELS, start, end))
    assert len(rows) > 3
    assert [(row.observed_at, row.value, row.before) for row in rows] == walked(told, start, end)
    assert {row.id for row in rows} == {"street-1"}
    earlier = store.answer(Passings(METRIC, LEVELS, start, end), NOON - timedelta(hours=5))
    assert [row.observed_at for row in earlier] == [
        row.observed_at for row in rows if row.observed_at <= NOON - timedelta(hours=5)
    ]
    store.close()


def test_without_levels_or_devices_nothing_passes(tmp_path: Path) -> None:
    build(url_of(tmp_path))
    store = CityStore.open(url_of(tmp_path))
    assert len(store.answer(Passings(METRIC, (), NOON - MINUTE, NOON))) == 0
    assert len(store.answer(Passings("nobody_measures_m", LEVELS, NOON - MINUTE, NOON))) == 0
    store.close()
