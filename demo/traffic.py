"""Traffic, the town's pulse: how full its streets are over the week, and what that makes of noise and exhaust."""

import numpy as np

from demo.clock import MINUTE, Times, hour, swell, weekend
from demo.luck import even, patch, wander
from demo.rain import Storm, mood


def flow(seed: int, x: float, y: float, at: Times, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """How full the streets here are, 0 to about 1: commuters on working days, an evening out at the weekend."""
    hours = hour(at)
    working = (
        0.05
        + 0.30 * swell(hours, 12.5, 5.5)
        + 0.62 * swell(hours, 7.4, 1.15)
        + 0.20 * swell(hours, 11.7, 0.8)
        + 0.66 * swell(hours, 17.7, 1.5)
        + 0.14 * swell(hours, 20.5, 1.8)
    )
    free = (
        0.06
        + 0.30 * swell(hours, 10.2, 2.6)
        + 0.22 * swell(hours, 15.5, 2.8)
        + 0.52 * swell(hours, 19.6, 2.2)
        + 0.06 * swell(hours, 23.5, 1.4)
    )
    usual = np.where(weekend(at), free, working)
    nearby = 1 + 0.09 * patch(seed, "jam", x, y, at, 3_000, 25 * MINUTE)
    sheltering = 1 - 0.55 * mood(seed, x, at, raised)
    full: np.ndarray = usual * nearby * sheltering
    return full


def vehicles(seed: int, device_id: str, busy: float, full: np.ndarray, at: Times, interval_s: float) -> np.ndarray:
    """How many vehicles, most of them motorbikes, passed in the device's own interval; `busy` is its street, 0 to 1."""
    an_hour = (90 + 4_600 * busy**1.4) * full
    expected = an_hour * interval_s / 3600
    luck = even(seed, f"passing {device_id}", np.floor(at)) + even(seed, f"passed {device_id}", np.floor(at)) - 1
    platoon = 1 + 0.12 * wander(seed, f"lights {device_id}", at, 3 * MINUTE)
    passed: np.ndarray = np.maximum(0, np.round(expected * platoon + 2.0 * luck * np.sqrt(expected)))
    return passed


def noise_db(setting: str, busy: float, full: np.ndarray) -> np.ndarray:
    """The loudness of a place with this much traffic, in dB(A): ten times the traffic is ten more."""
    ground = {"park": 41.0, "hill": 39.0, "coast": 47.0, "river": 45.0, "industry": 54.0}.get(setting, 46.0)
    loud: np.ndarray = 10 * np.log10(10 ** (ground / 10) + 10 ** (7.45) * (0.02 + busy) * full)
    return loud


def exhaust(busy: float, full: np.ndarray, wind_m_s: np.ndarray) -> np.ndarray:
    """The nitrogen dioxide of the street's own traffic, in µg/m³; wind thins it."""
    own: np.ndarray = 88 * (0.08 + 0.92 * busy) * full / (0.55 + 0.25 * wind_m_s)
    return own
