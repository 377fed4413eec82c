"""Smoke: what chimneys, rubbish fires and burning houses give off, carried by the wind from place to place.

Smoke leaves its source in puffs that drift with the wind and widen; who stands far away breathes it later, and less.
"""

from collections.abc import Iterable, Sequence

import numpy as np
from msgspec import Struct

from demo.clock import DAY, HOUR, MINUTE, TOWN_CLOCK_S, Times, hour, swell
from demo.luck import even, once, wander
from demo.rain import Storm
from demo.wind import REACH_S, blown

OLDEST_S = 80 * MINUTE  # older smoke is nobody's in particular
NARROW_M, WIDENS_M_S = 45.0, 0.22
HEIGHT_M = 120.0  # how high it mixes


def _ages() -> tuple[np.ndarray, np.ndarray]:
    """How old the puffs are that may be over a place now, and how long a time each stands for."""
    ages = [8.0]
    while ages[-1] < min(OLDEST_S, REACH_S):
        ages.append(ages[-1] + 15 + 0.09 * ages[-1])
    old = np.array(ages)
    return old, np.gradient(old)


AGES, LASTS = _ages()
WIDE = NARROW_M + WIDENS_M_S * AGES
SHARES = LASTS / (2 * np.pi * WIDE**2 * HEIGHT_M)


class Fire(Struct, frozen=True):
    """Something that smokes at a place, from `begin` to `end`, `strength` in µg/s."""

    x: float
    y: float
    begin: float
    end: float
    strength: float

    def burning(self, at: Times) -> np.ndarray:
        """How strongly, 0 to 1: it catches within minutes and dies slowly."""
        grown = np.clip((at - self.begin) / (6 * MINUTE), 0, 1)
        dying = np.clip((self.end + 20 * MINUTE - at) / (20 * MINUTE), 0, 1)
        return np.asarray(grown * dying)


class Stack(Struct, frozen=True):
    """A factory's chimney: it works in shifts, and some batches smoke more than others."""

    x: float
    y: float
    number: int
    strength: float

    def burning(self, seed: int, at: Times) -> np.ndarray:
        shift = np.clip(swell(hour(at), 9.5, 3.4) + swell(hour(at), 15.5, 3.2), 0.12, 1)
        batch = np.clip(0.35 + 0.9 * wander(seed, f"batch {self.number}", at, 95 * MINUTE), 0, 1)
        working: np.ndarray = shift * batch
        return working


def smoke(
    seed: int,
    x: float,
    y: float,
    at: Times,
    stacks: Sequence[Stack],
    fires: Iterable[Fire],
    raised: tuple[Storm, ...] = (),
) -> np.ndarray:
    """The fine dust that these sources bring here, in µg/m³."""
    total = np.zeros(np.shape(at))
    if not len(at):
        return total
    released = at[:, None] - AGES
    near, far = float(np.min(at)), float(np.max(at))
    burning = [fire for fire in fires if fire.begin <= far and near <= fire.end + 20 * MINUTE + OLDEST_S]
    if stacks:
        drift = blown(seed, released.ravel(), np.repeat(at, len(AGES)), raised)
        for stack in stacks:
            total += _felt(x - stack.x, y - stack.y, drift, stack.burning(seed, released)) * stack.strength
    for fire in burning:
        here = (at >= fire.begin) & (at <= fire.end + 20 * MINUTE + OLDEST_S)
        since, now = released[here], at[here]
        if len(now):
            drift = blown(seed, since.ravel(), np.repeat(now, len(AGES)), raised)
            total[here] += _felt(x - fire.x, y - fire.y, drift, fire.burning(since)) * fire.strength
    return total


def _felt(east: float, north: float, drift: tuple[np.ndarray, np.ndarray], burning: np.ndarray) -> np.ndarray:
    away = (drift[0].reshape(burning.shape) - east) ** 2 + (drift[1].reshape(burning.shape) - north) ** 2
    felt: np.ndarray = (burning * SHARES * np.exp(-away / (2 * WIDE**2))).sum(axis=1)
    return felt


def rubbish_fires(seed: int, day: int, extent: tuple[float, float, float, float]) -> list[Fire]:
    """What is burnt at the edge of the town on one of its days: straw and rubbish, in the late afternoon mostly."""
    count = int(once(seed, f"fires {day}") * 2.6)
    west, south, east, north = extent
    found = []
    for number in range(count):
        a, b, c, d = (float(even(seed, f"fire {number} {what}", np.array([day]))[0]) for what in "xyts")
        begin = day * DAY - TOWN_CLOCK_S + (14 + 5 * c) * HOUR
        found.append(
            Fire(
                x=west + (east - west) * (0.1 + 0.8 * a),
                y=(south + 0.25 * (north - south) * b) if b < 0.5 else (north - 0.25 * (north - south) * (1 - b)),
                begin=begin,
                end=begin + (0.6 + 1.4 * d) * HOUR,
                strength=(0.8 + 1.2 * d) * 2.4e6,
            )
        )
    return found
