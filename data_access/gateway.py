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
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from pathlib import Path
from sqlite3 import Error as DiskError

import orjson
import structlog

from data_access.admission import object_in, state_in, topic_in
from data_access.decoders.fields import MAX_NUMBER
from data_access.folder import Folder
from data_access.mqtt import Address, Link
from data_access.patience import carry_on
from data_access.spool import Key, Spool
from data_access.standing import LONGEST_S, SHORTEST_S, Standing
from data_access.words import N_, _

log = structlog.get_logger("gateway")

WINDOW, BATCH = 4_000, 500  # messages sent and not confirmed yet; messages taken from the disk at once
AGAIN_S, LONGEST_AGAIN_S = 5.0, 60.0  # after which a message is sent again; each time later
TIMES_UNHEARD = 4  # a message was sent so often, and the city has confirmed nothing on this connection
LOOK_S, TELL_S = 1.0, 60.0
ACKS = "cityglass/+/ack"
LOCAL = ("cityglass/+/readings", "cityglass/+/about", "cityglass/+/status")


class Gateway:
    """One gateway, for as long as `run` runs; `local` is the broker beside it, `files` a folder of its devices'.

    Without a `name` it has its spool's: two gateways with one name would take each other's place at the broker.
    """

    def __init__(
        self, city: str, spool: Spool, name: str | None = None, local: str | None = None, files: Path | None = None
    ) -> None:
        self._stop = threading.Event()
        self._spool, own = spool, name or spool.name
        self._city = Address.of(city)
        self._up = _standing(self._city, f"{own}-up", (ACKS,))
        self._down = _standing(Address.of(local), f"{own}-down", LOCAL) if local else None
        self._folder = Folder(files, spool) if files else None
        self._link: Link | None = None
        self._sent: dict[Key, tuple[float, int]] = {}
        self._lock = threading.Lock()
        self._stating = threading.Lock()  # so that an older state never follows a newer one
        self._unheard = True
        self._place = 0
        self._behind: dict[str, int] = {}  # devices that have their share on the way: from which place on they wait
        self._news = threading.Event()
        self.confirmed = 0

    def run(self, stop: threading.Event) -> None:
        """Take, keep and send until `stop`."""
        work: list[Callable[[], None]] = [self._to_city, self._send]
        if self._down:
            work.append(self._from_devices)
        if self._folder:
            work.append(self._from_files)
        threads = [
            threading.Thread(target=copy_context().run, args=(go_on, one, self._stop), daemon=True) for one in work
        ]
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
        self._up.run(self._stop, self._heard, self._reached)

    def _reached(self, link: Link) -> None:
        """A new connection: whatever was on its way may never have arrived, and what holds is said again."""
        with self._lock:
            self._sent.clear()
            self._behind.clear()
            self._place = 0
            self._link = link
        self._unheard = True
        self._news.set()

    def _heard(self, link: Link, topic: bytes, number: int, payload: bytes, _retained: bool) -> None:
        if number:
            link.acknowledge([number])
        try:
            device = topic.decode().split("/")[1]
            said = orjson.loads(payload)
            boot, upto = str(said["boot"]), min(int(said["seq"]), MAX_NUMBER)
            also = [(min(int(first), MAX_NUMBER), min(int(last), MAX_NUMBER)) for first, last in said.get("also") or ()]
        except (ValueError, KeyError, TypeError, IndexError, OverflowError):
            log.warning(_("A confirmation of the city cannot be read and is left alone."))
            return
        self._unheard = False
        self.confirmed += self._spool.confirmed(device, boot, upto, also)
        with self._lock:
            for key in [one for one in self._sent if one.device == device and one.boot == boot]:
                if key.seq <= upto or any(first <= key.seq <= last for first, last in also):
                    del self._sent[key]
        self._news.set()

    def _send(self) -> None:
        stated, due = None, 0.0
        while not self._stop.is_set():
            self._news.wait(LOOK_S)
            self._news.clear()
            link = self._link
            if link is None or not link.welcome:
                continue
            if link is not stated:
                self._state_again(link)
                stated, due = link, 0.0
            while not self._stop.is_set() and self._send_some(link):
                pass
            if time.monotonic() >= due:
                due = time.monotonic() + LONGEST_AGAIN_S
                for device, body in self._spool.lost_alone(BATCH):
                    link.publish(f"cityglass/{device}/readings", body)

    def _state_again(self, link: Link) -> None:
        for topic in self._spool.stated():
            with self._stating:
                link.publish(topic, self._spool.state(topic), retain=True)

    def _send_some(self, link: Link) -> bool:
        """Send again what is overdue, then what was never sent; whether there may be more.

        A device has no more on its way than there is room left for others: one that the city does not confirm, or holds
        back, keeps nobody else from being heard.
        """
        now = time.monotonic()
        with self._lock:
            overdue = [key for key, (due, _times) in self._sent.items() if due <= now]
            times = max((self._sent[key][1] for key in overdue), default=0)
            behind, begun = dict(self._behind), self._place
            on_way = Counter(key.device for key in self._sent)
        self._tell_unheard(times)
        for key in overdue:
            body = self._spool.message(key)
            if body is None:
                with self._lock:
                    self._sent.pop(key, None)
            elif not self._publish(link, key, body):
                return False
        sent = False
        for device, after in behind.items():
            most = min(BATCH, _share(on_way) - on_way[device])
            if most <= 0:
                continue
            batch = self._spool.waiting_of(device, after, begun, most)
            for place, key, body in batch:
                if not self._publish(link, key, body):
                    return False
                on_way[device] += 1
                self._went_on(link, device, place)
            if len(batch) < most:
                self._went_on(link, device, None)
            sent = sent or bool(batch)
        batch = self._spool.waiting(begun, BATCH)
        for place, key, body in batch:
            with self._lock:
                if self._link is not link:  # a new connection begins from the start
                    return False
                if key.device in self._behind or on_way[key.device] >= _share(on_way):
                    self._behind.setdefault(key.device, place - 1)
                    self._place = place
                    continue
            if not self._publish(link, key, body):
                return False
            on_way[key.device] += 1
            with self._lock:
                if self._place < place and self._link is link:
                    self._place = place
        return sent or bool(batch)

    def _went_on(self, link: Link, device: str, place: int | None) -> None:
        """A device that had waited for its share has gone on to this place; None: it waits no more."""
        with self._lock:
            if self._link is not link or device not in self._behind:
                return
            if place is None:
                del self._behind[device]
            else:
                self._behind[device] = place

    def _publish(self, link: Link, key: Key, body: bytes) -> bool:
        with self._lock:
            _due, times = self._sent.get(key, (0.0, 0))
            pause = min(LONGEST_AGAIN_S, AGAIN_S * 2.0**times) * random.uniform(0.75, 1.25)  # noqa: S311  # not secret
            self._sent[key] = (time.monotonic() + pause, min(times + 1, 10))
        return link.publish(f"cityglass/{key.device}/readings", body) is not None

    def _tell_unheard(self, times: int) -> None:
        if self._unheard and times >= TIMES_UNHEARD:
            self._unheard = False  # once a connection
            log.warning(
                _(
                    "The broker at {address} takes our messages, but the city confirms none. Either nothing listens "
                    "there for the city, or the broker's access list keeps {topic} from us."
                ).format(address=self._city, topic=ACKS)
            )

    # --- from the devices ---

    def _from_devices(self) -> None:
        assert self._down
        self._down.run(self._stop, self._take)

    def _take(self, link: Link, topic: bytes, number: int, payload: bytes, retained: bool) -> None:
        """Keep a message of a device, and only then acknowledge it; one that no city can take is refused.

        Raises:
            sqlite3.Error: the disk is full, or failed; the broker brings the message again on the next connection.
        """
        try:
            name, device, what = topic_in(topic)
            if what == "readings":
                self._spool.put([(device, object_in(payload))])
            else:
                self._state(name, state_in(payload))
        except ValueError as fault:
            log.warning(_("A message of {topic} is refused: {reason}").format(topic=ascii(topic)[:80], reason=fault))
        if number:
            link.acknowledge([number])
        self._news.set()

    def _state(self, topic: str, body: bytes) -> None:
        with self._stating:
            self._spool.put_state(topic, body)
            if (up := self._link) and up.welcome:
                up.publish(topic, body, retain=True)

    def _from_files(self) -> None:
        assert self._folder
        while not self._stop.wait(LOOK_S):
            if self._folder.look():
                self._news.set()


def _share(on_way: Counter[str]) -> int:
    """How many messages of one device may be on their way: as many as there is room left for all."""
    return max(1, WINDOW - on_way.total())


def _standing(address: Address, name: str, filters: tuple[str, ...]) -> Standing:
    unsteady = N_(
        "The broker at {address} ends our connection again and again. Perhaps another gateway calls itself {name} "
        "there, too: give each a name of its own with --name."
    )
    return Standing(address, name, filters, log, unsteady.format(address=str(address), name=name))


def go_on(work: Callable[[], None], stop: threading.Event) -> None:
    """Do one of a gateway's works until `stop`, whatever befalls it."""
    carry_on(work, stop, _tell, SHORTEST_S, LONGEST_S)


def _tell(fault: Exception) -> None:
    if isinstance(fault, DiskError):
        log.error(_("The spool takes nothing: {reason}. Devices are not confirmed.").format(reason=fault))
    else:
        log.error("gateway stumbles", exc_info=fault)
