"""What one device, one file or one neighbour does wrong costs the others behind a gateway nothing."""

import json
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import data_access.gateway as module
from data_access.gateway import Gateway
from data_access.mqtt import Link
from data_access.spool import Spool
from tests.conftest import Mosquitto
from tests.data_access.test_mqtt import WELCOME_5, Line, Scripted, welcome_older
from tests.data_access.test_spool import LARGEST, devices, reading, sized
from tests.devices import Sender, asked, listening, stored, until

NOWHERE = "mqtt://127.0.0.1:1"


@contextmanager
def running(*gateways: Gateway) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=one.run, args=(stop,), daemon=True) for one in gateways]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(15)


@contextmanager
def told() -> Iterator[Callable[[str], int]]:
    """How many sentences with these words were logged."""
    with capture_logs() as entries:
        yield lambda words: sum(words in entry["event"] for entry in entries)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    with closing(Spool(tmp_path / "spool.db")) as kept:
        yield kept


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    return tmp_path / "in"


def taken(device: Sender, spool: Spool) -> None:
    """Wait until the gateway listens: before its first connection the broker keeps nothing for it."""

    def heard() -> bool:
        device.measure("probe", 1, boot=None)
        device.confirmed()
        time.sleep(0.05)
        return "probe" in devices(spool)

    until(heard)


# --- one message that cannot be taken ---

DEEP = b'{"at":1700000000,"values":{},"x":' + b"[" * 300 + b"]" * 300 + b"}"
REFUSED = {
    "cityglass/deep/readings": DEEP,
    "cityglass/large/readings": json.dumps(reading(1, pad="x" * LARGEST)).encode(),
    "cityglass/large/about": b"{" + b" " * LARGEST + b"}",
    f"cityglass/{'x' * 65}/readings": json.dumps(reading(1)).encode(),
    "cityglass/events/readings": json.dumps(reading(1)).encode(),
}


@pytest.mark.broker
@pytest.mark.parametrize("topic", REFUSED)
def test_what_no_city_can_take_is_refused_and_the_next_message_is_taken(
    topic: str, spool: Spool, mosquitto: Mosquitto
) -> None:
    with told() as sentences, running(Gateway(NOWHERE, spool, "g", mosquitto.url)), Sender(mosquitto.port) as device:
        taken(device, spool)
        device.say(topic, REFUSED[topic])
        device.measure("good", 1, boot=None)
        until(lambda: "good" in devices(spool), 10)
        assert set(devices(spool)) == {"probe", "good"}
        assert sentences("is refused") == 1
        assert sentences("stumbles") == 0


@pytest.mark.broker
def test_a_message_as_large_as_may_be_reaches_the_city_and_what_comes_after_it(
    tmp_path: Path, spool: Spool, beside: Mosquitto
) -> None:
    (tmp_path / "narrow").mkdir()
    narrow = Mosquitto(tmp_path / "narrow", "max_packet_size 65536\n")
    narrow.start()
    try:
        with listening(narrow.url, tmp_path), running(Gateway(narrow.url, spool, "g", beside.url)):
            with Sender(beside.port) as device:
                taken(device, spool)
                for size in (65_530, LARGEST - 128):
                    device.say(f"cityglass/size-{size}/readings", sized(size))
                device.measure("good", 1, boot=None)
                until(lambda: {"good", f"size-{LARGEST - 128}"} <= {one for one, _number in stored(tmp_path)}, 20)
            until(lambda: len(spool) == 0, 20)
    finally:
        narrow.stop()


# --- threads that carry on ---


class Stumbling(Spool):
    """It takes nothing the first two times."""

    fault: Exception
    left = 2

    def put(self, messages: Any) -> Any:
        if self.left:
            self.left -= 1
            raise self.fault
        return super().put(messages)


@pytest.mark.broker
@pytest.mark.parametrize(
    ("fault", "words"),
    [(RuntimeError("nobody thought of this"), "stumbles"), (sqlite3.OperationalError("disk is full"), "takes nothing")],
)
def test_a_fault_while_taking_in_is_told_once_and_the_message_is_taken_later(
    fault: Exception, words: str, tmp_path: Path, mosquitto: Mosquitto
) -> None:
    with closing(Stumbling(tmp_path / "spool.db")) as spool, told() as sentences:
        spool.fault, spool.left = fault, 0
        with running(Gateway(NOWHERE, spool, "g", mosquitto.url)), Sender(mosquitto.port) as device:
            taken(device, spool)
            spool.left = 2
            device.measure("good", 1, boot=None)
            until(lambda: "good" in devices(spool), 15)
        assert sentences(words) == 1


def test_a_file_that_cannot_be_read_does_not_hold_up_the_others(spool: Spool, folder: Path) -> None:
    (folder / "a.ndjson").symlink_to(folder / "gone")
    (folder / "b.ndjson").mkdir()
    (folder / "c.ndjson").write_bytes(b"\n".join([json.dumps(reading(1, device="box-1")).encode(), DEEP]))
    with told() as sentences, running(Gateway(NOWHERE, spool, "g", files=folder)):
        until(lambda: (folder / "c.done").exists(), 10)
        (folder / "d.ndjson").write_text(json.dumps(reading(2, device="box-1")))
        until(lambda: (folder / "d.done").exists(), 10)
        assert sentences("a.ndjson cannot be read") == 1
        assert sentences("b.ndjson cannot be read") == 1
    assert devices(spool) == ["box-1"] * 2
    assert (folder / "c.refused").read_text().startswith("2: ")


def test_a_file_that_cannot_be_renamed_is_kept_once(spool: Spool, folder: Path) -> None:
    (folder / "day.done").mkdir()
    (folder / "day.ndjson").write_text(json.dumps(reading(1, device="box-1")))
    with told() as sentences, running(Gateway(NOWHERE, spool, "g", files=folder)):
        until(lambda: sentences("day.ndjson cannot be read or renamed"), 10)
        time.sleep(2.5)
        assert len(spool) == 1
        (folder / "day.done").rmdir()
        until(lambda: (folder / "day.done").exists(), 10)
    assert len(spool) == 1


@pytest.mark.broker
def test_what_is_lost_is_told_where_nothing_else_waits(tmp_path: Path, mosquitto: Mosquitto) -> None:
    with closing(Spool(tmp_path / "small.db", most=2)) as spool:
        spool.put([("a", reading(1, boot="old", seq=7))])
        spool.put([("a", reading(number, boot="new", seq=number)) for number in (1, 2)])
        with listening(mosquitto.url, tmp_path), running(Gateway(mosquitto.url, spool, "g")):
            until(lambda: len(spool) == 0 and spool.lost_alone(9) == [], 15)
    assert asked(tmp_path, "SELECT lost FROM boot WHERE boot = 'old'") == [("[[7, 7]]",)]


# --- neighbours with the same name, and a city that says nothing ---


class Counting(Gateway):
    """It counts its connections to the city."""

    connections = 0

    def _reached(self, link: Link) -> None:
        self.connections += 1
        super()._reached(link)


@pytest.mark.broker
def test_gateways_that_nobody_named_do_not_take_each_others_place(tmp_path: Path, mosquitto: Mosquitto) -> None:
    with closing(Spool(tmp_path / "1.db")) as one, closing(Spool(tmp_path / "2.db")) as two:
        name: Any = None
        pair = Counting(mosquitto.url, one, name), Counting(mosquitto.url, two, name)
        with running(*pair):
            time.sleep(3)
        assert [gateway.connections for gateway in pair] == [1, 1]
        assert one.name != two.name
    with closing(Spool(tmp_path / "1.db")) as again:
        assert again.name == one.name


@pytest.mark.broker
def test_gateways_with_one_name_slow_down_and_say_why(tmp_path: Path, mosquitto: Mosquitto) -> None:
    with closing(Spool(tmp_path / "1.db")) as one, closing(Spool(tmp_path / "2.db")) as two, told() as sentences:
        pair = Counting(mosquitto.url, one, "north"), Counting(mosquitto.url, two, "north")
        with running(*pair):
            until(lambda: sentences("another gateway calls itself north") == 2, 15)
            before = sum(gateway.connections for gateway in pair)
            time.sleep(4)
            assert sum(gateway.connections for gateway in pair) - before <= 6
        assert sentences("another gateway calls itself north") == 2


def test_a_broker_that_keeps_confirmations_from_us_is_named(spool: Spool) -> None:
    def scene(line: Line) -> None:
        line.packet()
        line.socket.sendall(WELCOME_5)
        line.packet()
        line.socket.sendall(bytes([0x90, 4, 0, 1, 0, 0x87]))
        while line.packet():
            pass

    broker = Scripted(scene)
    with told() as sentences, running(Gateway(broker.url, spool, "g")):
        until(lambda: sentences("does not let us listen to cityglass/+/ack."), 10)
    broker.close()


def test_a_city_whose_broker_knows_only_the_older_version_is_spoken_to_in_it(spool: Spool) -> None:
    came: list[bytes] = []

    def older(line: Line) -> None:
        level = welcome_older(line)
        came.append(level if level == b"\x05" else line.packet())
        while line.packet():
            pass

    spool.put([("a", reading(1))])
    broker = Scripted(older)
    with running(Gateway(broker.url, spool, "g")):
        until(lambda: len(came) >= 2, 10)
    assert came[0] == b"\x05"
    assert b"cityglass/a/readings" in came[1]
    broker.close()


@pytest.mark.broker
def test_a_city_that_confirms_nothing_is_told_once(
    spool: Spool, mosquitto: Mosquitto, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN_S", 0.05)
    spool.put([("a", reading(1))])
    with told() as sentences, running(Gateway(mosquitto.url, spool, "g")):
        until(lambda: sentences("the city confirms none"), 15)
        time.sleep(2.5)
        assert sentences("the city confirms none") == 1


def test_a_state_that_changes_while_states_are_told_is_told_as_it_is_now(spool: Spool) -> None:
    said: list[tuple[str, bytes]] = []

    class Told:
        def publish(self, topic: str, body: bytes, retain: bool) -> bool:
            assert retain
            said.append((topic, body))
            spool.put_state("b", b"offline")  # meanwhile, in another thread
            return True

    link: Any = Told()
    for topic in ("a", "b"):
        spool.put_state(topic, b"online")
    Gateway(NOWHERE, spool, "g")._state_again(link)
    assert said == [("a", b"online"), ("b", b"offline")]
