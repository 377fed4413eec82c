"""One connection to an MQTT broker, from CONNECT to its end, over paho-mqtt.

Each connection has a client of its own: an acknowledgement meant for an ended one has nowhere to go, so a message
number that the next connection uses again can never be acknowledged by mistake.
"""

import os
import selectors
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

from paho.mqtt.enums import MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from data_access.outbox import Outbox
from data_access.wire import MQTT_5, READ_BYTES, Buffered, Client
from data_access.words import N_, Text, _

KEEPALIVE_S = 60
CONNECT_S = 3.0  # for a broker on the way that does not answer
WELCOME_S, KNOWN_S = 10.0, 30.0  # for a broker that took the connection and says nothing; for one that we know
SESSION_S = 3 * 86_400  # how long the broker keeps our session and what came meanwhile: a long weekend
RECEIVE_MAXIMUM = 4_000  # messages on their way to us that are not acknowledged yet
OUTGOING = 1_000  # messages of ours at once, where the broker sets no narrower bound; paho's 20 would hold up thousands
NOBODY_LISTENS, FAILURE, UNKNOWN_VERSION, TAKEN_OVER = 0x10, 0x80, 0x84, 0x8E  # reason codes of MQTT 5
WRONG_PASSWORD = 0x86, 0x87
IDLE_S = 0.5
FULL_S = 0.02


@dataclass(frozen=True, slots=True)
class Address:
    """Where a broker is; `str(address)` holds no password."""

    host: str
    port: int
    secure: bool = False
    user: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: str) -> "Address":
        """The address in mqtt://host:port or mqtts://user:password@host:port.

        Raises:
            ValueError: it is none; the sentence says what is expected.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            parts, port = urlsplit(""), None
        if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname:
            raise ValueError(_("A broker's address looks like mqtt://host:1883 or mqtts://host:8883."))
        secure = parts.scheme == "mqtts"
        return cls(
            parts.hostname,
            port or (8883 if secure else 1883),
            secure,
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'mqtts' if self.secure else 'mqtt'}://{host}:{self.port}"


Received = Callable[["Link", bytes, int, bytes, bool], None]  # topic, number, payload, retained
Welcomed = Callable[["Link"], None]


def _reason(fault: OSError) -> str:
    if isinstance(fault, ssl.SSLCertVerificationError):
        return f"certificate: {fault.verify_message}"
    if isinstance(fault, (ssl.SSLError, socket.gaierror)) or not fault.errno:  # their numbers are not the system's
        return fault.strerror or str(fault)
    return os.strerror(fault.errno)


class Link:
    """One connection; `run` carries it to its end. Then `welcome` says whether it ever stood, `refusal` why not."""

    def __init__(
        self,
        address: Address,
        client_id: str,
        protocol: MQTTProtocolVersion,
        filters: Iterable[str],
        received: Received,
        welcomed: Welcomed,
        patience_s: float = WELCOME_S,
    ) -> None:
        self.protocol = protocol
        self.welcome = False
        self.silent = False
        self._patience_s = patience_s
        self._stands_since: float | None = None
        self.refusal: ReasonCode | None = None
        self.farewell: ReasonCode | None = None
        self.ungranted: list[str] = []
        self.tick = self.heard_at = time.monotonic()
        self._abandoned = False
        self._answers: dict[int, bool] | None = None
        self._address = address
        self._filters = list(filters)
        self._on_welcome = welcomed
        self._wake_in, self._wake_out = socket.socketpair()
        self._wake_in.setblocking(False)
        self._wake_out.setblocking(False)
        self._socket: Buffered | None = None
        self._received = received
        self._outbox = Outbox(protocol, OUTGOING, self._send)
        self._client = Client(client_id, protocol, lambda *message: received(self, *message), self._answered)
        self._client.connect_timeout = CONNECT_S
        if address.user is not None:
            self._client.username_pw_set(address.user, address.password)
        if address.secure:
            self._client.tls_set_context(ssl.create_default_context())
        self._client.on_connect = self._welcomed
        self._client.on_subscribe = self._subscribed
        self._client.on_disconnect = self._ended
        self._client.on_socket_open = self._opened
        self._client.on_socket_register_write = lambda *_: self.wake()

    def run(self, stop: threading.Event, room: Callable[[], bool]) -> None:
        """Keep this connection going until it ends or `stop` is set; while there is no `room`, nothing is read.

        Raises:
            OSError: nobody answers at this address.
        """
        selector = selectors.DefaultSelector()
        selector.register(self._wake_in, selectors.EVENT_READ)
        try:
            self._connect()
            self._carry(selector, stop, room)
            if self.welcome and self._client.socket():
                self._client.disconnect()
                self._client.loop_write()
        finally:
            selector.close()
            if self._socket:
                self._socket.close()
            self._wake_in.close()
            self._wake_out.close()

    def _connect(self) -> None:
        if self.protocol == MQTT_5:
            wishes = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]  # theirs is not typed
            wishes.SessionExpiryInterval = SESSION_S
            wishes.ReceiveMaximum = RECEIVE_MAXIMUM
            self._client.connect(
                self._address.host, self._address.port, KEEPALIVE_S, clean_start=False, properties=wishes
            )
        else:
            self._client.connect(self._address.host, self._address.port, KEEPALIVE_S)

    def _carry(self, selector: selectors.BaseSelector, stop: threading.Event, room: Callable[[], bool]) -> None:
        watched = 0
        while not (stop.is_set() or self._abandoned) and self._socket and self._client.socket():
            self.tick = time.monotonic()
            if self._client.want_write():
                self._client.loop_write()
            self._socket.flush()
            reading = room()
            wanted = selectors.EVENT_READ * reading | selectors.EVENT_WRITE * self._socket.waiting
            if wanted != watched:
                self._watch(selector, self._socket, watched, wanted)
                watched = wanted
            held = reading and self._socket.pending() > 0  # read already, and left when there was no room
            ready = selector.select(0 if held else IDLE_S if reading else FULL_S)
            for key, _events in ready:
                if key.fileobj is self._wake_in:
                    self._woken()
            came = any(key.fileobj is self._socket and event & selectors.EVENT_READ for key, event in ready)
            if held or came:
                self._read(room)
            if not reading:
                continue  # an answer to a ping could not be heard now
            self._client.loop_misc()
            if not self.welcome and time.monotonic() - self.heard_at > self._patience_s:
                self.silent = True
                return

    @staticmethod
    def _watch(selector: selectors.BaseSelector, stream: Buffered, watched: int, wanted: int) -> None:
        if not wanted:
            selector.unregister(stream)
        elif watched:
            selector.modify(stream, wanted)
        else:
            selector.register(stream, wanted)

    def _read(self, room: Callable[[], bool]) -> None:
        """Hand over what has arrived; paho itself gets what is no message, or not whole, and the connection's end."""
        assert self._socket
        ended = not (self._socket.pending() >= READ_BYTES or self._socket.fill())
        while True:
            taken = False
            for message in () if self._client.in_packet else self._socket.messages(self.protocol == MQTT_5):
                self._received(self, *message)
                taken = True
                if not room():
                    break
            for answer in () if self._client.in_packet else self._socket.answers():
                self._answered(*answer)
                taken = True
            if not taken and (ended or self._socket.pending() or self._client.in_packet):
                ended = False
                if self._client.loop_read() != MQTTErrorCode.MQTT_ERR_SUCCESS:
                    return
            self.heard_at = time.monotonic()
            self._client.alive()
            if not (self._socket and self._client.socket() and self._socket.pending() and room()):
                return

    def acknowledge(self, numbers: list[int]) -> None:
        """Acknowledge these messages in this order, from any thread; nothing happens once the link has ended."""
        if numbers:
            packets = [part for number in numbers for part in (0x4002, number)]  # PUBACK: 4 bytes, in MQTT 5 too
            self._send(struct.pack(f">{len(packets)}H", *packets))

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        """Publish at QoS 1, from any thread; the packet's number, None where it could not even be queued."""
        return self._outbox.put(topic, payload, retain) if self.welcome and self._socket else None

    @property
    def full(self) -> bool:
        """Whether what is published now would wait for answers of the broker."""
        return self._outbox.full

    def _send(self, packets: bytes) -> None:
        if self._socket:
            self._socket.send(packets)
            self.wake()

    def answers(self) -> dict[int, bool]:
        """What the broker has said to packets of ours since this was last asked, by number: whether it took them.

        Nothing is kept before it is asked for the first time.
        """
        found, self._answers = self._answers, {}
        return found or {}

    def abandon(self) -> None:
        """End this connection, from any thread: nobody is at its other end."""
        self._abandoned = True
        self.wake()

    def wake(self) -> None:
        """Have `run` look up at once; safe from any thread."""
        with suppress(OSError):
            self._wake_out.send(b"\0")

    def _woken(self) -> None:
        with suppress(BlockingIOError):
            while self._wake_in.recv(4096):
                pass

    def ending(self, unreachable: OSError | None) -> Text:
        """Why there is no connection, as a sentence."""
        where = str(self._address)
        if unreachable is not None:
            return N_("No broker answers at {address}: {reason}.").format(address=where, reason=_reason(unreachable))
        if self.refusal is not None:
            if self.refusal.value in WRONG_PASSWORD:
                refused = N_("The broker at {address} refuses our user name or password. Check --broker.")
                return refused.format(address=where)
            return N_("The broker at {address} refuses us: {reason}.").format(address=where, reason=str(self.refusal))
        if self.farewell is not None and self.farewell.value == TAKEN_OVER:
            return N_("Another program took over our session at the broker {address}.").format(address=where)
        if self.welcome:
            return N_("The connection to the broker at {address} is lost.").format(address=where)
        if self.silent:
            return N_("The broker at {address} takes the connection and says nothing.").format(address=where)
        return N_("What answers at {address} does not speak MQTT 5 or 3.1.1.").format(address=where)

    @property
    def stood_s(self) -> float:
        """For how long it has stood, or stood when it ended."""
        return self.tick - self._stands_since if self._stands_since is not None else 0.0

    @property
    def version(self) -> str:
        return "5" if self.protocol == MQTT_5 else "3.1.1"

    @property
    def too_new(self) -> bool:
        """Whether the broker says that it does not know MQTT 5."""
        return self.protocol == MQTT_5 and self.refusal is not None and self.refusal.value == UNKNOWN_VERSION

    # --- paho's callbacks; they run within `run` ---

    def _opened(self, _client: Any, _userdata: Any, opened: Any) -> None:
        self._socket = opened

    def _welcomed(self, _client: Any, _userdata: Any, flags: Any, reason: ReasonCode, properties: Any) -> None:
        if reason.is_failure:
            self.refusal = reason
            return
        self._outbox.most = min(OUTGOING, getattr(properties, "ReceiveMaximum", OUTGOING))
        if flags.session_present or not self._filters:  # it listens already; what waited comes before any answer
            self._stand()
        if not self._filters:
            return
        if self.protocol == MQTT_5:
            # Retained messages only where the subscription is new; on every return they would look like news.
            options = SubscribeOptions(qos=1, retainHandling=SubscribeOptions.RETAIN_SEND_IF_NEW_SUB)
            self._client.subscribe([(wanted, options) for wanted in self._filters])
        else:
            self._client.subscribe([(wanted, 1) for wanted in self._filters])

    def _subscribed(self, _client: Any, _userdata: Any, _mid: int, reasons: list[ReasonCode], _properties: Any) -> None:
        self.ungranted = [
            wanted for wanted, reason in zip(self._filters, reasons, strict=False) if reason.value not in (1, 2)
        ]
        self._stand()

    def _stand(self) -> None:
        if not self.welcome:
            self._stands_since = time.monotonic()
            self._on_welcome(self)  # first: who sees that it stands must not still see what was wrong before
            self.welcome = True

    def _answered(self, number: int, code: int) -> None:
        if self._answers is not None:
            self._answers[number] = code < FAILURE and code != NOBODY_LISTENS
        self._outbox.answered(number)

    def _ended(self, _client: Any, _userdata: Any, flags: Any, reason: ReasonCode, _properties: Any) -> None:
        if flags.is_disconnect_packet_from_server:
            self.farewell = reason
