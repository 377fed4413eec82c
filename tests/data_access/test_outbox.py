"""Messages of ours: in their order, never more at once than allowed, each under a number that nobody else has."""

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data_access import outbox as module
from data_access.outbox import Outbox
from data_access.wire import MQTT_3, MQTT_5, Published, number_at, published

Steps = st.lists(st.one_of(st.binary(max_size=300), st.integers(0, 9)), max_size=80)


def read(packet: bytes, properties: bool) -> Published:
    length, start = number_at(packet, 1)
    assert start + length == len(packet)
    found = published(packet, packet[0], start, len(packet), properties)
    assert found
    return found


@given(Steps, st.integers(1, 5), st.booleans(), st.booleans())
def test_each_is_sent_once_in_its_turn(steps: list[bytes | int], most: int, newer: bool, retain: bool) -> None:
    said: list[Published] = []
    sent: list[Published] = []
    away: list[int] = []

    def send(packet: bytes) -> None:
        sent.append(read(packet, newer))
        away.append(sent[-1][1])

    box = Outbox(MQTT_5 if newer else MQTT_3, most, send)
    for step in steps:
        if isinstance(step, bytes):
            number = box.put("cityglass/é/ack", step, retain)
            assert number
            assert number not in [one[1] for one in said]
            said.append(("cityglass/é/ack".encode(), number, step, retain))
        elif away:
            box.answered(away.pop(step % len(away)))
        else:
            box.answered(77)  # nobody waits for it
        assert len(away) <= most
        assert sent == said[: len(sent)]
        assert len(away) == most or len(sent) == len(said)
        assert box.full == (len(sent) < len(said))


def test_there_is_an_end_to_what_may_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 3)
    sent: list[bytes] = []
    box = Outbox(MQTT_5, 1, sent.append)
    told = [box.put("a", bytes([n]), False) for n in range(6)]
    assert [one is not None for one in told] == [True] * 4 + [False] * 2
    assert told[0]
    box.answered(told[0])
    assert [read(packet, True)[2] for packet in sent] == [b"\0", b"\1"]
    assert box.put("a", b"again", False)


def test_numbers_begin_anew_and_leave_out_what_is_on_its_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LAST", module.FIRST + 3)
    box = Outbox(MQTT_5, 3, lambda _packet: None)
    first = [box.put("a", b"", False) for _n in range(2)]
    for _round in range(10):
        told = box.put("a", b"", False)
        assert told
        assert told not in first
        assert module.FIRST <= told <= module.LAST
        box.answered(told)


def test_what_is_said_later_never_goes_first() -> None:
    """An answer makes room in one thread, and while its turn is being sent another thread says something new."""
    order: list[bytes] = []
    begun = threading.Event()

    def send(packet: bytes) -> None:
        said = read(packet, True)[2]
        if said == b"second":
            begun.set()
            time.sleep(0.2)
        order.append(said)

    box = Outbox(MQTT_5, 2, send)
    first, _other = box.put("a", b"first", False), box.put("a", b"other", False)
    box.put("a", b"second", False)
    assert first
    answering = threading.Thread(target=box.answered, args=(first,))
    answering.start()
    assert begun.wait(5)
    box.most = 9  # so that there is room at once
    box.put("a", b"third", False)
    answering.join(5)
    assert order == [b"first", b"other", b"second", b"third"]
