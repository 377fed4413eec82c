"""What far too much does to ingest: `python -m bench.flood [--minutes 15] [--rate 5000] [--only NAME]`.

A real Mosquitto with our settings, a real `app.py ingest`, and devices that number their messages. All the while twenty
quiet devices speak once a second; how long each of their readings takes from their hand until another process can read
it from the store is what a flood must not spoil. The parts, one after the other in one city:

- steady: 500 messages a second, of as many devices;
- flood: then 5,000 a second for a quarter of an hour; afterwards, how long until what comes is live again;
- one device: it says a thousand times what it should;
- twice: for a minute twice what one ingest takes here. That is measured before by a backlog of as many devices that it
  drains, and it sets the aim too: what has gathered has to be gone after backlog / (capacity - what goes on coming).

Beside each: memory of ingest and broker, the longest delay, and how far the delay that ingest tells (page of health,
`cityglass_ingest_lag_seconds`) was from the one that was seen. At the end all numbers that were sent are compared with
those that are stored: a device that was held back is told of apart, everything else has to be there.
"""

import argparse
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path
from typing import Any

import numpy as np

from bench.footprint import proportional_mb
from bench.sender import ON_THEIR_WAY, Sender
from data_access.engine import watching_connection
from data_access.pulse import Pulse
from server import mosquitto
from tests.conftest import HOUSE, free_port, wait_for_port
from tests.devices import until

QUIET, SENDERS, LOOK_S = 20, 2, 0.02
STARTED_S = 60.0
LIVE_S, PATIENCE_S = 1.0, 600.0
MANY, GATHERING, GATHERED_S = 4_000, 12_000, 25  # devices, messages a second and seconds of a backlog
LOUD = "loud"


def speak(
    port: int, name: str, devices: int, rate: float, seconds: float, ready: Barrier, stop: Event, sent: Any
) -> None:
    """So many messages a second of so many devices, numbered, at QoS 1; how many, by device, goes to `sent`."""

    def message(n: int) -> tuple[str, str]:
        # what it says twice within a moment must be of two moments
        at = begun + n / rate if devices < rate else now
        said = {"at": at, "boot": boot, "seq": n // devices + 1, "values": {"pm25_ug_m3": n % 97 / 2}}
        return f"cityglass/{name}-{n % devices}/readings", json.dumps(said)

    with Sender(port, f"sender-{name}-{os.getpid()}") as sender:
        ready.wait(STARTED_S)
        boot, begun, total = f"b{os.getpid()}", time.time(), 0
        while not stop.is_set() and total < rate * seconds:
            now = time.time()
            due = int(min((now - begun) * rate, rate * seconds - 1)) + 1
            upto = min(due, total + ON_THEIR_WAY)
            sender.say(message(n) for n in range(total, upto))
            total = upto
            time.sleep(0.01 if total == due else 0)
    sent.put((name, total))


class Witness(threading.Thread):
    """It sees when readings of quiet devices can be read, what ingest tells of its delay, and what memory it takes."""

    def __init__(self, folder: Path, url: str, ingest: int, broker: int) -> None:
        super().__init__(daemon=True)
        self.folder, self.url, self.ingest, self.broker = folder, url, ingest, broker
        self.ended = threading.Event()
        self.forget()

    def forget(self) -> None:
        self.waits: list[float] = []
        self.memory: dict[str, list[float]] = {"ingest": [], "broker": []}  # MB, each second
        self.delays: list[tuple[float, float]] = []  # told and seen, each second

    def run(self) -> None:
        newest: dict[int, int] = {}
        looked = 0.0
        with closing(watching_connection(self.url)) as connection:
            while not self.ended.wait(LOOK_S):
                rows = connection.execute(
                    "SELECT l.stream_id, l.observed_at FROM stream s JOIN latest l ON l.stream_id = s.id "
                    "WHERE s.device_id LIKE 'quiet-%'"
                ).fetchall()
                now = time.time()
                for stream, at in rows:
                    since = newest.get(stream)
                    if since is not None and at > since:
                        came = connection.execute(
                            "SELECT observed_at FROM reading WHERE stream_id = ? AND observed_at > ?", (stream, since)
                        ).fetchall()
                        self.waits += [now - each / 1e6 for (each,) in came]
                    newest[stream] = at
                if now - looked > 1:
                    looked = now
                    self._measure(now, max(newest.values(), default=0) / 1e6)

    def _measure(self, now: float, newest: float) -> None:
        for name, process in (("ingest", self.ingest), ("broker", self.broker)):
            self.memory[name].append(proportional_mb(process))
        if newest and (pulse := Pulse.read(self.folder)) is not None:
            seen = max(0.0, now - newest - 1 / QUIET)
            self.delays.append((pulse.lag_s, seen))

    def apart_s(self) -> float:
        """How far what was told was, at most, from all that was seen in the second before, then, and in the one after.

        A delay ends at once: what came after the last of a backlog is stored together with it.
        """
        told, seen = np.transpose(self.delays or [(0.0, 0.0)])  # who looked at nothing saw no difference
        near = np.lib.stride_tricks.sliding_window_view(np.pad(seen, 1, mode="edge"), 3)
        return float(np.abs(told - told.clip(near.min(axis=1), near.max(axis=1))).max())

    @property
    def behind_s(self) -> float:
        return self.waits[-1] if self.waits else float("inf")


@dataclass
class City:
    """A broker, an ingest, and the quiet devices."""

    folder: Path
    port: int = 0
    parts: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"sqlite:///{self.folder / 'city.db'}"

    def broker(self) -> subprocess.Popen[bytes]:
        self.port = free_port()
        command = mosquitto.command(self.folder / "broker", self.port)
        if command is None:
            raise SystemExit("Mosquitto is not installed: sudo apt-get install mosquitto")
        self.parts.append(subprocess.Popen(command, stderr=subprocess.DEVNULL))
        wait_for_port(self.port)
        return self.parts[-1]

    def ingest(self) -> subprocess.Popen[bytes]:
        own = {"CITYGLASS_BROKER": f"mqtt://127.0.0.1:{self.port}", "CITYGLASS_DATA": str(self.folder)}
        self.parts.append(
            subprocess.Popen([sys.executable, str(HOUSE / "app.py"), "ingest"], env={**os.environ, **own}, cwd=HOUSE)
        )
        until(lambda: (pulse := Pulse.read(self.folder)) and pulse.connected, STARTED_S)
        return self.parts[-1]

    def stored(self) -> int:
        """Readings on disk by now; a message of these devices holds one."""
        with closing(watching_connection(self.url)) as connection:
            return int(connection.execute("SELECT stored FROM counter").fetchone()[0])

    def leave(self) -> None:
        """The newest process ends; ingest, of which there may be another."""
        part = self.parts.pop()
        part.terminate()
        part.wait(60)

    def end(self) -> None:
        while self.parts:
            self.leave()


class Flood:
    """The parts, in one city; `sent`: how many messages, by kind of device."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.context = multiprocessing.get_context("spawn")
        self.results: Any = self.context.Queue()
        self.sent: dict[str, int] = {}

    @contextmanager
    def talking(self, name: str, devices: int, rate: float, seconds: float, processes: int = 1) -> Iterator[None]:
        """Others speak meanwhile; it ends when all they have said is with the broker."""
        stop, ready = self.context.Event(), self.context.Barrier(processes + 1)
        told = [f"{name}{n}" if processes > 1 else name for n in range(processes)]
        share = (devices // processes, rate / processes, seconds)
        running = [
            self.context.Process(target=speak, args=(self.city.port, one, *share, ready, stop, self.results))
            for one in told
        ]
        for process in running:
            process.start()
        ready.wait(STARTED_S)
        try:
            yield
        finally:
            stop.set()
            for _one in running:
                said, total = self.results.get(timeout=PATIENCE_S)
                self.sent[said] = self.sent.get(said, 0) + total
            for process in running:
                process.join()

    def part(
        self, title: str, witness: Witness, name: str, devices: int, rate: float, seconds: float
    ) -> tuple[float, int]:
        """Speak for so long; a line of the report. How many waited at the last word, and seconds until it was live."""
        witness.forget()
        before = sum(self.sent.values())
        with self.talking(name, devices, rate, seconds, min(SENDERS, devices)):
            begun = time.monotonic()
            time.sleep(seconds)
        took, waiting = time.monotonic() - begun, sum(self.sent.values()) - self.city.stored()
        offered = (sum(self.sent.values()) - before) / took
        ended = time.monotonic()
        until(lambda: witness.behind_s <= LIVE_S and self.lag_s() <= LIVE_S, PATIENCE_S)
        live = time.monotonic() - ended
        time.sleep(2)
        median, p99 = np.percentile(witness.waits, [50, 99])
        most_told, most_seen = np.max(witness.delays, axis=0)
        told = (
            f"{offered:,.0f} messages a second for {took:.0f} s",
            f"quiet devices stored after {median:.2f} s, p99 {p99:.2f} s, at most {max(witness.waits):.2f} s",
            f"live again after {live:.1f} s",
            f"delay told {most_told:.1f} s, seen {most_seen:.1f} s, at most {witness.apart_s():.1f} s apart",
            *(f"memory of {name} {_course(seen)}" for name, seen in witness.memory.items()),
        )
        print(f"{title}: {'; '.join(told)}", flush=True)
        return live, waiting

    def lag_s(self) -> float:
        pulse = Pulse.read(self.city.folder)
        return pulse.lag_s if pulse else float("inf")

    def capacity(self, witness: Witness) -> float:
        """Messages a second that an ingest takes which comes to a backlog."""
        self.city.leave()
        with self.talking("backlog", MANY, GATHERING, GATHERED_S):
            until(lambda: not self.results.empty(), PATIENCE_S)
        before = self.city.stored()
        witness.ingest = self.city.ingest().pid
        until(lambda: self.city.stored() > before, STARTED_S)
        begun, first = time.monotonic(), self.city.stored()
        until(lambda: self.city.stored() - before >= self.sent["backlog"], PATIENCE_S)
        found = (self.city.stored() - first) / (time.monotonic() - begun)
        print(
            f"capacity: a backlog of {self.sent['backlog']:,} was taken at {found:,.0f} messages a second", flush=True
        )
        return found

    def compare(self) -> None:
        """Numbers that were sent against numbers that are stored, by device."""
        with closing(watching_connection(self.city.url)) as connection:
            rows = connection.execute(
                "SELECT s.device_id, b.boot, count(DISTINCT r.seq), max(r.seq), count(*) FROM reading r "
                "JOIN stream s ON s.id = r.stream_id JOIN boot b ON b.id = r.boot_id GROUP BY 1, 2"
            ).fetchall()
        stored: dict[str, int] = {}
        for device, _boot, numbers, _last, _rows in rows:
            kind = device.rpartition("-")[0]
            stored[kind] = stored.get(kind, 0) + numbers
        twice = sum(rows_ - numbers for _device, _boot, numbers, _last, rows_ in rows)
        lost = {kind: n - stored.get(kind, 0) for kind, n in self.sent.items() if kind != LOUD}
        print(f"sent {sum(self.sent.values()):,}, stored twice {twice}, not stored {sum(lost.values())}: {lost}")
        if LOUD in self.sent:
            print(f"the loud device said {self.sent[LOUD]:,}, of which {stored.get(LOUD, 0):,} were taken")


def _course(seen: list[float]) -> str:
    """How much memory it took: in its first minute, one in the middle and its last (the median), and at most."""
    middle = len(seen) // 2
    parts = (seen[:60], seen[max(0, middle - 30) : middle + 30], seen[-60:])
    first, half, last = (np.median(part) for part in parts)
    return f"{first:.0f}, {half:.0f} and {last:.0f} MB at first, halfway and at last, at most {max(seen):.0f} MB"


PARTS = ("steady", "flood", "one device", "twice")


def run(flood: Flood, witness: Witness, only: list[str], rate: float, minutes: float, steady: float) -> None:
    if "steady" in only:
        flood.part("steady", witness, "steady", 500, 500, steady * 60)
    if "flood" in only:
        flood.part("flood", witness, "flood", int(rate), rate, minutes * 60)
    if "one device" in only:
        flood.part("one device, a thousand times too much", witness, LOUD, 1, 1_000, 60)
    if "twice" in only:
        capacity = flood.capacity(witness)
        held = sum(flood.sent.values()) - flood.city.stored()  # what was refused of a device that talked too much
        live, waiting = flood.part("twice the capacity", witness, "twice", MANY, 2 * capacity, 60)
        wanted = f"takes {(waiting - held) / capacity:.0f} s at that capacity"
        print(f"its backlog of {waiting - held:,} {wanted}, and took {live:.0f} s")


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--minutes", type=float, default=15, help="of the flood")
    words.add_argument("--rate", type=float, default=5_000, help="messages a second of the flood")
    words.add_argument("--steady", type=float, default=2, help="minutes of 500 messages a second")
    words.add_argument("--only", choices=PARTS, action="append")
    given = words.parse_args()
    with tempfile.TemporaryDirectory() as place:
        city = City(Path(place))
        broker = city.broker()
        try:
            ingest = city.ingest()
            flood = Flood(city)
            witness = Witness(city.folder, city.url, ingest.pid, broker.pid)
            with flood.talking("quiet", QUIET, QUIET, float("inf")):
                time.sleep(5)
                witness.start()
                run(flood, witness, given.only or list(PARTS), given.rate, given.minutes, given.steady)
                witness.ended.set()
                witness.join()
            time.sleep(3)
            flood.compare()
        finally:
            city.end()


if __name__ == "__main__":
    main()
