"""How long it takes to see the city as it was, beside the GROUP BY that one would write first.

    python -m bench.history [--readings 10_000_000] [--streams 5_000] [--times 50] [--folder DIR]

Every stream speaks once a minute, and readings come in by time, as they do in life: the places of one stream lie
scattered over the file. `warm` asks a store that has answered before; `cold` asks in a new process, over pages that
the machine has forgotten (posix_fadvise on the files of the database, so that nobody else here suffers).
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from data_access import keyframes
from data_access.queries import Latest
from data_access.records import About, Reading
from data_access.schema import microseconds
from data_access.states import sought
from data_access.store import CityStore
from data_access.transaction import fetched
from data_access.writer import CityWriter

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE_US = 60_000_000
METRIC = "pm25_ug_m3"
GROUP_BY = (
    "SELECT r.stream_id, r.observed_at, r.received_at, r.value, r.quality, r.revision FROM reading r JOIN "
    "(SELECT stream_id, max(observed_at) AS newest FROM reading WHERE observed_at <= ? GROUP BY stream_id) n "
    "ON r.stream_id = n.stream_id AND r.observed_at = n.newest"
)


def fill(url: str, streams: int, readings: int) -> None:
    """A history of so many readings; the first of each stream through the writer, the rest straight into the tables."""
    writer = CityWriter.open(url)
    writer.declare(
        (
            About(f"sensor-{n:05}", f"Sensor {n}", "sensor", 105 + n / 1e5, 21.0, {METRIC: "µg/m³"}, 60.0)
            for n in range(streams)
        ),
        "bench",
        at=START,
    )
    chance = random.Random(7)
    offsets = [chance.randrange(MINUTE_US) for _ in range(streams)]

    def first() -> Iterator[tuple[Reading, datetime]]:
        for n in range(streams):
            at = START + timedelta(microseconds=offsets[n])
            yield Reading(f"sensor-{n:05}", METRIC, 10.0, at), at + timedelta(milliseconds=80)

    writer.bulk(first())
    begun = microseconds(START)
    with writer._writing() as tx:
        numbers = dict(tx.rows("SELECT device_id, id FROM stream"))
    ids = [numbers[f"sensor-{n:05}"] for n in range(streams)]
    order = sorted(range(streams), key=offsets.__getitem__)
    put = "INSERT INTO reading VALUES (?, ?, ?, ?, 0, NULL, NULL, ?)"
    minutes = readings // streams
    for minute in range(1, minutes):
        rows = []
        for n in order:
            at = begun + minute * MINUTE_US + offsets[n]
            rows.append((ids[n], at, at + 50_000 + chance.randrange(100_000), chance.randrange(1000) / 10, minute + 9))
        if minute % 20 == 1:
            connection = writer._engine.connect()
            connection.begin()
        connection.exec_driver_sql(put, rows)
        if minute % 20 == 0 or minute == minutes - 1:
            connection.commit()
            connection.close()
    with writer._writing() as tx:
        tx.once("DELETE FROM latest")
        tx.once(
            "INSERT INTO latest SELECT r.stream_id, r.observed_at, r.received_at, r.value, r.quality, r.revision "
            "FROM stream s JOIN reading r ON r.stream_id = s.id AND r.observed_at = "
            "(SELECT max(observed_at) FROM reading WHERE stream_id = s.id)"
        )
        tx.revision, tx.moved = minutes + 20, True
    writer.close()


def times(readings: int, streams: int, count: int, seed: int = 11) -> list[datetime]:
    span = readings // streams
    chance = random.Random(seed)
    return [START + timedelta(minutes=chance.uniform(span * 0.02, span)) for _ in range(count)]


def timed(ask: Callable[[datetime], Any], moments: list[datetime]) -> list[float]:
    found = []
    for at in moments:
        begun = time.perf_counter()
        ask(at)
        found.append((time.perf_counter() - begun) * 1000)
    return found


def forget(path: Path) -> None:
    """Let the machine drop the pages of this database from memory."""
    for name in (path, path.with_name(path.name + "-wal")):
        if name.exists():
            with name.open("rb") as file:
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def cold(url: str, path: Path, how: str, moments: list[datetime]) -> list[float]:
    """Each time asked in a process of its own."""
    found = []
    for at in moments:
        command = [sys.executable, "-m", "bench.history", "--one", how, "--at", at.isoformat(), "--url", url]
        told = subprocess.run([*command, "--path", str(path)], capture_output=True, text=True, check=True)
        found.append(json.loads(told.stdout)["ms"])
    return found


def one(url: str, path: Path, how: str, at: datetime) -> None:
    """In a new process: open the store, let its pages be forgotten, ask once, tell how long it took."""
    store = CityStore.open(url)
    if how != "first":
        store.answer(Latest(METRIC))  # a desk that runs knows its register
    store._engine.dispose()
    forget(path)
    asking = {"first": ask_keyframes, "keyframes": ask_keyframes, "seek": ask_seek, "group": ask_group}[how]
    print(json.dumps({"ms": timed(asking(store), [at])[0]}))
    store.close()


def ask_keyframes(store: CityStore) -> Callable[[datetime], Any]:
    return lambda at: store.answer(Latest(METRIC), at)


def ask_seek(store: CityStore) -> Callable[[datetime], Any]:
    def ask(at: datetime) -> Any:
        with store._reading() as connection:
            return sought(connection, microseconds(at))

    return ask


def ask_group(store: CityStore) -> Callable[[datetime], Any]:
    def ask(at: datetime) -> Any:
        with store._reading() as connection:
            return fetched(connection, GROUP_BY, microseconds(at))

    return ask


def report(name: str, found: list[float]) -> float:
    middle = statistics.median(found)
    high = float(np.percentile(found, 95))
    print(f"{name:<44} median {middle:9.1f} ms   95th {high:9.1f} ms   of {len(found)}", flush=True)
    return middle


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--readings", type=int, default=10_000_000)
    options.add_argument("--streams", type=int, default=5_000)
    options.add_argument("--times", type=int, default=50)
    options.add_argument("--group-times", type=int, default=5, help="the GROUP BY takes seconds each time")
    options.add_argument("--folder", type=Path, help="keep the database here and use it again")
    for hidden in ("--one", "--at", "--url", "--path"):
        options.add_argument(hidden, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.one:
        one(chosen.url, Path(chosen.path), chosen.one, datetime.fromisoformat(chosen.at))
        return
    with tempfile.TemporaryDirectory() as temporary:
        measure(chosen, (chosen.folder or Path(temporary)) / "city.db")


def measure(chosen: argparse.Namespace, path: Path) -> None:
    url = f"sqlite:///{path}"
    if not path.exists():
        begun = time.perf_counter()
        fill(url, chosen.streams, chosen.readings)
        print(f"filled in {time.perf_counter() - begun:.0f} s", flush=True)
        without = _size(path)
        begun = time.perf_counter()
        writer = CityWriter.open(url)
        made = writer.keep_keyframes(START + timedelta(minutes=chosen.readings // chosen.streams + 6))
        writer.close()
        print(f"{made} keyframes in {time.perf_counter() - begun:.0f} s, {_size(path) / without - 1:.1%} more space")
    store = CityStore.open(url)
    moments = times(chosen.readings, chosen.streams, chosen.times)
    few = moments[: chosen.group_times]
    for at in moments[:3]:  # both ways must tell the same before their times mean anything
        _agree(store, at)
    print(f"{chosen.readings:,} readings of {chosen.streams:,} streams, {_size(path) / 1e6:.0f} MB")
    warm = report("warm, answer(Latest, at)", timed(ask_keyframes(store), moments))
    seek = report("warm, a seek for each stream (rows only)", timed(ask_seek(store), moments))
    group = report("warm, GROUP BY (rows only)", timed(ask_group(store), few))
    store.close()
    print(f"warm: {group / warm:.0f} times faster than GROUP BY, {seek / warm:.1f} times faster than the seek")
    warm = report("cold, answer(Latest, at)", cold(url, path, "keyframes", moments))
    report("cold, the very first answer of a process", cold(url, path, "first", moments[:10]))
    seek = report("cold, a seek for each stream (rows only)", cold(url, path, "seek", moments[:10]))
    group = report("cold, GROUP BY (rows only)", cold(url, path, "group", few[:3]))
    print(f"cold: {group / warm:.0f} times faster than GROUP BY, {seek / warm:.1f} times faster than the seek")


def _agree(store: CityStore, at: datetime) -> None:
    told = store.answer(Latest(METRIC), at)
    before, keyframes.FEW = keyframes.FEW, sys.maxsize
    assert [*told] == [*store.answer(Latest(METRIC), at)]
    keyframes.FEW = before
    grouped = sorted(row[3] for row in ask_group(store)(at))
    assert grouped == sorted(row.value for row in told if row.value is not None)


def _size(path: Path) -> int:
    return path.stat().st_size


if __name__ == "__main__":
    main()
