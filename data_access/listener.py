"""The edge to the broker: bytes become facts, facts are committed, and only then the broker hears that we have them.

Three threads: `connection` receives and does nothing but queue; `writer` decodes, commits, acknowledges, and tells the
devices which of their numbers are safe; `voice` is the connection on which that is told: on the other one the broker's
answers would wait behind all that comes in. Whatever cannot be read or stored goes to quarantine with its reason and is
acknowledged too: one message left unacknowledged would hold up all that follow it.
"""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import copy_context
from datetime import UTC, datetime
from itertools import islice

import msgspec
import orjson
import structlog

from data_access.decoders import DecodeError, Decoder
from data_access.decoders.fields import MAX_PAYLOAD
from data_access.echo import Echo
from data_access.inbox import Arrival, Inbox
from data_access.ledger import Acks
from data_access.mqtt import Address, Link
from data_access.patience import carry_on
from data_access.shelf import Shelf, Writer
from data_access.standing import LONGEST_S, SHORTEST_S, STEADY_S, Standing
from data_access.talk import Talk
from data_access.words import N_, Text
from data_access.writer import Committed, Message

log = structlog.get_logger("listener")

BATCH, LINGER_S = 2_000, 0.05
KEPT_BYTES = 4_096  # of a message that is too large
MAX_TOPIC = 512  # bytes; the longest of ours has 82
TELL_EVERY_S = 1.0  # acknowledged numbers, to each device
MOST_TOLD = 2_000  # devices in one round: with more a broker that has much to do would have no time for readings
MOST_UNTOLD = 50_000  # boots of which a device has not heard yet
MOST_RANGES = 1_500  # in one acknowledgement, 54 kB; more than a ledger keeps
STUCK_S = 60.0

UNREAD = N_("nobody reads this topic")
BAD_TOPIC, LONG_TOPIC = N_("the topic is not valid UTF-8"), N_("the topic is too long")
TOO_LARGE = N_("the payload is too large")
CRASHED = N_("its decoder failed")
HELD = N_("it talks too much, and what is beyond its measure is held back")
RENEW_S = 60.0  # how often devices are to speak


class Listener:
    """Listens to one broker for as long as it runs; `client_id` names this installation's session there."""

    def __init__(
        self,
        url: str,
        decoders: Sequence[Decoder],
        writer: Writer,
        client_id: str = "cityglass",
        inbox: Inbox | None = None,
        intervals: Callable[[], Mapping[str, float]] = dict,
    ) -> None:
        self._decoders = decoders
        self._known: dict[str, Decoder | None] = {}
        self._inbox = Inbox() if inbox is None else inbox  # an empty one is false
        self._stop = threading.Event()
        self._leave = threading.Event()
        self._shelf = Shelf(writer, self._stop)
        self._talk = Talk(intervals)
        self._renewed = -RENEW_S
        self._received = 0
        self._totals = dict.fromkeys(("stored", "duplicates", "quarantined", "acknowledged", "revision", "held"), 0)
        self._lag_s = 0.0
        self._echo = Echo(client_id)
        topics = sorted({self._echo.topic, *(topic for decoder in decoders for topic in decoder.topics)})
        self._standing = _standing(Address.of(url), client_id, topics, (self._echo.topic,), log)
        self._voice = _standing(Address.of(url), f"{client_id}-voice")
        self._untold: Acks = {}
        self._told = time.monotonic()
        self._tick = self._looked = self._since = time.monotonic()
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        self._tick = self._looked = self._since = time.monotonic()
        for name, work, stop in (
            ("connection", self._connect, self._leave),
            ("voice", self._connect_voice, self._leave),
            ("writer", self._write, self._stop),
        ):
            context = copy_context()  # so that sentences are in the language of whoever starts us
            thread = threading.Thread(
                target=context.run, args=(go_on, work, stop), name=f"listener-{name}", daemon=True
            )
            self._threads[name] = thread
            thread.start()

    def stop(self) -> None:
        """Finish the batch at hand, acknowledge it, and take leave; what is still queued the broker brings again."""
        self._stop.set()
        self._inbox.wake()
        self._threads["writer"].join(10)
        self._leave.set()
        for standing in (self._standing, self._voice):
            if link := standing.link:
                link.wake()
        for name in ("connection", "voice"):
            self._threads[name].join(5)

    @property
    def alive(self) -> bool:
        """Whether all threads make progress, asked every few seconds; that they exist is not enough.

        Where nobody asked for long, the whole process stood still, and they get their time anew.
        """
        now = time.monotonic()
        if now - self._looked > STUCK_S / 2:
            self._since = now
        self._looked = now
        writing = max(self._tick, self._shelf.tick)  # who tries again and again is not stuck
        progressed = now - max(self._since, min(self._standing.tick, self._voice.tick, writing)) < STUCK_S
        return progressed and all(thread.is_alive() for thread in self._threads.values())

    @property
    def fault(self) -> Text | None:
        """What is wrong, as a sentence; None while the broker is connected and the store takes what comes."""
        fault, link = self._shelf.fault or self._standing.fault, self._standing.link
        if fault is None and link is not None and link.stood_s > LONGEST_S + STEADY_S:  # the other had its time as well
            return self._voice.fault
        return fault

    def counts(self) -> dict[str, float]:
        """Totals since the start, and what is measured now."""
        link = self._standing.link
        return {
            **self._totals,
            "received": self._received,
            "connected": 1 if link is not None and link.welcome else 0,
            "queued": len(self._inbox),
            "lag_s": max(self._inbox.oldest_s(), self._lag_s, self._echo.lag_s),
        }

    # --- the thread of the connection ---

    def _connect(self) -> None:
        self._standing.run(self._leave, self._receive, lambda _link: self._voice.hasten(), self._inbox.room)

    def _connect_voice(self) -> None:
        self._voice.run(self._leave, lambda *_message: None)

    def _receive(self, link: Link, name: bytes, number: int, payload: bytes, retained: bool) -> None:
        fault = None
        try:
            topic = name.decode()
        except UnicodeDecodeError:
            topic, fault = name.decode("utf-8", "backslashreplace"), BAD_TOPIC.words
        if len(name) > MAX_TOPIC:
            fault, topic = f"{LONG_TOPIC.words}: {len(name)} bytes", topic[:MAX_TOPIC]
        if len(payload) > MAX_PAYLOAD:
            fault, payload = f"{TOO_LARGE.words}: {len(payload)} bytes", payload[:KEPT_BYTES]
        self._received += topic != self._echo.topic
        self._inbox.put(Arrival(link, number, topic, payload, retained, time.time(), fault))

    # --- the thread of the writer ---

    def _write(self) -> None:
        while not self._stop.is_set():
            self._tick = time.monotonic()
            arrivals = self._inbox.take(BATCH, LINGER_S, wait_s=0.25)
            if arrivals:
                self._keep(arrivals)
            else:
                self._lag_s = 0.0
                self._echo.nothing_waits(self._voice.link, self._standing.link)
            self._tell()
            self._echo.speak(self._voice.link, self._standing.link)
        self._tell(last=True)

    def _keep(self, arrivals: list[Arrival]) -> None:
        """Commit these messages and then acknowledge them, in their order."""
        echoes = [arrival for arrival in arrivals if arrival.topic == self._echo.topic]
        said = [arrival for arrival in arrivals if arrival.topic != self._echo.topic] if echoes else arrivals
        messages, held = self._measured([self._message(arrival) for arrival in said])
        committed = self._shelf.put(messages) if messages else []
        if committed is None:
            return
        self._totals["held"] += held
        self._acknowledge(arrivals)
        for part in committed:
            self._count(part)
        self._totals["acknowledged"] += len(said)
        self._lag_s = max(0.0, time.time() - arrivals[0].at)
        for echo in echoes:
            self._echo.heard(echo.payload)

    def _measured(self, messages: list[Message]) -> tuple[list[Message], int]:
        """These messages, one word in the place of all that a device said beyond its measure; how many those are."""
        if time.monotonic() - self._renewed > RENEW_S:
            self._renewed = time.monotonic()
            try:
                self._talk.renew()
            except Exception as fault:  # what was known before still holds; these messages must not be dropped for it
                log.warning("intervals are not known", fault=str(fault))
        kept: list[Message] = []
        beyond: dict[str, Message] = {}
        for message in messages:
            if message.packet is None or self._talk.within(message.packet):
                kept.append(message)
            elif message.topic in beyond:
                beyond[message.topic].count += 1
            else:
                beyond[message.topic] = msgspec.structs.replace(message, packet=None, payload=b"", fault=HELD.words)
        return [*kept, *beyond.values()], sum(one.count for one in beyond.values())

    def _message(self, arrival: Arrival) -> Message:
        packet, fault, numbered = None, arrival.fault, None
        if fault is None:
            decoder = self._decoder_of(arrival.topic)
            try:
                if decoder is None:
                    raise DecodeError(UNREAD)
                packet = decoder.decode(arrival.topic, arrival.payload)
            except DecodeError as refused:
                fault, numbered = refused.reason, refused.numbered
            except Exception as stumble:  # a decoder's own fault must not stop the others' messages
                fault = f"{CRASHED.words}: {type(stumble).__name__}"
        return Message(
            topic=arrival.topic,
            payload=arrival.payload,
            received_at=datetime.fromtimestamp(arrival.at, UTC),
            retained=arrival.retained,
            packet=packet,
            fault=fault,
            numbered=numbered,
        )

    def _decoder_of(self, topic: str) -> Decoder | None:
        try:
            return self._known[topic]
        except KeyError:
            if len(self._known) > 50_000:  # anyone may invent topics
                self._known.clear()
            found = next((decoder for decoder in self._decoders if decoder.reads(topic)), None)
            self._known[topic] = found
            return found

    def _acknowledge(self, arrivals: list[Arrival]) -> None:
        numbers: dict[int, tuple[Link, list[int]]] = {}
        for arrival in arrivals:
            if arrival.number:
                numbers.setdefault(id(arrival.link), (arrival.link, []))[1].append(arrival.number)
        for link, wanted in numbers.values():
            link.acknowledge(wanted)

    def _count(self, committed: Committed) -> None:
        for name in ("stored", "duplicates", "quarantined"):
            self._totals[name] += getattr(committed, name)
        self._totals["revision"] = max(self._totals["revision"], committed.revision)
        for boot, ack in committed.acks.items():
            before = self._untold.get(boot)
            self._untold[boot] = ack.after(before) if before else ack
        for boot in list(self._untold)[: max(0, len(self._untold) - MOST_UNTOLD)]:  # anyone may invent boots
            del self._untold[boot]

    def _tell(self, last: bool = False) -> None:
        """Tell devices which of their numbers are committed, once a second; before leaving wait for that second."""
        due = self._told + TELL_EVERY_S - time.monotonic()
        link = self._voice.link
        if not self._untold or link is None or not link.welcome:
            return
        if due > 0 or link.full:
            if not last:
                return
            time.sleep(max(0.0, due))
        self._told = time.monotonic()
        heard: set[str] = set()
        for (device, boot), ack in list(islice(self._untold.items(), MOST_TOLD)):
            if device in heard:
                continue  # once a second: of its other boot in the next round
            said = {"boot": boot, "seq": ack.seq, "also": ack.also[:MOST_RANGES]}
            if link.publish(f"cityglass/{device}/ack", orjson.dumps(said)) is None:
                return  # the rest in the next round
            heard.add(device)
            del self._untold[device, boot]
        if last:
            self._tell(last=True)


def _standing(
    address: Address,
    client_id: str,
    topics: Sequence[str] = (),
    optional: tuple[str, ...] = (),
    log: structlog.stdlib.BoundLogger | None = None,
) -> Standing:
    unsteady = N_(
        "The broker at {address} ends our connection again and again. Perhaps another installation listens there "
        "with the same client id, {client_id}."
    )
    named = unsteady.format(address=str(address), client_id=client_id)
    return Standing(address, client_id, topics, log, named, optional)


def go_on(work: Callable[[], None], stop: threading.Event) -> None:
    """Do the work of one of the threads until `stop`, whatever befalls it."""
    carry_on(work, stop, _stumble, SHORTEST_S, LONGEST_S)


def _stumble(fault: Exception) -> None:
    log.error("listener stumbles", exc_info=fault)
