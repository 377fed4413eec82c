"""The simulated devices over a real broker: they speak like any others, and say goodbye."""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from data_access.decoders import decoder_for
from data_access.mqtt import Address
from data_access.records import About, Fact, Incident, Online, Reading
from demo.simulate import GATEWAY, Gateway, simulate
from demo.town import SEED, town
from tests.conftest import Mosquitto, free_port

pytestmark = pytest.mark.broker


class Heard:
    """What somebody who listens to everything hears, as the house's own decoder understands it."""

    def __init__(self) -> None:
        self.facts: dict[type[Fact], list[Fact]] = defaultdict(list)
        self.numbers: dict[str, list[int]] = defaultdict(list)
        self.lost: dict[str, tuple[tuple[int, int], ...]] = {}

    def take(self, _client: paho.Client, _data: object, message: paho.MQTTMessage) -> None:
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
def hearing(port: int) -> Iterator[Heard]:
    heard = Heard()
    client = paho.Client(CallbackAPIVersion.VERSION2, "witness")
    client.on_message = heard.take
    client.connect("127.0.0.1", port)
    client.subscribe("cityglass/#", qos=1)
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
        until(lambda: len(heard.facts[About]) >= 61)
    introduced = {fact.device_id: fact for fact in heard.facts[About] if isinstance(fact, About)}
    assert introduced.pop(GATEWAY.device_id) == GATEWAY
    assert introduced == {about.device_id: about for about in town(SEED).abouts}


def test_devices_number_what_they_say_and_stop_with_a_goodbye(mosquitto: Mosquitto) -> None:
    with hearing(mosquitto.port) as heard:
        with simulating(mosquitto.url, 30):
            until(lambda: len(heard.readings()) > 400)
        until(lambda: not any(heard.online().values()))
    assert len(heard.numbers) >= 55
    for numbers in heard.numbers.values():
        assert numbers == list(range(1, len(numbers) + 1))
    assert set(heard.online()) == {GATEWAY.device_id, *(about.device_id for about in town(SEED).abouts)}
    assert "park-15" not in heard.numbers
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
                until(lambda heard=heard: len(heard.readings()) > 20 and len(heard.facts[About]) >= 61)  # type: ignore[misc]
            mosquitto.kill()
        mosquitto.start()


def test_numbers_that_found_no_room_are_named_as_lost(mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    with hearing(mosquitto.port) as heard:
        gateway = Gateway(Address("127.0.0.1", mosquitto.port), SEED, 1)
        about = next(about for about in town(SEED).abouts if about.device_id == "air-01")
        full = paho.MQTTMessageInfo(1)
        full.rc = MQTTErrorCode.MQTT_ERR_QUEUE_SIZE
        with monkeypatch.context() as patch:
            patch.setattr(gateway._client, "publish", lambda *_said, **_how: full)
            for second in range(3):
                gateway._read(about, 1_790_000_000 + second)
        gateway.start()
        gateway._read(about, 1_790_000_003)
        until(lambda: heard.numbers["air-01"] == [4])
        assert heard.lost == {"air-01": ((1, 3),)}
        gateway._read(about, 1_790_000_004)
        until(lambda: heard.numbers["air-01"] == [4, 5])
        gateway.end()


def test_an_address_that_is_none_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="mqtt://host:1883"):
        simulate("localhost", SEED, 1, threading.Event())


def test_it_ends_at_once_where_there_is_no_broker() -> None:
    with simulating(f"mqtt://127.0.0.1:{free_port()}", 1) as stop:
        time.sleep(0.3)
        stop.set()
