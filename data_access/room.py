"""Room on the disk: intake stops before there is none, so that what is at hand can still be finished and told.

A database that fills its disk to the last byte can no longer do anything else either: no incident could be closed, no
backup made. What is not taken in then is not acknowledged, and waits with the broker and the gateways.
"""

import shutil
import time
from pathlib import Path

from data_access.engine import StoreUnavailable
from data_access.words import N_, Text

LEAST, SHARE = 256_000_000, 0.05  # bytes that stay free, or this share of a small disk
AGAIN = 1.2  # times as much must be free before it goes on: it must not stop and go with each message
LOOK_S = 1.0
MB = 1_000_000


class Room:
    """The disk of one file, looked at once a second."""

    def __init__(self, path: Path) -> None:
        self._folder = path.parent
        self._looked = -LOOK_S
        self._short: Text | None = None

    def check(self) -> None:
        """Do nothing while there is room.

        Raises:
            StoreUnavailable: there is too little; the sentence says how much, and what to do.
        """
        if time.monotonic() - self._looked >= LOOK_S:
            self._looked = time.monotonic()
            self._short = self._look()
        if self._short is not None:
            raise StoreUnavailable(self._short)

    def _look(self) -> Text | None:
        total, _used, free = shutil.disk_usage(self._folder)
        wanted = min(LEAST, total * SHARE) * (AGAIN if self._short is not None else 1)
        if free >= wanted:
            return None
        told = N_(
            "Only {free} MB are left on the disk of the database: nothing is taken in until {wanted} MB are free. "
            "Nothing is lost: it waits with the broker. Free some space; it goes on by itself."
        )
        return told.format(free=free // MB, wanted=int(wanted) // MB + 1)
