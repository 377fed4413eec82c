"""Recorded series: the fast way in must leave behind what the slow way does, and leave others their turn."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access import keeper, keyframes, series
from data_access import writer as writers
from data_access.queries import Changed, Latest
from data_access.records import QUALITIES, About, Packet, Reading
from data_access.schema import microseconds
from data_access.store import CityStore
from data_access.writer import CityWriter, Message, Series
from tests.data_access.test_store_history import empty
from tests.small_city import NOON, url_of

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PM25, NO2 = Latest("pm25_ug_m3"), Latest("no2_ug_m3")
TIMES = tuple(NOON + n * MINUTE for n in (-400, -20, -11, -5, 0, 3, 20))


@contextmanager
def city() -> Iterator[tuple[CityWriter, CityStore]]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty(), folder)
        writer = CityWriter.open(url_of(Path(folder)), clock=lambda: NOON)
        writer.declare([About("air-1", "Opera", "sensor", 105.8, 21.0, {"pm25_ug_m3": "µg/m³"}, 60.0)], "test")
        store = CityStore.open(url_of(Path(folder)))
        yield writer, store
        store.close()
        writer.close()


def told(device: str, metric: str, rows: list[tuple[datetime, timedelta, float | None, str]]) -> Series:
    return Series(
        device,
        metric,
        np.array([microseconds(at) for at, *_ in rows], dtype=np.int64),
        np.array([microseconds(at + delay) for at, delay, *_ in rows], dtype=np.int64),
        np.array([np.nan if value is None else value for *_, value, _ in rows]),
        np.array([QUALITIES.index(quality) for *_, quality in rows], dtype=np.uint8),  # type: ignore[arg-type]  # a word of these
    )


def one_by_one(many: list[Series]) -> Iterator[tuple[Reading, datetime]]:
    """The same as readings, in the order of time within each series, as the fast way takes them."""
    epoch = NOON - timedelta(microseconds=microseconds(NOON))
    for one in many:
        for place in np.argsort(one.observed_at, kind="stable").tolist():
            at, received = (epoch + timedelta(microseconds=int(c[place])) for c in (one.observed_at, one.received_at))
            value = None if np.isnan(one.value[place]) else float(one.value[place])
            yield Reading(one.device_id, one.metric, value, at, QUALITIES[one.quality[place]]), received


def left_behind(writer: CityWriter, store: CityStore) -> dict[str, Any]:
    """All that anyone can ask for, without the numbers of commits."""
    page, after = store.readings(None, None, None, None, limit=10_000)
    assert after is None
    health = store.health()
    reasons: Counter[str] = Counter()
    for entry in writer.quarantined():
        reasons[entry["reason"]] += entry["count"]
    answers = [store.answer(question, at) for question in (PM25, NO2) for at in (None, *TIMES)]
    tables = [page, *answers]
    return {
        "tables": [[{n: v for n, v in row._asdict().items() if n != "revision"} for row in table] for table in tables],
        "counts": (health.stored, health.duplicates, health.quarantined),
        "first": store.first_fact(),
        "reasons": reasons,
    }


rows = st.tuples(
    st.integers(-15, 5).map(lambda n: NOON + n * MINUTE) | st.just(datetime(1999, 1, 1, tzinfo=NOON.tzinfo)),
    st.sampled_from([timedelta(0), SECOND, -30 * SECOND, -61 * SECOND, HOUR]),
    st.sampled_from([0.0, 1.5, None, float("inf")]),
    st.sampled_from(["good", "suspect", "invalid"]),
)
a_series = st.builds(
    told,
    st.sampled_from(["air-1", "stranger", "nul\0"]),
    st.sampled_from(["pm25_ug_m3", "no2_ug_m3", "$online"]),
    st.lists(rows, max_size=12),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(a_series, max_size=4), st.lists(a_series, max_size=3), st.sampled_from([1, 3, 2000]), st.booleans())
def test_series_leave_behind_what_their_readings_would_one_by_one(
    before: list[Series], many: list[Series], piece: int, framed: bool
) -> None:
    piece_before, series.PIECE = series.PIECE, piece
    pause, writers.PAUSE_S = writers.PAUSE_S, 0.0
    few, keyframes.FEW = keyframes.FEW, 0
    least, keeper.LEAST = keeper.LEAST, 2
    try:
        with city() as (fast, fast_store), city() as (slow, slow_store):
            for writer in (fast, slow):
                writer.bulk(one_by_one(before))
                if framed:
                    writer.keep_keyframes(NOON + HOUR)
            stored = fast.bulk_series(many)
            assert stored == slow.bulk(one_by_one(many))
            found, wanted = left_behind(fast, fast_store), left_behind(slow, slow_store)
            whole = all("\0" not in one.device_id and one.metric[0] != "$" for one in many)
            if not whole:  # a series that nobody can keep is refused once, not once a reading
                for told_of in (found, wanted):
                    del told_of["reasons"]
                    told_of["counts"] = told_of["counts"][:2]
            assert found == wanted
            fast.keep_keyframes(NOON + 2 * HOUR)
            assert left_behind(fast, fast_store)["tables"] == wanted["tables"]
    finally:
        series.PIECE, writers.PAUSE_S, keyframes.FEW, keeper.LEAST = piece_before, pause, few, least


def week(device: str, days: float = 1.0, value: float = 1.0) -> Series:
    observed = microseconds(NOON) - 300_000_000 * np.arange(int(days * 288), 0, -1)
    return Series(device, "pm25_ug_m3", observed, observed + 80_000, np.full(len(observed), value))


def test_the_newest_reading_of_a_series_is_now_and_its_change_is_told() -> None:
    with city() as (writer, store):
        revision = store.revision()
        assert writer.bulk_series([week("air-1")]) == 288
        (row,) = store.answer(PM25)
        assert (row.value, row.observed_at, row.quality) == (1.0, NOON - 5 * MINUTE, "good")
        assert [row.id for row in store.answer(Changed(PM25, revision))] == ["air-1"]
        assert store.first_fact() == NOON - 24 * HOUR
        revision = store.revision()
        assert writer.bulk_series([week("air-1")]) == 0
        assert (store.health().duplicates, store.revision()) == (288, revision)
        assert writer.bulk_series([week("air-1", 2.0, 1.0)]) == 288  # an older day beside the one that is there
        assert len(store.answer(Changed(PM25, revision))) == 0


def test_another_value_in_a_series_never_takes_the_place_of_the_first() -> None:
    with city() as (writer, store):
        writer.bulk_series([week("air-1", 0.02)])
        assert writer.bulk_series([week("air-1", 0.02, 7.0)]) == 0
        assert store.answer(PM25)["value"].tolist() == [1.0]
        kept = writer.quarantined()
        assert len(kept) == store.health().quarantined == 5
        assert {entry["source"] for entry in kept} == {"series"}
        assert b'"device": "air-1"' in kept[0]["raw"]
        assert kept[0]["reason"].startswith("another value stands at 2026-03-02T0")


def test_a_series_that_comes_after_its_keyframes_is_right_at_once_and_after_the_worker_came_round() -> None:
    with city() as (writer, store):
        writer.bulk_series([week("air-1"), *(week(f"other-{n}") for n in range(70))])
        writer.declare([About("late", "Late", "sensor", 105.8, 21.0, {"pm25_ug_m3": "µg/m³"}, 60.0)], "more")
        assert writer.keep_keyframes(NOON) > 1
        writer.bulk_series([week("late", 0.5, 9.0)])
        moments = [NOON - hours * HOUR - MINUTE for hours in (1, 5, 11, 13)]
        before, keyframes.FEW = keyframes.FEW, 0
        try:
            for _round in range(2):
                assert [store.answer(PM25, at)["value"][1] for at in moments[:3]] == [9.0] * 3
                assert np.isnan(store.answer(PM25, moments[3])["value"][1])
                writer.keep_keyframes(NOON)
            with store._reading() as connection:
                assert connection.exec_driver_sql("SELECT count(*) FROM late").scalar_one() == 0
        finally:
            keyframes.FEW = before


def test_others_have_their_turn_while_a_series_comes_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "FIRST_ROOM", 100)
    monkeypatch.setattr(writers, "MOST_ROOM", 100)
    monkeypatch.setattr(writers, "LEAST_ROOM", 100)
    monkeypatch.setattr(series, "PIECE", 100)
    writer, listener = CityWriter.open(url_of(tmp_path)), CityWriter.open(url_of(tmp_path))
    seen: list[tuple[int, int]] = []

    def live(looked_at: int) -> None:
        at = NOON + looked_at * SECOND
        packet = Packet((Reading("air-1", "pm25_ug_m3", 5.0, at),), "air-1")
        done = listener.commit([Message("cityglass/air-1/readings", b"", at, packet=packet)])
        seen.append((looked_at, done.stored))

    assert writer.bulk_series([week("air-2"), week("air-3")], live) == 576
    assert seen == [(looked_at, 1) for looked_at in (100, 200, 388, 488, 576)]
    listener.close()
    writer.close()


def test_an_import_that_was_broken_off_goes_on_when_it_is_made_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writers, "FIRST_ROOM", 100)
    monkeypatch.setattr(series, "PIECE", 100)

    def broken_off(looked_at: int) -> None:
        raise KeyboardInterrupt

    with city() as (writer, store):
        with pytest.raises(KeyboardInterrupt):
            writer.bulk_series([week("air-1"), week("air-2")], broken_off)
        assert store.health().stored == 100
        assert writer.bulk_series([week("air-1"), week("air-2")]) == 476
        assert (store.health().stored, store.health().quarantined) == (576, 0)


def test_columns_that_do_not_fit_are_refused_and_what_came_before_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    short = Series("air-2", "pm25_ug_m3", np.array([1, 2]), np.array([1, 2]), np.array([1.0]))
    seconds = week("air-3")
    beyond = Series("air-3", "pm25_ug_m3", seconds.observed_at * 1000, seconds.received_at, seconds.value)
    with city() as (writer, store):
        for wrong, words in ((short, "air-2 pm25_ug_m3: columns of different"), (beyond, "air-3 .* not in micro")):
            with pytest.raises(ValueError, match=words):
                writer.bulk_series([week("air-1"), wrong])
        assert (store.health().stored, store.health().duplicates) == (0, 0)
        monkeypatch.setattr(writers, "FIRST_ROOM", 100)
        with pytest.raises(ValueError, match="columns of different"):
            writer.bulk_series([week("air-1"), short])
        assert store.health().stored == 288
