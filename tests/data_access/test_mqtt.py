"""What brokers do that Mosquitto will not do on request: a broker of few words, played byte by byte."""

import socket
import struct
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from data_access.decoders import DECODERS
from data_access.inbox import Arrival
from data_access.listener import Listener
from data_access.mqtt import Address
from data_access.writer import CityWriter, Committed, Message
from tests.devices import listening, quarantined, stored, until, url_in

VOICE = b"-voice"  # at the end of a client id
WELCOME_5, WELCOME_3 = b"\x20\x03\x00\x00\x00", b"\x20\x02\x00\x00"
GRANTED_5, GRANTED_3 = b"\x90\x07\x00\x01\x00\x01\x01\x01\x01", b"\x90\x06\x00\x01\x01\x01\x01\x01"


def reading(number: int, device: str = "air-1", topic: bytes | None = None) -> bytes:
    """A QoS 1 PUBLISH of MQTT 5 with this packet identifier and this number in its boot."""
    name = topic or f"cityglass/{device}/readings".encode()
    payload = b'{"at":%d,"boot":"b1","seq":%d,"values":{"noise_db":1}}' % (1_772_427_600 + number, number)
    body = struct.pack(">H", len(name)) + name + struct.pack(">HB", number, 0) + payload
    assert len(body) < 128
    return bytes((0x32, len(body))) + body


class Line:
    """The broker's end of one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.socket = connection
        self.socket.settimeout(20)

    def packet(self) -> bytes:
        """The next packet that the client sent; empty when it has gone."""
        head = self.socket.recv(1)
        if not head:
            return b""
        length = shift = 0
        while True:
            byte = self.socket.recv(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        body = b""
        while len(body) < length:
            body += self.socket.recv(length - len(body))
        return head + body

    def welcome(self) -> None:
        hello = self.packet()
        assert hello[:1] == b"\x10"
        newer = hello[7] == 5
        self.socket.sendall(WELCOME_5 if newer else WELCOME_3)
        assert self.packet()[:1] == b"\x82"
        self.socket.sendall(GRANTED_5 if newer else GRANTED_3)

    def acks(self, wanted: int) -> list[int]:
        """The next acknowledged packet identifiers."""
        found: list[int] = []
        while len(found) < wanted:
            packet = self.packet()
            assert packet, "the client has gone"
            if packet[0] == 0x40:
                found.append(int.from_bytes(packet[1:3], "big"))
        return found


def murmur(line: Line) -> None:
    """The connection on which a listener speaks: it is welcome, and heard out."""
    with line.socket, suppress(OSError):
        line.socket.sendall(WELCOME_5 if line.packet()[7] == 5 else WELCOME_3)
        while line.packet():
            pass


class Scripted:
    """Plays one scene a connection, and the last one again for all that follow; a listener's voice is none of them."""

    def __init__(self, *scenes: Callable[[Line], None]) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self.url = f"mqtt://127.0.0.1:{self._server.getsockname()[1]}"
        self.connections = 0
        self.faults: list[BaseException] = []
        self._scenes = scenes
        threading.Thread(target=self._play, daemon=True).start()

    def _play(self) -> None:
        while True:
            try:
                connection, _ = self._server.accept()
            except OSError:
                return
            if VOICE in connection.recv(128, socket.MSG_PEEK):
                threading.Thread(target=murmur, args=(Line(connection),), daemon=True).start()
                continue
            scene = self._scenes[min(self.connections, len(self._scenes) - 1)]
            self.connections += 1
            with connection:
                try:
                    scene(Line(connection))
                except (AssertionError, OSError) as fault:
                    self.faults.append(fault)

    def close(self) -> None:
        self._server.close()


def stay(line: Line) -> None:
    line.welcome()
    while line.packet():
        pass


class Held:
    """The real writer behind a gate."""

    def __init__(self, folder: Path) -> None:
        self.gate = threading.Event()
        self.asked = 0
        self._writer = CityWriter.open(url_in(folder))

    def commit(self, messages: Sequence[Message]) -> Committed:
        self.asked += len(messages)
        self.gate.wait(30)
        return self._writer.commit(messages)


def test_messages_are_acknowledged_in_the_order_in_which_they_came(tmp_path: Path) -> None:
    order: list[int] = []

    def scene(line: Line) -> None:
        line.welcome()
        for number in (3, 1, 2, 9, 4):
            line.socket.sendall(reading(number))
        order.extend(line.acks(5))

    broker = Scripted(scene, stay)
    with listening(broker.url, tmp_path):
        until(lambda: order == [3, 1, 2, 9, 4])
    broker.close()


def test_an_acknowledgement_of_an_ended_connection_is_never_sent_on_the_next(tmp_path: Path) -> None:
    writer, told = Held(tmp_path), []

    def first(line: Line) -> None:
        line.welcome()
        line.socket.sendall(reading(7, "old"))
        until(lambda: writer.asked)  # it is in the writer's hands, and the connection ends

    def second(line: Line) -> None:
        line.welcome()
        line.socket.sendall(reading(7, "new"))  # the same identifier, another message
        writer.gate.set()
        until(lambda: ("old", 7) in stored(tmp_path))
        told.extend(line.acks(1))
        assert ("new", 7) in stored(tmp_path), "acknowledged before it was stored"
        line.socket.settimeout(1)
        with pytest.raises(TimeoutError):
            told.extend(line.acks(1))

    broker = Scripted(first, second, stay)
    with listening(broker.url, tmp_path, writer):
        until(lambda: broker.connections >= 2)
        until(lambda: told)
        until(lambda: broker.connections >= 3 or broker.faults)
    assert told == [7]
    assert broker.faults == []
    broker.close()


def test_a_topic_that_is_no_text_is_kept_and_stops_nothing(tmp_path: Path) -> None:
    def scene(line: Line) -> None:
        line.welcome()
        line.socket.sendall(reading(1, topic=b"cityglass/\xff\xfe/readings") + reading(2))
        acknowledged.extend(line.acks(2))
        stay_on.wait(20)

    acknowledged: list[int] = []
    stay_on = threading.Event()
    broker = Scripted(scene, stay)
    with listening(broker.url, tmp_path) as listener:
        until(lambda: acknowledged == [1, 2])
        assert listener.alive
        stay_on.set()
    assert [row[:2] for row in quarantined(tmp_path)] == [
        ("cityglass/\\xff\\xfe/readings", "the topic is not valid UTF-8")
    ]
    assert stored(tmp_path) == {("air-1", 2)}
    broker.close()


def test_a_fault_of_our_own_while_receiving_costs_a_connection_and_no_message(tmp_path: Path) -> None:
    def scene(line: Line) -> None:
        line.welcome()
        line.socket.sendall(reading(1))
        acknowledged.extend(line.acks(1))

    acknowledged: list[int] = []
    stumbles: list[int] = []
    broker = Scripted(scene, scene, stay)
    with listening(broker.url, tmp_path, wait=False) as listener:
        put = listener._inbox.put

        def stumbling(arrival: Arrival) -> None:
            if not stumbles:
                stumbles.append(1)
                raise RuntimeError("stumble")
            put(arrival)

        listener._inbox.put = stumbling  # type: ignore[method-assign]
        until(lambda: acknowledged == [1])
        assert listener.alive
    assert stumbles == [1]
    assert stored(tmp_path) == {("air-1", 1)}
    broker.close()


@pytest.mark.parametrize(
    "nonsense", [b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(100), b"\x20\x03\x00", b"\xff" * 50], ids=range(4)
)
def test_what_does_not_speak_mqtt_is_named_and_asked_again(nonsense: bytes, tmp_path: Path) -> None:
    def scene(line: Line) -> None:
        line.packet()
        line.socket.sendall(nonsense)

    broker = Scripted(scene, scene, scene, stay)
    with listening(broker.url, tmp_path, wait=False) as listener:
        until(lambda: listener.fault)
        assert "does not speak MQTT 5 or 3.1.1" in str(listener.fault)
        until(lambda: broker.connections >= 4)
        assert listener.alive
    broker.close()


def test_a_broker_that_we_know_and_that_says_nothing_is_busy_and_still_speaks_its_version(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.standing.WELCOME_S", 0.6)
    monkeypatch.setattr("data_access.standing.KNOWN_S", 0.6)
    spoken: list[int] = []

    def known(line: Line) -> None:
        line.welcome()

    def busy(line: Line) -> None:
        spoken.append(line.packet()[7])
        line.packet()

    broker = Scripted(known, busy, busy, busy, stay)
    with listening(broker.url, tmp_path, wait=False) as listener:
        until(lambda: "takes the connection and says nothing" in str(listener.fault))
        until(lambda: broker.connections == 5 and listener.counts()["connected"])
    assert spoken == [5, 5, 5]
    broker.close()
    stranger = Scripted(busy, busy, stay)
    spoken.clear()
    with listening(stranger.url, tmp_path):
        pass
    assert spoken == [5, 4]  # it may speak the other version
    stranger.close()


def test_a_broker_that_only_knows_the_older_version_is_spoken_to_in_it(tmp_path: Path) -> None:
    heard: list[bytes] = []

    def older(line: Line) -> None:
        heard.append(welcome_older(line))
        while line.packet():
            pass

    broker = Scripted(older)
    with listening(broker.url, tmp_path) as listener:
        assert listener.fault is None
    assert heard[:2] == [b"\x05", b"\x04"]
    broker.close()


def welcome_older(line: Line) -> bytes:
    """Welcome who speaks MQTT 3.1.1, with a session that is kept; the protocol's level in which we were spoken to."""
    hello = line.packet()
    if hello[7] == 5:
        line.socket.sendall(b"\x20\x02\x00\x01")
    else:
        assert not hello[8] & 2, "a clean session would lose what waits"
        line.socket.sendall(WELCOME_3)
        assert line.packet()[:1] == b"\x82"
        line.socket.sendall(GRANTED_3)
    return hello[7:8]


def test_a_refused_subscription_is_named(tmp_path: Path) -> None:
    def scene(line: Line) -> None:
        line.packet()
        line.socket.sendall(WELCOME_5)
        line.packet()
        line.socket.sendall(bytes([0x90, 3 + len(answers), 0, 1, 0, *answers]))
        while line.packet():
            pass

    wanted = sorted({topic for decoder in DECODERS for topic in decoder.topics})
    answers = [0x87 if topic == "cityglass/+/readings" else 1 for topic in wanted]
    broker = Scripted(scene)
    with listening(broker.url, tmp_path) as listener:
        assert "does not let us listen to cityglass/+/readings." in str(listener.fault)
    broker.close()


def test_a_takeover_that_the_broker_tells_is_told_on(tmp_path: Path) -> None:
    def scene(line: Line) -> None:
        line.welcome()
        line.socket.sendall(b"\xe0\x02\x8e\x00")

    broker = Scripted(scene, stay)
    with listening(broker.url, tmp_path, wait=False) as listener:
        until(lambda: "took over our session" in str(listener.fault))
        until(lambda: listener.counts()["connected"] and listener.fault is None)
    broker.close()


def test_the_session_is_asked_to_wait_and_the_window_is_bounded(tmp_path: Path) -> None:
    hello: list[bytes] = []

    def scene(line: Line) -> None:
        hello.append(line.packet())
        line.socket.sendall(WELCOME_5)
        while line.packet():
            pass

    broker = Scripted(scene)
    with listening(broker.url, tmp_path, wait=False, client_id="hanoi"):
        until(lambda: hello)
    packet = hello[0]
    assert not packet[8] & 2  # clean start
    assert b"\x11" + struct.pack(">I", 259_200) in packet  # session expiry
    assert b"\x21" + struct.pack(">H", 4_000) in packet  # receive maximum
    assert packet.endswith(b"\x00\x05hanoi")
    broker.close()


@pytest.mark.parametrize(
    ("url", "host", "port", "user", "password"),
    [
        ("mqtt://127.0.0.1:18830", "127.0.0.1", 18830, None, None),
        ("mqtt://broker.example", "broker.example", 1883, None, None),
        ("mqtts://a%40b:p%2Fw@broker.example", "broker.example", 8883, "a@b", "p/w"),
        ("mqtt://[::1]:1884", "::1", 1884, None, None),
    ],
)
def test_an_address_is_read(url: str, host: str, port: int, user: str | None, password: str | None) -> None:
    address = Address.of(url)
    assert (address.host, address.port, address.user, address.password) == (host, port, user, password)
    assert "p/w" not in f"{address} {address!r}"


@pytest.mark.parametrize("url", ["", "127.0.0.1:1883", "http://x", "mqtt://", "mqtt://x:99999", "mqtt://[::1"])
def test_what_is_no_address_is_refused_with_a_sentence(url: str, tmp_path: Path) -> None:
    writer: Any = None
    with pytest.raises(ValueError, match="A broker's address looks like"):
        Listener(url, (), writer)
