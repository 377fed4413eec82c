"""How the listener fares, told once a second to the other processes through a small file beside the database."""

import time
from pathlib import Path
from typing import Any, Self

import msgspec

LONG_LAG_S = 30.0  # what comes waits so long to be stored: more comes than can be stored
QUIET_S = 10.0  # a listener that told nothing for so long is not there
ONE_OUTAGE_S = 600.0  # two that lie closer together are told as one: devices had no time to speak in between


class Pulse(msgspec.Struct, frozen=True):
    """One word of the listener: when (epoch seconds), whether a broker is connected and since when not, its lag.

    `fault` says what is wrong as a sentence; `counts` what it has taken, stored and kept apart since its start
    (`started`); `stored_at` is when it last stored anything. `outage` is the last time without a broker that is over:
    from when till when nobody could be heard.
    """

    at: float
    connected: bool
    lag_s: float = 0.0
    deaf_since: float | None = None
    fault: str | None = None
    started: float | None = None
    stored_at: float | None = None
    counts: dict[str, int] = {}
    outage: tuple[float, float] | None = None

    def write(self, folder: Path) -> None:
        """Put this in the place of the word before."""
        written = folder / "listener.json.new"
        written.write_bytes(msgspec.json.encode(self))
        written.replace(folder / "listener.json")

    @classmethod
    def read(cls, folder: Path, now: float | None = None) -> Self | None:
        """The listener's newest word; None when it has told nothing for QUIET_S, or never."""
        told = cls.last(folder)
        return None if told is None or told.absent(time.time() if now is None else now) else told

    @classmethod
    def last(cls, folder: Path) -> Self | None:
        """Its newest word, however long ago; None when it never told anything."""
        try:
            return msgspec.json.decode((folder / "listener.json").read_bytes(), type=cls)
        except (FileNotFoundError, msgspec.DecodeError):
            return None

    def absent(self, now: float) -> bool:
        """Whether whoever told this has been silent for too long to be there."""
        return now - self.at > QUIET_S

    def following(self, now: float, connected: bool, **told: Any) -> Self:
        """The word after this one, with what is told beside it; how long nobody was heard goes on from here."""
        deaf = self.deaf_since or (self.at if self.absent(now) or not self.connected else None)
        if deaf is None and not connected:
            deaf = now
            if self.outage and now - self.outage[1] < ONE_OUTAGE_S:
                deaf = self.outage[0]
        if connected and deaf is not None:
            return type(self)(now, True, outage=(deaf, now), **told)
        return type(self)(now, connected, deaf_since=deaf, outage=self.outage, **told)
