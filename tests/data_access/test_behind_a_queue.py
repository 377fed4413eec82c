"""While very much waits at the broker: devices hear what is stored, and the connection stands and says so."""

from pathlib import Path

import pytest

from data_access.inbox import Inbox
from data_access.listener import Listener
from tests.conftest import Mosquitto
from tests.devices import Sender, Slow, listening, stored, until

pytestmark = pytest.mark.broker

SENT, DEVICES, AT_ONCE, SLOW_S = 3_000, 100, 50, 0.1  # six seconds of work
LAST = {"boot": "b1", "seq": SENT // DEVICES, "also": []}


class OneLine(Listener):
    """The control: it speaks on the connection on which it hears."""

    def _connect_voice(self) -> None:
        self._voice = self._standing
        self._leave.wait()


def say_all(sender: Sender) -> None:
    for number in range(SENT):
        sender.measure(f"air-{number % DEVICES}", number // DEVICES + 1)


@pytest.mark.parametrize(("listener", "heard"), [(Listener, True), (OneLine, False)])
def test_devices_hear_what_is_stored_while_much_still_waits(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: type[Listener], heard: bool
) -> None:
    monkeypatch.setattr("tests.devices.Listener", listener)
    monkeypatch.setattr("data_access.mqtt.OUTGOING", 20)
    slow = Slow(tmp_path, SLOW_S)
    with (
        listening(mosquitto.url, tmp_path, slow, inbox=Inbox(most=AT_ONCE)) as running,
        Sender(mosquitto.port, "readings", "nothing") as sender,
        Sender(mosquitto.port, "acks") as ears,
    ):
        say_all(sender)
        until(lambda: running.counts()["acknowledged"] > SENT * 2 / 3)
        acks = len(ears.heard)
        until(lambda: running.counts()["acknowledged"] == SENT)
        until(lambda: all(ears.acks(f"air-{n}")[-1:] == [LAST] for n in range(DEVICES)))
    assert (acks > DEVICES) == heard
    assert len(stored(tmp_path)) == SENT


def test_more_devices_than_are_told_in_a_round_all_hear_in_the_next_ones(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.listener.MOST_TOLD", 40)
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for number in range(1, DEVICES + 1):
            sender.measure(f"air-{number}", 1)
        until(lambda: listener.counts()["acknowledged"] == DEVICES)
        assert len(sender.heard) <= 80
        until(lambda: len({topic for topic, _said in sender.heard}) == DEVICES)
    assert len(sender.heard) == DEVICES


def test_an_answer_to_a_ping_that_stands_behind_a_queue_ends_no_connection(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.mqtt.KEEPALIVE_S", 1)
    with (
        listening(mosquitto.url, tmp_path, Slow(tmp_path, SLOW_S), inbox=Inbox(most=AT_ONCE)) as listener,
        Sender(mosquitto.port) as sender,
    ):
        link = listener._standing.link
        say_all(sender)
        until(lambda: listener.counts()["acknowledged"] == SENT)
        assert listener._standing.link is link
        assert listener.counts()["received"] == SENT


def test_a_listener_that_comes_to_a_queue_is_connected_at_once(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path):
        pass
    with Sender(mosquitto.port) as sender:
        say_all(sender)
        sender.confirmed()
        with listening(mosquitto.url, tmp_path, Slow(tmp_path, SLOW_S), inbox=Inbox(most=AT_ONCE)) as listener:
            assert listener.counts()["acknowledged"] < SENT / 2
            assert listener.fault is None
            until(lambda: listener.counts()["acknowledged"] == SENT)
