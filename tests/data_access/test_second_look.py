"""What waits in quarantine: read again after its decoder was corrected, put aside, put back; nothing vanishes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from data_access import second_look
from data_access.decoders import DecodeError, Decoder, native
from data_access.queries import Devices, Latest, Quarantined, RegisterChanges
from data_access.records import Packet
from data_access.refusals import CannotDo
from data_access.second_look import Again, outlook, put_back, set_aside
from data_access.store import CityStore
from data_access.writer import CityWriter, Message
from tests.small_city import MINUTE, NOON, build, url_of

SHOUTED = b'{"at": "2026-03-02T04:59:00Z", "boot": "b", "seq": 1, "values": {"PM25_UG_M3": 44.0}}'
TOPIC = "cityglass/box/readings"


class Desk:
    """A city with a quarantine, and a hand in it."""

    def __init__(self, folder: Path) -> None:
        build(url_of(folder))
        self.writer = CityWriter.open(url_of(folder), clock=lambda: NOON + 5 * MINUTE)
        self.store = CityStore.open(url_of(folder))

    def close(self) -> None:
        self.writer.close()
        self.store.close()

    def heard(self, topic: str, payload: bytes, at: datetime = NOON, size: int | None = None) -> None:
        """A message arrives and is decoded by what is known today."""
        fault, packet = None, None
        try:
            packet = native.decode(topic, payload)
        except DecodeError as refused:
            fault = refused.reason
        self.writer.commit([Message(topic, payload, at, packet=packet, fault=fault)])

    def waiting(self) -> list[Any]:
        return list(self.store.answer(Quarantined()))

    def again(self) -> Again:
        return self.writer.read_again([row.id for row in self.waiting()], "Lan")

    def acts(self) -> list[tuple[str, str]]:
        return [(row.who, row.act) for row in self.store.answer(RegisterChanges("quarantine"))]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.close()


@pytest.fixture
def corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder learnt to read metrics that are written in capitals."""

    def decode(topic: str, payload: bytes) -> Packet:
        return native.decode(topic, payload.replace(b"PM25_UG_M3", b"pm25_ug_m3"))

    decoder: Decoder = replace(native.DECODER, decode=decode)
    monkeypatch.setattr(second_look, "decoder_for", lambda topic: decoder if decoder.reads(topic) else None)


def test_while_nothing_is_corrected_a_message_stays_as_it_was(desk: Desk) -> None:
    desk.heard(TOPIC, SHOUTED)
    before = desk.waiting()
    health = desk.store.health()
    again = desk.again()
    assert (again.taken, list(again.kept.values())) == (0, [1])
    assert "lower-case" in next(iter(again.kept))
    assert desk.waiting() == before
    assert desk.acts() == []
    assert desk.store.health().quarantined == health.quarantined
    assert desk.store.revision() == health.revision


@pytest.mark.usefixtures("corrected")
def test_a_message_is_taken_with_the_time_at_which_it_was_heard_once_its_decoder_is_corrected(desk: Desk) -> None:
    desk.heard(TOPIC, SHOUTED)
    assert outlook("box", TOPIC, SHOUTED, len(SHOUTED)) is None
    assert desk.again().taken == 1
    assert desk.waiting() == []
    (box,) = desk.store.answer(Devices("box"))
    assert (box.kind, box.metrics, box.received_at) == (None, "pm25_ug_m3", NOON)
    assert desk.acts() == [("Lan", "taken")]
    assert desk.store.health().quarantined == 1  # that it was there once stays counted


@pytest.mark.usefixtures("corrected")
def test_one_that_cannot_be_stored_stays_and_does_not_keep_others_out(desk: Desk) -> None:
    clash = SHOUTED.replace(b"44.0", b"45.0")
    desk.heard("cityglass/air-1/readings", clash.replace(b"04:59", b"04:58"))  # another value stands at that minute
    desk.heard(TOPIC, SHOUTED)
    again = desk.again()
    assert again.taken == 1
    assert list(again.kept.values()) == [1]
    (left,) = desk.waiting()
    assert (left.source, left.count) == ("air-1", 1)
    (opera,) = desk.store.answer(Latest("pm25_ug_m3", "air-1"))
    assert opera.value == 10.0


def test_a_message_of_which_only_the_beginning_was_kept_is_never_half_taken(desk: Desk) -> None:
    long = b'{"at": "2026-03-02T04:59:00Z", "values": {"PM25_UG_M3": 44.0}}' + b" " * 5_000
    desk.heard(TOPIC, long)
    (row,) = desk.waiting()
    assert row.size == len(long) > len(row.raw)
    assert str(outlook(row.source, row.topic, row.raw, row.size)) == "only its beginning was kept"
    assert desk.again().taken == 0


@pytest.mark.usefixtures("corrected")
def test_an_old_status_or_declaration_sets_nothing_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    said = {
        "cityglass/cam-1/status": b"offline",
        "cityglass/cam-1/about": b'{"name": "Old", "kind": "camera", "lon": 1, "lat": 2}',
    }
    for topic, payload in said.items():
        message = Message(topic, payload, NOON - 55 * MINUTE, fault="could not be read then")
        desk.writer.commit([message])
    desk.writer.declare([native.decode("cityglass/cam-1/about", said["cityglass/cam-1/about"]).facts[0]], "new")  # type: ignore[list-item]  # an About
    again = desk.again()
    assert again == Again(0, {str(second_look.NEWER): 2})
    assert len(desk.waiting()) == 2
    (camera,) = desk.store.answer(Devices("cam-1"))
    assert camera.online == 1


def test_what_is_put_aside_is_kept_and_can_be_put_back_once(desk: Desk) -> None:
    desk.heard(TOPIC, b"\xff\xfe not JSON")
    (row,) = desk.waiting()
    assert desk.writer.act(set_aside, [row.id, "nobody nothing"], "Lan", "a test") == 1
    assert desk.waiting() == []
    (change,) = desk.store.answer(RegisterChanges("quarantine"))
    assert (change.who, change.act, change.note) == ("Lan", "aside", "a test")
    desk.writer.act(put_back, change.id, "Minh")
    assert desk.waiting() == [row]
    with pytest.raises(CannotDo, match="put back already"):
        desk.writer.act(put_back, change.id, "Minh")
    assert desk.acts() == [("Minh", "back"), ("Lan", "aside")]


def test_a_decoder_that_fails_is_told_like_any_other_reason(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def crash(_topic: str, _payload: bytes) -> Packet:
        raise ZeroDivisionError

    desk.heard(TOPIC, SHOUTED)
    broken = replace(native.DECODER, decode=crash)
    monkeypatch.setattr(second_look, "decoder_for", lambda _topic: broken)
    assert desk.again() == Again(0, {"its decoder failed": 1})
    assert len(desk.waiting()) == 1
