"""The simulated devices over a real broker: they speak like any others, and say goodbye."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from data_access.decoders import decoder_for
from data_access.mqtt import Address
from data_access.records import About, Fact, Incident, Online, Reading
from demo.days import town_days
from demo.rain import Storm
from demo.simulate import GATEWAY, STORM, Gateway, simulate
from demo.town import SEED
from tests.conftest import Mosquitto, free_port

pytestmark = pytest.mark.broker
TOWN = town_days(SEED)


class Heard:
    """What somebody who listens to everything hears, as the house's own decoder understands it."""

    def __init__(self) -> None:
        self.facts: dict[type[Fact], list[Fact]] = defaultdict(list)
        self.numbers: dict[str, list[int]] = defaultdict(list)
        self.lost: dict[str, tuple[tuple[int, int], ...]] = {}
        self.storms: list[bytes] = []

    def take(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
        if message.topic == STORM:
            self.storms.append(message.payload)
            return
        decoder = decoder_for(message.topic)
        assert decoder is not None
        packet = decoder.decode(message.topic, message.payload)  # raises where a device would be refused
        for fact in packet.facts:
            self.facts[type(fact)].append(fact)
        if packet.device_id and packet.seq:
            self.numbers[packet.device_id].append(packet.seq)
            if packet.lost:
                self.lost[packet.device_id] = packet.lost

    def readings(self) -> list[Reading]:
        return [fact for fact in self.facts[Reading] if isinstance(fact, Reading)]

    def online(self) -> dict[str, bool]:
        return {fact.device_id: fact.online for fact in self.facts[Online] if isinstance(fact, Online)}


@contextmanager
def hearing(port: int, topic: str = "cityglass/#") -> Iterator[Heard]:
    heard = Heard()
    client = paho.Client(CallbackAPIVersion.VERSION2, "witness")
    client.on_message = heard.take
    client.connect("127.0.0.1", port)
    client.subscribe(topic, qos=1)
    client.loop_start()
    yield heard
    client.disconnect()
    client.loop_stop()


@contextmanager
def simulating(url: str, speed: float) -> Iterator[threading.Event]:
    stop = threading.Event()
    speaking = threading.Thread(target=simulate, args=(url, SEED, speed, stop))
    speaking.start()
    yield stop
    stop.set()
    speaking.join(10)
    assert not speaking.is_alive()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)


def test_every_device_introduces_itself_as_the_register_knows_it(mosquitto: Mosquitto) -> None:
    with hearing(mosquitto.port) as heard, simulating(mosquitto.url, 1):
        until(lambda: len(heard.facts[About]) >= len(TOWN.abouts) + 1)
    introduced = {fact.device_id: fact for fact in heard.facts[About] if isinstance(fact, About)}
    assert introduced.pop(GATEWAY.device_id) == GATEWAY
    assert introduced == {about.device_id: about for about in TOWN.abouts}


def test_at_its_start_nobody_waits_for_the_next_moment_to_speak(mosquitto: Mosquitto) -> None:
    """The longest interval is five minutes: until then a gauge would seem to be silent."""
    began = time.time()
    with hearing(mosquitto.port) as heard, simulating(mosquitto.url, 1):
        until(lambda: len(heard.numbers) >= 0.9 * len(TOWN.abouts), seconds=25)
    intervals = {about.device_id: about.interval_s or 60 for about in TOWN.abouts}
    for reading in heard.readings():
        assert began - reading.observed_at.timestamp() < intervals[reading.device_id] + 1


def test_devices_number_what_they_say_and_stop_with_a_goodbye(mosquitto: Mosquitto) -> None:
    with hearing(mosquitto.port) as heard:
        with simulating(mosquitto.url, 30):
            until(lambda: len(heard.numbers) >= 0.85 * len(TOWN.abouts))
        until(lambda: not any(heard.online().values()))
    assert len(heard.numbers) >= 0.85 * len(TOWN.abouts)
    for numbers in heard.numbers.values():  # each once; paho sends what waited for the broker after a newer word
        assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert set(heard.online()) == {GATEWAY.device_id, *(about.device_id for about in TOWN.abouts)}
    assert not TOWN.ill.never & heard.numbers.keys()
    assert any(isinstance(fact, Incident) for fact in heard.facts[Incident])


def test_a_gateway_that_dies_is_told_by_its_last_will(mosquitto: Mosquitto) -> None:
    with hearing(mosquitto.port) as heard:
        gateway = Gateway(Address("127.0.0.1", mosquitto.port), SEED, 1)
        gateway.start()
        until(lambda: heard.online().get(GATEWAY.device_id) is True)
        sock = gateway._client.socket()
        assert sock is not None
        gateway._client.loop_stop()
        sock.close()  # without a DISCONNECT
        until(lambda: heard.online()[GATEWAY.device_id] is False)


def test_it_waits_for_a_broker_that_starts_later_and_returns_after_it_was_away(mosquitto: Mosquitto) -> None:
    mosquitto.stop()
    with simulating(mosquitto.url, 30):
        time.sleep(0.5)
        for _round in range(2):
            mosquitto.start()
            with hearing(mosquitto.port) as heard:
                until(
                    lambda heard=heard: len(heard.readings()) > 20 and len(heard.facts[About]) >= len(TOWN.abouts) + 1
                )  # type: ignore[misc]
            mosquitto.kill()
        mosquitto.start()


def test_numbers_that_found_no_room_are_named_as_lost(mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    with hearing(mosquitto.port) as heard:
        gateway = Gateway(Address("127.0.0.1", mosquitto.port), SEED, 1)
        about = next(a for a in TOWN.abouts if TOWN.speaks(a, 1_790_000_000 + np.arange(6)).all())
        full = paho.MQTTMessageInfo(1)
        full.rc = MQTTErrorCode.MQTT_ERR_QUEUE_SIZE
        with monkeypatch.context() as patch:
            patch.setattr(gateway._client, "publish", lambda *_said, **_how: full)
            for second in range(3):
                gateway._read(about, 1_790_000_000 + second)
        gateway.start()
        gateway._read(about, 1_790_000_003)
        until(lambda: heard.numbers[about.device_id] == [4])
        assert heard.lost == {about.device_id: ((1, 3),)}
        gateway._read(about, 1_790_000_004)
        until(lambda: heard.numbers[about.device_id] == [4, 5])
        gateway.end()


def test_a_storm_raised_by_another_process_begins_in_the_simulation_that_runs(mosquitto: Mosquitto) -> None:
    with hearing(mosquitto.port) as heard, simulating(mosquitto.url, 1):
        until(lambda: heard.online().get(GATEWAY.device_id) is True)
        assert simulate(mosquitto.url, SEED, 1, threading.Event(), storm=True) is False
        begun = time.time()
        # whoever simulates next remembers it, and only as long as the river does
        again = Gateway(Address("127.0.0.1", mosquitto.port), SEED, 1)
        again.start()
        until(lambda: len(again._storms) == 1)
        assert abs(next(iter(again._storms)).begin - begun) < 10
        hour = np.array([begun + 2700.0])
        gauge = next(a for a in TOWN.abouts if a.device_id.startswith("rain") and TOWN.speaks(a, hour)[0])
        assert again._days.values(gauge, hour)["rain_mm_h"][0] > TOWN.values(gauge, hour)["rain_mm_h"][0] + 5
        again.end()
    assert not any(isinstance(fact, Reading) and fact.device_id == STORM for fact in heard.facts[Reading])


def test_the_running_simulation_takes_a_storm_up_and_tells_its_incidents(mosquitto: Mosquitto) -> None:
    gateway = Gateway(Address("127.0.0.1", mosquitto.port), SEED, 1)
    gateway.start()
    until(gateway._client.is_connected)
    other = paho.Client(CallbackAPIVersion.VERSION2, "another")
    other.connect("127.0.0.1", mosquitto.port)
    other.loop_start()
    begin = time.time() - 3600
    for payload in (b"no time at all", b"nan", str(begin - 40 * 3600).encode(), str(begin).encode()):
        other.publish(STORM, payload, qos=1, retain=True).wait_for_publish(5)
    until(lambda: any(storm.begin == begin for storm in gateway._storms))
    assert gateway._storms == {Storm(begin)}  # what is no time, and what is long over, raises nothing
    with hearing(mosquitto.port) as heard:
        gateway._told_until = time.time()
        gateway.speak()
        until(lambda: any(isinstance(f, Incident) and "storm" in f.id for f in heard.facts[Incident]))
    other.disconnect()
    other.loop_stop()
    gateway.end()


def test_where_nobody_simulates_the_storm_comes_with_the_simulation(mosquitto: Mosquitto) -> None:
    stop, told = threading.Event(), []
    thread = threading.Thread(target=lambda: told.append(simulate(mosquitto.url, SEED, 1, stop, storm=True)))
    with hearing(mosquitto.port) as heard:
        thread.start()
        until(lambda: len(heard.readings()) > 10)
        stop.set()
        thread.join(15)
    assert told == [True]
    with hearing(mosquitto.port, STORM) as heard:
        until(lambda: bool(heard.storms))
    assert abs(float(heard.storms[0]) - time.time()) < 120


def test_at_another_speed_a_storm_begins_now_in_the_towns_time() -> None:
    gateway = Gateway(Address("127.0.0.1", free_port()), SEED, 60)
    gateway._started -= 600
    now = time.time()
    gateway.raise_storm(now)
    assert gateway._storms == {Storm(now)}
    assert gateway._days.raised == (Storm(gateway._town_time(now)),)


def test_an_address_that_is_none_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="mqtt://host:1883"):
        simulate("localhost", SEED, 1, threading.Event())


def test_it_ends_at_once_where_there_is_no_broker() -> None:
    with simulating(f"mqtt://127.0.0.1:{free_port()}", 1) as stop:
        time.sleep(0.3)
        stop.set()


def test_after_a_standstill_it_speaks_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """An hour went by unseen, and each word takes it a third of a second: an end is not waited for."""
    gateway = Gateway(Address.of("mqtt://127.0.0.1:1"), SEED, 1)
    now, said = [time.time() + 3_600], []

    def read(_gateway: Gateway, about: About, _at: float) -> None:
        now[0] += 0.3
        said.append(about.device_id)

    monkeypatch.setattr(Gateway, "_read", read)
    monkeypatch.setattr("demo.simulate.time.time", lambda: now[0])
    assert gateway.speak() == 0.01  # there is more
    assert len(said) == 4
    gateway.speak()
    assert len(said) == 8
