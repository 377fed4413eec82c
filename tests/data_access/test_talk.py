"""A device that talks too much is held back and named; who has a night to tell is heard out."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access.records import About, Packet, Reading
from data_access.talk import BURST_S, LEAST_A_S, Talk
from data_access.writer import CityWriter
from tests.conftest import Mosquitto
from tests.devices import SECOND, Sender, listening, quarantined, stored, until, url_in
from tests.small_city import NOON

SECONDS = timedelta(seconds=1)


def packet(device: str, seconds: float) -> Packet:
    reading = Reading(device, "pm25_ug_m3", 1.0, NOON + seconds * SECONDS)
    return Packet((reading,), device)


def heard(talk: Talk, device: str, times: list[float]) -> int:
    return sum(talk.within(packet(device, seconds)) for seconds in times)


@pytest.mark.parametrize("first", ["the oldest", "the newest"])
def test_a_night_that_comes_within_a_second_is_heard_out(first: str) -> None:
    times = [n * 60.0 for n in range(10_000)]
    assert heard(Talk(dict), "air-1", times if first == "the oldest" else times[::-1]) == 10_000


def test_a_clock_that_was_wrong_once_costs_nothing_after() -> None:
    times = [0.0, 60.0, 2e9, *(n * 60.0 for n in range(2, 5_000))]
    assert heard(Talk(dict), "air-1", times) == len(times)


def test_a_device_that_says_a_thousand_things_of_each_second_is_held_to_its_measure() -> None:
    times = [n / 1_000 for n in range(60_000)]  # a minute
    burst, rest = LEAST_A_S * BURST_S, LEAST_A_S * 60
    assert burst <= heard(Talk(dict), "loud", times) <= burst + rest + 1


def test_a_clock_that_stands_still_is_heard_at_its_measure_by_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    talk, now = Talk(dict), 1_000.0
    monkeypatch.setattr("data_access.talk.time.monotonic", lambda: now)
    assert heard(talk, "stuck", [7.0] * 1_000) == LEAST_A_S * BURST_S
    now += 10
    assert heard(talk, "stuck", [7.0] * 1_000) == LEAST_A_S * 10


def test_who_declared_to_speak_often_may() -> None:
    talk = Talk(lambda: {"quick": 0.1})
    talk.renew()
    assert heard(talk, "quick", [n / 50 for n in range(20_000)]) == 20_000
    assert heard(talk, "other", [n / 50 for n in range(20_000)]) < 4_000


@given(loud=st.lists(st.floats(0, 100), max_size=200), quiet=st.integers(1, 50))
def test_what_one_says_costs_no_other_anything(loud: list[float], quiet: int) -> None:
    talk = Talk(dict)
    said = [("loud", at) for at in loud] + [("quiet", 60.0 * n) for n in range(quiet)]
    said.sort(key=lambda one: one[1])
    assert sum(talk.within(packet(device, at)) for device, at in said if device == "quiet") == quiet


def test_what_is_no_reading_is_never_held_back() -> None:
    talk = Talk(dict)
    assert all(talk.within(Packet((), "loud", "b", n)) for n in range(5_000))


def test_the_declared_intervals_are_those_that_hold_now(tmp_path: Path) -> None:
    writer = CityWriter.open(url_in(tmp_path), clock=lambda: NOON)
    abouts = [
        About("air-1", "Air", "air", 105.85, 21.03, interval_s=60.0),
        About("old", "Old", "air", 105.8, 21.0, interval_s=5.0),
    ]
    writer.declare(abouts, "test", complete=True, at=NOON)
    writer.declare(abouts[:1], "test", complete=True, at=NOON + 5 * SECONDS)
    assert writer.intervals() == {"air-1": 60.0}
    writer.close()


@pytest.mark.broker
def test_the_others_are_stored_whole_and_the_loud_one_is_named(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with listening(mosquitto.url, tmp_path) as listener, Sender(mosquitto.port) as sender:
        for n in range(3_000):
            values = '{"noise_db": 60}'
            sender.say(
                "cityglass/loud/readings",
                f'{{"at": {SECOND + n / 1000}, "boot": "b", "seq": {n + 1}, "values": {values}}}',
            )
            if n % 100 == 0:
                sender.measure("quiet", n // 100 + 1)
        sender.confirmed()
        until(lambda: listener.counts()["acknowledged"] == 3_030)
        assert listener.counts()["held"] > 2_500
        until(lambda: sender.acks("loud"))
    there = stored(tmp_path)
    assert {number for device, number in there if device == "quiet"} == set(range(1, 31))
    loud = {number for device, number in there if device == "loud"}
    ((topic, reason, raw, count),) = quarantined(tmp_path)
    assert (topic, raw, count) == ("cityglass/loud/readings", b"", 3_000 - len(loud))
    assert "talks too much" in reason
    acked = {n for ack in sender.acks("loud")[-1:] for n in range(1, ack["seq"] + 1)}
    assert acked <= loud  # what is not stored is not acknowledged
