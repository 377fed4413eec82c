"""How long what devices say waits until it is stored, however much of it the broker still holds."""

import time
from collections import deque
from secrets import token_hex

from data_access.mqtt import Link

EVERY_S = 1.0
MOST = 3_600  # on their way; the oldest of them tells the delay, so that more would tell nothing new
LOST_S = 2.0  # after which a word that is not waiting behind others is not on its way at all


class Echo:
    """The delay of an intake, by words that it sends to itself through the broker.

    Such a word stands in the broker's queue behind all that came before it: it tells of messages that nobody here has
    seen yet, and no device's clock has a part in it. A broker that does not hand them on is told of by what is here.
    """

    def __init__(self, client_id: str) -> None:
        self.topic = f"cityglass/{client_id}/echo"
        self._name = token_hex(4)  # of this process: a session may hold words of the one before it
        self._link: Link | None = None
        self._waiting: deque[tuple[int, float]] = deque()
        self._spoken = 0
        self._due = 0.0
        self._last_s = 0.0

    @property
    def lag_s(self) -> float:
        """Seconds that the newest word took, or that an older one has been on its way."""
        try:
            return max(self._last_s, time.monotonic() - self._waiting[0][1])
        except IndexError:
            return self._last_s

    def speak(self, link: Link | None) -> None:
        """Send the next word, once a second while a connection stands."""
        now = time.monotonic()
        if link is None or not link.welcome or self.topic in link.ungranted:
            return
        if link is not self._link:  # what was on its way on another connection may never come
            self._link = link
            self._waiting.clear()
        if now < self._due or len(self._waiting) >= MOST:
            return
        self._due = now + EVERY_S
        if link.publish(self.topic, f"{self._name} {self._spoken + 1}".encode()):
            self._spoken += 1
            self._waiting.append((self._spoken, now))

    def heard(self, payload: bytes) -> None:
        """A word is back, and all that came before it is stored."""
        name, _space, number = payload.decode("ascii", "replace").partition(" ")
        if name != self._name or not number.isdecimal():
            return
        while self._waiting and self._waiting[0][0] <= int(number):
            spoken, at = self._waiting.popleft()
            if spoken == int(number):
                self._last_s = time.monotonic() - at

    def nothing_waits(self) -> None:
        """Nothing comes at all: a word of some time ago is lost, and there is no delay."""
        while self._waiting and time.monotonic() - self._waiting[0][1] > LOST_S:
            self._waiting.popleft()
        if not self._waiting:
            self._last_s = 0.0
