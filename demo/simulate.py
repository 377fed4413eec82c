"""The town's devices speak MQTT, in real time, like any others: a gateway that carries all of them.

It writes nothing anywhere. Faster than the clock (`speed`) means that the town's days pass faster and its devices
speak more often; what they say still carries the real time, since a reading from the future helps nobody.

A storm is raised by a retained message, so that whoever asks for one may be another process than the one that speaks
for the devices, and a simulation that is started again remembers it.
"""

import heapq
import os
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
import paho.mqtt.client as paho
import structlog
from msgspec import structs
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion

from data_access.mqtt import Address
from data_access.records import About
from demo.clock import HOUR
from demo.days import town_days
from demo.incidents import LONGEST_S, told
from demo.rain import Storm
from demo.town import LAT, LON

log = structlog.get_logger("simulate")

GATEWAY = About("gateway-1", "Trạm thu phát mô phỏng", "gateway", LON, LAT)
STORM = "cityglass-simulation/storm"  # beside the city's own topics: it is no fact, it makes some
STORM_FELT_S = 30 * HOUR  # so long the river remembers one
SHORTEST_S = 2.0  # however fast the town lives, no device speaks more often
QUEUED = 20_000  # messages kept while the broker is away: about twenty minutes of the town
LISTENS_S = 2.0  # for a word of a simulation that is running
TURN_S = 1.0  # for what is due; then somebody may want an end
FAREWELL_S = 4.0  # for the last words; a process has ten seconds to end
UNACKNOWLEDGED = 500  # messages on their way at once: a goodbye must not wait behind a slow broker


def simulate(mqtt_url: str, seed: int, speed: float, stop: threading.Event, storm: bool = False) -> bool:
    """Speak for every device of the town until `stop` is set; with `storm`, one begins now.

    Where a simulation speaks to this broker already, the storm begins there and nothing else is done: then False.

    Raises:
        ValueError: that is no broker's address.
    """
    address = Address.of(mqtt_url)
    if storm and hand_over(address, time.time()):
        return False
    gateway = Gateway(address, seed, speed)
    if storm:
        gateway.raise_storm(time.time())
    gateway.start()
    try:
        while not stop.is_set():
            stop.wait(gateway.speak())
    finally:
        gateway.end()
    return True


def hand_over(address: Address, begin: float) -> bool:
    """Tell a simulation that is running there of a storm; whether there is one."""
    heard: list[bytes] = []
    client = _client(address, f"cityglass-storm-{os.getpid():x}")
    client.on_connect = lambda client, *_said: client.subscribe(_topic(GATEWAY, "status"), qos=1)
    client.on_message = lambda _client, _data, message: heard.append(bytes(message.payload))
    try:
        client.connect(address.host, address.port)
    except OSError:
        return False
    client.loop_start()
    end = time.monotonic() + LISTENS_S
    while not heard and time.monotonic() < end:
        time.sleep(0.02)
    there = heard[:1] == [b"online"]
    if there:
        told_of = client.publish(STORM, str(begin).encode(), qos=1, retain=True)
        while not told_of.is_published() and time.monotonic() < end + FAREWELL_S:
            time.sleep(0.02)
        there = told_of.is_published()
    if there:
        log.info("a storm begins in the simulation that is running", broker=str(address))
    client.disconnect()
    client.loop_stop()
    return there


def _client(address: Address, name: str) -> paho.Client:
    # MQTT 3.1.1: the embedded broker speaks nothing newer, and nothing here needs it
    client = paho.Client(CallbackAPIVersion.VERSION2, name, protocol=MQTTProtocolVersion.MQTTv311)
    if address.user:
        client.username_pw_set(address.user, address.password)
    if address.secure:
        client.tls_set()
    return client


class Gateway:
    """One connection that carries all devices: their words, their numbers, and who is there."""

    def __init__(self, address: Address, seed: int, speed: float) -> None:
        self._address, self._seed, self._speed = address, seed, speed
        self._days = town_days(seed)
        self._storms = self._told_storms = frozenset[Storm]()
        self._started = time.time()
        self._boot = f"{int(self._started):x}"
        self._told_until = self._started - LONGEST_S
        self._abouts = self._days.abouts
        # Each begins with its latest moment before now: who waited for the next would be late at the first look.
        before = [self._started - self._every(about) for about in self._abouts]
        self._due = [(self._next(number, after), number) for number, after in enumerate(before)]
        heapq.heapify(self._due)
        self._numbers: Counter[str] = Counter()
        self._lost: dict[str, list[list[int]]] = {}
        self._here: dict[str, bool] = {}
        self._client = self._made()

    def _made(self) -> paho.Client:
        client = _client(self._address, f"cityglass-town-{os.getpid():x}-{self._boot}")
        client.max_inflight_messages_set(UNACKNOWLEDGED)
        client.max_queued_messages_set(QUEUED)
        client.reconnect_delay_set(1, 20)
        client.will_set(_topic(GATEWAY, "status"), b"offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        client.message_callback_add(STORM, self._on_storm)
        return client

    def start(self) -> None:
        """Connect, now or as soon as there is a broker."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=30)
        self._client.loop_start()

    def raise_storm(self, begin: float) -> None:
        """Let a storm begin, by the real clock, and remember it in the broker."""
        self._client.publish(STORM, str(begin).encode(), qos=1, retain=True)
        self._weather(begin)

    def end(self) -> None:
        """Say goodbye for every device, so that nobody waits for them."""
        goodbyes = [self._status(about, here=False) for about in (*self._abouts, GATEWAY)]
        end = time.monotonic() + FAREWELL_S
        while self._client.is_connected() and time.monotonic() < end:
            if all(goodbye.is_published() for goodbye in goodbyes):
                break
            time.sleep(0.02)
        self._client.disconnect()
        self._client.loop_stop()

    def speak(self) -> float:
        """Say what is due by now; how many seconds there are until the next word is.

        After a standstill that may be very much: it is said in turns, so that nobody waits long for an end.
        """
        now = time.time()
        while self._due[0][0] <= now and time.time() < now + TURN_S:
            at, number = heapq.heappop(self._due)
            self._read(self._abouts[number], at)
            heapq.heappush(self._due, (self._next(number, max(at, now - 60)), number))
        self._tell_incidents(now)
        return min(1.0, max(0.01, self._due[0][0] - time.time()))

    def _town_time(self, at: float) -> float:
        return self._started + (at - self._started) * self._speed

    def _every(self, about: About) -> float:
        """How many seconds pass between two of its words at this speed."""
        return max(SHORTEST_S, (about.interval_s or 60) / max(1.0, self._speed))

    def _next(self, number: int, after: float) -> float:
        """When this device speaks next: at its own moment within each interval, so that not all speak at once."""
        every = self._every(self._abouts[number])
        moment = phase(number, len(self._abouts)) * every
        # at another speed history's five-minute steps hold other values: keep clear of their instants
        aside = 0.0 if self._speed == 1 else 0.137
        return float(np.floor((after - moment - aside) / every + 1) * every + moment + aside)

    def _read(self, about: About, at: float) -> None:
        there = np.array([self._town_time(at)])
        here = bool(self._days.speaks(about, there)[0])
        if here != self._here.get(about.device_id):
            self._here[about.device_id] = here
            if (
                about.kind == "camera" or here
            ):  # a camera's line drops and its switch says so; a sensor just goes silent
                self._status(about, here)
        if not here:
            return
        device = about.device_id
        self._numbers[device] += 1
        said: dict[str, Any] = {
            "at": datetime.fromtimestamp(round(at, 3), UTC).isoformat(timespec="milliseconds"),
            "boot": self._boot,
            "seq": self._numbers[device],
            "values": {metric: float(number[0]) for metric, number in self._days.values(about, there).items()},
        }
        if device in self._lost:
            said["lost"] = self._lost[device]
        sent = self._client.publish(_topic(about, "readings"), orjson.dumps(said), qos=1)
        if sent.rc != MQTTErrorCode.MQTT_ERR_QUEUE_SIZE:
            self._lost.pop(device, None)
            return
        # the queue is full: the number is gone for good, and the next word that gets through says so
        number, ranges = self._numbers[device], self._lost.setdefault(device, [])
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])

    def _tell_incidents(self, now: float) -> None:
        """Incidents live by the real clock at any speed: their next words must fit whatever was said before."""
        storms = self._storms
        begins = [storm.begin for storm in storms - self._told_storms]  # one that is remembered began before we did
        if now - self._told_until < 1 and not begins:
            return
        start, end = (datetime.fromtimestamp(moment, UTC) for moment in (min([self._told_until, *begins]), now))
        for word in told(self._seed, start, end, tuple(storms)):
            self._client.publish(f"cityglass/events/{word.kind}", orjson.dumps(structs.asdict(word)), qos=1)
        self._told_until, self._told_storms = now, storms

    def _status(self, about: About, here: bool) -> paho.MQTTMessageInfo:
        return self._client.publish(_topic(about, "status"), b"online" if here else b"offline", qos=1, retain=True)

    def _introduce(self, about: About) -> None:
        told = ("name", "kind", "lon", "lat", "metrics", "interval_s")
        declared = about.fields | {name: getattr(about, name) for name in told}
        self._client.publish(_topic(about, "about"), orjson.dumps(declared), qos=1, retain=True)

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker refuses", broker=str(self._address), reason=str(reason))
            return
        log.info("speaking", broker=str(self._address), devices=len(self._abouts), speed=self._speed)
        client.subscribe(STORM, qos=1)
        # a broker that kept nothing over its own end must hear again who is there
        there = np.array([self._town_time(time.time())])
        for about in (GATEWAY, *self._abouts):
            self._introduce(about)
            here = about is GATEWAY or bool(self._days.speaks(about, there)[0])
            if here or about.kind == "camera":
                self._status(about, here)
                self._here[about.device_id] = here

    def _on_storm(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        try:
            begin = float(message.payload)
        except ValueError:
            log.warning("a storm that has no beginning", payload=message.payload[:40].decode("utf-8", "replace"))
            return
        self._weather(begin)

    def _weather(self, begin: float) -> None:
        storm = Storm(begin)
        if storm in self._storms or not -HOUR < time.time() - begin < STORM_FELT_S:
            return
        log.info("a storm begins", at=datetime.fromtimestamp(round(begin), UTC).isoformat())
        self._days = self._days.with_storm(Storm(self._town_time(begin)))
        self._storms |= {storm}

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker is away; its devices' words wait", broker=str(self._address), reason=str(reason))


def phase(number: int, count: int) -> float:
    """The share of its interval that device number `number` lets pass before it speaks."""
    return number * 0.618034 % 1 if count > 1 else 0.0


def _topic(about: About, what: str) -> str:
    return f"cityglass/{about.device_id}/{what}"
