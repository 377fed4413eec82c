"""How the listener fares, told once a second to the other processes through a small file beside the database."""

import time
from pathlib import Path
from typing import Self

import msgspec

LONG_LAG_S = 30.0  # what comes waits so long to be stored: more comes than can be stored
QUIET_S = 10.0  # a listener that told nothing for so long is not there


class Pulse(msgspec.Struct, frozen=True):
    """One word of the listener: when (epoch seconds), whether a broker is connected and since when not, its lag.

    `fault` says what is wrong as a sentence; `counts` what it has taken, stored and kept apart since its start
    (`started`); `stored_at` is when it last stored anything.
    """

    at: float
    connected: bool
    lag_s: float = 0.0
    deaf_since: float | None = None
    fault: str | None = None
    started: float | None = None
    stored_at: float | None = None
    counts: dict[str, int] = {}

    def write(self, folder: Path) -> None:
        """Put this in the place of the word before."""
        written = folder / "listener.json.new"
        written.write_bytes(msgspec.json.encode(self))
        written.replace(folder / "listener.json")

    @classmethod
    def read(cls, folder: Path, now: float | None = None) -> Self | None:
        """The listener's newest word; None when it has told nothing for QUIET_S, or never."""
        try:
            told = msgspec.json.decode((folder / "listener.json").read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError):
            return None
        return told if (time.time() if now is None else now) - told.at <= QUIET_S else None
