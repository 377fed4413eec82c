"""paho-mqtt's client on a wire of our own: it reads and writes in large pieces, and hands messages over the short way.

Measured over a backlog of 10,000 messages, paho alone spends most of its time on asking the socket for single bytes
and on a bag of properties for each message, which nobody here opens.
"""

import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

MQTT_5, MQTT_3 = MQTTProtocolVersion.MQTTv5, MQTTProtocolVersion.MQTTv311
READ_BYTES = 65_536

# Topic, packet identifier (0: at QoS 0, nobody waits for an acknowledgement), payload, and whether it was retained.
Received = Callable[[bytes, int, bytes, bool], None]


class Buffered:
    """A socket that reads and writes in large pieces: paho asks for a packet's first two bytes one by one."""

    def __init__(self, raw: Any) -> None:
        self._raw = raw
        self._got = b""
        self._at = 0
        self._unsent = bytearray()
        self._lock = threading.Lock()

    def recv(self, size: int) -> bytes:
        if self._at >= len(self._got):
            self._got, self._at = self._raw.recv(READ_BYTES), 0
        piece: bytes = self._got[self._at : self._at + size]
        self._at += len(piece)
        return piece

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
        """Bytes that have arrived and that no selector will speak of again."""
        held = self._raw.pending() if isinstance(self._raw, ssl.SSLSocket) else 0
        return len(self._got) - self._at + held

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

    def __init__(self, client_id: str, protocol: MQTTProtocolVersion, received: Received) -> None:
        super().__init__(
            CallbackAPIVersion.VERSION2,
            client_id,
            clean_session=None if protocol == MQTT_5 else False,
            protocol=protocol,
            reconnect_on_failure=False,
            manual_ack=True,
        )
        self._received = received

    def _create_socket(self) -> Any:
        return Buffered(super()._create_socket())

    def _handle_publish(self) -> MQTTErrorCode:
        head, packet = self._in_packet["command"], self._in_packet["packet"]
        qos, number = head >> 1 & 3, 0
        if qos > 1:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL  # we asked for 1 at most
        try:
            end = 2 + int.from_bytes(packet[:2], "big")
            topic = bytes(packet[2:end])
            if qos:
                number, end = packet[end] << 8 | packet[end + 1], end + 2
            if self._protocol == MQTT_5:
                length = shift = 0
                while (byte := packet[end]) > 127:
                    length, shift, end = length | (byte & 127) << shift, shift + 7, end + 1
                end += 1 + (length | byte << shift)
        except IndexError:
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        if end > len(packet) or (qos and not number):
            return MQTTErrorCode.MQTT_ERR_PROTOCOL
        self._received(topic, number, bytes(packet[end:]), bool(head & 1))
        return MQTTErrorCode.MQTT_ERR_SUCCESS
