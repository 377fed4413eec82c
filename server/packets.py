"""MQTT 3.1.1 on the wire: bytes to packets and back, pure. Numbers in comments name sections of the OASIS standard."""

from collections.abc import Iterator
from typing import NamedTuple

from data_access.wire import packet

MAX_PACKET = 65_536 + 1_024  # the largest payload of ours, its topic and its header

CONNECT, CONNACK, PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP = 1, 2, 3, 4, 5, 6, 7
SUBSCRIBE, SUBACK, UNSUBSCRIBE, UNSUBACK, PINGREQ, PINGRESP, DISCONNECT = 8, 9, 10, 11, 12, 13, 14

ACCEPTED, WRONG_VERSION, BAD_NAME, UNAVAILABLE = 0, 1, 2, 3  # answers to CONNECT (3.2.2.3)
REFUSED = 0x80  # a subscription (3.9.3)


class ProtocolError(ValueError):
    """Bytes that are no MQTT 3.1.1; the connection ends (4.8)."""


class WrongVersionError(ProtocolError):
    """A client of another version of MQTT."""


class Connect(NamedTuple):
    client_id: str
    clean: bool
    keepalive_s: int
    will: "Publish | None"


class Publish(NamedTuple):
    topic: str
    payload: bytes
    qos: int
    retain: bool
    number: int = 0  # the packet's identifier; 0 at QoS 0


def split(buffer: bytearray) -> Iterator[tuple[int, bytes]]:
    """Every whole packet at the buffer's start, as its first byte and its body; they are taken out of the buffer.

    Raises:
        ProtocolError: its length is malformed, or more than MAX_PACKET.
    """
    start = 0
    try:
        while True:
            length, shift, at = 0, 0, start + 1
            while True:  # 2.2.3: seven bits a byte, four bytes at most
                if at >= len(buffer):
                    return
                length |= (buffer[at] & 127) << shift
                at += 1
                if buffer[at - 1] < 128:
                    break
                shift += 7
                if shift > 21:
                    raise ProtocolError("length")
            if length > MAX_PACKET:
                raise ProtocolError("too large")
            if at + length > len(buffer):
                return
            first, body = buffer[start], bytes(buffer[at : at + length])
            start = at + length
            yield first, body
    finally:
        del buffer[:start]


def text(body: bytes, at: int) -> tuple[str, int]:
    """The text at this place, and the place behind it (1.5.3).

    Raises:
        ProtocolError: it is cut off, not UTF-8, or holds NUL.
    """
    raw, end = binary(body, at)
    try:
        said = raw.decode("utf-8")
    except UnicodeDecodeError:
        raise ProtocolError("text") from None
    if "\0" in said:
        raise ProtocolError("text")
    return said, end


def binary(body: bytes, at: int) -> tuple[bytes, int]:
    end = at + 2 + int.from_bytes(body[at : at + 2], "big")
    if at + 2 > len(body) or end > len(body):
        raise ProtocolError("cut off")
    return body[at + 2 : end], end


def number(body: bytes, at: int = 0) -> int:
    """A packet's identifier, which is never 0 (2.3.1)."""
    found = int.from_bytes(body[at : at + 2], "big")
    if at + 2 > len(body) or not found:
        raise ProtocolError("identifier")
    return found


def read_connect(body: bytes) -> Connect:
    """Who connects (3.1); name and password are taken and not looked at.

    Raises:
        WrongVersionError: it speaks another version.
        ProtocolError: it is malformed.
    """
    protocol, at = text(body, 0)
    if len(body) < at + 4:
        raise ProtocolError("cut off")
    version, flags, keepalive = body[at], body[at + 1], int.from_bytes(body[at + 2 : at + 4], "big")
    if protocol not in ("MQTT", "MQIsdp"):
        raise ProtocolError("protocol")
    if (protocol, version) != ("MQTT", 4):
        raise WrongVersionError
    if flags & 1:
        raise ProtocolError("flags")
    client_id, at = text(body, at + 4)
    will = None
    if flags & 4:
        topic, at = text(body, at)
        payload, at = binary(body, at)
        will = Publish(named(topic), payload, qos_of(flags >> 3), bool(flags & 32))
    return Connect(client_id, bool(flags & 2), keepalive, will)


def read_publish(first: int, body: bytes) -> Publish:
    """A message (3.3).

    Raises:
        ProtocolError: it is malformed, or its topic holds a wildcard.
    """
    topic, at = text(body, 0)
    qos = qos_of(first >> 1)
    if not qos:
        return Publish(named(topic), body[at:], 0, bool(first & 1))
    return Publish(named(topic), body[at + 2 :], qos, bool(first & 1), number(body, at))


def read_subscribe(body: bytes) -> tuple[int, list[tuple[str, int]]]:
    """The packet's identifier, and each filter with the quality asked for (3.8)."""
    at, wanted = 2, []
    while at < len(body):
        topic, at = text(body, at)
        if at >= len(body):
            raise ProtocolError("cut off")
        wanted.append((topic, qos_of(body[at])))
        at += 1
    return number(body), wanted


def read_unsubscribe(body: bytes) -> tuple[int, list[str]]:
    at, topics = 2, []
    while at < len(body):
        topic, at = text(body, at)
        topics.append(topic)
    return number(body), topics


def qos_of(bits: int) -> int:
    if bits & 3 == 3:
        raise ProtocolError("quality")
    return bits & 3


def named(topic: str) -> str:
    """A topic that one may publish to (4.7.1)."""
    if not topic or "+" in topic or "#" in topic:
        raise ProtocolError("topic")
    return topic


def valid(wanted: str) -> bool:
    """Whether this is a filter: + and # stand alone in their level, # in the last (4.7.1)."""
    levels = wanted.split("/")
    alone = all(level in ("+", "#") or not ("+" in level or "#" in level) for level in levels)
    return bool(wanted) and alone and "#" not in levels[:-1]


def publish(message: Publish, qos: int, retain: bool, number: int = 0, again: bool = False) -> bytes:
    topic = message.topic.encode()
    head = len(topic).to_bytes(2, "big") + topic + (number.to_bytes(2, "big") if qos else b"")
    return packet(PUBLISH << 4 | (8 if again else 0) | qos << 1 | retain, head + message.payload)


def answer(kind: int, number: int, body: bytes = b"") -> bytes:
    """A packet that answers another by its number."""
    return packet(kind << 4 | (2 if kind == PUBREL else 0), number.to_bytes(2, "big") + body)


def connack(code: int, session: bool = False) -> bytes:
    return packet(CONNACK << 4, bytes((session and code == ACCEPTED, code)))
