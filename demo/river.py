"""The water: rain on the hills comes down the river hours later, upstream before downstream, and meets the tide.

Canals and the stream from the hillside answer the rain on the town itself, sooner and less.
"""

import math
from functools import lru_cache

import numpy as np
from msgspec import Struct

from demo.clock import DAY, HOUR, MINUTE, Times, days
from demo.luck import wander
from demo.rain import Storm, mood, rain

STEP_S = 600.0
# Where it rains for the river, in metres from the middle of the town: the hills in the west.
HILLS = ((-5_500.0, 700.0), (-9_500.0, -1_200.0), (-14_000.0, 1_500.0), (-19_000.0, -400.0))
STREETS = ((-1_500.0, 300.0), (0.0, 0.0), (900.0, -700.0))
MEMORY_STEPS = int(30 * HOUR / STEP_S)
WAVE_M_S = 1.2
TIDE_REACH_M = 4_500.0


class Bed(Struct, frozen=True):
    """How a water answers rain: where it falls, how soon the first arrives, how fast and slow it drains, how much."""

    catchment: tuple[tuple[float, float], ...]
    dead_s: float
    fast_s: float
    slow_s: float
    rise_m_per_mm_h: float


BEDS = {
    "main": Bed(HILLS, 25 * MINUTE, 45 * MINUTE, 4 * HOUR, 0.075),
    "tributary": Bed(STREETS, 10 * MINUTE, 20 * MINUTE, 2 * HOUR, 0.024),
    "canal": Bed(STREETS, 6 * MINUTE, 15 * MINUTE, 3 * HOUR, 0.012),
}


def level(
    seed: int, water: str, to_sea_m: float, edge_m: float, at: Times, raised: tuple[Storm, ...] = ()
) -> np.ndarray:
    """The water's height over the gauges' zero, in m, so many metres above the mouth.

    The river's flood enters the town at `edge_m` above the mouth.
    """
    ground = 0.85 + 0.25 * _up(to_sea_m, edge_m) + 0.12 * wander(seed, "low water", at, 3 * DAY)
    surge = 0.35 * mood(seed, 0.0, at - 30 * MINUTE, raised) * math.exp(-to_sea_m / TIDE_REACH_M)
    waves = 0.006 * wander(seed, f"waves {to_sea_m:.0f}", at, 90)
    risen: np.ndarray = ground + flood(seed, water, to_sea_m, edge_m, at, raised) + surge + tide(to_sea_m, at) + waves
    return risen


def flood(
    seed: int, water: str, to_sea_m: float, edge_m: float, at: Times, raised: tuple[Storm, ...] = ()
) -> np.ndarray:
    """By how many metres the rain of the last day raises the water here."""
    rise = BEDS[water].rise_m_per_mm_h
    if water != "main":
        return rise * swollen(seed, water, at, raised)
    # where the river opens to the sea the same water stands less high
    narrow = 0.4 + 0.6 * _up(to_sea_m, edge_m)
    return rise * narrow * swollen(seed, water, at - (edge_m - to_sea_m) / WAVE_M_S, raised)


def _up(to_sea_m: float, edge_m: float) -> float:
    """Where on its way through the town: 0 at the mouth, 1 where the river enters."""
    return min(1.0, max(0.0, to_sea_m / max(edge_m, 1.0)))


def tide(to_sea_m: float, at: Times) -> np.ndarray:
    """The tide, in m: once a day, as in the Gulf of Tonkin; weaker and later up the river."""
    weaker, later = math.exp(-max(0.0, to_sea_m) / TIDE_REACH_M), max(0.0, to_sea_m) / 4.0
    moved = (at - later) / HOUR
    # periods of the constituents K1, O1 and M2
    parts = ((0.3, 23.9345, 0.0), (0.25, 25.8193, 1.1), (0.06, 12.4206, 2.0))
    height = sum((size * np.cos(2 * math.pi * moved / hours - phase) for size, hours, phase in parts), np.zeros(1))
    raised: np.ndarray = weaker * height
    return raised


def swollen(seed: int, water: str, at: Times, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """What runs into this water, as mm/h of the rain that fell for it."""
    run = np.zeros(np.shape(at))
    day = np.floor(at / DAY)
    for one in days(float(np.min(at)), float(np.max(at))):
        here = day == one
        run[here] = np.interp(at[here], *_runoff(seed, water, one, raised))
    return run


@lru_cache(maxsize=256)
def _runoff(seed: int, water: str, day: int, raised: tuple[Storm, ...]) -> tuple[np.ndarray, np.ndarray]:
    moments = np.arange(day * DAY - MEMORY_STEPS * STEP_S, (day + 1) * DAY + 2 * STEP_S, STEP_S)
    fallen = np.mean([rain(seed, x, y, moments, raised) for x, y in BEDS[water].catchment], axis=0)
    run = np.convolve(fallen, _response(water))[: len(moments)]
    return moments[MEMORY_STEPS:], run[MEMORY_STEPS:]


@lru_cache(maxsize=len(BEDS))
def _response(water: str) -> np.ndarray:
    """How one step's rain comes down: most of it soon, the rest out of the ground over half a day."""
    bed = BEDS[water]
    since = np.maximum(0.0, np.arange(MEMORY_STEPS) * STEP_S - bed.dead_s)
    fast, slow = (since * np.exp(-since / spread) for spread in (bed.fast_s, bed.slow_s))
    response: np.ndarray = 0.65 * fast / fast.sum() + 0.35 * slow / slow.sum()
    return response
