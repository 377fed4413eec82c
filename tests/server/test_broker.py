"""The embedded broker, as paho meets it: MQTT 3.1.1, in a process of its own."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion

from tests.conftest import HOUSE, free_port, wait_for_port
from tests.devices import Sender, listening, stored, until

SERVE = "import sys; from server.broker import serve; serve('127.0.0.1', int(sys.argv[1]))"


class Embedded:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-c", SERVE, str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=HOUSE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        wait_for_port(self.port)

    def memory_kb(self) -> int:
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def end(self) -> int:
        self.process.terminate()
        code = self.process.wait(10)
        assert self.process.stderr
        self.process.stderr.close()
        return code


@pytest.fixture(scope="module")
def broker() -> Iterator[Embedded]:
    embedded = Embedded()
    yield embedded
    embedded.end()


class Client:
    """A paho client that is connected, and what it heard: (topic, payload, retained)."""

    def __init__(self, broker: Embedded, client_id: str, clean: bool = True, **setup: Any) -> None:
        self.heard: list[tuple[str, bytes, bool]] = []
        self.present: bool | None = None
        self.granted: list[int] = []
        self.paho = paho.Client(CallbackAPIVersion.VERSION2, client_id, clean_session=clean, reconnect_on_failure=False)
        for name, given in setup.items():
            getattr(self.paho, name)(*given)
        self.paho.max_inflight_messages_set(500)
        self.paho.on_connect = self._connected
        self.paho.on_subscribe = lambda _c, _d, _m, reasons, _p: self.granted.extend(r.value for r in reasons)
        self.paho.on_message = lambda _c, _d, m: self.heard.append((m.topic, bytes(m.payload), m.retain))
        self.paho.connect("127.0.0.1", broker.port)
        self.paho.loop_start()
        until(lambda: self.present is not None)

    def _connected(self, _client: Any, _data: Any, flags: Any, *_: Any) -> None:
        self.present = flags.session_present

    def hear(self, *filters: str, qos: int = 1) -> "Client":
        before = len(self.granted)
        self.paho.subscribe([(wanted, qos) for wanted in filters])
        until(lambda: len(self.granted) == before + len(filters))
        return self

    def say(self, topic: str, payload: bytes, qos: int = 1, retain: bool = False) -> None:
        self.paho.publish(topic, payload, qos, retain).wait_for_publish(20)

    def leave(self) -> None:
        self.paho.disconnect()
        self.paho.loop_stop()

    def die(self) -> None:
        """The line is cut without a goodbye."""
        line: Any = self.paho.socket()
        line.shutdown(socket.SHUT_RDWR)
        self.paho.loop_stop()


@pytest.fixture
def client(broker: Embedded, request: pytest.FixtureRequest) -> Iterator[Callable[..., Client]]:
    """Clients named after the test, so that tests do not meet each other's sessions."""
    clients: list[Client] = []

    def connect(name: str, clean: bool = True, **setup: Any) -> Client:
        clients.append(Client(broker, f"{request.node.name}-{name}", clean, **setup))
        return clients[-1]

    yield connect
    for each in clients:
        each.leave()


def test_a_message_reaches_whoever_asked_for_it_once(client: Callable[..., Client]) -> None:
    wide = client("wide").hear("once/#", "once/+/b", "once/a/b")
    narrow, other = client("narrow").hear("once/a/+"), client("other").hear("once/+", "twice/#")
    sender = client("sender")
    sender.say("once/a/b", b"1")
    sender.say("once", b"2")
    sender.say("twice/end", b"3")
    until(lambda: other.heard)
    until(lambda: len(wide.heard) == 2)
    assert wide.heard == [("once/a/b", b"1", False), ("once", b"2", False)]
    assert narrow.heard == [("once/a/b", b"1", False)]
    assert other.heard == [("twice/end", b"3", False)]


@pytest.mark.parametrize("qos", [0, 1, 2])
def test_every_quality_of_publishing_arrives_in_order(qos: int, client: Callable[..., Client]) -> None:
    hearer, sender = client("hearer").hear(f"q{qos}/#"), client("sender")
    for number in range(300):
        sender.paho.publish(f"q{qos}/{number % 7}", b"%d" % number, qos)
    until(lambda: len(hearer.heard) == 300)
    assert [payload for _, payload, _ in hearer.heard] == [b"%d" % number for number in range(300)]


def test_what_is_retained_is_told_to_who_comes_later_and_can_be_taken_back(client: Callable[..., Client]) -> None:
    sender = client("sender")
    sender.say("kept/a", b"old", retain=True)
    sender.say("kept/a", b"new", retain=True)
    sender.say("kept/b", b"gone", retain=True)
    sender.say("kept/b", b"", retain=True)
    sender.say("kept/c", b"passing")
    late = client("late").hear("kept/+")
    sender.say("kept/a", b"live", retain=True)
    until(lambda: len(late.heard) == 2)
    assert late.heard == [("kept/a", b"new", True), ("kept/a", b"live", False)]


def test_a_will_is_spoken_when_the_line_is_cut_and_not_after_a_goodbye(client: Callable[..., Client]) -> None:
    hearer = client("hearer").hear("wills/#")
    polite = client("polite", will_set=("wills/polite", b"offline", 1, True))
    cut = client("cut", will_set=("wills/cut", b"offline", 1, True))
    polite.leave()
    cut.die()
    until(lambda: hearer.heard)
    client("sender").say("wills/end", b"", qos=1)
    until(lambda: hearer.heard[-1][0] == "wills/end")
    assert hearer.heard[:-1] == [("wills/cut", b"offline", False)]


def test_a_silent_client_is_given_up_after_its_keepalive(broker: Embedded, client: Callable[..., Client]) -> None:
    hearer = client("hearer").hear("mute/#")
    with socket.create_connection(("127.0.0.1", broker.port)) as mute:
        will = b"\x00\x09mute/will" + b"\x00\x04gone"
        mute.sendall(b"\x10" + bytes((10 + 6 + len(will),)) + b"\x00\x04MQTT\x04\x06\x00\x01\x00\x04mute" + will)
        assert mute.recv(4) == b"\x20\x02\x00\x00"
        until(lambda: hearer.heard == [("mute/will", b"gone", False)])


def test_a_session_keeps_for_an_absent_client_what_it_asked_for_in_order(client: Callable[..., Client]) -> None:
    client("absent", clean=False).hear("waiting/#").leave()
    sender = client("sender")
    for number in range(1500):
        sender.paho.publish("waiting/x", b"%d" % number, 1)
    sender.say("waiting/x", b"last")
    back = client("absent", clean=False)
    assert back.present
    until(lambda: len(back.heard) == 1501)
    assert [payload for _, payload, _ in back.heard[:-1]] == [b"%d" % number for number in range(1500)]


def test_what_was_not_confirmed_comes_again(client: Callable[..., Client]) -> None:
    hearer = client("hearer", clean=False, manual_ack_set=(True,)).hear("again/#")
    client("sender").say("again/x", b"1")
    until(lambda: hearer.heard)
    hearer.die()
    back = client("hearer", clean=False)
    until(lambda: back.heard == [("again/x", b"1", False)])


def test_a_clean_session_forgets(client: Callable[..., Client]) -> None:
    client("who", clean=False).hear("forget/#").leave()
    assert client("who", clean=True).present is False
    client("sender").say("forget/x", b"1")
    assert client("who", clean=False).present is False


def test_the_second_client_of_a_name_ends_the_first(client: Callable[..., Client]) -> None:
    first = client("same", clean=False).hear("same/#")
    second = client("same", clean=False)
    until(lambda: not first.paho.is_connected())
    client("sender").say("same/x", b"1")
    until(lambda: second.heard)
    assert first.heard == []


def test_a_false_filter_is_refused_and_the_others_hold(client: Callable[..., Client]) -> None:
    hearer = client("hearer")
    request = b"\x00\x07" + b"".join(
        len(wanted).to_bytes(2, "big") + wanted + b"\x01" for wanted in (b"ok/#", b"a/#/b", b"a+", b"")
    )
    line: Any = hearer.paho.socket()
    line.send(b"\x82" + bytes((len(request),)) + request)
    until(lambda: len(hearer.granted) == 4)
    assert hearer.granted == [1, 0x80, 0x80, 0x80]


def test_mqtt_5_is_declined_as_the_standard_says(broker: Embedded) -> None:
    reasons: list[Any] = []
    newer = paho.Client(CallbackAPIVersion.VERSION2, "newer", protocol=MQTTProtocolVersion.MQTTv5)
    newer.on_connect = lambda _c, _d, _f, reason, _p: reasons.append(reason.value)
    newer.connect("127.0.0.1", broker.port)
    newer.loop_start()
    until(lambda: reasons)
    newer.disconnect()
    newer.loop_stop()
    assert reasons[0] == 0x84


@pytest.mark.parametrize(
    "bytes_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"\x10\xff\xff\xff\xff\x7f",
        b"\x10\x80\x80\x80\x01",
        b"\x30\x03\x00\x01a",
        b"\x10\x05\x00\x04MQT",
        b"\x10\x0c\x00\x04MQTT\x04\x03\x00\x00\x00\x00",
        bytes(range(256)),
    ],
    ids=range(7),
)
def test_bytes_that_are_no_mqtt_end_their_own_connection_only(
    bytes_: bytes, broker: Embedded, client: Callable[..., Client]
) -> None:
    other = client("other").hear("still/#")
    with socket.create_connection(("127.0.0.1", broker.port)) as line:
        line.sendall(bytes_)
        line.settimeout(20)
        with suppress(ConnectionResetError):
            assert line.recv(10) == b""
    other.say("still/here", b"1")
    until(lambda: other.heard)


@pytest.mark.parametrize("topic", [b"\xff\xfe", b"a/+", b"a\x00b", b""], ids=range(4))
def test_a_false_topic_ends_the_connection(topic: bytes, broker: Embedded) -> None:
    with socket.create_connection(("127.0.0.1", broker.port)) as line:
        line.settimeout(20)
        line.sendall(b"\x10\x0e\x00\x04MQTT\x04\x02\x00\x00\x00\x02bt")
        assert line.recv(4) == b"\x20\x02\x00\x00"
        line.sendall(b"\x30" + bytes((2 + len(topic),)) + len(topic).to_bytes(2, "big") + topic)
        with suppress(ConnectionResetError):
            assert line.recv(10) == b""


def test_a_message_larger_than_allowed_ends_the_connection(client: Callable[..., Client]) -> None:
    sender = client("sender")
    sender.paho.publish("large", bytes(70_000), 1)
    until(lambda: not sender.paho.is_connected())


def test_memory_is_bounded_however_long_a_client_stays_away_or_does_not_read(
    client: Callable[..., Client],
) -> None:
    embedded = Embedded()
    try:
        Client(embedded, "absent", clean=False).hear("flood/#").leave()
        with socket.create_connection(("127.0.0.1", embedded.port)) as stalled:
            stalled.sendall(b"\x10\x10\x00\x04MQTT\x04\x02\x00\x00\x00\x04lazy")
            stalled.sendall(b"\x82\x0c\x00\x01\x00\x07flood/#\x00")
            live = Client(embedded, "live").hear("flood/end")
            sender = Client(embedded, "sender")
            for _ in range(120):
                for _ in range(50):
                    last = sender.paho.publish("flood/x", bytes(30_000), 1)
                last.wait_for_publish(30)
            sender.say("flood/end", b"1")
            until(lambda: live.heard)
            assert embedded.memory_kb() < 200_000  # of 180 MB published, to two who do not take it
            live.leave()
            sender.leave()
    finally:
        embedded.end()


def test_it_ends_cleanly_when_told_to(client: Callable[..., Client]) -> None:
    embedded = Embedded()
    Client(embedded, "someone").hear("x/#")
    began = time.monotonic()
    assert embedded.end() == 0
    assert time.monotonic() - began < 5


def test_a_taken_port_is_told_in_a_sentence(broker: Embedded) -> None:
    environment = {**os.environ, "LANG": "en"}
    command = [sys.executable, "-c", SERVE, str(broker.port)]
    second = subprocess.run(
        command, cwd=HOUSE, env=environment, capture_output=True, text=True, timeout=30, check=False
    )
    assert second.returncode == 1
    assert second.stderr == (
        f"The broker cannot listen on 127.0.0.1, port {broker.port}: Address already in use. "
        "Choose another with --mqtt-port.\n"
    )


def test_the_listener_falls_back_to_it_and_stores_everything(tmp_path: Path) -> None:
    embedded = Embedded()
    try:
        with listening(embedded.url, tmp_path) as listener, Sender(embedded.port) as sender:
            for number in range(1, 501):
                sender.measure("air-1", number)
            until(lambda: listener.counts()["acknowledged"] == 500)
            until(lambda: sender.acks("air-1") and sender.acks("air-1")[-1]["seq"] == 500)
            embedded.process.send_signal(signal.SIGKILL)
            embedded.process.wait(10)
            until(lambda: not listener.counts()["connected"])
            embedded.start()
            until(lambda: listener.counts()["connected"])
            with Sender(embedded.port, "second") as second:
                second.measure("air-2", 1)
                until(lambda: ("air-2", 1) in stored(tmp_path))
    finally:
        embedded.end()
    assert len(stored(tmp_path)) == 501
