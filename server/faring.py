"""How an installation fares, as its listener and its store tell."""

from pathlib import Path
from typing import Any

from data_access.pulse import LONG_LAG_S, Pulse


def fares(store: Any, folder: Path) -> str:
    """Degraded while nothing can be heard, or what is heard waits long to be stored; else ok."""
    pulse = Pulse.read(folder)
    store.revision()  # raises when the store cannot be read, which is what down means
    return "ok" if pulse and pulse.connected and pulse.lag_s < LONG_LAG_S else "degraded"


def lag_s(folder: Path) -> float | None:
    """How many seconds what is heard waits to be stored; None where no listener ever told."""
    pulse = Pulse.read(folder)
    return pulse.lag_s if pulse else None
