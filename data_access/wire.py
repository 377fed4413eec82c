"""paho-mqtt's client on a wire of our own: it reads and writes in large pieces, and hands messages over the short way.

Measured over a backlog of 10,000 messages, paho alone spends most of its time on asking the socket for single bytes
and on a bag of properties for each message, which nobody here opens. So messages that have arrived whole are taken
here, and so are the broker's answers to ours (outbox.py); paho sees all else.
"""

import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

MQTT_5, MQTT_3 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
READ_BYTES = 65_536

MOST_WAITING = 1_048_576  # bytes of a packet that is not here whole; of a longer one paho takes the parts
PUBLISH, PUBACK = 0x30, 0x40

# Topic, packet identifier (0: at QoS 0, nobody waits for an acknowledgement), payload, and whether it was retained.
Published = tuple[bytes, int, bytes, bool]
Received = Callable[[bytes, int, bytes, bool], None]
Answer = tuple[int, int]  # the broker's to a message of ours: its packet identifier, and the reason code


def number_at(data: bytes | bytearray, at: int) -> tuple[int, int]:
    """A number of one to four bytes, and where it ends.

    Raises:
        IndexError: it is not here whole, or longer.
    """
    number = 0
    for i in range(4):
        byte = data[at + i]
        number |= (byte & 127) << 7 * i
        if byte < 128:
            return number, at + i + 1
    raise IndexError


def packet(first: int, body: bytes) -> bytes:
    """A packet on the wire: its first byte, its length in seven bits a byte, the lowest first, and its body."""
    length, rest = bytearray(), len(body)
    while True:
        rest, low = rest >> 7, rest & 127
        length.append(low | (128 if rest else 0))
        if not rest:
            return bytes((first,)) + length + body


def published(data: bytes | bytearray, head: int, start: int, stop: int, properties: bool) -> Published | None:
    """The PUBLISH with this first byte whose rest lies from `start` to `stop`; None where it is none that we know.

    `properties`: whether it has some, as in MQTT 5.
    """
    qos, number = head & 6, 0
    try:
        topic_ends = begins = start + 2 + (data[start] << 8 | data[start + 1])
        if qos:
            number, begins = data[begins] << 8 | data[begins + 1], begins + 2
        if properties:
            length, begins = (data[begins], begins + 1) if data[begins] < 128 else number_at(data, begins)
            begins += length
    except IndexError:
        return None
    if begins > stop or qos > 2 or (qos and not number):  # we asked for QoS 1 at most
        return None
    return bytes(data[start + 2 : topic_ends]), number, bytes(data[begins:stop]), bool(head & 1)


def answer(data: bytes | bytearray, start: int, stop: int) -> Answer | None:
    """The PUBACK whose rest lies from `start` to `stop`; None where it is none. Without a code it means success."""
    if stop - start < 2:
        return None
    return data[start] << 8 | data[start + 1], data[start + 2] if stop - start > 2 else 0


class Buffered:
    """A socket that reads and writes in large pieces: paho asks for a packet's first two bytes one by one."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._got = b""
        self._at = 0
        self._in_part = False  # what waits begins a packet that has not come whole
        self._unsent = bytearray()
        self._lock = threading.Lock()

    def recv(self, size: int) -> bytes:
        if self._at >= len(self._got):
            self._got, self._at = self._raw.recv(READ_BYTES), 0
        piece: bytes = self._got[self._at : self._at + size]
        self._at += len(piece)
        self._in_part = False
        return piece

    def fill(self) -> bool:
        """Read what has arrived, beside what waits; false where there is nothing, and `recv` says why."""
        try:
            piece = self._raw.recv(READ_BYTES)
        except OSError:
            return False
        self._got, self._at = self._got[self._at :] + piece, 0
        self._in_part = False
        return bool(piece)

    def messages(self, properties: bool) -> Iterator[Published]:
        """Take the messages that wait here whole, one by one, up to the first packet that is something else."""
        got, at, end = self._got, self._at, len(self._got)
        while at < end and got[at] & 0xF0 == PUBLISH:
            try:
                length, start = (got[at + 1], at + 2) if got[at + 1] < 128 else number_at(got, at + 1)
                stop = start + length
            except IndexError:
                stop = end + 1 if end - at < 5 else 0
            if stop > end:
                self._in_part = end - at < MOST_WAITING
                break
            message = published(got, got[at], start, stop, properties) if stop else None
            if message is None:
                break
            self._at = at = stop
            yield message

    def answers(self) -> list[Answer]:
        """Take the answers to messages of ours that wait here whole, up to the first packet that is something else."""
        got, at, end = self._got, self._at, len(self._got)
        found: list[Answer] = []
        while at < end and got[at] == PUBACK:
            if end - at < 2 or (got[at + 1] < 128 and at + 2 + got[at + 1] > end):
                self._in_part = True
                break
            stop = at + 2 + got[at + 1]
            told = answer(got, at + 2, stop) if got[at + 1] < 128 else None  # a longer one has much to explain
            if told is None:
                break
            found.append(told)
            at = stop
        self._at = at
        return found

    def send(self, data: bytes | bytearray) -> int:
        """Take everything; `flush` brings it on its way. Safe from any thread, so only whole packets."""
        with self._lock:
            self._unsent += data
        return len(data)

    def flush(self) -> None:
        """Send what the network takes now.

        Raises:
            OSError: the connection is gone.
        """
        with self._lock, suppress(BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            while self._unsent:
                del self._unsent[: self._raw.send(self._unsent)]

    @property
    def waiting(self) -> bool:
        """Whether something is still to be sent."""
        return bool(self._unsent)

    def pending(self) -> int:
        """Bytes that have arrived, can be read on, and that no selector will speak of again."""
        held = self._raw.pending() if isinstance(self._raw, ssl.SSLSocket) else 0
        return held + (0 if self._in_part else len(self._got) - self._at)

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def setblocking(self, flag: bool) -> None:
        self._raw.setblocking(flag)

    def close(self) -> None:
        with suppress(OSError):
            self._raw.settimeout(1)  # a goodbye is worth a second
            self.flush()
        self._raw.close()


class Client(paho.Client):
    """A client of MQTT 5 or 3.1.1 that acknowledges nothing by itself and does not reconnect."""

    def __init__(
        self, client_id: str, protocol: MQTTProtocolVersion, received: Received, answered: Callable[[int, int], None]
    ) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if protocol == MQTT_5 else False,
            protocol=protocol,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._received, self._answered = received, answered

    def _create_socket(self) -> Any:
        return Buffered(super()._create_socket())

    def alive(self) -> None:
        """The broker has said something: an answer to a ping may stand behind much else that it has to say."""
        self._ping_t = 0.0
        self._last_bytes_received = time.monotonic()

    @property
    def in_packet(self) -> bool:
        """Whether paho has begun to read a packet that has not come whole."""
        return bool(self._in_packet["command"])

    def _handle_publish(self) -> MQTTErrorCode:
        packet = self._in_packet["packet"]
        message = published(packet, self._in_packet["command"], 0, len(packet), self._protocol == MQTT_5)
        if message is None:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._received(*message)
        return MQTTErrorCode.MQTT_ERR_SUCCESS

    def _handle_pubackcomp(self, cmd: Any) -> MQTTErrorCode:
        packet = self._in_packet["packet"]
        told = answer(packet, 0, len(packet)) if cmd == "PUBACK" else None
        if told is None:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._answered(*told)
        return MQTTErrorCode.MQTT_ERR_SUCCESS
