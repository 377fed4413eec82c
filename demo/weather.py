"""Warmth and damp in the town's streets: season, sun, stone and trees, and what a shower leaves behind."""

import math

import numpy as np

from demo.clock import DAY, MINUTE, Times, hour
from demo.luck import once, patch, wander
from demo.rain import Storm, mood, rain

# How much warmer (°C) a place is than open fields: on average, and in the sun of early afternoon.
STONE = {
    "street": (0.9, 0.6),
    "quarter": (1.1, 0.3),
    "industry": (0.8, 0.9),
    "park": (-0.4, -0.9),
    "coast": (0.2, -1.3),
    "river": (0.0, -0.6),
    "hill": (-1.4, -0.4),
}


def wet(seed: int, x: float, y: float, at: Times, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """How much rain the air and the streets remember, 0 to 1."""
    fallen = sum(
        (
            rain(seed, x, y, at - minutes * MINUTE, raised) * share
            for minutes, share in ((0, 0.5), (15, 0.3), (35, 0.2))
        ),
        np.zeros(np.shape(at)),
    )
    remembered: np.ndarray = 1 - np.exp(-fallen / 9)
    return remembered


def temperature(
    seed: int, place: tuple[str, float, float], at: Times, wetness: np.ndarray, raised: tuple[Storm, ...] = ()
) -> np.ndarray:
    """In °C; `place` is its setting and where it lies."""
    setting, x, y = place
    hours = hour(at)
    season = 24.5 + 5.5 * np.cos(2 * math.pi * ((at / DAY + 0.29) % 365.25 - 196) / 365.25)
    sun = np.cos(2 * math.pi * (hours - 14) / 24) + 0.2 * np.cos(4 * math.pi * (hours - 14) / 24)
    mean, noon = STONE.get(setting, (0.0, 0.0))
    front = 1.6 * wander(seed, "front", at, 2 * DAY)
    nearby = 0.35 * patch(seed, "warm", x, y, at, 4_000, 50 * MINUTE)
    cooled = 3.4 * wetness + 3.2 * mood(seed, x, at, raised)
    warm: np.ndarray = season + (3.6 + noon) * sun + mean + front + nearby - cooled
    return warm


def humidity(
    seed: int, place: tuple[str, float, float], at: Times, warm: np.ndarray, wetness: np.ndarray
) -> np.ndarray:
    """In %, from what the air holds, which changes over days, and how warm it is here."""
    setting, _x, _y = place
    season = 24.5 + 5.5 * np.cos(2 * math.pi * ((at / DAY + 0.29) % 365.25 - 196) / 365.25)
    dew = season - 3.6 + 1.8 * wander(seed, "dew", at, 1.5 * DAY) + {"coast": 0.8, "river": 0.4}.get(setting, 0.0)
    held = 100 * np.exp(17.625 * dew / (243.04 + dew) - 17.625 * warm / (243.04 + warm))  # Magnus, over water
    damp: np.ndarray = np.clip(held + (97 - held) * 0.85 * wetness, 30, 99)
    return damp


def stone(seed: int, device_id: str) -> float:
    """How much warmer than its surroundings this one spot is, in °C."""
    return 0.9 * once(seed, f"stone {device_id}") - 0.45
