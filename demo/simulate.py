"""The town's devices speak MQTT, in real time, like any others: a gateway that carries sixty of them.

It writes nothing anywhere. Faster than the clock (`speed`) means that the town's days pass faster and its devices
speak more often; what they say still carries the real time, since a reading from the future helps nobody.
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
from demo.days import speaks, values
from demo.incidents import LONGEST_S, told
from demo.town import LAT, LON, town

log = structlog.get_logger("simulate")

GATEWAY = About("gateway-1", "Trạm thu phát mô phỏng", "gateway", LON, LAT)
SHORTEST_S = 0.5  # however fast the town lives, no device speaks more often
QUEUED = 20_000  # messages kept while the broker is away: about an hour and a half of the town
FAREWELL_S = 4.0  # for the last words; a process has ten seconds to end
UNACKNOWLEDGED = 500  # messages on their way at once: a goodbye must not wait behind a slow broker


def simulate(mqtt_url: str, seed: int, speed: float, stop: threading.Event) -> None:
    """Speak for every device of the town until `stop` is set.

    Raises:
        ValueError: that is no broker's address.
    """
    gateway = Gateway(Address.of(mqtt_url), seed, speed)
    gateway.start()
    try:
        while not stop.is_set():
            stop.wait(gateway.speak())
    finally:
        gateway.end()


class Gateway:
    """One connection that carries all devices: their words, their numbers, and who is there."""

    def __init__(self, address: Address, seed: int, speed: float) -> None:
        self._address, self._seed, self._speed = address, seed, speed
        self._started = time.time()
        self._boot = f"{int(self._started):x}"
        self._told_until = self._started - LONGEST_S
        self._abouts = town(seed).abouts
        self._due = [(self._next(number, self._started), number) for number in range(len(self._abouts))]
        heapq.heapify(self._due)
        self._numbers: Counter[str] = Counter()
        self._lost: dict[str, list[list[int]]] = {}
        self._here: dict[str, bool] = {}
        self._client = self._made()

    def _made(self) -> paho.Client:
        # MQTT 3.1.1: the embedded broker speaks nothing newer, and nothing here needs it
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            f"cityglass-town-{os.getpid():x}-{self._boot}",
            protocol=MQTTProtocolVersion.MQTTv311,
        )
        client.max_inflight_messages_set(UNACKNOWLEDGED)
        client.max_queued_messages_set(QUEUED)
        client.reconnect_delay_set(1, 20)
        if self._address.user:
            client.username_pw_set(self._address.user, self._address.password)
        if self._address.secure:
            client.tls_set()
        client.will_set(_topic(GATEWAY, "status"), b"offline", qos=1, retain=True)
        client.on_connect = self._on_connect
        client.on_disconnect = self._on_disconnect
        return client

    def start(self) -> None:
        """Connect, now or as soon as there is a broker."""
        self._client.connect_async(self._address.host, self._address.port, keepalive=30)
        self._client.loop_start()

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
        """Say what is due by now; how many seconds there are until the next word is."""
        now = time.time()
        while self._due[0][0] <= now:
            at, number = heapq.heappop(self._due)
            self._read(self._abouts[number], at)
            heapq.heappush(self._due, (self._next(number, max(at, now - 60)), number))
        self._tell_incidents(now)
        return min(1.0, max(0.01, self._due[0][0] - time.time()))

    def _town_time(self, at: float) -> float:
        return self._started + (at - self._started) * self._speed

    def _next(self, number: int, after: float) -> float:
        """When this device speaks next: at its own moment within each interval, so that not all speak at once."""
        every = max(SHORTEST_S, (self._abouts[number].interval_s or 60) / max(1.0, self._speed))
        moment = phase(number, len(self._abouts)) * every
        # at another speed history's five-minute steps hold other values: keep clear of their instants
        aside = 0.0 if self._speed == 1 else 0.137
        return float(np.floor((after - moment - aside) / every + 1) * every + moment + aside)

    def _read(self, about: About, at: float) -> None:
        there = np.array([self._town_time(at)])
        here = bool(speaks(about, there)[0])
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
            "values": {metric: float(number[0]) for metric, number in values(about, there, self._seed).items()},
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
        if now - self._told_until < 1:
            return
        start, end = (datetime.fromtimestamp(moment, UTC) for moment in (self._told_until, now))
        for word in told(self._seed, start, end):
            self._client.publish(f"cityglass/events/{word.kind}", orjson.dumps(structs.asdict(word)), qos=1)
        self._told_until = now

    def _status(self, about: About, here: bool) -> paho.MQTTMessageInfo:
        return self._client.publish(_topic(about, "status"), b"online" if here else b"offline", qos=1, retain=True)

    def _introduce(self, about: About) -> None:
        declared = structs.asdict(about)
        declared |= declared.pop("fields")
        del declared["device_id"]
        self._client.publish(_topic(about, "about"), orjson.dumps(declared), qos=1, retain=True)

    def _on_connect(self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker refuses", broker=str(self._address), reason=str(reason))
            return
        log.info("speaking", broker=str(self._address), devices=len(self._abouts), speed=self._speed)
        # a broker that kept nothing over its own end must hear again who is there
        there = np.array([self._town_time(time.time())])
        for about in (GATEWAY, *self._abouts):
            self._introduce(about)
            here = about is GATEWAY or bool(speaks(about, there)[0])
            if here or about.kind == "camera":
                self._status(about, here)
                self._here[about.device_id] = here

    def _on_disconnect(self, _client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any) -> None:
        if reason.is_failure:
            log.warning("the broker is away; its devices' words wait", broker=str(self._address), reason=str(reason))


def phase(number: int, count: int) -> float:
    """The share of its interval that device number `number` lets pass before it speaks."""
    return number * 0.618034 % 1 if count > 1 else 0.0


def _topic(about: About, what: str) -> str:
    return f"cityglass/{about.device_id}/{what}"
