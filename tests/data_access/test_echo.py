"""The delay that is told is that of the broker's queue, whatever part of it anyone here has seen."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from data_access import echo as module
from data_access.echo import Echo
from data_access.inbox import Inbox
from data_access.writer import CityWriter, Committed, Message
from tests.conftest import Mosquitto
from tests.devices import Sender, listening, quarantined, until, url_in

SLOW_S, SENT = 0.1, 3_000


class Clock:
    """A monotonic clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Wire:
    """A connection that keeps what is published on it."""

    def __init__(self, *ungranted: str) -> None:
        self.welcome, self.ungranted = True, list(ungranted)
        self.said: list[bytes] = []

    def publish(self, _topic: str, payload: bytes) -> bool:
        self.said.append(payload)
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module.time, "monotonic", clock)
    return clock


def spoken(echo: Echo, wire: Any, clock: Clock, seconds: int) -> None:
    for _second in range(seconds):
        echo.speak(wire)
        echo.speak(wire)  # not twice within a second
        clock.now += 1


def test_the_delay_is_how_long_the_newest_word_took_or_an_older_one_is_away(clock: Clock) -> None:
    echo, wire = Echo("us"), Wire()
    spoken(echo, wire, clock, 1)
    clock.now -= 0.75
    echo.heard(wire.said[0])
    assert echo.lag_s == 0.25
    clock.now += 1
    spoken(echo, wire, clock, 30)
    assert (len(wire.said), echo.lag_s) == (31, 30)
    echo.heard(wire.said[20])  # what was spoken before it and did not come is lost
    assert echo.lag_s == 11
    echo.heard(wire.said[-1])
    assert echo.lag_s == 1


def test_words_of_another_process_and_no_words_at_all_say_nothing(clock: Clock) -> None:
    echo, before, wire = Echo("us"), Echo("us"), Wire()
    spoken(before, wire, clock, 9)
    spoken(echo, wire, clock, 1)
    for payload in (*wire.said[:9], b"", b"\xff 1", wire.said[-1].split()[0], b"1", wire.said[-1] + b"x"):
        echo.heard(payload)
    assert echo.lag_s == 1
    echo.heard(wire.said[-1])
    clock.now += 5
    assert echo.lag_s == 1


def test_where_nothing_comes_a_word_that_is_away_is_lost(clock: Clock) -> None:
    echo, wire = Echo("us"), Wire()
    spoken(echo, wire, clock, 1)
    echo.nothing_waits()
    assert echo.lag_s == 1  # it may still be on its way
    clock.now += module.LOST_S
    echo.nothing_waits()
    assert echo.lag_s == 0


def test_a_new_connection_waits_for_none_of_the_words_of_the_last_one(clock: Clock) -> None:
    echo, wire, next_one = Echo("us"), Wire(), Wire()
    spoken(echo, wire, clock, 60)
    assert echo.lag_s == 60
    spoken(echo, next_one, clock, 1)
    assert echo.lag_s == 1


def test_it_is_not_said_where_the_broker_does_not_hand_it_on(clock: Clock) -> None:
    echo = Echo("us")
    wire = Wire(echo.topic)
    spoken(echo, wire, clock, 9)
    assert (wire.said, echo.lag_s) == ([], 0)


class Slow:
    """The real writer, which takes its time over each batch."""

    def __init__(self, folder: Path) -> None:
        self._writer = CityWriter.open(url_in(folder))

    def commit(self, messages: Sequence[Message]) -> Committed:
        time.sleep(SLOW_S)
        return self._writer.commit(messages)


def longest_told(mosquitto: Mosquitto, folder: Path) -> tuple[float, float]:
    """The longest delay that a listener tells which gets 50 messages at a time, and what it tells when all is done."""
    told = [0.0]
    with (
        listening(mosquitto.url, folder, Slow(folder), inbox=Inbox(most=50)) as listener,
        Sender(mosquitto.port) as sender,
    ):
        for number in range(1, SENT + 1):
            sender.measure(f"air-{number % 100}", number // 100 + 1)

        def done() -> bool:
            told.append(listener.counts()["lag_s"])
            return listener.counts()["acknowledged"] == SENT

        until(done)
        until(lambda: listener.counts()["lag_s"] < 1)
        assert listener.counts()["received"] == SENT  # what it says to itself is no message of a device
        last = listener.counts()["lag_s"]
    assert quarantined(folder) == []
    return max(told), last


@pytest.mark.broker
def test_what_the_broker_holds_is_part_of_the_delay(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    longest, last = longest_told(mosquitto, tmp_path)
    assert longest > 2
    assert last < 1
    monkeypatch.setattr(Echo, "speak", lambda *_: None)  # the control: only what has reached us is counted
    other = tmp_path / "control"
    other.mkdir()
    assert longest_told(mosquitto, other)[0] < 1
