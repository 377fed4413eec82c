"""A gateway: takes from devices nearby, keeps on disk, sends to the city, and again what the city has not confirmed.

It stands between devices that cannot keep anything themselves and a city that may be out of reach for days. Devices
speak to a broker beside it, or leave files in a folder. Each reading is on its disk before it is taken from them,
carries a number, and stays there until the city has said on cityglass/{device}/ack that this number is committed:
nothing is lost even when the city's broker and listener die together. What a device is (about) and whether it is there
(status) hold until they are said anew, and are said again on each connection.
"""

import random
import threading
import time
from collections.abc import Callable
from pathlib import Path
from sqlite3 import Error as DiskError
from typing import Any

import orjson
import structlog

from data_access.decoders.fields import MAX_NUMBER
from data_access.mqtt import Address, Link
from data_access.spool import Key, Spool
from data_access.wire import MQTT_3, MQTT_5
from data_access.words import _

log = structlog.get_logger("gateway")

WINDOW, BATCH = 2_000, 500  # messages sent and not confirmed yet; messages taken from the disk at once
AGAIN_S, LONGEST_AGAIN_S = 5.0, 60.0  # after which a message is sent again; each time later
SHORTEST_S, LONGEST_S = 0.25, 30.0  # between two attempts to connect
LOOK_S, TELL_S = 1.0, 60.0
SUFFIX, DONE, REFUSED = ".ndjson", ".done", ".refused"
LOCAL = ("cityglass/+/readings", "cityglass/+/about", "cityglass/+/status")


class Gateway:
    """One gateway, for as long as `run` runs; `local` is the broker beside it, `files` a folder of its devices'."""

    def __init__(self, city: str, spool: Spool, name: str, local: str | None = None, files: Path | None = None) -> None:
        self._city, self._spool, self._name, self._files = Address.of(city), spool, name, files
        self._local = Address.of(local) if local else None
        self._stop = threading.Event()
        self._link: Link | None = None
        self._sent: dict[Key, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._place = 0
        self._news = threading.Event()
        self.confirmed = 0

    def run(self, stop: threading.Event) -> None:
        """Take, keep and send until `stop`."""
        work: list[Callable[[], None]] = [self._to_city, self._send]
        if self._local:
            work.append(self._from_devices)
        if self._files:
            work.append(self._from_files)
        threads = [threading.Thread(target=one, daemon=True) for one in work]
        for thread in threads:
            thread.start()
        told = time.monotonic()
        while not stop.wait(LOOK_S):
            if time.monotonic() - told >= TELL_S:
                told = time.monotonic()
                log.info(_("{n} confirmed, {waiting} waiting").format(n=self.confirmed, waiting=len(self._spool)))
        self._stop.set()
        self._news.set()
        for thread in threads:
            thread.join(10)

    # --- towards the city ---

    def _to_city(self) -> None:
        self._stay_connected(self._city, f"{self._name}-up", ("cityglass/+/ack",), self._heard, self._reached)

    def _reached(self, link: Link) -> None:
        """A new connection: whatever was on its way may never have arrived, and what holds is said again."""
        with self._lock:
            self._sent.clear()
            self._place = 0
            self._link = link
        self._news.set()

    def _heard(self, link: Link, topic: bytes, number: int, payload: bytes, _retained: bool) -> None:
        if number:
            link.acknowledge([number])
        try:
            device = topic.decode().split("/")[1]
            said = orjson.loads(payload)
            boot, upto = str(said["boot"]), min(int(said["seq"]), MAX_NUMBER)
            also = [(min(int(first), MAX_NUMBER), min(int(last), MAX_NUMBER)) for first, last in said.get("also") or ()]
        except (ValueError, KeyError, TypeError, IndexError):
            log.warning(_("A confirmation of the city cannot be read and is left alone."))
            return
        self.confirmed += self._spool.confirmed(device, boot, upto, also)
        with self._lock:
            for key in [one for one in self._sent if one.device == device and one.boot == boot]:
                if key.seq <= upto or any(first <= key.seq <= last for first, last in also):
                    del self._sent[key]
        self._news.set()

    def _send(self) -> None:
        stated: Link | None = None
        while not self._stop.is_set():
            self._news.wait(LOOK_S)
            self._news.clear()
            link = self._link
            if link is None or not link.welcome:
                continue
            if link is not stated:
                for topic in self._spool.stated():
                    link.publish(topic, self._spool.state(topic), retain=True)
                stated = link
            while not self._stop.is_set() and self._send_some(link):
                pass

    def _send_some(self, link: Link) -> bool:
        """Send again what is overdue, then what was never sent; whether there may be more."""
        now = time.monotonic()
        with self._lock:
            overdue = [key for key, (due, _times) in self._sent.items() if due <= now]
            room, begun = WINDOW - len(self._sent), self._place
        for key in overdue:
            body = self._spool.message(key)
            if body is None:
                with self._lock:
                    self._sent.pop(key, None)
            elif not self._publish(link, key, body):
                return False
        batch = self._spool.waiting(begun, max(0, min(BATCH, room)))
        for place, key, body in batch:
            if not self._publish(link, key, body):
                return False
            with self._lock:
                if self._place < place and self._link is link:  # a new connection begins from the start
                    self._place = place
        return bool(batch)

    def _publish(self, link: Link, key: Key, body: bytes) -> bool:
        with self._lock:
            _due, times = self._sent.get(key, (0.0, 0))
            pause = min(LONGEST_AGAIN_S, AGAIN_S * 2.0**times) * random.uniform(0.75, 1.25)  # noqa: S311  # not secret
            self._sent[key] = (time.monotonic() + pause, min(times + 1, 10))
        return link.publish(f"cityglass/{key.device}/readings", body) is not None

    # --- from the devices ---

    def _from_devices(self) -> None:
        assert self._local
        self._stay_connected(self._local, f"{self._name}-down", LOCAL, self._take, lambda _link: None)

    def _take(self, link: Link, topic: bytes, number: int, payload: bytes, retained: bool) -> None:
        """Keep a message of a device, and only then acknowledge it; what the disk cannot take stays with the broker."""
        try:
            name = topic.decode()
            _root, device, what = name.split("/", 2)
            if what == "readings":
                self._spool.put([(device, object_in(payload))])
            else:
                self._spool.put_state(name, payload)
                if (up := self._link) and up.welcome:
                    up.publish(name, payload, retain=True)
        except DiskError as fault:
            log.error(_("The spool takes nothing: {reason}. Devices are not confirmed.").format(reason=fault))
            return
        except ValueError as fault:
            log.warning(_("A message of {topic} is no reading: {reason}").format(topic=ascii(topic)[:80], reason=fault))
        if number:
            link.acknowledge([number])
        self._news.set()

    def _from_files(self) -> None:
        assert self._files
        while not self._stop.wait(LOOK_S):
            for path in sorted(self._files.glob(f"*{SUFFIX}")):
                if time.time() - path.stat().st_mtime >= LOOK_S:  # nobody is writing it any more
                    self._read(path)

    def _read(self, path: Path) -> None:
        """Keep every line of a file; what is no reading is written beside it with the reason."""
        refused: list[str] = []
        kept = []
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                said = object_in(line)
                kept.append((device_in(said), said))
            except ValueError as fault:
                refused.append(f"{number}: {fault}")
        try:
            self._spool.put(kept)
        except DiskError as fault:
            log.error(_("The spool takes nothing: {reason}. Devices are not confirmed.").format(reason=fault))
            return
        if refused:
            path.with_suffix(REFUSED).write_text("\n".join(refused) + "\n", encoding="utf-8")
            log.warning(
                _("{n} lines of {file} are no readings; {other} says why.").format(
                    n=len(refused), file=path.name, other=path.with_suffix(REFUSED).name
                )
            )
        path.rename(path.with_suffix(DONE))
        self._news.set()

    # --- connections ---

    def _stay_connected(
        self, address: Address, client_id: str, filters: tuple[str, ...], received: Any, welcomed: Any
    ) -> None:
        failures, protocol, told = 0, MQTT_5, ""
        while not self._stop.is_set():
            link = Link(address, client_id, protocol, filters, received, welcomed)
            unreachable = None
            try:
                link.run(self._stop, lambda: True)
            except OSError as fault:
                unreachable = fault
            if self._stop.is_set():
                return
            failures = 0 if link.welcome else failures + 1
            if link.too_new:
                protocol = MQTT_3
            sentence = link.ending(unreachable)
            if sentence != told:
                log.warning(sentence)
            told = sentence
            self._stop.wait(min(LONGEST_S, SHORTEST_S * 2.0 ** min(failures, 7)) * random.uniform(0.5, 1.0))  # noqa: S311


def object_in(payload: bytes) -> dict[str, Any]:
    """The JSON object of a reading, with the time at which it was measured.

    Raises:
        ValueError: it is none, or has no time: the gateway may send it days later.
    """
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise ValueError(_("it is not a JSON object"))
    if said.get("at") is None:
        raise ValueError(_("it does not say when it was measured (at)"))
    return said


def device_in(said: dict[str, Any]) -> str:
    """Whose reading a line of a file is; the name is taken out of it.

    Raises:
        ValueError: it does not say.
    """
    device = said.pop("device", None)
    if not isinstance(device, str) or not device or "/" in device or "+" in device or "#" in device:
        raise ValueError(_("it does not say whose reading it is (device)"))
    return device
