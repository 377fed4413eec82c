"""The writer: each fact once, nothing over the first, nothing vanishes, and numbers are acknowledged when on disk."""

import math
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from data_access import intake, quarantine, taking
from data_access.ledger import Ack, Acks
from data_access.queries import Changed, Clocks, Devices, Gaps, Incidents, Latest, Track
from data_access.records import About, Fact, Incident, Online, Packet, Reading
from data_access.store import CityStore
from data_access.transaction import Writing
from data_access.writer import CityWriter, Message
from tests.small_city import NOON, url_of

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
PM25 = Latest("pm25_ug_m3")


class Both:
    """A writer and a store over the same new city."""

    def __init__(self, folder: Path) -> None:
        self.writer = CityWriter.open(url_of(folder), clock=lambda: NOON)
        self.store = CityStore.open(url_of(folder))
        self.writer.declare([About("air-1", "Opera", "sensor", 105.8, 21.0, {"pm25_ug_m3": "µg/m³"}, 60.0)], "test")

    def value(self, at: datetime | None = None) -> Any:
        (row,) = self.store.answer(PM25, at)
        return row.value

    def reasons(self) -> list[str]:
        return sorted(entry["reason"] for entry in self.writer.quarantined())


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Both]:
    both = Both(tmp_path)
    yield both
    both.store.close()
    both.writer.close()


def pm25(value: float | None, at: datetime = NOON, device: str = "air-1", **more: Any) -> Reading:
    return Reading(device, "pm25_ug_m3", value, at, **more)


def message(*facts: Fact, received_at: datetime = NOON, payload: bytes = b"{}", **numbers: Any) -> Message:
    device = getattr(facts[0], "device_id", "x") if facts else "air-1"
    packet = Packet(facts, device, **numbers)
    return Message(f"cityglass/{device}/readings", payload, received_at, packet=packet)


def test_a_packet_delivered_twice_is_one_row(city: Both) -> None:
    sent = message(pm25(12.5), pm25(12.0, NOON - MINUTE))
    first = city.writer.commit([sent, sent])
    again = city.writer.commit([sent])
    assert (first.stored, first.duplicates) == (2, 2)
    assert (again.stored, again.duplicates, again.revision) == (0, 2, first.revision)
    assert len(city.store.readings("air-1", None, None, None)[0]) == 2
    assert city.writer.quarantined() == []


def test_another_value_under_the_same_key_never_takes_the_place_of_the_first(city: Both) -> None:
    city.writer.commit([message(pm25(12.5))])
    done = city.writer.commit([message(pm25(99.0), payload=b'{"the": "other"}'), message(pm25(13.0, NOON + SECOND))])
    assert (done.stored, done.quarantined) == (1, 1)
    assert city.value(NOON) == 12.5
    (kept,) = city.writer.quarantined()
    assert (kept["raw"], kept["source"]) == (b'{"the": "other"}', "air-1")
    assert kept["reason"] == "another value stands at 2026-03-02T05:00:00+00:00"
    within = city.writer.commit([message(pm25(1.0, NOON + MINUTE)), message(pm25(2.0, NOON + MINUTE))])
    assert (within.stored, within.quarantined) == (1, 1)
    assert city.value() == 1.0


def test_what_is_repeated_in_one_batch_is_compared_with_what_stands_not_with_its_neighbour(city: Both) -> None:
    city.writer.commit([message(pm25(12.5))])
    done = city.writer.commit([message(pm25(99.0)), message(pm25(12.5)), message(pm25(12.5, NOON + SECOND))])
    assert (done.stored, done.duplicates, done.quarantined) == (1, 1, 1)


def test_now_moves_only_to_what_is_newer(city: Both) -> None:
    city.writer.commit([message(pm25(12.5))])
    revision = city.store.revision()
    city.writer.commit([message(pm25(99.0, NOON - 5 * MINUTE))])
    assert city.value() == 12.5
    assert city.store.revision() == revision + 1
    assert len(city.store.answer(Changed(PM25, revision))) == 0
    city.writer.commit([message(pm25(13.0, NOON + SECOND))])
    assert [row.value for row in city.store.answer(Changed(PM25, revision))] == [13.0]


def test_a_reading_from_the_future_is_kept_flagged_and_never_now(city: Both) -> None:
    city.writer.commit([message(pm25(12.5), pm25(20.0, NOON + 60 * SECOND), pm25(99.0, NOON + 61 * SECOND))])
    assert city.value() == 20.0  # a clock may run ahead by a minute
    assert city.value(NOON + MINUTE * 60) == 20.0
    kept, _next = city.store.readings("air-1", None, None, None)
    assert list(kept["quality"]) == ["good", "good", "future"]
    again = city.writer.commit([message(pm25(99.0, NOON + 61 * SECOND), received_at=NOON + 10 * MINUTE)])
    assert (again.stored, again.duplicates, again.quarantined) == (0, 1, 0)
    assert city.value() == 20.0


def test_a_clock_that_was_never_set_does_not_begin_the_citys_history(city: Both) -> None:
    city.writer.commit([message(pm25(12.5, datetime(1980, 1, 6, tzinfo=NOON.tzinfo)), pm25(3.0))])
    assert city.store.first_fact() == NOON
    assert list(city.store.readings("air-1", None, None, None)[0]["quality"]) == ["ancient", "good"]


def test_a_missing_reading_is_the_newest_word_of_its_device(city: Both) -> None:
    city.writer.commit([message(pm25(0.0))])
    (row,) = city.store.answer(PM25)
    assert (row.value, row.quality) == (0.0, "good")
    city.writer.commit([message(pm25(None, NOON + SECOND, quality="invalid"))])
    (row,) = city.store.answer(PM25)
    assert (row.value, row.quality, row.observed_at) == (None, "invalid", NOON + SECOND)
    city.writer.commit([message(pm25(None, NOON + 2 * SECOND))])
    assert [row.quality for row in city.store.answer(PM25)] == ["missing"]


def test_a_stranger_is_kept_and_listed_but_not_drawn(city: Both) -> None:
    city.writer.commit([message(pm25(7.0, device="stranger"))])
    assert [row.id for row in city.store.answer(PM25)] == ["air-1"]
    assert [(row.id, row.kind) for row in city.store.answer(Devices())] == [("air-1", "sensor"), ("stranger", None)]
    city.writer.declare([About("stranger", "Found", "sensor", 105.8, 21.0)], "desk")
    assert [(row.id, row.value) for row in city.store.answer(PM25)] == [("air-1", None), ("stranger", 7.0)]


# What cannot be stored


@pytest.mark.parametrize(
    ("poison", "reason"),
    [
        (pm25(math.nan), "a value is not a finite number"),
        (pm25(math.inf), "a value is not a finite number"),
        (pm25(1.0, device="nul\0"), "a text holds NUL"),
        (pm25(1.0, device="half \ud800"), "a text holds half a character"),
        (pm25(1.0, boot="b\0"), "a text holds NUL"),
        (pm25(1.0, seq=10**30), "a packet's number is too large"),
        (Reading("air-1", "$online", 1.0, NOON), "a metric begins with a dollar sign"),
        (About("air-9", "half \udfff", "sensor", 1.0, 2.0), "a text holds half a character"),
        (Incident("i\0", NOON, "fire", 1, "new", 1.0, 2.0, "t", "s"), "a text holds NUL"),
        (Incident("i", NOON, "fire", 10**30, "new", 1.0, 2.0, "t", "s"), "a severity is too large"),
        (Online("cam\0", True), "a text holds NUL"),
        (pm25(1.0, NOON.replace(tzinfo=None)), "2026-03-02T05:00:00 has no time zone"),
    ],
)
def test_one_poisoned_message_keeps_nothing_else_out(city: Both, poison: Fact, reason: str) -> None:
    good = [message(pm25(float(n), NOON + n * SECOND)) for n in range(20)]
    done = city.writer.commit([*good[:13], message(poison, payload=b"poison"), *good[13:]])
    assert (done.stored, done.quarantined) == (20, 1)
    assert city.value() == 19.0
    (kept,) = city.writer.quarantined()
    assert (kept["raw"], kept["reason"]) == (b"poison", reason)


def test_what_the_database_itself_refuses_is_found_by_halving(city: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    store = taking.store

    def picky(tx: Writing, items: Any, seen: Any) -> int:
        told = list(items)
        tried.append(len(told))
        if any(item.value == 13.0 for item in told):
            raise IntegrityError("INSERT", None, Exception("the database does not like 13"))
        return store(tx, told, seen)

    monkeypatch.setattr(taking, "store", picky)
    done = city.writer.commit([message(pm25(float(n), NOON + n * SECOND), boot="b", seq=n + 1) for n in range(32)])
    assert (done.stored, done.quarantined) == (31, 1)
    assert "does not like 13" in city.reasons()[0]
    assert len(tried) <= 11  # twice for each halving of 32
    assert len({row.revision for row in city.store.readings("air-1", None, None, None)[0]}) == 1
    assert city.store.health().stored == 31


def test_a_fault_of_the_decoder_is_kept_with_its_reason_and_only_counted_again(city: Both) -> None:
    bad = Message("cityglass/air-1/readings", b"\xff" * 9000, NOON, fault="not JSON")
    done = city.writer.commit([bad, bad])
    later = city.writer.commit([Message(bad.topic, bad.payload, NOON + MINUTE, fault="not JSON")])
    assert (done.quarantined, later.quarantined, done.stored) == (2, 1, 0)
    (kept,) = city.writer.quarantined()
    assert (len(kept["raw"]), kept["size"], kept["count"]) == (4096, 9000, 3)
    assert kept["last_at"] - kept["first_at"] == 60_000_000


def test_one_device_cannot_fill_the_quarantine(city: Both) -> None:
    flood = [Message("cityglass/loud/readings", b"%d" % n, NOON, fault="no") for n in range(500)]
    city.writer.commit([*flood, Message("cityglass/quiet/readings", b"x", NOON, fault="no")])
    kept = city.writer.quarantined(10_000)
    loud = [entry for entry in kept if entry["source"] == "loud"]
    assert len(loud) == quarantine.MOST_ENTRIES + 1
    assert sum(entry["count"] for entry in loud) == 500
    assert sum(entry["count"] for entry in kept) == 501


def test_a_failed_transaction_leaves_no_made_up_numbers_behind(city: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(tx: Writing, notes: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(taking, "settle", fails)
        with pytest.raises(KeyboardInterrupt):
            city.writer.commit([message(pm25(1.0, device="fresh"), boot="b", seq=1)])
    assert city.store.health().stored == 0
    city.writer.commit([message(pm25(2.0, device="other"))])
    city.writer.commit([message(pm25(1.0, device="fresh"), boot="b", seq=1)])
    found = {(row.device_id, row.value) for row in city.store.readings(None, None, None, None)[0]}
    assert found == {("other", 2.0), ("fresh", 1.0)}


# Numbers


def test_a_number_is_acknowledged_with_what_is_missing_below_it(city: Both) -> None:
    def numbered(*seqs: int, **more: Any) -> Acks:
        sent = [message(pm25(1.0, NOON + seq * SECOND, boot="b", seq=seq), boot="b", seq=seq, **more) for seq in seqs]
        return city.writer.commit(sent).acks

    assert numbered(1, 2, 3) == {("air-1", "b"): Ack("b", 3)}
    assert numbered(6, 5, 9) == {("air-1", "b"): Ack("b", 3, ((5, 6), (9, 9)))}
    assert numbered(4) == {("air-1", "b"): Ack("b", 6, ((9, 9),))}
    assert numbered(4) == {("air-1", "b"): Ack("b", 6, ((9, 9),))}
    assert numbered(11, lost=((7, 8),)) == {("air-1", "b"): Ack("b", 9, ((11, 11),))}
    other = message(pm25(1.0, NOON + MINUTE), boot="after", seq=1)
    assert city.writer.commit([other]).acks == {("air-1", "after"): Ack("after", 1)}
    assert numbered(10) == {("air-1", "b"): Ack("b", 11)}


def test_a_number_whose_value_went_to_quarantine_need_not_come_again(city: Both) -> None:
    city.writer.commit([message(pm25(1.0), boot="b", seq=1)])
    done = city.writer.commit([message(pm25(2.0), boot="b", seq=2)])
    assert done.quarantined == 1
    assert done.acks == {("air-1", "b"): Ack("b", 2)}


def test_a_message_that_cannot_be_stored_at_all_need_not_come_again_either(city: Both) -> None:
    sent = [message(pm25(float(n), NOON + n * SECOND), boot="b", seq=n) for n in range(1, 9)]
    sent[4] = message(Reading("air-1", "a\0b", 1.0, NOON), boot="b", seq=5)
    refused = Message("cityglass/air-1/readings", b"?", NOON, fault="not a number", numbered=("air-1", "b", 9))
    done = city.writer.commit([*sent, refused])
    assert (done.stored, done.quarantined, done.acks) == (7, 2, {("air-1", "b"): Ack("b", 9)})


def test_a_device_that_started_again_is_told_of_both_its_boots(city: Both) -> None:
    sent = [message(pm25(1.0, NOON + n * SECOND), boot=boot, seq=1) for n, boot in enumerate(("old", "new"))]
    assert city.writer.commit(sent).acks == {("air-1", "old"): Ack("old", 1), ("air-1", "new"): Ack("new", 1)}


def test_what_a_ledger_forgot_is_acknowledged_when_it_comes_again(city: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.ledger.MOST_RANGES", 2)
    sent = [message(pm25(1.0, NOON + seq * SECOND), boot="b", seq=seq) for seq in (3, 5, 7, 9, 11)]
    assert city.writer.commit(sent).acks["air-1", "b"].also == ((3, 3), (5, 5), (7, 7), (9, 9), (11, 11))
    assert city.writer.commit(sent[1:2]).acks["air-1", "b"].also == ((5, 5), (9, 9), (11, 11))


def test_very_many_devices_take_no_memory_without_end(city: Both, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MOST_NAMES", 10)
    for n in range(30):
        sent = [message(pm25(1.0, NOON + n * SECOND), boot=f"b{n}", seq=seq) for seq in (1, 2)]
        assert city.writer.commit(sent).acks == {("air-1", f"b{n}"): Ack(f"b{n}", 2)}
    assert len(city.writer._names._boots) <= 10
    assert city.writer.commit([message(pm25(1.0), boot="b0", seq=3)]).acks == {("air-1", "b0"): Ack("b0", 3)}


def test_a_message_without_numbers_is_not_acknowledged(city: Both) -> None:
    assert city.writer.commit([message(pm25(1.0)), message(pm25(2.0, NOON + SECOND), boot="b")]).acks == {}


# Coming and going


def test_the_last_will_of_an_older_boot_says_nothing_about_this_one(city: Both) -> None:
    def online() -> Any:
        (row,) = city.store.answer(PM25)
        return row.online

    assert online() is None
    city.writer.commit([message(Online("air-1", True, "one"))])
    city.writer.commit([message(Online("air-1", True, "two"), received_at=NOON + SECOND)])
    city.writer.commit([message(Online("air-1", False, "one"), received_at=NOON + 2 * SECOND)])
    assert online() == 1.0
    city.writer.commit([message(Online("air-1", False, "two"), received_at=NOON + 3 * SECOND)])
    assert online() == 0.0
    assert [row.online for row in city.store.answer(PM25, NOON + 2 * SECOND)] == [1.0]
    (device,) = city.store.answer(Devices())
    assert (device.metrics, device.observed_at) == ("pm25_ug_m3", NOON + 3 * SECOND)
    assert len(city.store.readings(None, None, None, None)[0]) == 0


def test_a_status_that_the_broker_kept_is_a_state_and_no_sign_of_life(city: Both) -> None:
    kept = message(Online("air-1", False, "one"))
    kept.retained = True
    first = city.writer.commit([kept])
    kept.received_at += MINUTE
    again = city.writer.commit([kept])
    assert again.revision == first.revision
    (device,) = city.store.answer(Devices())
    assert (device.online, device.observed_at) == (0.0, None)


# Registers


def test_an_about_that_says_nothing_new_makes_no_revision(city: Both) -> None:
    about = About("air-1", "Opera", "sensor", 105.8, 21.0, {"pm25_ug_m3": "µg/m³"}, 60.0)
    revision = city.store.revision()
    assert city.writer.commit([message(about, received_at=NOON + MINUTE)]).revision == revision
    moved = About("air-1", "Opera", "sensor", 105.9, 21.0, {"pm25_ug_m3": "µg/m³"}, 60.0)
    assert city.writer.commit([message(moved, received_at=NOON + MINUTE)]).revision == revision + 1
    assert [row.lon for row in city.store.answer(PM25, NOON)] == [105.8]
    assert [row.lon for row in city.store.answer(PM25)] == [105.9]
    assert [row.lon for row in city.store.answer(PM25, datetime(2001, 1, 1, tzinfo=NOON.tzinfo))] == [105.8]


def test_what_a_register_no_longer_names_is_gone_from_then_on(city: Both) -> None:
    revision = city.store.revision()
    counts = city.writer.declare([], "test", complete=True, at=NOON + MINUTE)
    assert counts.ended == 1
    assert len(city.store.answer(PM25)) == 0
    assert len(city.store.answer(PM25, NOON)) == 1
    (row,) = city.store.answer(Changed(PM25, revision))
    assert (row.id, row.gone) == ("air-1", True)
    assert len(city.store.answer(Devices())) == 0


# Other things


def test_an_incident_is_the_newest_word_about_it_and_keeps_them_all(city: Both) -> None:
    def said(minutes: int, state: Any, title: str) -> tuple[Incident, datetime]:
        at = NOON + minutes * MINUTE
        return Incident("i", at, "fire", 2, state, 105.8, 21.0, title, "desk"), at

    counts = city.writer.say(
        [said(5, "assigned", "b"), said(0, "new", "a"), said(5, "on_scene", "c"), said(0, "new", "a")]
    )
    assert (counts.new, counts.changed, counts.same) == (1, 2, 1)
    (row,) = city.store.answer(Incidents())
    assert (row.title, row.state, row.opened_at, row.observed_at) == ("c", "on_scene", NOON, NOON + 5 * MINUTE)
    revision = city.store.revision()
    city.writer.say([said(9, "closed", "d")])
    assert len(city.store.answer(Incidents())) == 0
    (gone,) = city.store.answer(Changed(Incidents(), revision))
    assert (gone.id, gone.gone) == ("i", True)
    (still,) = city.store.answer(Changed(Incidents(open_only=False), revision))
    assert (still.state, still.gone) == ("closed", False)


def test_a_history_is_brought_in_by_the_thousand(city: Both) -> None:
    def told(step: Callable[[int], timedelta]) -> Iterator[tuple[Reading, datetime]]:
        return ((pm25(float(n), NOON - step(n)), NOON) for n in range(2500))

    revision = city.store.revision()
    assert city.writer.bulk(told(lambda n: n * SECOND)) == 2500
    assert city.store.revision() == revision + 3
    assert city.writer.bulk(told(lambda n: n * SECOND)) == 0
    assert city.store.revision() == revision + 3
    assert city.writer.bulk([(pm25(math.nan, NOON + MINUTE), NOON), (pm25(5.0, NOON + SECOND), NOON)]) == 1
    assert len(city.store.answer(Track("air-1", "pm25_ug_m3", NOON - MINUTE, NOON))) == 60


def test_threads_of_one_process_take_turns(city: Both) -> None:
    def send(thread: int) -> None:
        for n in range(20):
            city.writer.commit([message(pm25(1.0, NOON + n * SECOND, device=f"d-{thread}"))])

    threads = [threading.Thread(target=send, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    table, _next = city.store.readings(None, None, None, None)
    assert len(table) == 80
    assert sorted(table["revision"]) == list(range(2, 82))


def test_what_never_came_is_told_by_device_and_boot(city: Both) -> None:
    for seq in (1, 2, 5, 9):
        city.writer.commit([message(pm25(float(seq), NOON + seq * SECOND), boot="b1", seq=seq)])
    city.writer.commit([message(pm25(1.0, NOON + MINUTE), boot="b2", seq=1)])  # whole: not told
    assert [(row.id, row.boot, row.missing, row.lost, row.ranges) for row in city.store.answer(Gaps())] == [
        ("air-1", "b1", 5, 0, "3-4, 6-8")
    ]
    city.writer.commit([message(pm25(3.0, NOON + 3 * SECOND), boot="b1", seq=3, lost=((4, 4), (6, 7)))])
    (row,) = city.store.answer(Gaps())
    assert (row.missing, row.lost, row.ranges) == (1, 3, "8")


def hear(city: Both, device: str, *came: tuple[timedelta, timedelta]) -> None:
    """Readings of a device, each measured so long before noon by its own clock, and received so long before it."""
    for measured, received in came:
        city.writer.commit([message(pm25(1.0, NOON - measured, device=device), received_at=NOON - received)])


def wrong(city: Both, **least: float) -> dict[str, float]:
    return {row.id: row.ahead_s for row in city.store.answer(Clocks(**least))}


def test_a_clock_is_judged_by_what_was_least_on_its_way(city: Both) -> None:
    hear(city, "right", (3 * MINUTE, MINUTE), (2 * MINUTE, 2 * MINUTE - SECOND), (MINUTE, SECOND))
    hear(city, "ahead", (-4 * MINUTE, MINUTE), (-5 * MINUTE, 2 * SECOND))
    hear(city, "behind", (180 * MINUTE, MINUTE), (179 * MINUTE, SECOND))
    assert wrong(city) == {"behind": -178 * 60.0 - 59.0, "ahead": 302.0, "right": -1.0}
    assert wrong(city, ahead_s=5.0, behind_s=60.0).keys() == {"behind", "ahead"}
    assert [row.id for row in city.store.answer(Clocks("ahead"))] == ["ahead"]
    assert wrong(city, ahead_s=303.0, behind_s=86_400.0) == {}


def test_of_what_came_at_once_or_long_ago_no_clock_is_told(city: Both) -> None:
    hear(city, "imported", (9000 * MINUTE, MINUTE), (8990 * MINUTE, MINUTE))
    hear(city, "silent", (300 * MINUTE, 200 * MINUTE), (299 * MINUTE, 199 * MINUTE))
    assert wrong(city) == {}
    hear(city, "imported", (8980 * MINUTE, SECOND))  # the positive control: it comes a second time
    assert wrong(city).keys() == {"imported"}
