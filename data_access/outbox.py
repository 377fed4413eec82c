"""Messages of ours to a broker at QoS 1: so many at once without its answer, and the next ones wait their turn.

paho keeps such messages, too, but at each answer it looks through all of them: with a thousand on their way that costs
more than everything else that a listener does.
"""

import struct
import threading
from collections import deque

from paho.mqtt.enums import MQTTProtocolVersion

from data_access.wire import MQTT_5

MOST_WAITING = 10_000
FIRST, LAST = 256, 65_535  # numbers of packets; paho uses lower ones for subscriptions


class Outbox:
    """Safe from any thread. `most`: so many at once, unless the broker allows fewer."""

    def __init__(self, protocol: MQTTProtocolVersion, most: int) -> None:
        self.most = most
        self._newer = protocol == MQTT_5
        self._lock = threading.Lock()
        self._sent: set[int] = set()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._last = FIRST - 1

    def put(self, topic: str, payload: bytes, retain: bool) -> tuple[int, bytes] | None:
        """A message's number, and what is to be sent now; None where even its turn cannot be waited for."""
        name = topic.encode()
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return None
            self._last = self._last + 1 if self._last < LAST else FIRST
            while self._last in self._sent:  # of those that wait none is as old
                self._last = self._last + 1 if self._last < LAST else FIRST
            head = struct.pack(">H", len(name)) + name + struct.pack(">H", self._last)
            rest = head + (b"\0" if self._newer else b"") + payload
            packet = bytes((0x32 | retain,)) + _length(len(rest)) + rest
            if len(self._sent) < self.most:
                self._sent.add(self._last)
                return self._last, packet
            self._waiting.append((self._last, packet))
            return self._last, b""

    @property
    def full(self) -> bool:
        """Whether messages wait for their turn."""
        return bool(self._waiting)

    def answered(self, number: int) -> bytes:
        """The broker has answered this message; what is to be sent now."""
        with self._lock:
            self._sent.discard(number)
            if not self._waiting or len(self._sent) >= self.most:
                return b""
            following, packet = self._waiting.popleft()
            self._sent.add(following)
            return packet


def _length(number: int) -> bytes:
    """A number as MQTT writes lengths: seven bits a byte, the lowest first."""
    found = bytearray()
    while True:
        number, low = divmod(number, 128)
        found.append(low | (128 if number else 0))
        if not number:
            return bytes(found)
