"""A broker of our own for trying Cityglass out where Mosquitto is not installed: MQTT 3.1.1, in memory, bounded.

It knows quality 0 and 1 (2 is taken, and given as 1), retained messages, wills, sessions that outlast a connection,
and wildcards. It keeps nothing over its own end, and lets anyone in: it listens on loopback.
"""

import asyncio
import os
import signal
import time

from data_access.words import _
from server import packets
from server.packets import ProtocolError, Publish
from server.switchboard import Session, Switchboard

UNSENT_BYTES = 1_000_000  # to a client that does not read; then nothing is read from it either
GATHERED_BYTES = 262_144
INTRODUCE_S = 10.0  # for a connection to say who it is


class Connection(asyncio.Protocol):
    """One client's socket."""

    def __init__(self, switchboard: Switchboard) -> None:
        self.session: Session | None = None
        self.clogged = False
        self._switchboard = switchboard
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._out: list[bytes] = []
        self._out_bytes = 0
        self._will: Publish | None = None
        self._heard = time.monotonic()
        self._patience_s = INTRODUCE_S
        self._loop = asyncio.get_running_loop()

    # What asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.set_write_buffer_limits(UNSENT_BYTES)
        self._loop.call_later(INTRODUCE_S, self._hurry)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._close()

    def pause_writing(self) -> None:
        self.clogged = True
        if self._transport:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        self.clogged = False
        if self._transport:
            self._transport.resume_reading()
        if self.session:
            self.session.pump()

    def data_received(self, data: bytes) -> None:
        self._heard = time.monotonic()
        self._buffer += data
        try:
            if self.session is None and self._buffer[0] >> 4 != packets.CONNECT:
                raise ProtocolError("not introduced")
            for first, body in packets.split(self._buffer):
                self._take(first, body)
                if self._transport is None or self._transport.is_closing():
                    return
        except packets.WrongVersionError:
            self.send(packets.connack(packets.WRONG_VERSION))
            self.end()
        except ProtocolError:
            self.abort()

    # What a client says

    def _take(self, first: int, body: bytes) -> None:
        kind, session = first >> 4, self.session
        if kind == packets.CONNECT:
            self._introduce(body)
        elif session is None:
            raise ProtocolError("not introduced")
        elif kind == packets.PUBLISH:
            self._published(session, packets.read_publish(first, body))
        elif kind == packets.PUBACK:
            session.confirmed(packets.number(body))
        elif kind == packets.PUBREL:
            session.taken.discard(packets.number(body))
            self.send(packets.answer(packets.PUBCOMP, packets.number(body)))
        elif kind == packets.SUBSCRIBE:
            number, wanted = packets.read_subscribe(body)
            granted = self._switchboard.subscribe(session, wanted)
            self.send(packets.answer(packets.SUBACK, number, granted))
            for (topic, _qos), given in zip(wanted, granted, strict=True):
                if given != packets.REFUSED:
                    self._switchboard.remember(session, topic, given)
        elif kind == packets.UNSUBSCRIBE:
            number, topics = packets.read_unsubscribe(body)
            self._switchboard.unsubscribe(session, topics)
            self.send(packets.answer(packets.UNSUBACK, number))
        elif kind == packets.PINGREQ:
            self.send(packets.packet(packets.PINGRESP << 4, b""))
        elif kind == packets.DISCONNECT:
            self._will = None
            self.end()
        else:
            raise ProtocolError("kind")

    def _introduce(self, body: bytes) -> None:
        if self.session:
            raise ProtocolError("twice")  # 3.1.0-2
        who = packets.read_connect(body)
        refused = packets.BAD_NAME if not who.client_id and not who.clean else packets.ACCEPTED
        if self._switchboard.full(who.client_id):
            refused = packets.UNAVAILABLE
        if refused:
            self.send(packets.connack(refused))
            self.end()
            return
        present = self._switchboard.connect(self, who)
        self._will = who.will
        self._patience_s = who.keepalive_s * 1.5 or float("inf")  # 3.1.2.10
        self.send(packets.connack(packets.ACCEPTED, present))
        if self.session:
            self.session.resume()

    def _published(self, session: Session, message: Publish) -> None:
        if message.topic.startswith("$"):
            pass  # the broker's own place
        elif message.qos < 2:
            self._switchboard.publish(message)
        elif message.number not in session.taken:
            session.taken.add(message.number)
            self._switchboard.publish(message)
        if message.qos:
            self.send(packets.answer(packets.PUBACK if message.qos == 1 else packets.PUBREC, message.number))

    # What it is told

    def send(self, data: bytes) -> None:
        """Send this soon, together with what else is said in the same moment."""
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(data)
        self._out_bytes += len(data)
        if self._out_bytes > GATHERED_BYTES:
            self._flush()

    def _flush(self) -> None:
        said = b"".join(self._out)
        self._out.clear()
        self._out_bytes = 0
        if said and self._transport:
            self._transport.write(said)

    def _hurry(self) -> None:
        if self.session is None:
            self.abort()

    def silent(self, now: float) -> bool:
        return now - self._heard > self._patience_s

    def end(self) -> None:
        """Close, after what was said; the will is spoken unless the client took its leave."""
        self._flush()
        if self._transport:
            self._transport.close()
        self._close()

    def abort(self) -> None:
        if self._transport:
            self._transport.abort()
        self._close()

    def _close(self) -> None:
        session, self.session = self.session, None
        will, self._will = self._will, None
        if session and session.connection is self:
            self._switchboard.leave(session)
        if will:
            self._switchboard.publish(will)


async def _serve(host: str, port: int) -> None:
    loop, stop, switchboard = asyncio.get_running_loop(), asyncio.Event(), Switchboard()
    for wanted in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(wanted, stop.set)
    server = await loop.create_server(lambda: Connection(switchboard), host, port)
    rounds = asyncio.create_task(_look_round(switchboard))
    await stop.wait()
    rounds.cancel()
    server.close()
    for session in list(switchboard.sessions.values()):
        if session.connection:
            session.connection.end()


async def _look_round(switchboard: Switchboard) -> None:
    while True:
        await asyncio.sleep(1)
        switchboard.look_round()


def serve(host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        SystemExit: the port is taken; with a sentence.
    """
    try:
        asyncio.run(_serve(host, port))
    except OSError as fault:
        raise SystemExit(
            _("The broker cannot listen on {host}, port {port}: {reason}. Choose another with --mqtt-port.").format(
                host=host, port=port, reason=os.strerror(fault.errno) if fault.errno else fault
            )
        ) from None
