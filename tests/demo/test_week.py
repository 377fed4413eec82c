"""Rain, river, wind and smoke: causes come before their effects, and near places agree more than far ones."""

from datetime import UTC, datetime

import numpy as np
import pytest

from data_access.metres import Plane
from data_access.records import About
from demo import rain, river
from demo.days import Days, town_days
from demo.luck import patch
from demo.rain import Storm, storms
from demo.smoke import Fire, smoke
from demo.town import LAT, LON, SEED
from demo.wind import wind
from tests.demo.test_days import MONDAY, WEEK, mean, measuring

TOWN = town_days(SEED)
MONTH = MONDAY + np.arange(0, 28 * 86_400, 300)
MINUTES = np.arange(-60, 12 * 60, 1) * 60.0


def place(about: About) -> tuple[float, float]:
    return Plane(LON, LAT).point(about.lon, about.lat)


def later(first: np.ndarray, second: np.ndarray, step_min: float, most_min: float) -> float:
    """By how many minutes the second follows the first: where both agree best."""
    steps = int(most_min / step_min)
    a, b = first - first.mean(), second - second.mean()
    agreement = {
        lag: np.corrcoef(a[max(0, -lag) : len(a) - max(0, lag)], b[max(0, lag) : len(b) - max(0, -lag)])[0, 1]
        for lag in range(-steps, steps + 1)
    }
    return max(agreement, key=lambda lag: agreement[lag]) * step_min


def gauges() -> list[About]:
    """The gauges of the river, from its mouth upwards."""
    main = [about for about in measuring("water_level_m", river="main") if about.device_id not in TOWN.ill.never]
    return sorted(main, key=TOWN.to_sea_m)


def level(about: About, at: np.ndarray, town: Days = TOWN) -> np.ndarray:
    """What the gauge would say if it never fell silent."""
    return river.level(SEED, "main", town.to_sea_m(about), town.edge_m, at, town.raised)


# --- rain and river --------------------------------------------------------------------------------------------------


def test_rain_comes_before_the_river_rises() -> None:
    fallen = mean("rain_mm_h", MONTH)
    top = level(gauges()[-1], MONTH) - river.tide(TOWN.to_sea_m(gauges()[-1]), MONTH)
    assert 30 <= later(fallen, top, 5, 360) <= 240
    # the same told backwards is seen to be wrong
    assert later(fallen[::-1], top[::-1], 5, 360) <= -30


def test_the_rain_of_another_seed_says_nothing_about_the_river() -> None:
    fallen = np.mean([rain.showering(SEED + 1, *place(about), MONTH) for about in measuring("rain_mm_h")], axis=0)
    own = np.mean([rain.rain(SEED, *place(about), MONTH) for about in measuring("rain_mm_h")], axis=0)
    top = level(gauges()[-1], MONTH + 5400) - river.tide(TOWN.to_sea_m(gauges()[-1]), MONTH + 5400)
    assert np.corrcoef(own, top)[0, 1] > 0.5 > abs(np.corrcoef(fallen, top)[0, 1]) + 0.2


def test_the_flood_passes_upstream_gauges_first() -> None:
    storm = storms(SEED, MONTH[0], MONTH[-1])[1]
    at = storm.begin + MINUTES
    ways = [TOWN.to_sea_m(about) for about in gauges()[:: max(1, len(gauges()) // 5)]]
    crests = [at[river.flood(SEED, "main", way, TOWN.edge_m, at).argmax()] - storm.begin for way in ways]
    assert sorted(crests, reverse=True) == crests
    assert crests[0] > crests[-1] + 0.5 * (ways[-1] - ways[0]) / river.WAVE_M_S
    assert 30 * 60 < crests[-1] < 4 * 3600


def test_the_tide_is_strong_at_the_mouth_and_weak_and_late_upstream() -> None:
    mouth, top = (river.tide(metres, WEEK) for metres in (0.0, 4_000.0))
    assert np.ptp(mouth) > 1.5 * np.ptp(top) > 0.2
    assert 5 <= later(mouth, top, 5, 120) <= 60


def test_canals_answer_a_storm_sooner_than_the_river() -> None:
    for storm in storms(SEED, MONTH[0], MONTH[-1]):
        at = storm.begin + MINUTES
        crests = {water: at[river.swollen(SEED, water, at).argmax()] for water in river.BEDS}
        assert crests["canal"] + 600 < crests["main"]


def test_it_rains_on_some_days_only_and_showers_wander() -> None:
    fallen = mean("rain_mm_h", MONTH)
    assert 0.03 < (fallen > 0.1).mean() < 0.3
    dry_days = (fallen.reshape(-1, 288).max(axis=1) < 0.1).sum()
    assert 5 <= dry_days <= 24
    born = rain.showers(SEED, int(MONTH[0] // 86_400))
    numbers = [rain.showers(SEED, int(MONTH[0] // 86_400) + day) for day in range(28)]
    speeds = np.concatenate([np.hypot(one.east_m_s, one.north_m_s) for one in (born, *numbers)])
    assert len(speeds) > 20
    assert 2 < np.median(speeds) < 12


def test_one_storm_begins_within_any_seven_days() -> None:
    begins = np.array([storm.begin for storm in storms(SEED, MONDAY, MONDAY + 365 * 86_400)])
    assert (np.diff(begins) < 7 * 86_400).all()
    assert (np.diff(begins) > 5 * 86_400).all()


# --- neighbours ------------------------------------------------------------------------------------------------------


def test_what_differs_over_the_town_differs_in_patches() -> None:
    def around(metres: float) -> np.ndarray:
        """How far this place agrees with those on a circle around it."""
        turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
        ring = [patch(SEED, "dust", metres * np.cos(t), metres * np.sin(t), MONTH, 4_000, 4_200) for t in turns]
        return np.corrcoef([here, *ring])[0, 1:]

    here = patch(SEED, "dust", 0, 0, MONTH, 4_000, 4_200)
    assert around(150).min() > 0.9
    assert around(2_500).mean() < 0.4
    assert 0.3 < np.ptp(here) < 3


@pytest.mark.parametrize(("metric", "at"), [("pm25_ug_m3", MONTH[:2016]), ("rain_mm_h", MONTH)])
def test_neighbours_agree_more_than_places_far_apart(metric: str, at: np.ndarray) -> None:
    ill = {*TOWN.ill.never, *TOWN.ill.tired}
    there = [about for about in measuring(metric) if about.device_id not in ill]
    told = np.ma.masked_invalid([TOWN.values(about, at)[metric] for about in there])
    agreement = np.ma.corrcoef(told)
    places = np.array([place(about) for about in there])
    away = np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1))
    pairs = np.triu_indices(len(there), 1)

    def nearer(away: np.ndarray) -> float:
        """How much more the pairs agree that lie near each other than those far apart."""
        near, far = np.quantile(away[pairs], (0.05, 0.7))
        return float(agreement[pairs][away[pairs] < near].mean() - agreement[pairs][away[pairs] > far].mean())

    assert nearer(away) > 0.08
    mixed = np.random.default_rng(3).permutation(len(there))  # the same sensors, each said to stand where another does
    assert abs(nearer(away[np.ix_(mixed, mixed)])) < 0.04


# --- wind and smoke --------------------------------------------------------------------------------------------------


def smelt(metres_downwind: float, at: np.ndarray, fire: Fire) -> np.ndarray:
    east, north = (float(part.mean()) for part in wind(SEED, at[(at > fire.begin) & (at < fire.begin + 1800)]))
    length = np.hypot(east, north)
    x, y = fire.x + metres_downwind * east / length, fire.y + metres_downwind * north / length
    return smoke(SEED, x, y, at, (), (fire,))


def test_smoke_reaches_downwind_sensors_later_and_thinner_and_upwind_ones_not_at_all() -> None:
    begin = MONDAY + 13.5 * 3600  # the sea breeze blows steadily
    fire = Fire(0, 0, begin, begin + 5400, 2.6e6)
    at = begin + np.arange(-1800, 9000, 30)
    assert np.hypot(*wind(SEED, at)).min() > 0.8
    near, far, upwind = (smelt(metres, at, fire) for metres in (400, 1600, -400))
    speed = float(np.hypot(*wind(SEED, at[(at > begin) & (at < begin + 1800)])).mean())
    arrived = [at[np.flatnonzero(told > 0.2 * told.max())[0]] - begin for told in (near, far)]
    assert 0 < arrived[0] < arrived[1]
    assert 0.4 < (arrived[1] - arrived[0]) / (1200 / speed) < 1.8
    assert near.max() > 2 * far.max() > 6
    assert upwind.max() < 0.02 * near.max()
    assert smoke(SEED, 400, 0, at, (), ()).max() == 0


def test_a_burning_house_is_smelt_by_the_sensors_around_it() -> None:
    class Smokeless(Days):
        def _fires(self, _at: np.ndarray) -> list[Fire]:
            return []

    air = measuring("pm25_ug_m3")
    felt = [
        np.nanmax(
            TOWN.values(about, WEEK)["pm25_ug_m3"] - Smokeless(TOWN.abouts, SEED).values(about, WEEK)["pm25_ug_m3"]
        )
        for about in air[::4]
        if about.device_id not in TOWN.ill.never
    ]
    assert 4 < max(felt) < 400
    assert min(felt) >= 0


# --- a storm on demand -----------------------------------------------------------------------------------------------


def test_a_storm_begins_now_and_raises_the_river_over_hours_not_at_once() -> None:
    begin = storms(SEED, MONDAY, MONDAY + 7 * 86_400)[0].begin + 3 * 86_400  # far from those of the calendar
    stormy = TOWN.with_storm(Storm(begin))
    at = begin + MINUTES
    wet = measuring("rain_mm_h")[3]
    before = at < begin
    for about in (wet, measuring("noise_db")[0], measuring("temperature_c")[0]):
        for metric, told in stormy.values(about, at[before]).items():
            assert np.array_equal(told, TOWN.values(about, at[before])[metric], equal_nan=True)
    fallen = rain.rain(SEED, *place(wet), at, stormy.raised)
    assert fallen[at < begin + 120].max() < 8
    assert fallen[(at > begin + 1500) & (at < begin + 4500)].max() > 25
    risen = level(gauges()[-1], at, stormy) - level(gauges()[-1], at)
    assert abs(risen[at < begin + 900]).max() < 0.05
    assert 1.0 < risen.max() < 4
    assert 3600 < at[risen.argmax()] - begin < 4 * 3600
    assert abs(np.diff(risen)).max() < 0.06  # no minute brings a jump


def test_a_storm_blows_cools_and_keeps_people_at_home() -> None:
    begin = datetime(2026, 3, 4, 10, 0, tzinfo=UTC).timestamp()  # five in the afternoon
    stormy = TOWN.with_storm(Storm(begin))
    at = begin + np.arange(40 * 60, 80 * 60, 300)
    assert np.hypot(*wind(SEED, at, stormy.raised)).mean() > np.hypot(*wind(SEED, at)).mean() + 6

    def told(metric: str, town: Days) -> float:
        return float(np.nanmean([town.values(about, at)[metric] for about in measuring(metric)]))

    assert told("temperature_c", stormy) < told("temperature_c", TOWN) - 3
    assert told("humidity_pct", stormy) > told("humidity_pct", TOWN) + 5
    assert told("vehicle_count", stormy) < 0.8 * told("vehicle_count", TOWN)
    assert told("pm25_ug_m3", stormy) < told("pm25_ug_m3", TOWN) - 5
