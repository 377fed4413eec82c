"""What goes wrong with devices: batteries tire, lines drop, sensors stick and drift. A pure function, like the rest."""

from collections.abc import Iterable

import numpy as np
from msgspec import Struct

from data_access.records import About
from demo.clock import DAY, HOUR, MINUTE, Times
from demo.luck import even, once
from demo.rain import STORM_LASTS_S, Storm, storms

TIRED_EVERY_S, TIRED_FOR = 9 * HOUR, 0.54
OUT_SPAN_S = 2 * DAY  # at most one outage begins in each
STUCK_SPAN_S = DAY
SERVICE_EVERY_S = 60 * DAY
DRIFTING, DRIFT_A_DAY = 0.04, 0.012
NEVER = {"sensor": 2, "camera": 1, "parking": 1}  # built in and never switched on
TIRED = {"sensor": 6, "camera": 4}  # always about half of them away, so that there is silence to be seen at any time


class Unlucky(Struct, frozen=True):
    """Which devices of a register never spoke, and whose batteries tire, with where each is in its round (0 to 1)."""

    never: frozenset[str]
    tired: dict[str, float]


def unlucky(abouts: Iterable[About], seed: int) -> Unlucky:
    """Those of a register whom it hits; in a small one fewer."""
    kinds: dict[str, list[str]] = {}
    for about in abouts:
        kinds.setdefault(about.kind, []).append(about.device_id)
    never: set[str] = set()
    tired: dict[str, float] = {}
    for kind, devices in kinds.items():
        drawn = sorted(devices, key=lambda device: once(seed, f"unlucky {device}"))
        dead, weary = min(NEVER.get(kind, 0), len(drawn) // 10), min(TIRED.get(kind, 0), len(drawn) // 10)
        never.update(drawn[:dead])
        for number, device in enumerate(drawn[dead : dead + weary]):
            tired[device] = number / weary
    return Unlucky(frozenset(never), tired)


def silent(about: About, ill: Unlucky, at: Times, seed: int, raised: tuple[Storm, ...] = ()) -> np.ndarray:
    """Whether this device says nothing at these instants."""
    device = about.device_id
    if device in ill.never:
        return np.ones(np.shape(at), dtype=bool)
    away = out(about, at, seed)
    if device in ill.tired:
        away |= (at / TIRED_EVERY_S + ill.tired[device]) % 1.0 < TIRED_FOR
    if len(at) and about.kind != "parking":
        for storm in (*storms(seed, float(np.min(at)), float(np.max(at))), *raised):
            away |= _without_power(device, storm, at, seed)
    return away


def out(about: About, at: Times, seed: int) -> np.ndarray:
    """Whether an outage keeps it silent: a line that drops for half an hour, or a fault that waits for a repair."""
    often = {"camera": 0.09, "parking": 0.05}.get(about.kind, 0.07)
    away = np.zeros(np.shape(at), dtype=bool)
    for back in (0, 1):  # an outage may last into the next span
        span = np.floor(at / OUT_SPAN_S) - back
        begins = (span + even(seed, f"out at {about.device_id}", span)) * OUT_SPAN_S
        lasts = (0.5 + 17 * even(seed, f"out for {about.device_id}", span) ** 2.5) * HOUR
        hit = even(seed, f"out {about.device_id}", span) < often
        away |= hit & (at >= begins) & (at < begins + lasts)
    return away


def _without_power(device: str, storm: Storm, at: Times, seed: int) -> np.ndarray:
    """A storm takes a few devices' power, until somebody comes."""
    if once(seed, f"power {device} {storm.begin:.0f}") > 0.07:
        return np.zeros(np.shape(at), dtype=bool)
    begins = storm.begin + (15 + 60 * once(seed, f"cut {device}")) * MINUTE
    lasts = 0.3 * STORM_LASTS_S * (0.4 + 2 * once(seed, f"repair {device}"))
    return np.asarray((at >= begins) & (at < begins + lasts))


def stuck_at(about: About, at: Times, seed: int) -> np.ndarray:
    """The instants of which a sensor speaks: its own, or the one at which it got stuck for some hours."""
    span = np.floor(at / STUCK_SPAN_S)
    begins = (span + 0.6 * even(seed, f"stuck at {about.device_id}", span)) * STUCK_SPAN_S
    lasts = (2 + 7 * even(seed, f"stuck for {about.device_id}", span)) * HOUR
    hit = even(seed, f"stuck {about.device_id}", span) < 0.008
    return np.where(hit & (at >= begins) & (at < begins + lasts), begins, at)


def drift(about: About, at: Times, seed: int) -> np.ndarray:
    """The factor by which an ageing sensor reads too much; 1 again after each service."""
    if once(seed, f"ages {about.device_id}") > DRIFTING:
        return np.ones(np.shape(at))
    since = (at + SERVICE_EVERY_S * once(seed, f"serviced {about.device_id}")) % SERVICE_EVERY_S
    return np.asarray(1 + DRIFT_A_DAY * since / DAY)
