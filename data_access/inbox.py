"""What has come and is not stored yet: a bounded queue between one thread that receives and one that writes."""

import threading
import time
from collections import deque
from dataclasses import dataclass
from typing import NamedTuple

from data_access.mqtt import Link


class Arrival(NamedTuple):
    """A message as it came. `number` acknowledges it on `link` (0: nobody waits); `fault`: it cannot be read."""

    link: Link
    number: int
    topic: str
    payload: bytes
    retained: bool
    at: float  # of the wall clock, seconds since 1970
    fault: str | None = None


@dataclass
class Inbox:
    """Bounded by messages and by bytes; it never drops: who puts asks for `room` before receiving more."""

    most: int = 5_000
    most_bytes: int = 32_000_000

    def __post_init__(self) -> None:
        self._waiting: deque[Arrival] = deque()
        self._bytes_in = self._bytes_out = 0  # each written by one thread only, so no lock is needed
        self._some = threading.Event()
        self._many = threading.Event()
        self._batch = 1_000

    def put(self, arrival: Arrival) -> None:
        self._waiting.append(arrival)
        self._bytes_in += len(arrival.payload) + len(arrival.topic)
        if not self._some.is_set():
            self._some.set()
        if len(self._waiting) >= self._batch and not self._many.is_set():
            self._many.set()

    def room(self) -> bool:
        return len(self._waiting) < self.most and self._bytes_in - self._bytes_out < self.most_bytes

    def take(self, most: int, linger_s: float, wait_s: float) -> list[Arrival]:
        """The oldest messages, `most` at most: waits `wait_s` for a first one, then `linger_s` for company."""
        self._batch = most
        if not self._some.wait(wait_s):
            return []
        self._some.clear()
        if len(self._waiting) < most:
            self._many.clear()
            if len(self._waiting) < most:
                self._many.wait(linger_s)
        taken = [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]
        self._bytes_out += sum(len(arrival.payload) + len(arrival.topic) for arrival in taken)
        if self._waiting:
            self._some.set()
        return taken

    def wake(self) -> None:
        """Have `take` return, with nothing perhaps."""
        self._many.set()
        self._some.set()

    def __len__(self) -> int:
        return len(self._waiting)

    def oldest_s(self) -> float:
        """The age of the oldest message in here, seconds."""
        try:
            return max(0.0, time.time() - self._waiting[0].at)
        except IndexError:
            return 0.0
