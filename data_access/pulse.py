"""How the listener fares, told once a second to the other processes through a small file beside the database."""

import time
from pathlib import Path
from typing import Any, Self

import msgspec

from data_access.words import Text

LONG_LAG_S = 30.0  # what comes waits so long to be stored: more comes than can be stored
QUIET_S = 10.0  # a listener that told nothing for so long is not there
ONE_OUTAGE_S = 600.0  # heard in between for less, outages are told as one: devices had no time to speak


class Pulse(msgspec.Struct, frozen=True):
    """One word of the listener: when (epoch seconds), whether a broker is connected and since when not, its lag.

    `fault` says what is wrong as a sentence; `counts` what it has taken, stored and kept apart since its start
    (`started`); `stored_at` is when it last stored anything. `outage` is the last time without a broker that is over:
    from when till when nobody could be heard, but for `heard_s` seconds in between. `remembered`: it is about a moment
    of the past, of which no more is known than whether anybody could be heard.
    """

    at: float
    connected: bool
    lag_s: float = 0.0
    deaf_since: float | None = None
    fault: Text | None = None
    started: float | None = None
    stored_at: float | None = None
    counts: dict[str, int] = {}
    outage: tuple[float, float] | None = None
    heard_s: float = 0.0
    remembered: bool = False

    def write(self, folder: Path) -> None:
        """Put this in the place of the word before; on a full disk over it, in the room that it has.

        Raises:
            OSError: neither is possible.
        """
        said, place, written = msgspec.json.encode(self), folder / "listener.json", folder / "listener.json.new"
        try:
            written.write_bytes(said)
            written.replace(place)
        except OSError:
            with place.open("r+b") as file:
                file.write(said)
                file.truncate()

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

    def then(self, moment: float, outage: tuple[float, float | None] | None, now: float) -> Self:
        """How the listener fared at an earlier moment; `outage` is the last one that began before it, as of then."""
        away = self.deaf_since or (self.at if self.absent(now) else None)
        if away is not None and away <= moment:
            outage = away, None
        if outage is None:
            return type(self)(moment, True, remembered=True)
        begun, over = outage
        if over is None:
            return type(self)(moment, False, deaf_since=begun, remembered=True)
        return type(self)(moment, True, outage=(begun, over), remembered=True)

    def following(self, now: float, connected: bool, **told: Any) -> Self:
        """The word after this one, with what is told beside it; how long nobody was heard goes on from here."""
        outage, heard_s = self.outage, self.heard_s
        if outage and outage[1] > now:  # the clock was wrong then
            outage = None
        deaf = self.deaf_since
        if deaf is None and (not connected or not self.connected or self.absent(now)):
            deaf = self.at if not self.connected or self.absent(now) else now
            heard_s += deaf - outage[1] if outage else 0.0
            if outage and heard_s < ONE_OUTAGE_S:
                deaf = outage[0]
            else:
                heard_s = 0.0
        if deaf is not None:
            deaf = min(deaf, now)
        if connected and deaf is not None:
            return type(self)(now, True, outage=(deaf, now), heard_s=heard_s, **told)
        return type(self)(now, connected, deaf_since=deaf, outage=outage, heard_s=heard_s, **told)
