"""Going on after a fault: pauses that grow, and work that no fault of ours ends."""

import random
import threading
import time
from collections.abc import Callable


def pause(failures: int, shortest_s: float, longest_s: float) -> float:
    """Seconds to wait after so many failures: twice as long each time, and never quite the same for two who wait."""
    return min(longest_s, shortest_s * 2.0 ** min(failures - 1, 16)) * random.uniform(0.5, 1.0)  # noqa: S311  # not secret


def carry_on(
    work: Callable[[], None],
    stop: threading.Event,
    tell: Callable[[Exception], None],
    shortest_s: float,
    longest_s: float,
) -> None:
    """Work until `stop`; a fault ends nothing, is told once, and is followed by a pause that grows while it lasts."""
    told, failures = "", 0
    while not stop.is_set():
        begun = time.monotonic()
        try:
            work()
        except Exception as fault:
            if time.monotonic() - begun > longest_s:
                told, failures = "", 0
            failures += 1
            if repr(fault) != told:
                tell(fault)
            told = repr(fault)
            stop.wait(pause(failures, shortest_s, longest_s))
