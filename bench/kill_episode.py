"""One city of the kill table (bench.kill_table): its broker, its ingest and its senders, killed and compared."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import Queue
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from bench.kill_parts import POINTS
from data_access.engine import watching_connection
from data_access.ledger import Numbers, ranges
from server import mosquitto
from tests.conftest import HOUSE, free_port, wait_for_port
from tests.devices import until

RATE, DEVICES = 500.0, 20  # messages a second and devices, of each kind of sender
MOST_BATCHES = 12  # after which an ingest that is to die at a point dies there at the latest
PATIENCE_S, STOPPED_S = 150.0, 60.0
NOBODY = 0x10  # the broker's word for a message without a subscriber
DISK_MB = 48
CONTROL = "control: the library acknowledges"


@dataclass(frozen=True, slots=True)
class Plan:
    """So many kills of one kind; `at_once` of them make an episode, which has a city of its own."""

    name: str
    kills: int
    at_once: int = 25

    @property
    def episodes(self) -> int:
        return -(-self.kills // self.at_once)


@dataclass(slots=True)
class Found:
    """One episode. Sets of (device, boot, number) were compared; `worst_s`: from a kill until the next commit."""

    plan: str
    episode: int
    seed: int
    kills: int = 0
    seconds: float = 0.0
    sent_plain: int = 0
    sent_gateway: int = 0
    stored: int = 0
    doubled: int = 0
    quarantined: int = 0
    lost_plain: int = 0
    lost_gateway: int = 0
    unnamed: int = 0  # missing, and not in the gap ledger
    misnamed: int = 0  # in the gap ledger, and stored
    worst_s: float = 0.0
    recovered_s: list[float] = field(default_factory=list)


class Part:
    """A child of ours, started anew as often as it is killed."""

    def __init__(self, command: Callable[[], list[str]], environment: dict[str, str] | None = None) -> None:
        self._command, self._environment = command, {**os.environ, **(environment or {})}
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command(),
            cwd=HOUSE,
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.communicate()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ends(self) -> None:
        """Wait until it has killed itself."""
        assert self.process
        self.process.wait(PATIENCE_S)
        self.process.communicate()

    def told(self) -> Any:
        """End a sender; what it has sent."""
        assert self.process
        answer, _nothing = self.process.communicate("\n", timeout=PATIENCE_S * 2)
        if self.process.returncode:
            raise SystemExit(f"a sender could not send everything: {answer}")
        return json.loads(answer.splitlines()[-1])


class Episode:
    """One city with its broker, its ingest and its senders, and so many kills."""

    def __init__(self, plan: Plan, number: int, seed: int, folder: Path) -> None:
        self.plan, self.folder, self.doomed = plan, folder, True
        aim = plan.name.partition(", ")[2]
        self.point = aim if aim in POINTS else ""  # where the ingest ends itself
        self.found = Found(plan.name, number, seed)
        self.chance = random.Random(f"{seed} {plan.name} {number}")  # chance that can be repeated
        self.port, self.disk = free_port(), folder / "disk"
        self.disk.mkdir()
        self.url = f"sqlite:///{self.disk / 'city.db'}"
        broker = f"mqtt://127.0.0.1:{self.port}"
        command = mosquitto.command(folder / "broker", self.port)
        if command is None:
            raise SystemExit("Mosquitto is not installed: sudo apt-get install mosquitto")
        self.broker = Part(lambda: command)
        self.ingest = Part(self._ingest(broker), {"CITYGLASS_BROKER": broker, "CITYGLASS_DATA": str(self.disk)})
        sending = [sys.executable, "-m", "bench.kill_parts"]
        self.plain = Part(lambda: [*sending, "plain", broker, str(RATE), str(DEVICES), f"b{number}"])
        spool = str(folder / "spool.db")
        self.gateway = Part(lambda: [*sending, "gateway", broker, str(RATE), str(DEVICES), spool])

    def _ingest(self, broker: str) -> Callable[[], list[str]]:
        here = [sys.executable, "-m", "bench.kill_parts"]
        if self.plan.name == CONTROL:
            return lambda: [*here, "tutorial", broker, self.url]
        if self.point:  # one session with the broker, whether it is to die or not
            return lambda: [*here, "ingest", *self._end(), broker, self.url]
        return lambda: [sys.executable, str(HOUSE / "app.py"), "ingest"]

    def _end(self) -> tuple[str, str]:
        """Where the next ingest dies, and in which of its batches."""
        return self.point if self.doomed else "nowhere", str(self.chance.randint(1, MOST_BATCHES))

    def run(self) -> Found:
        begun = time.monotonic()
        try:
            if self.plan.name == "disk full":
                size = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "tmpfs", str(self.disk)]
                subprocess.run(size, check=True)
            self.broker.start()
            wait_for_port(self.port)
            self.ingest.start()
            self._heard()
            self.plain.start()
            if self.plan.name != CONTROL:  # nobody confirms anything to a gateway there
                self.gateway.start()
            until(self._stored, PATIENCE_S)  # from now on there is something to lose
            while self.found.kills < min(self.plan.kills, self.plan.at_once):
                self._once()
            if self.point:  # from now on it lives
                self.ingest.kill()
                self.doomed = False
                self.ingest.start()
            self._compare(self.plain.told(), {} if self.plan.name == CONTROL else self.gateway.told())
        finally:
            for part in (self.plain, self.gateway, self.ingest, self.broker):
                part.kill()
            if self.disk.is_mount():
                subprocess.run(["umount", "-l", str(self.disk)], check=True)
        self.found.seconds = round(time.monotonic() - begun, 1)
        return self.found

    def _once(self) -> None:
        """One kill, and how long it took until something was committed again."""
        name, found = self.plan.name, self.found
        if self.point:
            self.ingest.ends()
            begun = time.monotonic()
            self._revive()
        else:
            time.sleep(self.chance.uniform(0.2, 1.2))
            begun = time.monotonic()
            if name == "disk full":
                self._fill()
            elif name.startswith("ingest stopped"):
                assert self.ingest.process
                self.ingest.process.send_signal(signal.SIGSTOP)
                time.sleep(STOPPED_S)
                begun = time.monotonic()
                self.ingest.process.send_signal(signal.SIGCONT)
            else:
                struck = [self.broker] if name == "broker" else [self.ingest]
                if name.startswith("broker and"):
                    struck = [self.broker, self.ingest]
                for part in struck:
                    part.kill()
                for part in struck:
                    part.start()
            found.kills += 1
        took = self._commits(begun)
        found.recovered_s.append(round(took, 2))
        found.worst_s = max(found.worst_s, round(took, 2))

    def _revive(self) -> None:
        """Start an ingest that has killed itself; it may do so before it has stored anything at all."""
        if self.point and not self.ingest.alive:
            self.ingest.ends()
            self.ingest.start()
            self.found.kills += 1

    def _stored(self) -> bool:
        self._revive()
        return bool(kept(self.disk / "city.db")[0])

    def _fill(self) -> None:
        """Take all the room on the disk for a while."""
        filler = self.disk / "filler"
        with suppress(OSError), filler.open("wb", buffering=0) as file:
            while file.write(b"x" * 65_536):
                pass
        time.sleep(self.chance.uniform(1, 4))
        filler.unlink()

    def _heard(self) -> None:
        """Wait until somebody listens: a broker keeps nothing for a session that it has never seen."""
        reasons: Queue[int] = Queue()
        client = paho.Client(CallbackAPIVersion.VERSION2, "probe", protocol=paho.MQTTv5)
        client.on_publish = lambda _client, _data, _mid, reason, _properties: reasons.put(reason.value)
        client.connect("127.0.0.1", self.port)
        client.loop_start()
        said = json.dumps({"at": time.time(), "values": {"people_count": 1}})

        def heard() -> bool:
            client.publish("cityglass/probe/readings", said, 1)
            return reasons.get(timeout=PATIENCE_S) != NOBODY

        until(heard, PATIENCE_S)
        client.disconnect()
        client.loop_stop()

    def _commits(self, begun: float) -> float:
        """Seconds from `begun` until the next commit."""
        with closing(watching_connection(self.url)) as connection:
            before = connection.execute("PRAGMA data_version").fetchone()
            while connection.execute("PRAGMA data_version").fetchone() == before:
                if time.monotonic() - begun > PATIENCE_S:
                    raise SystemExit(f"{self.plan.name}: nothing was committed for {PATIENCE_S:.0f} s")
                self._revive()
                time.sleep(0.01)
        return time.monotonic() - begun

    def _compare(self, plain: dict[str, dict[str, int]], behind: dict[str, dict[str, int]]) -> None:
        """Wait until what is on its way has come, and compare sets."""
        found = self.found
        end = time.monotonic() + (20 if self.plan.name == CONTROL else PATIENCE_S)
        wanted = {**plain, **behind}
        while time.monotonic() < end:
            stored, found.doubled, ledger = kept(self.disk / "city.db")
            if all(
                n in stored.get((device, boot), ()) for device, boots in wanted.items() for boot, n in boots.items()
            ):
                break
            time.sleep(0.5)
        time.sleep(1)
        stored, found.doubled, ledger = kept(self.disk / "city.db")
        found.stored = sum(map(len, stored.values()))
        found.sent_plain = sum(n for boots in plain.values() for n in boots.values())
        found.sent_gateway = sum(n for boots in behind.values() for n in boots.values())
        for senders, behind_gateway in ((plain, False), (behind, True)):
            for device, boots in senders.items():
                for boot, n in boots.items():
                    have = stored.get((device, boot), set())
                    missing = set(range(1, n + 1)) - have
                    named = ledger.get((device, boot), set())
                    if behind_gateway:
                        found.lost_gateway += len(missing)
                    else:
                        found.lost_plain += len(missing)
                    found.unnamed += len(missing - named)
                    found.misnamed += len(named & have)
        with closing(sqlite3.connect(self.disk / "city.db")) as connection:
            (found.quarantined,) = connection.execute("SELECT coalesce(sum(count), 0) FROM quarantine").fetchone()


Numbered = dict[tuple[str, str], set[int]]


def kept(path: Path) -> tuple[Numbered, int, Numbered]:
    """What is stored, by device and boot; rows that are there twice; and what the gap ledger says is missing."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT s.device_id, b.boot, r.seq FROM reading r JOIN stream s ON s.id = r.stream_id "
            "JOIN boot b ON b.id = r.boot_id WHERE r.seq IS NOT NULL"
        ).fetchall()
        ledger = connection.execute("SELECT device_id, boot, watermark, also, lost FROM boot").fetchall()
    stored: Numbered = {}
    for device, boot, number in rows:
        stored.setdefault((device, boot), set()).add(number)
    gaps: Numbered = {}
    for device, boot, watermark, also, lost in ledger:
        told = Numbers(watermark, ranges(also), ranges(lost))
        gaps[device, boot] = {n for first, last in (*told.missing, *told.lost) for n in range(first, last + 1)}
    return stored, len(rows) - sum(map(len, stored.values())), gaps
