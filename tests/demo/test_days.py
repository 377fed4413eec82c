"""The town's days: the same at every telling, with a rhythm, with neighbours that agree, and with failures."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.records import OVER, About
from demo.days import NEVER, TIRED, hour, speaks, values, weekend
from demo.incidents import LONGEST_S, life, told
from demo.town import town

SEED = 7
MONDAY = datetime(2026, 3, 1, 17, tzinfo=UTC).timestamp()  # Monday, 2 March, midnight in the town
DAY = MONDAY + np.arange(0, 86_400, 300)
ABOUTS = {about.device_id: about for about in town(SEED).abouts}
AIR = [about for about in ABOUTS.values() if about.kind == "sensor"]
PARKING = {about.name: about for about in ABOUTS.values() if about.kind == "parking"}


def at_hours(numbers: np.ndarray, start: float, end: float) -> np.ndarray:
    hours = hour(DAY)
    return numbers[(hours >= start) & (hours < end)]


@given(
    st.sampled_from(sorted(ABOUTS)), st.lists(st.floats(1.6e9, 2.0e9), min_size=1, max_size=5), st.integers(0, 2**31)
)
def test_an_instant_has_one_value_whoever_asks_with_what_else(device: str, moments: list[float], seed: int) -> None:
    together = values(ABOUTS[device], np.array(moments), seed)
    for place, moment in enumerate(moments):
        alone = values(ABOUTS[device], np.array([moment]), seed)
        for metric, numbers in together.items():
            assert np.array_equal(numbers[place : place + 1], alone[metric], equal_nan=True)


def test_another_seed_gives_other_days() -> None:
    first, second = (values(AIR[0], DAY, seed)["pm25_ug_m3"] for seed in (1, 2))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("about", ABOUTS.values(), ids=lambda about: about.device_id)
def test_values_stay_within_what_is_possible(about: About) -> None:
    year = np.arange(1.75e9, 1.75e9 + 365 * 86_400, 7_321)
    limits = {
        "pm25_ug_m3": (1, 150),
        "temperature_c": (5, 43),
        "humidity_pct": (35, 100),
        "frames_per_s": (10, 20),
        "occupied_spaces": (0, about.fields.get("total_spaces", 0)),
        "total_spaces": (about.fields.get("total_spaces", 0),) * 2,
    }
    for metric, numbers in values(about, year, SEED).items():
        told_of = numbers[~np.isnan(numbers)]
        least, most = limits[metric]
        assert ((told_of >= float(least)) & (told_of <= float(most))).all(), metric
        assert len(told_of) or about.device_id in NEVER


def test_the_air_is_worse_in_the_morning_rush_than_in_the_afternoon() -> None:
    days = [np.nanmean([values(about, DAY + day * 86_400, SEED)["pm25_ug_m3"] for about in AIR], 0) for day in range(4)]
    mean = np.mean(days, 0)
    assert at_hours(mean, 7, 8).mean() > 1.15 * at_hours(mean, 13, 15).mean()


def test_afternoons_are_warm_and_dry_and_nights_are_not() -> None:
    told_of = values(AIR[0], DAY, SEED)
    assert at_hours(told_of["temperature_c"], 13, 15).mean() > at_hours(told_of["temperature_c"], 2, 5).mean() + 3
    assert at_hours(told_of["humidity_pct"], 13, 15).mean() < at_hours(told_of["humidity_pct"], 2, 5).mean() - 8


def test_neighbouring_sensors_agree() -> None:
    steady = [about for about in AIR if about.device_id not in TIRED]
    days = MONDAY + np.arange(0, 3 * 86_400, 300)
    told_of = np.array([values(about, days, SEED)["pm25_ug_m3"] for about in steady])
    agreement = np.corrcoef(told_of)
    assert agreement[np.triu_indices(len(steady), 1)].min() > 0.8


def test_offices_fill_in_working_hours_and_homes_at_night() -> None:
    office = values(PARKING["Hầm xe Tháp Gương"], DAY, SEED)["occupied_spaces"]
    home = values(PARKING["Bãi xe Bạch Đằng"], DAY, SEED)["occupied_spaces"]
    market = values(PARKING["Bãi xe Chợ Cá"], DAY, SEED)["occupied_spaces"]
    assert at_hours(office, 9, 16).min() > 3 * at_hours(office, 1, 5).max()
    assert at_hours(home, 0, 4).mean() > 1.3 * at_hours(home, 9, 15).mean()
    assert at_hours(market, 6, 7).mean() > 2 * at_hours(market, 12, 14).mean()


def test_an_office_garage_is_emptier_at_the_weekend() -> None:
    garage = PARKING["Hầm xe Tháp Gương"]
    sunday = DAY + 6 * 86_400
    assert weekend(sunday).all()
    assert not weekend(DAY).any()
    assert (
        values(garage, sunday, SEED)["occupied_spaces"].max() < values(garage, DAY, SEED)["occupied_spaces"].max() / 2
    )


def test_values_move_within_a_minute() -> None:
    minute = MONDAY + np.arange(0, 60, 15)
    moved = [len(set(values(about, minute, SEED)["pm25_ug_m3"])) > 1 for about in AIR if about.device_id not in TIRED]
    assert sum(moved) > 0.9 * len(moved)


@given(st.floats(1.6e9, 2.0e9))
def test_at_any_time_a_few_devices_are_silent_and_most_are_not(moment: float) -> None:
    silent = {device for device, about in ABOUTS.items() if not speaks(about, np.array([moment]))[0]}
    assert silent >= NEVER
    assert any(device.startswith("air") for device in silent)
    assert any(device.startswith("cam") for device in silent)
    assert len(silent) <= len(TIRED) + len(NEVER)


def test_a_silent_device_says_nothing_rather_than_zero() -> None:
    week = MONDAY + np.arange(0, 7 * 86_400, 300)
    numbers = values(ABOUTS["air-09"], week, SEED)["pm25_ug_m3"]
    there = speaks(ABOUTS["air-09"], week)
    assert 0.3 < there.mean() < 0.7
    assert np.isnan(numbers[~there]).all()
    assert not np.isnan(numbers[there]).any()


def test_one_parking_site_never_reports() -> None:
    never = [
        device
        for device in ABOUTS
        if device.startswith("park") and np.isnan(values(ABOUTS[device], DAY, SEED)["occupied_spaces"]).all()
    ]
    assert never == ["park-15"]


@given(st.integers(500_000, 2_000_000), st.integers(0, 1_000))
def test_an_incident_lives_from_new_to_closed_in_order(number: int, seed: int) -> None:
    words = list(life(seed, number))
    assert [word.state for word in words] == ["new", "acknowledged", "assigned", "on_scene", "resolved", "closed"]
    assert sorted(word.at for word in words) == [word.at for word in words]
    assert (words[-1].at - words[0].at).total_seconds() < LONGEST_S
    assert len({(word.id, word.kind, word.lon, word.lat, word.title) for word in words}) == 1


def test_a_few_incidents_are_open_at_any_time() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    open_at = []
    for step in range(300):
        now = start + timedelta(minutes=17 * step)
        states = {word.id: word.state for word in told(SEED, now - timedelta(seconds=2 * LONGEST_S), now)}
        open_at.append(sum(state not in OVER for state in states.values()))
    assert min(open_at) >= 1
    assert max(open_at) <= 9


def test_new_incidents_come_at_a_rate_a_person_can_follow() -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    new = [word for word in told(SEED, start, start + timedelta(days=3)) if word.state == "new"]
    assert len(new) / (3 * 144) < 1  # one in ten minutes is what alarm standards call acceptable


@given(st.integers(0, 10_000), st.integers(1, 5_000), st.integers(1, 5_000))
def test_two_spans_tell_what_one_tells(start: int, first: int, second: int) -> None:
    begin = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=start)
    middle, end = begin + timedelta(minutes=first), begin + timedelta(minutes=first + second)
    assert told(SEED, begin, middle) + told(SEED, middle, end) == told(SEED, begin, end)
