"""Rules are kept, are the same whenever asked, and no two answers together tell what neither may tell."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import cos, radians
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.privacy import PUBLIC_COLUMNS, AsItIs, ByArea, Counted, OneByOne, Vehicles
from data_access.table import EPOCH, Table

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
DELAYED = OneByOne(delay=10 * MINUTE)
SPACES = Counted(k=10, bucket=15 * MINUTE, delay=15 * MINUTE)
CELLS = ByArea(cell_m=500)
STREETS = Vehicles(k=10, bucket=15 * MINUTE, delay=15 * MINUTE)

PRIVATE = {"received_at", "online", "boot", "seq", "text", "title", "source", "azimuth_deg", "range_m", "clipped"}
PRIVATE |= {"mount_height_m", "field_of_view_deg", "area_m2", "severity", "state", "device_id", "metric"}


def us(at: datetime | None) -> int | None:
    return None if at is None else (at - EPOCH) // timedelta(microseconds=1)


def measured(*rows: tuple[str, float | None, datetime | None]) -> Table:
    full = [(one, one, 105.8, 21.0, 60.0, value, "good", us(at), us(at), 1.0, 3) for one, value, at in rows]
    return Table.of(
        full,
        id="s",
        name="s",
        lon="f",
        lat="f",
        interval_s="f",
        value="f",
        quality="s",
        observed_at="t",
        received_at="t",
        online="f",
        revision="i",
    )


def parked(*rows: tuple[float | None, float | None], at: datetime = NOON - 16 * MINUTE) -> Table:
    full = [(f"p{n}", f"P{n}", "parking", 1.0, 2.0, 60.0, o, t, "good", us(at), 1.0) for n, (o, t) in enumerate(rows)]
    return Table.of(
        full,
        id="s",
        name="s",
        kind="s",
        lon="f",
        lat="f",
        interval_s="f",
        occupied_spaces="f",
        total_spaces="f",
        quality="s",
        observed_at="t",
        online="f",
    )


def told(occupied: float | None, total: float | None) -> Any:
    return next(iter(SPACES.apply(parked((occupied, total)), SPACES.asked_at(NOON))))


def test_the_columns_that_may_be_told_hold_nothing_private() -> None:
    assert set() == PUBLIC_COLUMNS & PRIVATE


def test_an_instrument_is_told_after_its_delay_and_not_before() -> None:
    asked = DELAYED.asked_at(NOON)
    answer = measured(("old", 1.0, asked), ("young", 2.0, asked + timedelta(microseconds=1)), ("never", None, None))
    rows = {row.id: row for row in DELAYED.apply(answer, asked)}
    assert rows["old"].value == 1.0
    assert rows["young"].value is None
    assert rows["young"].observed_at is None
    assert rows["never"].observed_at is None


def test_a_column_that_nobody_allowed_does_not_cross_over() -> None:
    answer = measured(("a", 1.0, NOON - 20 * MINUTE)).with_columns(secret=np.array(["x"], dtype=object))
    published = DELAYED.apply(answer, DELAYED.asked_at(NOON))
    assert set(published.columns) == {
        "id",
        "name",
        "lon",
        "lat",
        "interval_s",
        "value",
        "quality",
        "observed_at",
        "revision",
    }
    assert DELAYED.kept_by(published, NOON)
    assert not DELAYED.kept_by(published.with_columns(secret=answer["secret"]), NOON)


def test_a_value_that_is_too_young_breaks_the_promise() -> None:
    young = measured(("a", 1.0, NOON - 9 * MINUTE)).only("id", "value", "observed_at")
    assert not DELAYED.kept_by(young, NOON)
    assert DELAYED.kept_by(young, NOON + MINUTE)


@pytest.mark.parametrize(
    ("occupied", "total", "shown", "band"),
    [
        (0, 100, None, "few_taken"),
        (9, 100, None, "few_taken"),
        (10, 100, 10, ""),
        (19, 100, 10, ""),
        (57, 100, 50, ""),
        (90, 100, 90, ""),
        (91, 100, None, "few_free"),
        (100, 100, None, "few_free"),
        (130, 100, None, "few_free"),
        (12, 19, None, "small"),
        (5, 9, None, "small"),
        (10, 20, 10, ""),
        (None, 100, None, ""),
        (57, None, 50, ""),
        (7, None, None, "few_taken"),
    ],
)
def test_a_count_is_told_in_full_tens_or_as_few(
    occupied: float | None, total: float | None, shown: float | None, band: str
) -> None:
    row = told(occupied, total)
    assert (row.occupied_spaces, row.band) == (shown, band)
    assert row.total_spaces == (total if total is None or total >= 10 else None)


@given(
    st.lists(
        st.tuples(st.one_of(st.none(), st.integers(0, 400)), st.one_of(st.none(), st.integers(0, 300))), max_size=9
    )
)
def test_the_promise_is_kept_whatever_is_counted(rows: list[tuple[float | None, float | None]]) -> None:
    published = SPACES.apply(parked(*rows), SPACES.asked_at(NOON))
    assert SPACES.kept_by(published, NOON)


@pytest.mark.parametrize("leak", [1.0, 9.0, 57.0, 95.0])
def test_a_count_below_k_a_step_of_one_and_few_free_spaces_break_the_promise(leak: float) -> None:
    published = SPACES.apply(parked((50, 100)), SPACES.asked_at(NOON))
    assert SPACES.kept_by(published, NOON)
    assert not SPACES.kept_by(published.with_columns(occupied_spaces=np.array([leak])), NOON)


@given(st.integers(20, 300), st.lists(st.integers(0, 300), min_size=2, max_size=30))
def test_no_difference_of_published_counts_is_a_count_below_k(total: int, counts: list[int]) -> None:
    """Subtract anything told from anything told: between buckets, and from the whole."""
    rows = SPACES.apply(parked(*((min(occupied, total), total) for occupied in counts)), SPACES.asked_at(NOON))
    numbers = {row.occupied_spaces for row in rows if row.occupied_spaces is not None}
    for one in numbers:
        for other in {*numbers, total}:
            assert not 0 < abs(one - other) < SPACES.k


@given(st.integers(10, 300))
def test_at_least_k_counts_look_like_every_count_below_k(total: int) -> None:
    """Where fewer than k are taken or free, the row fits no fewer than k counts."""
    seen: dict[Any, list[int]] = {}
    every = SPACES.apply(parked(*((occupied, total) for occupied in range(total + 1))), SPACES.asked_at(NOON))
    for occupied, row in enumerate(every):
        seen.setdefault((row.occupied_spaces, row.band), []).append(occupied)
    for alike in seen.values():
        if any(occupied < SPACES.k or total - occupied < SPACES.k for occupied in alike):
            assert len(alike) >= SPACES.k


def test_asking_again_and_again_adds_no_precision() -> None:
    answer = parked((57, 100), (3, 40), (18, 19))
    first = list(SPACES.apply(answer, SPACES.asked_at(NOON)))
    assert all(list(SPACES.apply(answer, SPACES.asked_at(NOON))) == first for _again in range(100))


def test_buckets_end_on_the_quarter_and_are_old_enough() -> None:
    now = datetime(2026, 3, 2, 12, 7, 31, tzinfo=UTC)
    assert SPACES.asked_at(now) == datetime(2026, 3, 2, 11, 45, tzinfo=UTC)
    ends = SPACES.buckets(now, timedelta(hours=24))
    assert ends[-1] == SPACES.asked_at(now)
    assert ends[0] == ends[-1] - timedelta(hours=24)
    assert len(ends) == 97


def test_the_minute_within_a_bucket_is_not_told() -> None:
    row = next(iter(SPACES.apply(parked((50, 100), at=NOON - 28 * MINUTE), SPACES.asked_at(NOON))))
    assert row.observed_at == NOON - 15 * MINUTE
    exact = next(iter(SPACES.apply(parked((50, 100), at=NOON - 15 * MINUTE), SPACES.asked_at(NOON))))
    assert exact.observed_at == NOON - 15 * MINUTE


def test_cameras_of_a_cell_are_one_row_with_their_number_and_nothing_else() -> None:
    answer = cameras((105.8500, 21.0300), (105.8501, 21.0301), (105.87, 21.05), (None, None))
    published = CELLS.apply(answer, NOON)
    assert set(published.columns) == {"id", "lon", "lat", "count", "cell_m", "geometry"}
    assert sorted(published["count"].tolist()) == [1, 1, 2]
    assert CELLS.kept_by(published, NOON)
    for lon in published["lon"].tolist():
        assert lon not in answer["lon"].tolist()


def test_a_place_finer_than_its_cell_breaks_the_promise() -> None:
    published = CELLS.apply(cameras((105.85, 21.03)), NOON)
    assert not CELLS.kept_by(published.with_columns(lon=published["lon"] + 1e-6), NOON)
    assert not CELLS.kept_by(published.with_columns(azimuth_deg=np.array([90.0])), NOON)


def cameras(*places: tuple[float | None, float | None]) -> Table:
    rows = [(f"cam-{n}", f"Secret corner {n}", lon, lat, 90.0, 1.0) for n, (lon, lat) in enumerate(places)]
    return Table.of(rows, id="s", name="s", lon="f", lat="f", azimuth_deg="f", online="f")


@given(st.floats(-179, 179), st.floats(-80, 80))
def test_a_cell_holds_its_places_and_its_middle_and_is_as_wide_as_it_says(lon: float, lat: float) -> None:
    cell = CELLS.cell(lon, lat)
    middle = CELLS.centre(*cell)
    assert CELLS.cell(*middle) == cell
    assert abs(middle[1] - lat) * 111_320 <= 250.001
    assert abs(middle[0] - lon) * 111_320 * cos(radians(lat)) <= 252


@given(st.permutations([(105.85, 21.03), (105.86, 21.04), (105.8502, 21.0302), (105.7, 20.9)]))
def test_the_grid_does_not_move_with_what_stands_in_it(places: list[tuple[float, float]]) -> None:
    whole = {row.id: row.count for row in CELLS.apply(cameras(*places), NOON)}
    assert whole == {row.id: row.count for row in CELLS.apply(cameras(*sorted(places)), NOON)}
    without = {row.id: row.count for row in CELLS.apply(cameras(*places[1:]), NOON)}
    assert sum(whole.values()) - sum(without.values()) == 1
    assert set(without) <= set(whole)


def test_a_building_crosses_over_as_it_is_and_nothing_beside_it() -> None:
    answer = Table.of([("b", 12.0, "owner", 1)], id="s", height_m="f", owner="s", revision="i")
    assert AsItIs().apply(answer, NOON).columns == ("id", "height_m", "revision")


# --- vehicles on the street -----------------------------------------------------------------------------------------


def counted(*rows: tuple[str, float | None, datetime]) -> Table:
    told = [(one, us(at), value, "good" if value is not None else "missing") for one, value, at in rows]
    return Table.of(told, id="s", observed_at="t", value="f", quality="s")


counts = st.lists(st.tuples(st.sampled_from("abc"), st.none() | st.floats(0, 500), st.integers(0, 120)), max_size=60)


@given(counts)
def test_no_bucket_of_vehicles_tells_fewer_than_k_or_differs_by_fewer(
    rows: list[tuple[str, float | None, int]],
) -> None:
    readings = counted(*((one, value, NOON - minutes * MINUTE) for one, value, minutes in rows))
    told = STREETS.buckets(readings, STREETS.asked_at(NOON))
    assert STREETS.kept_by(told, NOON)
    known = sorted(told["value"][~np.isnan(told["value"])].tolist())
    assert all(value >= 10 for value in known)
    assert all(later == one or later - one >= 10 for one, later in pairwise(known))
    assert len(set(zip(told["id"], told["observed_at"].tolist(), strict=True))) == len(told)


def test_a_bucket_is_the_mean_of_its_counts_and_few_are_called_few() -> None:
    end = NOON - 15 * MINUTE
    readings = counted(
        ("a", 30.0, end), ("a", 50.0, end - 14 * MINUTE), ("b", 3.0, end), ("c", None, end), ("a", 999.0, NOON)
    )
    told = {row.id: row for row in STREETS.buckets(readings, STREETS.asked_at(NOON))}
    assert {one: (row.value, row.band, row.quality) for one, row in told.items()} == {
        "a": (40.0, "", "good"),
        "b": (None, "few", "good"),
        "c": (None, "", "missing"),
    }
    assert {row.observed_at for row in told.values()} == {end}


def test_a_bucket_with_a_doubtful_count_is_doubtful() -> None:
    readings = counted(("a", 30.0, NOON - 20 * MINUTE), ("a", 30.0, NOON - 21 * MINUTE))
    readings = readings.with_columns(quality=np.array(["good", "suspect"], dtype=object))
    (row,) = STREETS.buckets(readings, STREETS.asked_at(NOON))
    assert (row.value, row.quality) == (30.0, "suspect")


def test_the_newest_count_is_told_late_and_never_exactly() -> None:
    asked = STREETS.asked_at(NOON)
    told = list(STREETS.apply(measured(("a", 47.0, NOON - 16 * MINUTE), ("b", 47.0, NOON)), asked))
    assert [(row.value, row.observed_at) for row in told] == [(40.0, asked), (None, None)]
    assert not set(told[0]._fields) & PRIVATE


@pytest.mark.parametrize("value", [47.0, 9.0])
def test_a_table_that_tells_a_count_as_it_is_would_be_noticed(value: float) -> None:
    told = STREETS.apply(measured(("a", 47.0, NOON - 30 * MINUTE)), STREETS.asked_at(NOON))
    assert STREETS.kept_by(told, NOON)
    assert not STREETS.kept_by(told.with_columns(value=np.array([value])), NOON)
    early = np.array([np.datetime64(NOON.replace(tzinfo=None), "us")])
    assert not STREETS.kept_by(told.with_columns(observed_at=early), NOON)
