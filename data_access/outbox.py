"""Messages of ours to a broker at QoS 1: so many at once without its answer, and the next ones wait their turn.

paho keeps such messages, too, but at each answer it looks through all of them: with a thousand on their way that costs
more than everything else that a listener does.
"""

import struct
import threading
from collections import deque
from collections.abc import Callable

from paho.mqtt.enums import MQTTProtocolVersion

from data_access.wire import MQTT_5, packet

MOST_WAITING = 10_000
FIRST, LAST = 256, 65_535  # numbers of packets; paho uses lower ones for subscriptions


class Outbox:
    """Safe from any thread. `most`: so many at once, unless the broker allows fewer; `send` takes each in its turn."""

    def __init__(self, protocol: MQTTProtocolVersion, most: int, send: Callable[[bytes], None]) -> None:
        self.most = most
        self._newer = protocol == MQTT_5
        self._send = send
        self._lock = threading.Lock()
        self._sent: set[int] = set()
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._last = FIRST - 1

    def put(self, topic: str, payload: bytes, retain: bool) -> int | None:
        """Send a message now, or in its turn; its number, None where even that cannot be waited for."""
        name = topic.encode()
        with self._lock:
            if len(self._waiting) >= MOST_WAITING:
                return None
            self._last = self._last + 1 if self._last < LAST else FIRST
            while self._last in self._sent:  # of those that wait none is as old
                self._last = self._last + 1 if self._last < LAST else FIRST
            head = struct.pack(">H", len(name)) + name + struct.pack(">H", self._last)
            self._waiting.append((self._last, packet(0x32 | retain, head + b"\0" * self._newer + payload)))
            self._next()
            return self._last

    @property
    def full(self) -> bool:
        """Whether messages wait for their turn."""
        return bool(self._waiting)

    def answered(self, number: int) -> None:
        """The broker has answered this message: it is the next one's turn."""
        with self._lock:
            self._sent.discard(number)
            self._next()

    def _next(self) -> None:
        if self._waiting and len(self._sent) < self.most:
            number, said = self._waiting.popleft()
            self._sent.add(number)
            self._send(said)  # with the lock held, or what was said later could go first
