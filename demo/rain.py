"""Rain over the town and the hills that feed its river: showers that drift, and a storm about every sixth day.

Metres are counted east and north of the middle of the town; the river comes from the west.
"""

from functools import lru_cache

import numpy as np
from msgspec import Struct

from demo.clock import DAY, HOUR, MINUTE, TOWN_CLOCK_S, Times, days, hour, swell
from demo.luck import even, once, patch, wander

SLOT_S, IN_A_SLOT = 1200, 4  # showers are born in spans of twenty minutes, at most four in each
LONGEST_SHOWER_S = 100 * MINUTE
STORM_EVERY_D = 6
STORM_LASTS_S = 3 * HOUR
FRONT_M_S, FRONT_FROM_M = 9.0, -3_000.0  # the storm's front runs eastward; it stands here when the storm begins
# The storm over a place, by minutes since its front passed.
_STORM_MINUTES = (0, 8, 30, 70, 110, 170)
_STORM_RAIN_MM_H = (0, 12, 62, 48, 22, 0)
_STORM_MOOD = (0, 0.6, 1, 0.85, 0.5, 0)


class Storm(Struct, frozen=True):
    """A storm, by the instant at which its front reaches the western edge of the town."""

    begin: float

    def passed(self, x: float, at: Times) -> np.ndarray:
        """The minutes since its front passed this far east."""
        minutes: np.ndarray = (at - self.begin - (x - FRONT_FROM_M) / FRONT_M_S) / MINUTE
        return minutes

    def rain(self, x: float, at: Times) -> np.ndarray:
        return np.interp(self.passed(x, at), _STORM_MINUTES, _STORM_RAIN_MM_H, 0, 0)

    def mood(self, x: float, at: Times) -> np.ndarray:
        """How much of a storm there is, 0 to 1."""
        return np.interp(self.passed(x, at), _STORM_MINUTES, _STORM_MOOD, 0, 0)


def storms(seed: int, start: float, end: float) -> list[Storm]:
    """The storms of the calendar that last into these instants; one begins within any seven days."""
    first, last = (int((moment / DAY) // STORM_EVERY_D) for moment in (start - DAY, end + DAY))
    found = []
    for number in range(first, last + 1):
        # an afternoon, between one and six o'clock
        begin = (number * STORM_EVERY_D + int(3 * once(seed, "storm day"))) * DAY - TOWN_CLOCK_S + 13 * HOUR
        begin += 5 * HOUR * float(even(seed, "storm", np.array([number]))[0])
        if start - STORM_LASTS_S - HOUR <= begin <= end:
            found.append(Storm(begin))
    return found


class Showers(Struct, frozen=True):
    """The showers born on one day, as columns: when, for how long, where in the middle of their life, how they move."""

    born: np.ndarray
    lasts_s: np.ndarray
    x: np.ndarray
    y: np.ndarray
    east_m_s: np.ndarray
    north_m_s: np.ndarray
    radius_m: np.ndarray
    peak_mm_h: np.ndarray


@lru_cache(maxsize=256)
def showers(seed: int, day: int) -> Showers:
    slots = np.repeat(np.arange(day * DAY // SLOT_S, (day + 1) * DAY // SLOT_S, dtype=np.int64), IN_A_SLOT)
    numbers = slots * IN_A_SLOT + np.tile(np.arange(IN_A_SLOT), len(slots) // IN_A_SLOT)

    def chance(what: str) -> np.ndarray:
        return even(seed, f"shower {what}", numbers)

    born = (slots + chance("born")) * SLOT_S
    spell = wander(seed, "spell", born, 1.1 * DAY)  # some days are showery, most are dry
    likely = np.clip(1.0 * (spell - 0.05), 0, 0.5) * (0.3 + 0.7 * swell(hour(born), 16, 4.5))
    there = chance("there") < likely
    columns = (
        born,
        (35 + 60 * chance("lasts")) * MINUTE,
        -22_000 + 27_000 * chance("x"),
        -5_000 + 10_000 * chance("y"),
        5.5 + 3 * wander(seed, "steer east", born, 0.9 * DAY),
        2.5 * wander(seed, "steer north", born, 0.8 * DAY),
        900 + 1_500 * chance("radius"),
        4 + 44 * chance("peak") ** 2,
    )
    return Showers(*(column[there] for column in columns))


def showering(seed: int, x: float, y: float, at: Times) -> np.ndarray:
    """The rain of all showers here, in mm/h."""
    total = np.zeros(np.shape(at))
    if not len(at):
        return total
    order = None if len(at) < 2 or (np.diff(at) >= 0).all() else np.argsort(at)
    ordered = at if order is None else at[order]
    for day in days(ordered[0] - LONGEST_SHOWER_S, ordered[-1]):
        born = showers(seed, day)
        # each shower touches only the instants of its own life: pairs of (shower, instant)
        first, last = np.searchsorted(ordered, born.born), np.searchsorted(ordered, born.born + born.lasts_s)
        counts = last - first
        which = np.repeat(np.arange(len(counts)), counts)
        if not len(which):
            continue
        place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts) + first[which]
        age = ordered[place] - born.born[which]
        beyond = age - born.lasts_s[which] / 2
        east = born.x[which] + born.east_m_s[which] * beyond - x
        north = born.y[which] + born.north_m_s[which] * beyond - y
        life = np.sin(np.pi * age / born.lasts_s[which])
        near = np.exp(-(east**2 + north**2) / (2 * born.radius_m[which] ** 2))
        np.add.at(total, place if order is None else order[place], born.peak_mm_h[which] * life * near)
    return total


def rain(seed: int, x: float, y: float, at: Times, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """The rain that falls here, in mm/h; `raised` are storms beyond those of the calendar. Exactly 0 when dry."""
    total = showering(seed, x, y, at)
    for storm in weathering(seed, at, raised):
        falling = storm.rain(x, at)
        if falling.any():
            total += falling * np.clip(0.85 + 0.35 * patch(seed, "squall", x, y, at, 5_000, 9 * MINUTE), 0.35, 1.5)
    dry: np.ndarray = np.where(total < 0.08, 0.0, total)
    return dry


def mood(seed: int, x: float, at: Times, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """How much of a storm there is here, 0 to 1."""
    most = np.zeros(np.shape(at))
    for storm in weathering(seed, at, raised):
        most = np.maximum(most, storm.mood(x, at))
    return most


def weathering(seed: int, at: Times, raised: tuple[Storm, ...]) -> list[Storm]:
    """The storms that these instants may feel."""
    if not len(at):
        return []
    start, end = float(np.min(at)), float(np.max(at))
    # over the hills, west of the town, a storm is there before it begins
    near = [storm for storm in raised if start - STORM_LASTS_S - HOUR <= storm.begin <= end + HOUR]
    return [*storms(seed, start, end + HOUR), *near]
