"""Who talks too much: one device that says a thousand times what it should must not cost the others anything.

What counts is a device's own time, and ours only where its clock stands still: after a night without a network a device
sends a night's readings within a second, the oldest or the newest first, and every one of them is wanted; nor may a
clock that was wrong once cost it more. A device that has far more to say of each of its own seconds than it declared is
held back: what is beyond its measure is not stored and its number not acknowledged, and quarantine names the device and
counts. Whoever numbers his messages may send them again, more slowly.
"""

import time
from collections.abc import Callable, Mapping
from datetime import datetime

from data_access.records import Packet, Reading

LEAST_A_S = 5.0  # messages of one second of a device's time that everyone may send
TIMES = 20.0  # as often as declared
BURST_S = 60.0  # so many seconds' worth may come at once
MOST_DEVICES = 100_000  # anyone may invent devices


class Talk:
    """What each device may still say; `intervals` tells how often those that are declared speak, in seconds."""

    def __init__(self, intervals: Callable[[], Mapping[str, float]]) -> None:
        self._intervals = intervals
        self._declared: Mapping[str, float] = {}
        self._left: dict[str, tuple[float, datetime, float]] = {}  # how much more, and when by either clock

    def renew(self) -> None:
        """Ask again how often devices are to speak."""
        self._declared = self._intervals()

    def within(self, packet: Packet) -> bool:
        """Whether this message is within its device's measure; what is no reading always is."""
        device = packet.device_id
        times = [fact.observed_at for fact in packet.facts if isinstance(fact, Reading)]
        if device is None or not times:
            return True
        rate = max(LEAST_A_S, TIMES / max(self._declared.get(device, TIMES), 1e-3))
        at, most = max(times), rate * BURST_S
        now = time.monotonic()
        left, last, then = self._left.get(device, (most, at, now))
        left = min(most, left + max(abs((at - last).total_seconds()), now - then) * rate)
        if device not in self._left and len(self._left) >= MOST_DEVICES:
            self._left.clear()
        self._left[device] = (max(left - 1.0, 0.0), at, now)
        return left >= 1.0
