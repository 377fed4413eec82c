"""What is usual at a time of day, held against a slow count of the same readings."""

import math
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from data_access.queries import Changed, SameHour, Usual
from data_access.records import About, Quality, Reading
from data_access.store import CityStore
from data_access.usual import merged
from data_access.writer import CityWriter
from tests.small_city import CITY, NOON, url_of

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
METRIC = "pm25_ug_m3"
NAMES = ("a", "b", "mute")
ABOUTS = tuple(About(name, name, "sensor", 105.8, 21.0, {METRIC: "µg/m³"}, 600.0) for name in NAMES)
QUALITIES: tuple[Quality, ...] = ("good", "good", "good", "suspect", "invalid")


def told(at: datetime, value: float | None, quality: Quality = "good", device: str = "a") -> Reading:
    return Reading(device, METRIC, value, at, quality)


def kept(folder: Path, readings: Sequence[Reading], time_zone: str = "Asia/Ho_Chi_Minh") -> CityStore:
    writer = CityWriter.open(url_of(folder), clock=lambda: NOON + 30 * DAY)
    writer.describe(replace(CITY, time_zone=time_zone))
    writer.declare(ABOUTS, "register", complete=True, at=NOON - 30 * DAY)
    writer.bulk((reading, reading.observed_at) for reading in readings)
    writer.close()
    return CityStore.open(url_of(folder))


def some_week() -> list[Reading]:
    """Two devices that speak at odd moments, with gaps, doubt and things that went wrong."""
    luck = random.Random(4)
    moments = sorted({luck.randrange(8 * 24 * 60) for _ in range(1500)})
    return [
        told(
            NOON - minute * MINUTE,
            None if luck.random() < 0.1 else round(luck.uniform(-5, 90), 1),
            luck.choice(QUALITIES),
            luck.choice(NAMES[:2]),
        )
        for minute in moments
    ]


WEEK = some_week()


def slowly(device: str, moment: datetime, days: int, until: datetime) -> list[list[float]]:
    """The values of each of these days, by looking at every reading for each of them."""
    here = moment.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))
    found = []
    for day in range(1, days + 1):
        centre = here - day * DAY
        found.append(
            [
                reading.value
                for reading in WEEK
                if reading.device_id == device
                and reading.value is not None
                and reading.quality in ("good", "suspect")
                and centre - 30 * MINUTE <= reading.observed_at < centre + 30 * MINUTE
                and reading.observed_at <= until
            ]
        )
    return found


def part(values: list[float], share: float) -> float:
    """The value below which this share of them lies, by the straight line between the two nearest."""
    ordered, place = sorted(values), share * (len(values) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    return below + (above - below) * (place - math.floor(place))


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CityStore]:
    store = kept(tmp_path_factory.mktemp("week"), WEEK)
    yield store
    store.close()


minutes = st.integers(0, 9 * 24 * 60).map(lambda minute: NOON - minute * MINUTE)


@given(
    moment=minutes,
    days=st.integers(1, 9),
    steps=st.integers(0, 5),
    step=st.sampled_from([10 * MINUTE, HOUR, 7 * HOUR]),
    before=st.sampled_from([None, timedelta(0), 20 * MINUTE, DAY, 3 * DAY]),
)
def test_usual_is_what_a_slow_count_says(
    week: CityStore, moment: datetime, days: int, steps: int, step: timedelta, before: timedelta | None
) -> None:
    at = None if before is None else moment - before
    rows = list(week.answer(Usual((*NAMES, "nobody"), METRIC, moment, days, steps * step, step), at))
    asked = [(moment - n * step, name) for n in range(steps, -1, -1) for name in (*NAMES, "nobody")]
    assert [(row.at, row.id) for row in rows] == asked
    for row in rows:
        by_day = slowly(row.id, row.at, days, at or NOON)
        values = [value for day in by_day for value in day]
        assert row.days == sum(bool(day) for day in by_day)
        if not values:
            assert (row.low, row.median, row.high) == (None, None, None)
            continue
        wanted = [part(values, share) for share in (0.1, 0.5, 0.9)]
        assert [row.low, row.median, row.high] == pytest.approx(wanted)


@given(moment=minutes, days=st.integers(1, 9), before=st.sampled_from([None, timedelta(0), DAY]))
def test_the_same_hour_of_each_day_is_what_a_slow_count_says(
    week: CityStore, moment: datetime, days: int, before: timedelta | None
) -> None:
    at = None if before is None else moment - before
    rows = {(row.id, row.day): row.value for row in week.answer(SameHour(METRIC, moment, days), at)}
    wanted = {
        (name, day): sum(values) / len(values)
        for name in NAMES
        for day, values in enumerate(slowly(name, moment, days, at or NOON), 1)
        if values
    }
    assert rows == pytest.approx(wanted)


def test_a_device_that_never_spoke_and_one_that_nobody_knows_have_no_usual(week: CityStore) -> None:
    for row in week.answer(Usual(("mute", "nobody"), METRIC, NOON)):
        assert (row.low, row.median, row.high, row.days) == (None, None, None, 0)


def test_an_hour_of_the_day_is_one_of_the_citys_clocks(tmp_path: Path) -> None:
    # In the night to 29 March 2026 the clocks of Leipzig went an hour ahead: nine o'clock came an hour sooner.
    nine = datetime(2026, 3, 30, 7, 0, tzinfo=UTC)
    readings = [told(nine - DAY, 20.0), told(nine - 2 * DAY, 99.0), told(nine - 2 * DAY + HOUR, 40.0)]
    store = kept(tmp_path, readings, "Europe/Berlin")
    (row,) = store.answer(Usual(("a",), METRIC, nine))
    assert (row.median, row.days) == (30.0, 2)
    assert {one.day: one.value for one in store.answer(SameHour(METRIC, nine))} == {1: 20.0, 2: 40.0}
    store.close()


def test_today_is_not_among_the_days_before(tmp_path: Path) -> None:
    store = kept(tmp_path, [told(NOON - MINUTE, 500.0), told(NOON - DAY, 20.0), told(NOON - 15 * DAY, 70.0)])
    (row,) = store.answer(Usual(("a",), METRIC, NOON))
    assert (row.low, row.median, row.high, row.days) == (20.0, 20.0, 20.0, 1)
    store.close()


def test_stretches_that_touch_are_read_once() -> None:
    assert merged([(5, 9), (0, 5), (20, 30), (22, 25)]) == [(0, 9), (20, 30)]


def test_what_changed_of_the_usual_is_no_question(week: CityStore) -> None:
    with pytest.raises(TypeError, match="hour"):
        week.answer(Changed(SameHour(METRIC, NOON), 0))
