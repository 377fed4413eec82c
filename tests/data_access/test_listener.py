"""From a real broker through the listener into the real store: once, in the end always, and told truly."""

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from data_access.engine import StoreUnavailable
from data_access.inbox import Arrival, Inbox
from data_access.listener import Listener
from data_access.mqtt import Address, Link
from data_access.standing import Standing
from data_access.words import Text
from data_access.writer import CityWriter, Committed, Message
from tests.captured import captured
from tests.conftest import Mosquitto
from tests.data_access.test_native import REFUSED
from tests.devices import PATIENCE_S, SECOND, Sender, asked, listening, quarantined, stored, until, url_in

pytestmark = pytest.mark.broker


class Wrapped:
    """The real writer, with something done before each commit."""

    def __init__(self, folder: Path) -> None:
        self._writer = CityWriter.open(url_in(folder))
        self.batches: list[int] = []

    def before(self, messages: Sequence[Message]) -> None:
        pass

    def commit(self, messages: Sequence[Message]) -> Committed:
        self.before(messages)
        self.batches.append(len(messages))
        return self._writer.commit(messages)


class Allergic(Wrapped):
    """It cannot store the message with this number."""

    def __init__(self, folder: Path, number: int) -> None:
        super().__init__(folder)
        self._number = number

    def before(self, messages: Sequence[Message]) -> None:
        if any(message.packet and message.packet.seq == self._number for message in messages):
            raise TypeError


def numbers(device: str, first: int, last: int) -> set[tuple[str, int]]:
    return {(device, number) for number in range(first, last + 1)}


def test_everything_published_is_stored_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, 401):
            for device in ("air-1", "air-2", "air-3"):
                sender.measure(device, number)
                if number % 10 == 0:
                    sender.measure(device, number)  # a device that is not sure says it again
        until(lambda: listener.counts()["acknowledged"] == 1320)
        counts = listener.counts()
    assert stored(tmp_path) == {(f"air-{i}", number) for i in (1, 2, 3) for number in range(1, 401)}
    assert (counts["stored"], counts["duplicates"], counts["quarantined"]) == (1200, 120, 0)
    assert counts["revision"] > 0


def test_what_came_while_nobody_listened_is_waiting(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path):
        pass  # once, so that the broker knows us
    with Sender(mosquitto.port) as sender:
        for number in range(1, 1501):  # more than a broker keeps by its defaults
            sender.measure("air-1", number)
        sender.confirmed()
    with listening(mosquitto.url, tmp_path) as listener:
        until(lambda: listener.counts()["acknowledged"] == 1500)
    assert stored(tmp_path) == numbers("air-1", 1, 1500)


def test_nothing_is_acknowledged_before_it_is_committed(mosquitto: Mosquitto, tmp_path: Path) -> None:
    class Slow(Wrapped):
        let = threading.Event()

        def before(self, messages: Sequence[Message]) -> None:
            self.let.wait(30)

    writer = Slow(tmp_path)
    with listening(mosquitto.url, tmp_path, writer) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, 51):
            sender.measure("air-1", number)
        sender.confirmed()
        until(lambda: listener.counts()["received"] == 50)
        assert listener.counts()["acknowledged"] == 0
        assert sender.acks("air-1") == []
        assert stored(tmp_path) == set()
        writer.let.set()
        until(lambda: sender.acks("air-1") == [{"boot": "b1", "seq": 50, "also": []}])


def test_a_broker_that_comes_back_is_found_again(
    mosquitto: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(mosquitto.url, tmp_path) as listener:
        with Sender(mosquitto.port) as sender:
            sender.measure("air-1", 1)
            sender.confirmed()
        until(lambda: stored(tmp_path))
        mosquitto.stop()
        until(lambda: listener.counts()["connected"] == 0)
        until(lambda: listener.fault and "No broker answers" in str(listener.fault))
        assert listener.alive
        mosquitto.start()
        until(lambda: listener.counts()["connected"] == 1)
        assert listener.fault is None
        with Sender(mosquitto.port) as sender:
            sender.measure("air-1", 2)
            until(lambda: stored(tmp_path) == numbers("air-1", 1, 2))
    told = capsys.readouterr().out
    assert told.count("No broker answers") == 1  # a change is told, its repetition is not
    assert told.count("broker back") == 1


def test_who_hears_the_broker_again_speaks_at_once(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Alone, the connection on which it speaks would wait for ten minutes here."""

    def pause(*_: object) -> float:
        return 600 if threading.current_thread().name == "listener-voice" else 0.1

    monkeypatch.setattr("data_access.standing.pause", pause)
    mosquitto.stop()
    with listening(mosquitto.url, tmp_path, wait=False) as listener:
        until(lambda: listener._voice.fault)
        mosquitto.start()
        until(lambda: listener.counts()["connected"])
        with Sender(mosquitto.port) as sender:
            sender.measure("air-1", 1)
            until(lambda: sender.acks("air-1") == [{"boot": "b1", "seq": 1, "also": []}])


def test_who_sees_the_broker_back_sees_no_old_fault(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bool] = []

    def hail(_standing: Standing, link: Link) -> None:
        seen.append(link.welcome)

    monkeypatch.setattr(Standing, "_hail", hail)
    with listening(mosquitto.url, tmp_path):
        pass
    assert seen
    assert not any(seen)


def test_a_broker_that_refuses_is_named_and_asked_again(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path, "allow_anonymous false\n")
    broker.start()
    try:
        with listening(broker.url, tmp_path, wait=False) as listener:
            until(lambda: listener.fault)
            assert listener.fault
            assert "refuses our user name or password" in str(listener.fault)
            assert str(broker.port) in str(listener.fault)
            broker.stop()
            settings = tmp_path / "mosquitto.conf"
            settings.write_text(settings.read_text().replace("allow_anonymous false\n", ""))
            broker.start()
            until(lambda: listener.counts()["connected"] == 1)
            assert listener.fault is None
    finally:
        broker.stop()


class Waits(Wrapped):
    """It stores nothing before `opened` is set."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.opened = threading.Event()

    def before(self, messages: Sequence[Message]) -> None:
        assert self.opened.wait(PATIENCE_S)


class Watched(Inbox):
    """It remembers how many were in it after each that was put."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.held: list[int] = []

    def put(self, arrival: Arrival) -> None:
        super().put(arrival)
        self.held.append(len(self))


@pytest.mark.parametrize(("bound", "most"), [({"most": 40}, 40), ({"most_bytes": 4_000}, 41)])
def test_a_slow_store_makes_the_queue_long_but_never_longer(
    mosquitto: Mosquitto, tmp_path: Path, bound: dict[str, int], most: int
) -> None:
    """All of them wait at the broker, and so come in one piece; a word of the listener to itself is a shorter one."""
    with listening(mosquitto.url, tmp_path):
        pass
    with Sender(mosquitto.port) as sender:
        for number in range(1, 1001):
            sender.say("cityglass/air-1/readings", reading_of_100_bytes(number))
        sender.confirmed()
    inbox, store = Watched(**bound), Waits(tmp_path)
    with listening(mosquitto.url, tmp_path, store, inbox=inbox) as listener:
        until(lambda: not inbox.room())
        store.opened.set()
        until(lambda: listener.counts()["acknowledged"] == 1000)
    assert max(inbox.held) <= most
    assert stored(tmp_path) == numbers("air-1", 1, 1000)


def reading_of_100_bytes(number: int) -> str:
    """With its topic, cityglass/air-1/readings, it has 100."""
    said = {"at": SECOND + number, "boot": "b1", "seq": number, "values": {"noise_db": 1}}
    return json.dumps(said).ljust(100 - len("cityglass/air-1/readings"))


def test_a_device_hears_which_of_its_numbers_are_safe(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path), Sender(mosquitto.port) as sender:
        for number in (1, 2, 5, 6, 9):
            sender.measure("gap", number)
        sender.measure("plain", 1, boot=None)
        until(lambda: sender.acks("gap") == [{"boot": "b1", "seq": 2, "also": [[5, 6], [9, 9]]}])
        sender.measure("gap", 3)
        until(lambda: sender.acks("gap")[-1] == {"boot": "b1", "seq": 3, "also": [[5, 6], [9, 9]]})
        sender.say("cityglass/gap/readings", '{"boot":"b1","lost":[[4,4],[7,8]]}')
        until(lambda: sender.acks("gap")[-1] == {"boot": "b1", "seq": 9, "also": []})
        sender.measure("gap", 2)  # it did not hear us, and repeats itself
        until(lambda: len(sender.acks("gap")) == 4)
        assert sender.acks("plain") == []
    with Sender(mosquitto.port, "late") as late:
        assert late.heard == []  # not retained


def test_what_was_refused_need_not_come_again_and_is_not_called_missing(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path, Allergic(tmp_path, 4)) as listener, Sender(mosquitto.port) as sender:
        for number in (1, 2, 4, 5):
            sender.measure("air-1", number)
        sender.say("cityglass/air-1/readings", '{"at": 7, "boot": "b1", "seq": 3, "values": {"pm25_ug_m3": "n/a"}}')
        sender.say("cityglass/air-1/readings", '{"at": 7, "boot": "b1", "seq": "6", "values": {}}')  # that is no number
        sender.measure("air-1", 7)
        until(lambda: listener.counts()["acknowledged"] == 7)
        until(lambda: sender.acks("air-1") and sender.acks("air-1")[-1] == {"boot": "b1", "seq": 5, "also": [[7, 7]]})
    assert stored(tmp_path) == numbers("air-1", 1, 7) - numbers("air-1", 3, 4) - {("air-1", 6)}
    assert len(quarantined(tmp_path)) == 3


def test_a_device_that_started_again_hears_of_both_its_boots_once_a_second_each(
    mosquitto: Mosquitto, tmp_path: Path
) -> None:
    with Sender(mosquitto.port) as sender:
        with listening(mosquitto.url, tmp_path) as listener:
            sender.measure("twice", 1, boot="old")
            sender.measure("twice", 2, boot="new")
            sender.confirmed()
            until(lambda: len(sender.acks("twice")) >= 2)
            assert {said["boot"] for said in sender.acks("twice")} == {"old", "new"}
            told = len(sender.acks("twice"))
            sender.measure("twice", 3, boot="old")
            sender.measure("twice", 4, boot="new")
            until(lambda: listener.counts()["acknowledged"] == 4)
        # Leaving, it tells of both what it had not told yet.
        until(lambda: {said["boot"] for said in sender.acks("twice")[told:]} == {"old", "new"})


def test_a_store_that_is_away_for_a_while_costs_nothing(
    mosquitto: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    class Away(Wrapped):
        failures = 0
        back = threading.Event()

        def before(self, messages: Sequence[Message]) -> None:
            if not self.back.is_set():
                self.failures += 1
                raise StoreUnavailable(Text("The disk is full."))

    writer = Away(tmp_path)
    with listening(mosquitto.url, tmp_path, writer) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, 21):
            sender.measure("air-1", number)
        until(lambda: writer.failures > 5)  # more often than a bad message is tried
        assert str(listener.fault) == "The disk is full."
        assert listener.counts()["acknowledged"] == 0
        writer.back.set()
        until(lambda: listener.counts()["acknowledged"] == 20)
        assert listener.fault is None
        assert listener.counts()["quarantined"] == 0
    assert stored(tmp_path) == numbers("air-1", 1, 20)
    assert capsys.readouterr().out.count("The disk is full.") == 1


def test_a_message_that_breaks_the_writer_goes_to_quarantine_alone(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path, Allergic(tmp_path, 13)) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, 31):
            sender.measure("air-1", number)
        until(lambda: listener.counts()["acknowledged"] == 30)
    assert stored(tmp_path) == numbers("air-1", 1, 30) - {("air-1", 13)}
    ((topic, reason, raw, count),) = quarantined(tmp_path)
    assert (topic, reason, count) == ("cityglass/air-1/readings", "the store could not take it: TypeError", 1)
    assert json.loads(raw)["seq"] == 13


def test_the_corpus_of_bad_packets_stops_nothing_and_vanishes_nowhere(mosquitto: Mosquitto, tmp_path: Path) -> None:
    bad = [(packet.topic, packet.payload) for packet in captured("native") if packet.name in REFUSED]
    bad += [
        ("cityglass/deep/readings", b"[" * 30_000 + b"]" * 30_000),
        ("cityglass/deeper/readings", b'{"a":' * 12_000),
        ("cityglass/digits/readings", b'{"at":' + b"9" * 5_000 + b',"values":{}}'),
        ("cityglass/endless/readings", b'{"at":1,"values":{"noise_db":-1e999}}'),
        ("cityglass/huge/readings", b'{"at":1,"values":{"noise_db":1},"note":"' + b"x" * 200_000 + b'"}'),
        ("cityglass/huge/about", bytes(300_000)),
        ("cityglass/" + "n" * 65 + "/readings", b'{"at":1,"values":{}}'),
        ("cityglass/\u202egnorw/readings", b'{"at":1,"values":{}}'),
        ("cityglass//status", b"online"),
        ("cityglass/events/readings", b'{"at":1,"values":{"noise_db":1}}'),
    ]
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for number, (topic, payload) in enumerate(bad, start=1):
            sender.measure("good", number)
            sender.say(topic, payload)
        sender.measure("good", len(bad) + 1)
        sender.confirmed()
        until(lambda: listener.counts()["acknowledged"] >= 2 * len(bad) + 1)
        assert listener.alive
    assert stored(tmp_path) == numbers("good", 1, len(bad) + 1)
    found = {(topic, raw) for topic, _, raw, _ in quarantined(tmp_path)}
    assert found == {(topic, payload[:4096]) for topic, payload in bad}
    assert all(reason for _, reason, _, _ in quarantined(tmp_path))


def test_a_topic_of_any_length_is_refused_and_takes_no_room(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for number in range(3):
            sender.say(f"ngsi-ld/{number}{'x' * 20_000}", "{}")
        sender.measure("air-1", 1)
        until(lambda: listener.counts()["acknowledged"] == 4)
        assert not any(len(topic) > 600 for topic in listener._known)
    assert stored(tmp_path) == numbers("air-1", 1, 1)
    assert {reason for _topic, reason, _raw, _count in quarantined(tmp_path)} == {"the topic is too long: 20009 bytes"}


def test_not_to_know_how_often_devices_are_to_speak_costs_no_message(mosquitto: Mosquitto, tmp_path: Path) -> None:
    def unknown() -> dict[str, float]:
        raise RuntimeError("the register is locked")

    with listening(mosquitto.url, tmp_path, intervals=unknown) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, 101):
            sender.measure("air-1", number)
        until(lambda: listener.counts()["acknowledged"] == 100)
    assert stored(tmp_path) == numbers("air-1", 1, 100)


def test_one_bad_message_in_a_hundred_costs_no_good_one_anything(mosquitto: Mosquitto, tmp_path: Path) -> None:
    bad = [packet.payload for packet in captured("native") if packet.name in REFUSED and "readings" in packet.topic]
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, 1_981):
            sender.measure(f"air-{number % 9}", number)
            if number % 99 == 0:
                sender.say(f"cityglass/bad-{number}/readings", bad[number // 99 % len(bad)])
        sender.confirmed()
        until(lambda: listener.counts()["acknowledged"] == 2_000)
    assert stored(tmp_path) == {(f"air-{number % 9}", number) for number in range(1, 1_981)}
    kept = {(topic, raw) for topic, _reason, raw, _count in quarantined(tmp_path)}
    assert kept == {(f"cityglass/bad-{n}/readings", bad[n // 99 % len(bad)][:4096]) for n in range(99, 1_981, 99)}


def test_a_retained_word_is_a_state_and_not_said_again_on_return(mosquitto: Mosquitto, tmp_path: Path) -> None:
    seen: list[tuple[str, bool]] = []

    class Watching(Wrapped):
        def before(self, messages: Sequence[Message]) -> None:
            seen.extend((message.topic, message.retained) for message in messages)

    with Sender(mosquitto.port) as sender:
        sender.say("cityglass/air-1/status", "online", retain=True)
        sender.confirmed()
        with listening(mosquitto.url, tmp_path, Watching(tmp_path)):
            until(lambda: seen == [("cityglass/air-1/status", True)])
            sender.say("cityglass/air-2/status", "online", retain=True)
            until(lambda: seen[1:] == [("cityglass/air-2/status", False)])
        with listening(mosquitto.url, tmp_path, Watching(tmp_path)):
            sender.measure("air-1", 1)
            until(lambda: seen[2:] == [("cityglass/air-1/readings", False)])


def test_two_installations_with_one_name_are_told_so_and_do_not_storm_the_broker(
    mosquitto: Mosquitto, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with listening(mosquitto.url, tmp_path) as first, listening(mosquitto.url, tmp_path, wait=False) as second:
        until(lambda: any("same client id" in str(listener.fault) for listener in (first, second)))
    assert capsys.readouterr().out.count("broker back") < 10


def test_a_rival_of_the_connection_on_which_it_speaks_is_told_once_that_had_its_time(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop = threading.Event()
    rival = Standing(Address.of(mosquitto.url), "cityglass-voice", (), None, Text("a rival"))
    with listening(mosquitto.url, tmp_path) as listener:
        thread = threading.Thread(target=rival.run, args=(stop, lambda *_message: None))
        thread.start()
        try:
            until(lambda: "same client id" in str(listener._voice.fault))
            assert listener.fault is None  # it hears, since a few seconds
            monkeypatch.setattr("data_access.listener.LONGEST_S", 0.0)
            monkeypatch.setattr("data_access.listener.STEADY_S", 0.0)
            until(lambda: "same client id" in str(listener.fault))
        finally:
            stop.set()
            thread.join(10)
    assert not thread.is_alive()


def test_leaving_in_the_middle_of_a_flood_is_quick_and_loses_nothing(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with Sender(mosquitto.port) as sender:
        with listening(mosquitto.url, tmp_path) as listener:
            for number in range(1, 1201):
                sender.measure("air-1", number)
            until(lambda: listener.counts()["acknowledged"] > 0)
        assert not listener.alive
        sender.confirmed()
    with listening(mosquitto.url, tmp_path):
        until(lambda: ("air-1", 1200) in stored(tmp_path))
    assert stored(tmp_path) == numbers("air-1", 1, 1200)


def test_a_listener_whose_writer_is_stuck_is_not_called_alive(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stuck(Wrapped):
        let = threading.Event()

        def before(self, messages: Sequence[Message]) -> None:
            self.let.wait(30)

    writer = Stuck(tmp_path)
    monkeypatch.setattr("data_access.listener.STUCK_S", 1.0)
    with listening(mosquitto.url, tmp_path, writer) as listener, Sender(mosquitto.port) as sender:
        assert listener.alive
        sender.measure("air-1", 1)
        until(lambda: not listener.alive)
        writer.let.set()
        until(lambda: listener.alive)


def test_a_listener_whose_store_is_away_is_alive(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Wrapped):
        away, tried = True, 0

        def before(self, messages: Sequence[Message]) -> None:
            self.tried += 1
            if self.away:
                raise StoreUnavailable(Text("the disk is full"))

    writer = Away(tmp_path)
    monkeypatch.setattr("data_access.listener.STUCK_S", 1.0)
    monkeypatch.setattr("data_access.shelf.LONGEST_S", 0.2)
    with listening(mosquitto.url, tmp_path, writer) as listener, Sender(mosquitto.port) as sender:
        sender.measure("air-1", 1)
        alive = []
        until(lambda: alive.append(listener.alive) or writer.tried > 20)  # type: ignore[func-returns-value]
        assert all(alive)
        writer.away = False
        until(lambda: ("air-1", 1) in stored(tmp_path))


def test_the_threads_of_a_process_that_stood_still_get_their_time_anew(tmp_path: Path) -> None:
    listener, long_ago = Listener("mqtt://127.0.0.1:1", (), Wrapped(tmp_path)), time.monotonic() - 90
    listener._tick = listener._shelf.tick = listener._standing._began = listener._since = long_ago
    assert not listener.alive  # somebody asked just now: it is they who stood still
    listener._looked = long_ago  # as after SIGSTOP and SIGCONT
    assert listener.alive


def test_about_and_events_reach_the_store_like_readings(mosquitto: Mosquitto, tmp_path: Path) -> None:
    good = [packet for packet in captured("native") if packet.name in ("parking_site.json", "opened.json")]
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for packet in good:
            sender.say(packet.topic, packet.payload, retain=True)
        until(lambda: listener.counts()["acknowledged"] == 2)
    assert asked(tmp_path, "SELECT device_id, kind FROM device") == [("parking-hang-da", "parking")]
    assert [row[0] for row in asked(tmp_path, "SELECT DISTINCT title FROM incident_event")] == ["Cháy nhà hàng"]
