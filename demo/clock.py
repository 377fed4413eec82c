"""The town's clock: hours and weekdays of instants, which are seconds since 1970 in UTC."""

import numpy as np

MINUTE, HOUR, DAY = 60.0, 3600.0, 86_400.0
TOWN_CLOCK_S = 7 * HOUR  # Asia/Ho_Chi_Minh, which knows no summer time
Times = np.ndarray


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


def days(start: float, end: float) -> range:
    """The days, counted from 1970 in UTC, that these instants touch."""
    return range(int(start // DAY), int(end // DAY) + 1)
