"""How full the town's car parks are: each kind of site by what it serves."""

from collections.abc import Callable

import numpy as np

from demo.clock import HOUR, MINUTE, Times, hour, swell, weekend
from demo.luck import wander

Hours = np.ndarray
# What a site serves -> how full it is over the day, 0 to 1: on working days, and at the weekend.
FULL: dict[str, tuple[Callable[[Hours], np.ndarray], Callable[[Hours], np.ndarray]]] = {
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
        lambda h: 0.08 + 0.88 * swell(h, 6.0, 2.0) + 0.3 * swell(h, 17, 2),
        lambda h: 0.1 + 0.9 * swell(h, 6.6, 2.4) + 0.35 * swell(h, 17, 2.4),
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
OUTDOORS = frozenset({"market", "evening"})  # rain keeps their visitors at home


def taken(seed: int, device_id: str, serves: str, total: float, at: Times, wetness: np.ndarray) -> np.ndarray:
    """How many of a site's spaces are taken."""
    working, free = FULL[serves]
    hours = hour(at)
    full = np.where(weekend(at), free(hours), working(hours))
    if serves in OUTDOORS:
        full = full * (1 - 0.4 * wetness)
    full = full + 0.05 * wander(seed, f"day {device_id}", at, 9 * HOUR)
    full = full + 0.022 * wander(seed, device_id, at, 11 * MINUTE)
    full = full + 0.9 / total * wander(seed, f"{device_id} now", at, 75)
    spaces: np.ndarray = np.clip(np.round(full * total), 0, total)
    return spaces
