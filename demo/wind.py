"""The wind over the town: from the sea by day, from the land by night, from the west in a storm."""

from functools import lru_cache

import numpy as np

from demo.clock import DAY, HOUR, MINUTE, Times, days, hour, swell
from demo.luck import wander
from demo.rain import Storm, mood

STEP_S = 60.0
REACH_S = 2 * HOUR  # how far back smoke remembers its way


def wind(seed: int, at: Times, raised: tuple[Storm, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """Where the wind blows to, east and north in m/s; one wind for the whole town."""
    hours = hour(at)
    sea = swell(hours, 14, 4.5)
    storm = mood(seed, 0.0, at, raised)
    calm = 1 - 0.7 * storm
    east = (0.9 - 3.6 * sea + 1.5 * wander(seed, "wind east", at, 7 * HOUR)) * calm
    north = (0.5 + 0.8 * sea + 1.6 * wander(seed, "wind north", at, 6 * HOUR)) * calm
    gust = 1 + 0.25 * wander(seed, "gust", at, 3 * MINUTE)
    return (east + 14 * storm) * gust, (north - 5 * storm) * gust


def speed(seed: int, at: Times, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """In m/s."""
    blown: np.ndarray = np.hypot(*wind(seed, at, raised))
    return blown


def blown(seed: int, since: Times, at: Times, raised: tuple[Storm, ...] = ()) -> tuple[np.ndarray, np.ndarray]:
    """How far, east and north, the wind has carried what it took up at `since`, at most REACH_S before."""
    east, north = np.zeros(np.shape(at)), np.zeros(np.shape(at))
    day = np.floor(at / DAY)
    for one in days(float(np.min(at)), float(np.max(at))):
        here = day == one
        moments, ways = _way(seed, one, raised)
        for way, total in zip(ways, (east, north), strict=True):
            total[here] = np.interp(at[here], moments, way) - np.interp(since[here], moments, way)
    return east, north


@lru_cache(maxsize=128)
def _way(seed: int, day: int, raised: tuple[Storm, ...]) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """The way of a leaf that flies with the wind, from a little before this day to its end."""
    moments = np.arange(day * DAY - REACH_S, (day + 1) * DAY + 2 * STEP_S, STEP_S)
    east, north = wind(seed, moments, raised)
    return moments, (np.cumsum(east) * STEP_S, np.cumsum(north) * STEP_S)
