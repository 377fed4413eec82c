"""The door for devices elsewhere, as deploy/devices.conf says it: a certificate each, and each for itself alone."""

import shutil
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from server import mosquitto
from tests.conftest import HOUSE, free_port, lacking, wait_for_port
from tests.devices import SECOND, listening, quarantined, stored, until

pytestmark = pytest.mark.broker

REFUSED = 0x87  # not authorized
CURVE = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
READING = f'{{"at": {SECOND}, "boot": "b", "seq": 1, "values": {{"noise_db": 50}}}}'


class Door:
    """A broker with our two listeners; `certificate(name)` makes a device its certificate."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port, self.inside = folder, free_port(), free_port()
        self._openssl("req", "-x509", *CURVE, "-subj", "/CN=our city", "-keyout", "ca.key", "-out", "ca.crt")
        self.certificate("localhost", "subjectAltName=DNS:localhost")
        written = mosquitto.settings(folder, self.inside, mosquitto.TEMPLATE.read_text())
        door = (HOUSE / "deploy" / "devices.conf").read_text()
        shutil.copy(HOUSE / "deploy" / "devices.acl", folder / "devices.acl")
        for theirs, ours in (
            ("listener 8883", f"listener {self.port} 127.0.0.1"),
            ("/etc/cityglass/broker", f"{folder}/localhost"),
            ("/etc/cityglass/", f"{folder}/"),
        ):
            assert theirs in door
            door = door.replace(theirs, ours)
        (folder / "both.conf").write_text(written + door)
        program = mosquitto.find()
        assert program
        self.process = subprocess.Popen([program, "-c", folder / "both.conf"], stderr=subprocess.DEVNULL)
        wait_for_port(self.port)
        wait_for_port(self.inside)

    def certificate(self, name: str, *more: str) -> None:
        added = [part for extension in more for part in ("-addext", extension)]
        self._openssl(
            "req", "-x509", *CURVE, "-subj", f"/CN={name}", *added,
            "-CA", "ca.crt", "-CAkey", "ca.key", "-keyout", f"{name}.key", "-out", f"{name}.crt",
        )  # fmt: skip

    def context(self, name: str | None) -> ssl.SSLContext:
        told = ssl.create_default_context(cafile=str(self.folder / "ca.crt"))
        if name:
            told.load_cert_chain(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        return told

    def _openssl(self, *told: str) -> None:
        program = shutil.which("openssl") or "openssl"
        subprocess.run([program, *told], cwd=self.folder, check=True, capture_output=True)


class Device:
    """One client of the door, and what it was told."""

    def __init__(self, door: Door, name: str | None, client_id: str = "") -> None:
        self.answers: dict[int, int] = {}
        self.granted: list[int] = []
        self.heard: list[str] = []
        self.in_ = threading.Event()
        self._client = paho.Client(CallbackAPIVersion.VERSION2, client_id, protocol=paho.MQTTv5)
        self._client.tls_set_context(door.context(name))
        self._client.on_connect = self._connected
        self._client.on_publish = self._published
        self._client.on_subscribe = self._subscribed
        self._client.on_message = lambda _client, _data, message: self.heard.append(message.topic)
        self._client.reconnect_delay_set(60, 60)
        self._client.connect_async("localhost", door.port)
        self._client.loop_start()

    def say(self, topic: str, payload: str = READING) -> int:
        """Publish; by which reason code the broker answers."""
        number = self._client.publish(topic, payload, 1).mid
        until(lambda: number in self.answers)
        return self.answers[number]

    def subscribe(self, topic: str) -> int:
        before = len(self.granted)
        self._client.subscribe(topic, 1)
        until(lambda: len(self.granted) > before)
        return self.granted[-1]

    def _connected(self, _client: Any, _data: Any, _flags: Any, reason: Any, _props: Any) -> None:
        if not reason.is_failure:
            self.in_.set()

    def _published(self, _client: Any, _data: Any, number: int, reason: Any, _props: Any) -> None:
        self.answers[number] = reason.value

    def _subscribed(self, _client: Any, _data: Any, _number: int, reasons: Any, _props: Any) -> None:
        self.granted += [reason.value for reason in reasons]

    def stop(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


@contextmanager
def device(door: Door, name: str | None, client_id: str = "", comes_in: bool = True) -> Iterator[Device]:
    one = Device(door, name, client_id)
    try:
        assert one.in_.wait(10 if comes_in else 2) == comes_in
        yield one
    finally:
        one.stop()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    if mosquitto.find() is None:
        lacking("mosquitto")
    if shutil.which("openssl") is None:
        lacking("openssl")
    folder = tmp_path / "broker"
    folder.mkdir()
    made = Door(folder)
    for name in ("air-1", "air-2"):
        made.certificate(name)
    yield made
    made.process.terminate()
    made.process.wait(10)


def test_a_device_with_its_certificate_is_heard_and_hears_what_is_safe(door: Door, tmp_path: Path) -> None:
    with listening(f"mqtt://127.0.0.1:{door.inside}", tmp_path), device(door, "air-1") as one:
        assert one.subscribe("cityglass/air-1/ack") == 1
        assert one.say("cityglass/air-1/readings") == 0
        until(lambda: one.heard == ["cityglass/air-1/ack"])
    assert stored(tmp_path) == {("air-1", 1)}


def test_a_device_speaks_for_no_other_and_hears_no_other(door: Door, tmp_path: Path) -> None:
    with listening(f"mqtt://127.0.0.1:{door.inside}", tmp_path):
        for topic in ("cityglass/air-2/readings", "cityglass/air-1/ack", "cityglass/events/fire", "v3/x/devices/y/up"):
            with device(door, "air-1") as one:
                assert one.say(topic) == REFUSED
        hears_no_other(door, tmp_path)
    assert quarantined(tmp_path) == []


def hears_no_other(door: Door, tmp_path: Path) -> None:
    with device(door, "air-1") as one:
        one.subscribe("#")
        one.subscribe("$SYS/#")
        one.subscribe("cityglass/+/readings")
        with device(door, "air-2") as two:
            assert two.say("cityglass/air-2/readings") == 0
            until(lambda: stored(tmp_path) == {("air-2", 1)})
            assert one.say("cityglass/air-1/readings") == 0
        until(lambda: stored(tmp_path) == {("air-1", 1), ("air-2", 1)})
        assert one.heard == []


def test_nobody_comes_in_without_a_certificate_of_ours(door: Door, tmp_path: Path) -> None:
    with device(door, None, comes_in=False):
        pass
    stranger = tmp_path / "stranger"
    stranger.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", *CURVE, "-subj", "/CN=air-1", "-keyout", "air-1.key", "-out", "air-1.crt"],
        cwd=stranger,
        check=True,
        capture_output=True,
    )
    for kind in ("key", "crt"):
        shutil.copy(stranger / f"air-1.{kind}", door.folder / f"forged.{kind}")
    with device(door, "forged", comes_in=False):
        pass
    with device(door, "air-1"):  # the control: the same door opens to whom we know
        pass


def test_a_device_cannot_take_over_the_session_of_another_or_of_the_city(door: Door, tmp_path: Path) -> None:
    with (
        listening(f"mqtt://127.0.0.1:{door.inside}", tmp_path) as city,
        device(door, "air-2") as victim,
        device(door, "air-1", client_id="air-2"),
        device(door, "air-1", client_id="cityglass"),
    ):
        assert victim.say("cityglass/air-2/readings") == 0
        until(lambda: stored(tmp_path))
        assert city.counts()["connected"] == 1
        assert city.fault is None
