"""What a gateway keeps until the city has it: numbered messages on disk, in a file of SQLite's.

A message is in the file before its device hears that we have it, and leaves it when the city has said that its number
is committed. So neither a broken line nor a broken broker nor a kill -9 of anyone loses what was taken in. A spool that
is full gives up the oldest messages of whoever fills it, and tells the city their numbers: what is lost is named.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from data_access.decoders.base import DecodeError
from data_access.decoders.fields import MAX_NUMBER, MAX_PAYLOAD, text
from data_access.tally import Tally
from data_access.words import _

MOST = 2_000_000  # messages: at one a minute from 50 devices four weeks
LONGEST_BOOT = 64
LOST_TOLD = 100  # ranges of given-up numbers in one message
LARGEST = MAX_PAYLOAD - 256  # bytes of a message: the city's broker counts its topic and the head of its packet, too
ADDED = 128  # bytes, more than enough for the number that a message is given here

_TABLES = """
CREATE TABLE IF NOT EXISTS message (
    place INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL,
    body BLOB NOT NULL, UNIQUE (device, boot, seq));
CREATE INDEX IF NOT EXISTS message_of ON message (device);
CREATE TABLE IF NOT EXISTS sender (device TEXT PRIMARY KEY, boot TEXT NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lost (
    device TEXT NOT NULL, boot TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (device, boot, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (topic TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS own (name TEXT NOT NULL);
"""


class Key(NamedTuple):
    """The number of a message: its device, the boot within which it counts, and the number itself."""

    device: str
    boot: str
    seq: int


class SpoolError(RuntimeError):
    """A spool cannot be used; the sentence says why, and what to do."""


class Spool:
    """One file of messages on their way; safe from any thread. Its `name` is its own, and stays with the file.

    Raises (on opening):
        SpoolError: the file cannot be opened, or is something else.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._counted: list[tuple[str, int]] = []  # in the transaction at hand
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_TABLES)
            self.name = self._own_name()
            self._tally = Tally(dict(self._db.execute("SELECT device, count(*) FROM message GROUP BY device")))
        except (OSError, sqlite3.Error) as fault:
            told = _("The spool {path} cannot be opened: {reason}. Choose another file with --spool.")
            raise SpoolError(told.format(path=path, reason=fault)) from fault

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __len__(self) -> int:
        """How many messages the city has not confirmed yet."""
        return self._tally.total

    def put(self, messages: Iterable[tuple[str, Mapping[str, Any]]]) -> list[Key]:
        """Number these messages of devices, unless they are, and keep them; on disk when this returns.

        Raises:
            sqlite3.Error: the disk is full, or failed; nothing of it was kept.
        """
        with self._lock, self._transaction():
            return [self._keep(device, dict(body)) for device, body in messages]

    def put_state(self, topic: str, body: bytes) -> None:
        """Keep what holds until it is said anew: what a device is, whether it is there."""
        with self._lock, self._transaction():
            self._db.execute("INSERT OR REPLACE INTO state VALUES (?, ?)", (topic, body))

    def stated(self) -> list[str]:
        """The topics on which something holds."""
        with self._lock:
            return [row[0] for row in self._db.execute("SELECT topic FROM state ORDER BY topic")]

    def state(self, topic: str) -> bytes:
        """What holds on this topic; nothing where nothing was said."""
        with self._lock:
            row = self._db.execute("SELECT body FROM state WHERE topic = ?", (topic,)).fetchone()
            return bytes(row[0]) if row else b""

    def waiting(self, after: int, most: int) -> list[tuple[int, Key, bytes]]:
        """The next messages after this place, in the order in which they came: place, number, message."""
        with self._lock:
            rows = self._db.execute(
                "SELECT place, device, boot, seq, body FROM message WHERE place > ? ORDER BY place LIMIT ?",
                (after, most),
            ).fetchall()
            return [(row[0], Key(*row[1:4]), self._telling(row[1], row[2], row[4])) for row in rows]

    def waiting_of(self, device: str, after: int, upto: int, most: int) -> list[tuple[int, Key, bytes]]:
        """The same for one device, no further than `upto`."""
        with self._lock:
            rows = self._db.execute(
                "SELECT place, device, boot, seq, body FROM message WHERE device = ? AND place > ? AND place <= ? "
                "ORDER BY place LIMIT ?",
                (device, after, upto, most),
            ).fetchall()
            return [(row[0], Key(*row[1:4]), self._telling(row[1], row[2], row[4])) for row in rows]

    def message(self, key: Key) -> bytes | None:
        """The message with this number; None once the city has it."""
        with self._lock:
            row = self._db.execute("SELECT body FROM message WHERE device = ? AND boot = ? AND seq = ?", key).fetchone()
            return self._telling(key.device, key.boot, row[0]) if row else None

    def lost_alone(self, most: int) -> list[tuple[str, bytes]]:
        """Messages that only say what is lost, where nothing waits that could say it too: device, message."""
        with self._lock:
            rows = self._db.execute(
                "SELECT DISTINCT device, boot FROM lost WHERE NOT EXISTS (SELECT 1 FROM message"
                " WHERE message.device = lost.device AND message.boot = lost.boot) LIMIT ?",
                (most,),
            ).fetchall()
            return [(row[0], orjson.dumps({"boot": row[1], "lost": self._lost(*row)})) for row in rows]

    def confirmed(self, device: str, boot: str, upto: int, also: Iterable[tuple[int, int]] = ()) -> int:
        """The city has these numbers: they leave the file. How many did."""
        with self._lock, self._transaction():
            gone = 0
            for settled in ((0, upto), *also):
                gone += self._db.execute(
                    "DELETE FROM message WHERE device = ? AND boot = ? AND seq BETWEEN ? AND ?",
                    (device, boot, *settled),
                ).rowcount
                self._db.execute(
                    "DELETE FROM lost WHERE device = ? AND boot = ? AND first >= ? AND last <= ?",
                    (device, boot, *settled),
                )
            self._count(device, -gone)
            return gone

    def _keep(self, device: str, body: dict[str, Any]) -> Key:
        if not _numbered(body):
            boot, last = self._db.execute("SELECT boot, last FROM sender WHERE device = ?", (device,)).fetchone() or (
                secrets.token_hex(4),
                0,
            )
            body |= {"boot": boot, "seq": last + 1}
            self._db.execute("INSERT OR REPLACE INTO sender VALUES (?, ?, ?)", (device, boot, last + 1))
        key = Key(device, body["boot"], body["seq"])
        kept = self._db.execute(
            "INSERT OR IGNORE INTO message (device, boot, seq, body) VALUES (?, ?, ?, ?)", (*key, orjson.dumps(body))
        ).rowcount
        self._count(device, kept)
        while self._tally.total > self._most:
            self._give_up(self._tally.fullest())
        return key

    def _give_up(self, device: str) -> None:
        """The oldest message of the device that fills the spool goes; its number is remembered, to be told."""
        place, boot, seq = self._db.execute(
            "SELECT place, boot, seq FROM message WHERE device = ? ORDER BY place LIMIT 1", (device,)
        ).fetchone()
        self._db.execute("DELETE FROM message WHERE place = ?", (place,))
        joined = self._db.execute(
            "UPDATE lost SET last = ? WHERE device = ? AND boot = ? AND last = ?", (seq, device, boot, seq - 1)
        ).rowcount
        if not joined:  # a range that begins there holds this number already
            self._db.execute("INSERT OR IGNORE INTO lost VALUES (?, ?, ?, ?)", (device, boot, seq, seq))
        self._count(device, -1)

    def _count(self, device: str, more: int) -> None:
        self._tally.add(device, more)
        self._counted.append((device, more))

    def _telling(self, device: str, boot: str, body: bytes) -> bytes:
        """The message, with the numbers that its sender can never send again: as many as there is room for."""
        lost = self._lost(device, boot)
        said = orjson.loads(body) if lost else {}
        while lost and said.get("lost") is None:  # what the sender itself has lost goes first
            told = orjson.dumps(said | {"lost": lost})
            if len(told) <= LARGEST:
                return told
            lost = lost[: len(lost) // 2]
        return body

    def _lost(self, device: str, boot: str) -> list[tuple[int, int]]:
        return self._db.execute(
            "SELECT first, last FROM lost WHERE device = ? AND boot = ? ORDER BY first LIMIT ?",
            (device, boot, LOST_TOLD),
        ).fetchall()

    def _own_name(self) -> str:
        self._db.execute(
            "INSERT INTO own SELECT ? WHERE NOT EXISTS (SELECT 1 FROM own)", (f"gateway-{secrets.token_hex(4)}",)
        )
        return str(self._db.execute("SELECT name FROM own").fetchone()[0])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        """All of it or nothing; what was counted goes back with it."""
        self._counted.clear()
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            for device, more in reversed(self._counted):
                self._tally.add(device, -more)
            if self._db.in_transaction:  # a disk that is full may have ended it
                self._db.execute("ROLLBACK")
            raise


def _numbered(body: Mapping[str, Any]) -> bool:
    """Whether a device numbers its messages as the city understands it; else they are numbered here."""
    boot, seq = body.get("boot"), body.get("seq")
    try:
        as_it_is = text(boot, "boot", LONGEST_BOOT) == boot
    except DecodeError:
        return False
    return as_it_is and type(seq) is int and 1 <= seq <= MAX_NUMBER
