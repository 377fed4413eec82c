"""The town's luck: chances and slow wanderings that fall the same way whenever one asks about the same instant."""

from functools import lru_cache
from hashlib import blake2b

import numpy as np


def even(seed: int, what: str, number: np.ndarray) -> np.ndarray:
    """Even chances from 0 to 1, one for each whole number, always the same for the same number."""
    mixed = np.asarray(number).astype(np.int64).astype(np.uint64) + _key(seed, what)
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):  # splitmix64's two rounds
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    even: np.ndarray = (mixed >> np.uint64(11)) / float(1 << 53)
    return even


def once(seed: int, what: str) -> float:
    """One even chance from 0 to 1."""
    key = int.from_bytes(blake2b(f"{seed}:once:{what}".encode(), digest_size=8).digest(), "little")
    return key / float(1 << 64)


def wander(seed: int, what: str, at: np.ndarray, period_s: float) -> np.ndarray:
    """A number from -1 to 1 that wanders smoothly, with a new aim every period."""
    place = at / period_s
    whole = np.floor(place)
    share = place - whole
    eased = share * share * (3 - 2 * share)
    before, after = even(seed, what, whole), even(seed, what, whole + 1)
    wandering: np.ndarray = 2 * (before + (after - before) * eased) - 1
    return wandering


def patch(seed: int, what: str, x: float, y: float, at: np.ndarray, wave_m: float, period_s: float) -> np.ndarray:
    """A number from about -1 to 1 that differs over the town in patches of about `wave_m` and changes with time.

    Places that lie closer than the patches are wide have nearly the same.
    """
    total = np.zeros(np.shape(at))
    for mode, length in enumerate((0.8, 1.15, 1.7, 2.5)):  # waves that do not come round together
        turn = 3.141593 * (mode + once(seed, f"{what} turn {mode}")) / 4
        wave = 6.283185 / (wave_m * length)
        phase = wave * (x * np.cos(turn) + y * np.sin(turn)) + 6.283185 * once(seed, f"{what} phase {mode}")
        total += wander(seed, f"{what} {mode}", at, period_s) * np.cos(phase)
    return total / 2.0


@lru_cache(maxsize=32_768)
def _key(seed: int, what: str) -> np.uint64:
    return np.uint64(int.from_bytes(blake2b(f"{seed}:{what}".encode(), digest_size=8).digest(), "little"))
