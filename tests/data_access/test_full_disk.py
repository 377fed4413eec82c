"""A full disk: a clear sentence, nothing acknowledged, nothing lost, and it goes on when there is room again."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from data_access.engine import StoreUnavailable
from data_access.pulse import Pulse
from data_access.records import Incident, Packet, Reading
from data_access.store import CityStore
from data_access.words import Text, speaking
from data_access.writer import CityWriter, Message
from tests.conftest import lacking
from tests.small_city import NOON, url_of

MS = timedelta(milliseconds=1)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of eight megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        lacking("the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def batch(number: int, size: int = 200) -> list[Message]:
    sent = []
    for n in range(number * size, (number + 1) * size):
        reading = Reading("air-1", "pm25_ug_m3", n / 10, NOON + n * MS, boot="b", seq=n + 1)
        packet = Packet((reading,), "air-1", "b", n + 1)
        sent.append(Message("cityglass/air-1/readings", b"", NOON + n * MS, packet=packet))
    return sent


def fill(filler: Path) -> None:
    """Take all the room that is left."""
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while file.write(b"x" * 4096):
            pass


def stored(url: str) -> set[float]:
    store = CityStore.open(url)
    found, after = set[float](), None
    while True:
        table, after = store.readings("air-1", None, None, None, after, 5000)
        found |= {row.seq for row in table}
        if after is None:
            store.close()
            return found


def leave(filler: Path, free: int) -> None:
    """Take all the room but so many bytes."""
    with filler.open("wb", buffering=0) as file:
        file.write(b"x" * max(0, shutil.disk_usage(filler.parent).free - free))


def test_intake_stops_before_the_disk_is_full_and_goes_on_by_itself(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.room.LOOK_S", 0.0)
    monkeypatch.setattr("data_access.room.SHARE", 0.25)  # two of the eight megabytes
    writer = CityWriter.open(url_of(small_disk), clock=lambda: NOON)
    assert writer.commit(batch(0)).acks["air-1", "b"].seq == 200
    filler = small_disk / "filler"
    leave(filler, 1_000_000)
    for language, words in (("vi", "chỉ còn 0 MB"), ("en", "Only 0 MB are left.*until 3 MB are free")):
        with speaking(language), pytest.raises(StoreUnavailable, match=words):
            writer.commit(batch(1))
    fire = Incident("fire-1", NOON, "fire", 2, "new", 105.85, 21.03, "Fire", "desk")
    assert writer.say([(fire, NOON)]).new == 1  # what people do still finds room
    filler.unlink()
    leave(filler, 2_100_000)  # just enough to begin with is not enough to go on: it must not stop and go
    with pytest.raises(StoreUnavailable):
        writer.commit(batch(1))
    filler.unlink()
    assert writer.commit(batch(1)).acks["air-1", "b"].seq == 400
    assert stored(url_of(small_disk)) == {n + 1 for n in range(400)}
    writer.close()


def test_a_full_disk_loses_nothing_that_was_acknowledged_and_heals(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_access.room.SHARE", 0.0)  # as when something else takes the last byte in a moment
    url = url_of(small_disk)
    writer = CityWriter.open(url, clock=lambda: NOON)
    acknowledged = 0
    for number in range(3):  # the control: with room, the same batches go in
        acknowledged = writer.commit(batch(number)).acks["air-1", "b"].seq
    assert acknowledged == 600
    filler = small_disk / "filler"
    fill(filler)
    number = 3
    with suppress(StoreUnavailable):
        while True:  # what room the write-ahead log still has is used up first
            acknowledged = writer.commit(batch(number)).acks["air-1", "b"].seq
            number += 1
    for language, words in (("vi", "Đĩa đã đầy"), ("en", "The disk is full")):
        with speaking(language), pytest.raises(StoreUnavailable, match=words):
            writer.commit(batch(number))
    assert stored(url) == {n + 1 for n in range(acknowledged)}  # all that was acknowledged, and nothing else
    filler.unlink()
    done = writer.commit(batch(number))
    assert (done.stored, done.acks["air-1", "b"].seq) == (200, acknowledged + 200)
    assert stored(url) == {n + 1 for n in range(acknowledged + 200)}
    writer.close()
    with sqlite3.connect(small_disk / "city.db") as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_listener_on_a_full_disk_can_still_tell_how_it_fares(small_disk: Path) -> None:
    long_ago = Pulse(1.0, True, counts={"received": 10**12})
    long_ago.write(small_disk)
    fill(small_disk / "filler")
    told = Pulse(2.0, True, fault=Text("The disk is full."))
    told.write(small_disk)
    assert Pulse.last(small_disk) == told


def test_another_writer_that_holds_on_for_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.engine.BUSY_MS", 100)
    writer = CityWriter.open(url_of(tmp_path), clock=lambda: NOON)
    writer.commit(batch(0, 1))
    other = sqlite3.connect(tmp_path / "city.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="Another program holds the database"):
        writer.commit(batch(1, 1))
    other.execute("ROLLBACK")
    other.close()
    assert writer.commit(batch(1, 1)).acks["air-1", "b"].seq == 2
    writer.close()
