"""The delay that is told is that of the broker's queue, whatever part of it anyone here has seen."""

import time
from pathlib import Path
from typing import Any

import pytest

from data_access import echo as module
from data_access.echo import Echo
from data_access.inbox import Inbox
from tests.conftest import Mosquitto
from tests.devices import Sender, Slow, listening, quarantined, stored, until

SLOW_S, SENT = 0.1, 3_000


class Clock:
    """A monotonic clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Wire:
    """A connection that keeps what is published on it; its broker takes (or refuses) each word at once."""

    def __init__(self, *ungranted: str, answer: bool | None = True) -> None:
        self.welcome, self.ungranted = True, list(ungranted)
        self.said: list[bytes] = []
        self.answer = answer
        self.heard_at = 1_000.0
        self.abandoned = False

    def publish(self, _topic: str, payload: bytes) -> int:
        self.said.append(payload)
        return len(self.said)

    def answers(self) -> dict[int, bool]:
        return {} if self.answer is None else {n + 1: self.answer for n in range(len(self.said))}

    def abandon(self) -> None:
        self.abandoned = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module.time, "monotonic", clock)
    return clock


def spoken(echo: Echo, voice: Any, clock: Clock, seconds: int, hearing: Any = None) -> None:
    for _second in range(seconds):
        echo.speak(voice, hearing or voice)
        echo.speak(voice, hearing or voice)  # not twice within a second
        clock.now += 1


def test_the_delay_is_how_long_the_newest_word_took_or_an_older_one_is_away(clock: Clock) -> None:
    echo, wire = Echo("us"), Wire()
    spoken(echo, wire, clock, 1)
    clock.now -= 0.75
    echo.heard(wire.said[0])
    assert echo.lag_s == 0.25
    clock.now += 1
    spoken(echo, wire, clock, 30)  # the broker has shown that it hands them on: they wait behind others
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
    spoken(echo, wire, clock, 2)
    echo.nothing_waits(wire, wire)
    assert echo.lag_s == 2  # it may still be on its way
    clock.now += module.LOST_S
    echo.nothing_waits(wire, wire)
    assert echo.lag_s == 3  # the newer one: nobody has asked yet whether the broker took it
    assert not wire.abandoned
    spoken(echo, wire, clock, 3)
    echo.nothing_waits(wire, wire)
    assert echo.lag_s < 3


def test_a_connection_that_answers_nothing_is_ended_while_nothing_comes(clock: Clock) -> None:
    echo, voice, hearing = Echo("us"), Wire(answer=None), Wire()
    spoken(echo, voice, clock, 10, hearing)
    echo.nothing_waits(voice, hearing)
    assert (echo.lag_s, voice.abandoned) == (10, False)
    clock.now += module.STALE_S - 5
    voice.heard_at = hearing.heard_at = clock.now - 1  # somebody is there
    echo.nothing_waits(voice, hearing)
    assert not voice.abandoned
    clock.now += module.STALE_S
    hearing.heard_at = clock.now - 1
    echo.nothing_waits(voice, hearing)
    assert (voice.abandoned, hearing.abandoned) == (True, False)
    hearing.heard_at = clock.now - module.STALE_S - 1
    echo.nothing_waits(voice, hearing)
    assert hearing.abandoned


@pytest.mark.parametrize("handed_on", [True, False])
def test_a_connection_on_which_words_came_back_and_come_no_more_is_ended(clock: Clock, handed_on: bool) -> None:
    echo, voice, hearing = Echo("us"), Wire(), Wire()
    for _second in range(3):
        spoken(echo, voice, clock, 1, hearing)
        hearing.heard_at = clock.now
        if handed_on:
            echo.heard(voice.said[-1])
    for _second in range(int(module.STALE_S) - 1):
        spoken(echo, voice, clock, 1, hearing)
        echo.nothing_waits(voice, hearing)
    assert not hearing.abandoned
    spoken(echo, voice, clock, 5, hearing)
    echo.nothing_waits(voice, hearing)
    assert hearing.abandoned == handed_on  # another broker hands none on at any time
    assert not voice.abandoned


def test_a_broker_that_refuses_its_words_or_hands_none_on_is_left_alone_for_a_while(clock: Clock) -> None:
    echo, wire = Echo("us"), Wire(answer=False)
    spoken(echo, wire, clock, 60)
    assert (len(wire.said), echo.lag_s) == (1, 0)
    clock.now += module.MUTE_S
    silent = Wire()  # it takes them, and hands none on
    longest = 0.0
    for _second in range(100):
        spoken(echo, silent, clock, 1)
        longest = max(longest, echo.lag_s)
    assert longest <= module.UNPROVEN_S + 2
    assert (len(silent.said), echo.lag_s) == (module.UNPROVEN_S + 1, 0)
    clock.now += module.MUTE_S
    spoken(echo, silent, clock, 1)
    echo.heard(silent.said[-1])
    spoken(echo, silent, clock, 100)
    assert echo.lag_s == 100  # now it is known to hand them on


def test_a_word_that_waited_behind_very_much_ends_the_silence(clock: Clock) -> None:
    """A listener that starts with a long queue before it: no word has ever come back when the first is given up."""
    echo, wire = Echo("us"), Wire()
    spoken(echo, wire, clock, 60)
    said = len(wire.said)
    assert echo.lag_s == 0  # perhaps the broker hands none on
    echo.heard(wire.said[0])
    assert echo.lag_s == 60
    spoken(echo, wire, clock, 5)
    assert len(wire.said) == said + 5


@pytest.mark.parametrize("taken", [True, False])
def test_a_new_connection_waits_for_those_words_alone_that_the_broker_had_taken(clock: Clock, taken: bool) -> None:
    echo, wire, next_one = Echo("us"), Wire(), Wire()
    spoken(echo, wire, clock, 2)
    echo.heard(wire.said[1])
    wire.answer = True if taken else None
    spoken(echo, wire, clock, 20)
    assert echo.lag_s == 20
    spoken(echo, next_one, clock, 1)
    assert echo.lag_s == (21 if taken else 1)


def test_a_broker_that_handed_words_on_and_refuses_one_is_asked_again_soon(clock: Clock) -> None:
    """As when it was started anew, and the session that hears is not back yet."""
    echo, wire = Echo("us"), Wire()
    spoken(echo, wire, clock, 1)
    echo.heard(wire.said[0])
    wire.answer = False
    spoken(echo, wire, clock, 2)
    said = len(wire.said)
    wire.answer = True
    spoken(echo, wire, clock, int(module.PAUSE_S) + 1)
    assert len(wire.said) > said


def test_a_broker_that_ends_the_connection_for_its_first_word_hears_no_second_one(clock: Clock) -> None:
    echo, wire, next_one = Echo("us"), Wire(answer=None), Wire()
    spoken(echo, wire, clock, 1)
    spoken(echo, next_one, clock, 60)
    assert (next_one.said, echo.lag_s) == ([], 0)


def test_it_is_not_said_where_the_broker_does_not_hand_it_on(clock: Clock) -> None:
    echo = Echo("us")
    wire = Wire(echo.topic)
    spoken(echo, wire, clock, 9)
    assert (wire.said, echo.lag_s) == ([], 0)


def longest_told(mosquitto: Mosquitto, folder: Path) -> float:
    """The longest delay that a listener tells which gets 50 messages at a time: as a share of how long all took."""
    told = [0.0]
    with (
        listening(mosquitto.url, folder, Slow(folder, SLOW_S), inbox=Inbox(most=50)) as listener,
        Sender(mosquitto.port) as sender,
    ):
        begun = time.monotonic()
        for number in range(1, SENT + 1):
            sender.measure(f"air-{number % 100}", number // 100 + 1)

        def done() -> bool:
            told.append(listener.counts()["lag_s"])
            return listener.counts()["acknowledged"] == SENT

        until(done)
        took = time.monotonic() - begun
        until(lambda: listener.counts()["lag_s"] < 1)
        assert listener.counts()["received"] == SENT  # what it says to itself is no message of a device
    assert quarantined(folder) == []
    return max(told) / took


@pytest.mark.broker
def test_what_the_broker_holds_is_part_of_the_delay(
    mosquitto: Mosquitto, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert longest_told(mosquitto, tmp_path) > 0.4
    monkeypatch.setattr(Echo, "speak", lambda *_: None)  # the control: only what has reached us is counted
    other = tmp_path / "control"
    other.mkdir()
    assert longest_told(mosquitto, other) < 0.4


@pytest.mark.broker
@pytest.mark.parametrize("allowed", [True, False])
def test_a_broker_that_does_not_allow_it_costs_neither_readings_nor_acknowledgements(
    tmp_path: Path, allowed: bool
) -> None:
    rules = tmp_path / "rules"
    rules.write_text("topic read #\n" + "".join(f"topic write cityglass/+/{what}\n" for what in ("readings", "ack")))
    with rules.open("a") as file:
        file.write("topic write cityglass/+/echo\n" if allowed else "")
    folder = tmp_path / "broker"
    folder.mkdir()
    broker = Mosquitto(folder, f"acl_file {rules}")
    broker.start()
    try:
        with listening(broker.url, tmp_path) as listener, Sender(broker.port) as sender:
            end = time.monotonic() + 5
            number = 0
            while time.monotonic() < end:  # never quiet for long enough to be called so
                number += 1
                sender.measure("air-1", number)
                time.sleep(0.02)
            until(lambda: len(stored(tmp_path)) == number)
            until(lambda: sender.acks("air-1") and sender.acks("air-1")[-1]["seq"] == number)
            until(lambda: listener.counts()["lag_s"] < 3)
            assert listener.fault is None
            assert listener._echo._proven == allowed
    finally:
        broker.stop()
