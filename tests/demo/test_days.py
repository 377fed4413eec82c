"""The town's days: the same at every telling, with a rhythm, with failures that are silence and not zero."""

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data_access.records import About
from demo.clock import hour, weekend
from demo.days import Days, town_days
from demo.rain import storms
from demo.town import SEED

MONDAY = datetime(2026, 3, 1, 17, tzinfo=UTC).timestamp()  # Monday, 2 March, midnight in the town
DAY = MONDAY + np.arange(0, 86_400, 300)
WEEK = MONDAY + np.arange(0, 7 * 86_400, 300)
TOWN = town_days(SEED)
ABOUTS = {about.device_id: about for about in TOWN.abouts}
KINDS = ("sensor", "camera", "parking")


def measuring(metric: str, **fields: str) -> list[About]:
    """The devices that measure this and stand in such a place."""
    return [
        about
        for about in TOWN.abouts
        if metric in about.metrics and all(about.fields.get(field) == told for field, told in fields.items())
    ]


def mean(metric: str, at: np.ndarray, abouts: list[About] | None = None) -> np.ndarray:
    told: np.ndarray = np.nanmean([TOWN.values(a, at)[metric] for a in abouts or measuring(metric)], axis=0)
    return told


def full(serves: str, at: np.ndarray) -> np.ndarray:
    """How full the sites of this kind are, 0 to 1."""
    sites = [site for site in measuring("occupied_spaces", serves=serves) if site.device_id not in TOWN.ill.never]
    shares = [TOWN.values(site, at)["occupied_spaces"] / float(site.fields["total_spaces"]) for site in sites]
    told: np.ndarray = np.nanmean(shares, axis=0)
    return told


def at_hours(numbers: np.ndarray, start: float, end: float, at: np.ndarray = DAY) -> np.ndarray:
    hours = hour(at)
    return numbers[(hours >= start) & (hours < end)]


# --- the same at every telling ---------------------------------------------------------------------------------------


@given(st.sampled_from(sorted(ABOUTS)), st.lists(st.floats(1.7700e9, 1.7726e9), min_size=1, max_size=5))
def test_an_instant_has_one_value_whoever_asks_with_what_else(device: str, moments: list[float]) -> None:
    together = TOWN.values(ABOUTS[device], np.array(moments))
    for place, moment in enumerate(moments):
        alone = TOWN.values(ABOUTS[device], np.array([moment]))
        for metric, numbers in together.items():
            assert np.array_equal(numbers[place : place + 1], alone[metric], equal_nan=True)


def test_whether_a_device_speaks_at_an_instant_does_not_depend_on_what_else_is_asked() -> None:
    some = WEEK[::53]
    for about in (*(ABOUTS[device] for device in TOWN.ill.tired), *TOWN.abouts[::37]):
        together = TOWN.speaks(about, some)
        assert [bool(TOWN.speaks(about, some[n : n + 1])[0]) for n in range(len(some))] == together.tolist()


def test_a_device_says_the_same_whatever_was_asked_before() -> None:
    asked, fresh = Days(TOWN.abouts, SEED), Days(TOWN.abouts, SEED)
    some = TOWN.abouts[::23]
    for about in some:
        asked.values(about, WEEK[::7])
    for about in some:
        for metric, numbers in fresh.values(about, DAY).items():
            assert np.array_equal(numbers, asked.values(about, DAY)[metric], equal_nan=True)


def test_another_seed_gives_other_days() -> None:
    about = measuring("noise_db")[0]
    first, second = (Days(TOWN.abouts, seed).values(about, DAY)["noise_db"] for seed in (1, 2))
    assert not np.array_equal(first, second, equal_nan=True)


# --- what is possible ------------------------------------------------------------------------------------------------

LIMITS = {
    "pm25_ug_m3": (1, 400),
    "no2_ug_m3": (1, 400),
    "noise_db": (35, 95),
    "temperature_c": (5, 43),
    "humidity_pct": (25, 100),
    "rain_mm_h": (0, 140),
    "water_level_m": (-0.5, 5.5),
    "vehicle_count": (0, 400),
    "frames_per_s": (10, 20),
}


STORM = storms(SEED, MONDAY, MONDAY + 7 * 86_400)[0].begin


@pytest.mark.parametrize("start", [STORM, *(MONDAY + month * 30.4 * 86_400 for month in range(0, 12, 3))])
def test_values_stay_within_what_is_possible(start: float) -> None:
    for about in TOWN.abouts:
        for metric, numbers in TOWN.values(about, start + np.arange(0, 86_400, 2_700)).items():
            told = numbers[~np.isnan(numbers)]
            total = float(about.fields.get("total_spaces", 0))
            least, most = LIMITS.get(metric, (total, total) if metric == "total_spaces" else (0, total))
            assert ((told >= least) & (told <= most)).all(), (about.device_id, metric, told.min(), told.max())


def test_every_device_says_each_metric_it_declares_and_no_other() -> None:
    for about in TOWN.abouts:
        told = TOWN.values(about, WEEK[::37])
        assert told.keys() == about.metrics.keys()
        spoken = ~np.isnan(list(told.values()))
        assert (spoken == spoken[0]).all(), about.device_id  # what it says it says together
        assert spoken.any() or about.device_id in TOWN.ill.never


# --- the rhythm ------------------------------------------------------------------------------------------------------


def test_the_streets_are_full_when_people_go_to_work_and_come_home() -> None:
    count = mean("vehicle_count", DAY)
    for start, end in ((7, 8), (17, 18.5)):
        assert at_hours(count, start, end).mean() > 1.3 * at_hours(count, 13.5, 15.5).mean()
    assert at_hours(count, 1, 4).mean() < 0.2 * at_hours(count, 7, 8).mean()


def test_weekends_differ_from_working_days() -> None:
    counts = mean("vehicle_count", WEEK)
    ended = weekend(WEEK)
    working, free = (at_hours(counts[days], 7, 8, WEEK[days]).mean() for days in (~ended, ended))
    assert free < 0.6 * working
    garage = full("office", WEEK)
    assert garage[ended].max() < 0.6 * garage[~ended].max()
    assert at_hours(full("evening", WEEK)[ended], 18, 21, WEEK[ended]).mean() > 0.75


def test_traffic_makes_noise_and_exhaust() -> None:
    count = mean("vehicle_count", DAY)
    for metric in ("noise_db", "no2_ug_m3"):
        assert np.corrcoef(mean(metric, DAY), count)[0, 1] > 0.75
    for metric, more in (("noise_db", 4), ("no2_ug_m3", 8), ("vehicle_count", 8)):
        places = sorted(measuring(metric), key=lambda about: float(about.fields["traffic"]))
        third = len(places) // 3
        assert mean(metric, DAY, places[-third:]).mean() > mean(metric, DAY, places[:third]).mean() + more


def test_afternoons_are_warm_and_dry_and_nights_are_not() -> None:
    days = [mean(metric, WEEK[:576]) for metric in ("temperature_c", "humidity_pct")]
    warm, damp = (day.reshape(-1, 288).mean(axis=0) for day in days)
    assert at_hours(warm, 13, 15).mean() > at_hours(warm, 2, 5).mean() + 3
    assert at_hours(damp, 13, 15).mean() < at_hours(damp, 2, 5).mean() - 8


def test_offices_fill_in_working_hours_and_homes_at_night() -> None:
    office, home = full("office", DAY), full("home", DAY)
    assert at_hours(office, 9.5, 15.5).min() > 3 * at_hours(office, 1, 5).max()
    assert 9 <= hour(DAY)[office.argmax()] <= 16
    assert at_hours(home, 0, 4).mean() > 1.3 * at_hours(home, 9, 15).mean()


def test_markets_fill_at_dawn() -> None:
    market = full("market", WEEK)
    for day in range(7):
        today = slice(day * 288, (day + 1) * 288)
        assert 4.5 <= hour(WEEK[today])[market[today].argmax()] <= 8
    assert at_hours(market, 5.5, 7, WEEK).mean() > 2 * at_hours(market, 12, 14, WEEK).mean()


def test_values_move_within_a_minute() -> None:
    minute = MONDAY + 9 * 3600 + np.arange(0, 60, 15)
    air = measuring("pm25_ug_m3")
    moved = [len(set(TOWN.values(about, minute)["pm25_ug_m3"])) > 1 for about in air]
    assert sum(moved) > 0.85 * len(moved)


# --- what goes wrong -------------------------------------------------------------------------------------------------


@given(st.floats(1.6e9, 2.0e9))
@settings(max_examples=25)
def test_at_any_time_some_devices_are_silent_and_most_are_not(moment: float) -> None:
    silent = [about for about in TOWN.abouts if not TOWN.speaks(about, np.array([moment]))[0]]
    assert {about.device_id for about in silent} >= TOWN.ill.never
    for kind in ("sensor", "camera"):
        assert [about for about in silent if about.kind == kind and about.device_id not in TOWN.ill.never]
    assert len(silent) < 0.15 * len(TOWN.abouts)


def test_a_silent_device_says_nothing_rather_than_zero() -> None:
    for device in TOWN.ill.tired:
        there = TOWN.speaks(ABOUTS[device], WEEK)
        assert 0.2 < there.mean() < 0.7
        for numbers in TOWN.values(ABOUTS[device], WEEK).values():
            assert np.isnan(numbers[~there]).all()
            assert not np.isnan(numbers[there]).any()


def test_zero_is_said_where_it_is_true() -> None:
    # the control of the test above: a dry gauge speaks, and what it says is 0
    gauges = [TOWN.values(about, WEEK)["rain_mm_h"] for about in measuring("rain_mm_h")]
    assert all((told == 0).mean() > 0.5 for told in gauges if not np.isnan(told).all())


def test_a_few_devices_never_spoke_and_cameras_go_dark() -> None:
    kinds = [ABOUTS[device].kind for device in TOWN.ill.never]
    assert {kind: kinds.count(kind) for kind in KINDS} == {"sensor": 2, "camera": 1, "parking": 1}
    dark = [1 - TOWN.speaks(about, WEEK).mean() for about in TOWN.abouts if about.kind == "camera"]
    assert 5 < sum(share > 0 for share in dark) < 0.6 * len(dark)


def test_outages_begin_and_end_at_any_time_and_are_rare() -> None:
    month = MONDAY + np.arange(0, 30 * 86_400, 900)
    steady = [a for a in TOWN.abouts if a.device_id not in TOWN.ill.tired and a.device_id not in TOWN.ill.never]
    there = np.array([TOWN.speaks(about, month) for about in steady])
    assert 0.005 < 1 - there.mean() < 0.04
    ends = np.flatnonzero((~there[:, :-1] & there[:, 1:]).any(axis=0))
    assert len(set((ends % 96).tolist())) > 48  # in more than half of the day's quarters of an hour


def test_a_stuck_sensor_repeats_itself_and_the_others_do_not() -> None:
    month = MONDAY + np.arange(0, 30 * 86_400, 900)
    repeats = []
    for about in measuring("noise_db"):
        told = TOWN.values(about, month)["noise_db"]
        told = told[~np.isnan(told)]
        same = np.flatnonzero(np.diff(told)) if len(told) else np.array([], dtype=int)
        repeats.append(int(np.diff(same).max()) if len(same) > 1 else 0)
    assert 1 <= sum(repeat >= 7 for repeat in repeats) < 0.5 * len(repeats)  # two hours and more


def test_a_few_sensors_drift_away_from_their_neighbours_until_they_are_serviced() -> None:
    quarter = MONDAY + np.arange(0, 120 * 86_400, 18 * 3600)
    air = [about for about in measuring("no2_ug_m3") if about.device_id not in TOWN.ill.never]
    ratios = np.ma.masked_invalid([TOWN.values(about, quarter)["no2_ug_m3"] for about in air])
    ratios /= np.ma.median(ratios, axis=0)
    months = np.ma.median(ratios.reshape(len(air), 8, -1), axis=2)  # of fifteen days each
    wide = np.log(months.max(axis=1) / months.min(axis=1))
    assert 1 <= (wide > 0.35).sum() < 0.2 * len(air)
