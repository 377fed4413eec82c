"""The town's days: what each device would say at any instant, a pure function of seed, device and time.

Neighbours share their air and differ by their street and their own small error. Everything is computed for many
instants at once; times are seconds since 1970 in UTC, days are those of the town's clock, seven hours ahead.
"""

import math
from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from data_access.records import About
from demo.devices import rhythm

HOUR, DAY = 3600.0, 86_400.0
TOWN_CLOCK_S = 7 * HOUR  # Asia/Ho_Chi_Minh, which knows no summer time
Times = np.ndarray
Values = dict[str, np.ndarray]

# Two sensors whose batteries tire and two cameras whose line drops: in each pair one is always away, so that there
# is silence to be seen at any time, and for a while both are.
TIRED = {"air-09": 0.0, "air-24": 0.5, "cam-09": 0.25, "cam-16": 0.75}
TIRED_EVERY_S, TIRED_FOR = 9 * HOUR, 0.54
NEVER = frozenset({"park-15"})  # built in and never switched on


def values(about: About, at: Times, seed: int) -> Values:
    """What this device measures at these instants, by metric; NaN where it says nothing."""
    told = SAYS[about.kind](about, np.asarray(at, dtype=float), seed)
    silent = ~speaks(about, at)
    return {metric: np.where(silent, np.nan, numbers) for metric, numbers in told.items()}


def speaks(about: About, at: Times) -> np.ndarray:
    """Whether this device says anything at these instants."""
    at = np.asarray(at, dtype=float)
    if about.device_id in NEVER:
        return np.zeros(at.shape, dtype=bool)
    if about.device_id not in TIRED:
        return np.ones(at.shape, dtype=bool)
    cycle: np.ndarray = (at / TIRED_EVERY_S + TIRED[about.device_id]) % 1.0 >= TIRED_FOR
    return cycle


def even(seed: int, what: str, number: np.ndarray) -> np.ndarray:
    """Even chances from 0 to 1, one for each whole number, always the same for the same number."""
    key = int.from_bytes(blake2b(f"{seed}:{what}".encode(), digest_size=8).digest(), "little")
    mixed = np.asarray(number).astype(np.int64).astype(np.uint64) + np.uint64(key)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64's two rounds
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    even: np.ndarray = (mixed >> np.uint64(11)) / float(1 << 53)
    return even


def drift(seed: int, what: str, at: Times, period_s: float) -> np.ndarray:
    """A number from -1 to 1 that wanders smoothly, with a new aim every period."""
    place = at / period_s
    whole = np.floor(place)
    share = place - whole
    eased = share * share * (3 - 2 * share)
    before, after = even(seed, what, whole), even(seed, what, whole + 1)
    wandering: np.ndarray = 2 * (before + (after - before) * eased) - 1
    return wandering


def hour(at: Times) -> np.ndarray:
    """The hour of the town's day, 0 to 24."""
    told: np.ndarray = (at + TOWN_CLOCK_S) % DAY / HOUR
    return told


def weekend(at: Times) -> np.ndarray:
    day = np.floor((at + TOWN_CLOCK_S) / DAY)
    ended: np.ndarray = (day + 4) % 7 % 6 == 0  # 1 January 1970 was a Thursday
    return ended


def swell(hours: np.ndarray, peak: float, width: float) -> np.ndarray:
    """A hump over the clock, 1 at its peak, that knows that 23:00 is close to 1:00."""
    apart = (hours - peak + 12) % 24 - 12
    hump: np.ndarray = np.exp(-((apart / width) ** 2))
    return hump


def _air(about: About, at: Times, seed: int) -> Values:
    hours, device = hour(at), about.device_id
    traffic = (swell(hours, 7.5, 1.4) + 0.9 * swell(hours, 18, 1.9)) * np.where(weekend(at), 0.55, 1.0)
    still = 0.6 * swell(hours, 5, 3.5) + 0.5 * swell(hours, 22, 3)  # cool nights keep the smoke on the ground
    region = 24 + 9 * drift(seed, "season", at, 4 * DAY) + 5 * drift(seed, "wind", at, 5 * HOUR)
    street = 0.75 + 0.5 * even(seed, f"street {device}", np.zeros(1))[0]
    nearby = drift(seed, f"quarter {about.lat > 20.3352}", at, 40 * 60)
    own = 1 + 0.03 * (even(seed, f"bias {device}", np.zeros(1))[0] - 0.5)
    puff = drift(seed, f"puff {device}", at, 4 * 60)
    dust = (region + (15 * traffic + 10 * still) * street + 2.5 * nearby + 1.2 * puff) * own
    noise = even(seed, f"noise {device}", np.floor(at)) - 0.5

    season = 24.5 + 5.5 * np.cos(2 * math.pi * ((at / DAY + 0.29) % 365.25 - 196) / 365.25)
    daily = 3.6 * np.cos(2 * math.pi * (hours - 14) / 24) + 0.7 * np.cos(4 * math.pi * (hours - 14) / 24)
    built = 1.1 * even(seed, f"stone {device}", np.zeros(1))[0]
    warm = season + daily + 1.6 * drift(seed, "front", at, 2 * DAY) + built + 0.25 * puff
    humid = np.clip(79 - 3.1 * daily + 7 * drift(seed, "humid", at, 1.5 * DAY) - 2 * built + 0.8 * puff, 35, 99)
    return {
        "pm25_ug_m3": np.round(np.maximum(dust + noise, 1.0), 1),
        "temperature_c": np.round(warm + 0.16 * noise, 1),
        "humidity_pct": np.round(humid + 0.6 * noise, 0),
    }


def _camera(about: About, at: Times, seed: int) -> Values:
    jitter = even(seed, f"frames {about.device_id}", np.floor(at)) - 0.5
    return {"frames_per_s": np.round(15 + 0.5 * drift(seed, about.device_id, at, 300) + 0.6 * jitter, 1)}


# How full a car park is over the day, 0 to 1: on working days, and at the weekend.
FULL: dict[str, tuple[Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "office": (
        lambda h: 0.06 + 0.86 * np.maximum(swell(h, 10, 2.6), swell(h, 14.8, 2.7)),
        lambda h: 0.05 + 0.22 * swell(h, 12, 4),
    ),
    "home": (
        lambda h: 0.93 - 0.5 * np.maximum(swell(h, 10, 3.2), swell(h, 15, 3.0)),
        lambda h: 0.88 - 0.22 * swell(h, 16, 4),
    ),
    "hotel": (lambda h: 0.62 + 0.2 * swell(h, 22, 5), lambda h: 0.74 + 0.2 * swell(h, 22, 6)),
    "market": (
        lambda h: 0.08 + 0.88 * swell(h, 6.5, 2.4) + 0.3 * swell(h, 17, 2),
        lambda h: 0.1 + 0.9 * swell(h, 7.2, 2.8) + 0.35 * swell(h, 17, 2.4),
    ),
    "evening": (
        lambda h: 0.1 + 0.72 * swell(h, 19.8, 2.5) + 0.2 * swell(h, 12, 2),
        lambda h: 0.14 + 0.84 * swell(h, 19.5, 3.4) + 0.4 * swell(h, 11, 3),
    ),
    "hospital": (
        lambda h: 0.28 + 0.64 * swell(h, 9.5, 2.8) + 0.3 * swell(h, 15.5, 2.4),
        lambda h: 0.26 + 0.3 * swell(h, 10, 4),
    ),
}


def _parking(about: About, at: Times, seed: int) -> Values:
    total = float(about.fields["total_spaces"])
    working, free = FULL[rhythm(about.device_id)]
    hours = hour(at)
    full = np.where(weekend(at), free(hours), working(hours))
    full = full + 0.05 * drift(seed, f"day {about.device_id}", at, 9 * HOUR)
    full = full + 0.022 * drift(seed, about.device_id, at, 11 * 60) + 0.9 / total * drift(seed, about.name, at, 75)
    taken = np.clip(np.round(full * total), 0, total)
    return {"occupied_spaces": taken, "total_spaces": np.full(taken.shape, total)}


SAYS: dict[str, Callable[[About, Times, int], Values]] = {"sensor": _air, "camera": _camera, "parking": _parking}
