"""How long a recorded week takes to come in, and how long others wait for their turn meanwhile.

    python -m bench.series [--streams 850] [--days 7] [--alone]

A week in 5-minute steps through CityWriter.bulk_series, while another process commits one live packet every 100 ms as
the listener would (not with --alone); then the keyframes of it, beside the same live packets; then what a desk asks.
"""

import argparse
import json
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

from data_access.queries import Latest, Track
from data_access.records import About, Packet, Reading
from data_access.schema import instant, microseconds
from data_access.store import CityStore
from data_access.writer import CityWriter, Message, Series

STEP_US = 300_000_000
END = datetime(2026, 3, 9, tzinfo=UTC)
METRIC = "pm25_ug_m3"
took_s: dict[str, float] = {}


def week(streams: int, days: float) -> Iterator[Series]:
    chance = np.random.default_rng(7)
    steps = int(days * 288)
    last = microseconds(END)
    for n in range(streams):
        observed = last - STEP_US * np.arange(steps, 0, -1) + int(chance.integers(0, STEP_US))
        received = observed + chance.integers(50_000, 900_000, steps)
        yield Series(f"sensor-{n:05}", METRIC, observed, received, np.round(chance.gamma(4.0, 6.0, steps), 1))


def live(url: str, folder: Path) -> None:
    """In a process of its own: one packet after another, and how long each had to wait, until `stop` is there."""
    writer = CityWriter.open(url)
    waited = []
    number = 0
    (folder / "ready").touch()
    while not (folder / "stop").exists():
        at = END + timedelta(seconds=number)
        number += 1
        packet = Packet((Reading("sensor-00000", METRIC, 1.0, at),), "sensor-00000")
        begun = time.perf_counter()
        writer.commit([Message("cityglass/sensor-00000/readings", b"", at, packet=packet)])
        waited.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.1)
    writer.close()
    print(json.dumps(waited))


def beside_live(url: str, folder: Path, do: Callable[[], Any], name: str, alone: bool) -> Any:
    other = None
    for word in ("stop", "ready"):
        (folder / word).unlink(missing_ok=True)
    if not alone:
        command = [sys.executable, "-m", "bench.series", "--live", str(folder)]
        other = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        while not (folder / "ready").exists():
            time.sleep(0.05)
    begun, used = time.perf_counter(), time.process_time()
    told = do()
    took, used = time.perf_counter() - begun, time.process_time() - used
    took_s[name] = took
    print(f"{name:<34} {took:6.2f} s, of them {used:.2f} s of one core", flush=True)
    if other is not None:
        (folder / "stop").touch()
        waited = json.loads(other.communicate()[0])
        high = float(np.percentile(waited, 95))
        print(
            f"{'':<8}a live packet: median {statistics.median(waited):.1f} ms, 95th {high:.1f}, most {max(waited):.1f}"
        )
    return told


def slowly(folder: Path, some: list[Series], quick: float) -> None:
    """A few of them again, reading by reading into another city, and how many times slower that is."""

    def readings() -> Iterator[tuple[Reading, datetime]]:
        for one in some:
            for at, received, value in zip(one.observed_at.tolist(), one.received_at.tolist(), one.value, strict=True):
                yield Reading(one.device_id, one.metric, float(value), instant(at)), instant(received)

    writer = CityWriter.open(f"sqlite:///{folder / 'slow.db'}")
    begun = time.perf_counter()
    stored = writer.bulk(readings())
    slow = stored / (time.perf_counter() - begun)
    writer.close()
    print(f"{'':<8}{quick:,.0f} readings a second; one by one {slow:,.0f}: {quick / slow:.1f} times")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    options.add_argument("--streams", type=int, default=850)
    options.add_argument("--days", type=float, default=7.0)
    options.add_argument("--alone", action="store_true")
    options.add_argument("--live", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.live:
        live(f"sqlite:///{chosen.live / 'city.db'}", chosen.live)
        return
    with tempfile.TemporaryDirectory() as temporary:
        measure(chosen, Path(temporary))


def measure(chosen: argparse.Namespace, folder: Path) -> None:
    url = f"sqlite:///{folder / 'city.db'}"
    writer = CityWriter.open(url)
    units = {METRIC: "µg/m³"}
    writer.declare(
        [About(f"sensor-{n:05}", f"Sensor {n}", "sensor", 105.8, 21.0, units, 300.0) for n in range(chosen.streams)],
        "bench",
    )
    many = list(week(chosen.streams, chosen.days))
    stored = beside_live(url, folder, lambda: writer.bulk_series(many), "a week comes in", chosen.alone)
    print(f"{stored:,} readings, {(folder / 'city.db').stat().st_size / 1e6:.0f} MB")
    slowly(folder, many[: max(1, chosen.streams // 40)], stored / took_s["a week comes in"])
    again = beside_live(url, folder, lambda: writer.bulk_series(many), "the same again", chosen.alone)
    assert again == 0
    now = END + timedelta(minutes=6)
    made = beside_live(url, folder, lambda: writer.keep_keyframes(now), "its keyframes", chosen.alone)
    print(f"{made} keyframes, {(folder / 'city.db').stat().st_size / 1e6:.0f} MB")
    store = CityStore.open(url)
    for name, ask in (
        ("a chart of 24 h", lambda n: store.answer(Track(f"sensor-{n:05}", METRIC, END - timedelta(days=1), END))),
        ("all sensors, a past hour", lambda n: store.answer(Latest(METRIC), END - timedelta(hours=n))),
        ("all sensors, now", lambda n: store.answer(Latest(METRIC))),
    ):
        times = []
        for n in range(1, 41):
            begun = time.perf_counter()
            ask(n)
            times.append((time.perf_counter() - begun) * 1000)
        print(f"{name:<34} median {statistics.median(times):.1f} ms, most {max(times):.1f} ms")
    store.close()
    writer.close()


if __name__ == "__main__":
    main()
