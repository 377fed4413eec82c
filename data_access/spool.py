"""What a gateway keeps until the city has it: numbered messages on disk, in a file of SQLite's.

A message is in the file before its device hears that we have it, and leaves it when the city has said that its number
is committed. So neither a broken line nor a broken broker nor a kill -9 of anyone loses what was taken in. A spool that
is full gives up the oldest messages of whoever fills it, and tells the city their numbers: what is lost is named.
"""

import secrets
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from data_access.decoders.fields import MAX_NUMBER
from data_access.words import _

MOST = 2_000_000  # messages: at one a minute from 50 devices four weeks
LONGEST_BOOT = 64
LOST_TOLD = 100  # ranges of given-up numbers in one message

_TABLES = """
CREATE TABLE IF NOT EXISTS message (
    place INTEGER PRIMARY KEY AUTOINCREMENT, device TEXT NOT NULL, boot TEXT NOT NULL, seq INTEGER NOT NULL,
    body BLOB NOT NULL, UNIQUE (device, boot, seq));
CREATE TABLE IF NOT EXISTS sender (device TEXT PRIMARY KEY, boot TEXT NOT NULL, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS lost (
    device TEXT NOT NULL, boot TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    PRIMARY KEY (device, boot, first)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS state (topic TEXT PRIMARY KEY, body BLOB NOT NULL) WITHOUT ROWID;
"""


class Key(NamedTuple):
    """The number of a message: its device, the boot within which it counts, and the number itself."""

    device: str
    boot: str
    seq: int


class SpoolError(RuntimeError):
    """A spool cannot be used; the sentence says why, and what to do."""


class Spool:
    """One file of messages on their way; safe from any thread.

    Raises (on opening):
        SpoolError: the file cannot be opened, or is something else.
    """

    def __init__(self, path: Path, most: int = MOST) -> None:
        self._most = most
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_TABLES)
            self._held = int(self._db.execute("SELECT count(*) FROM message").fetchone()[0])
        except (OSError, sqlite3.Error) as fault:
            told = _("The spool {path} cannot be opened: {reason}. Choose another file with --spool.")
            raise SpoolError(told.format(path=path, reason=fault)) from fault

    def close(self) -> None:
        with self._lock:
            self._db.close()

    def __len__(self) -> int:
        """How many messages the city has not confirmed yet."""
        return self._held

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

    def states(self) -> list[tuple[str, bytes]]:
        with self._lock:
            return self._db.execute("SELECT topic, body FROM state ORDER BY topic").fetchall()

    def waiting(self, after: int, most: int) -> list[tuple[int, Key, bytes]]:
        """The next messages after this place, in the order in which they came: place, number, message."""
        with self._lock:
            rows = self._db.execute(
                "SELECT place, device, boot, seq, body FROM message WHERE place > ? ORDER BY place LIMIT ?",
                (after, most),
            ).fetchall()
            return [(row[0], Key(*row[1:4]), self._telling(row[1], row[2], row[4])) for row in rows]

    def message(self, key: Key) -> bytes | None:
        """The message with this number; None once the city has it."""
        with self._lock:
            row = self._db.execute("SELECT body FROM message WHERE device = ? AND boot = ? AND seq = ?", key).fetchone()
            return self._telling(key.device, key.boot, row[0]) if row else None

    def confirmed(self, device: str, boot: str, upto: int, also: Iterable[tuple[int, int]] = ()) -> int:
        """The city has these numbers: they leave the file. How many did."""
        with self._lock, self._transaction():
            before = self._db.total_changes
            for first, last in ((0, upto), *also):
                self._db.execute(
                    "DELETE FROM message WHERE device = ? AND boot = ? AND seq BETWEEN ? AND ?",
                    (device, boot, first, last),
                )
            gone = self._db.total_changes - before
            self._db.execute("DELETE FROM lost WHERE device = ? AND boot = ? AND last <= ?", (device, boot, upto))
            self._held -= gone
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
        self._held += kept
        if self._held > self._most:
            self._give_up(key)
        return key

    def _give_up(self, newest: Key) -> None:
        """The oldest message of the device that fills the spool goes; its number is remembered, to be told."""
        device, boot, _seq = newest
        (seq,) = self._db.execute(
            "SELECT min(seq) FROM message WHERE device = ? AND boot = ?", (device, boot)
        ).fetchone()
        self._db.execute("DELETE FROM message WHERE device = ? AND boot = ? AND seq = ?", (device, boot, seq))
        joined = self._db.execute(
            "UPDATE lost SET last = ? WHERE device = ? AND boot = ? AND last = ?", (seq, device, boot, seq - 1)
        ).rowcount
        if not joined:
            self._db.execute("INSERT OR REPLACE INTO lost VALUES (?, ?, ?, ?)", (device, boot, seq, seq))
        self._held -= 1

    def _telling(self, device: str, boot: str, body: bytes) -> bytes:
        """The message, with the numbers that its sender can never send again."""
        lost = self._db.execute(
            "SELECT first, last FROM lost WHERE device = ? AND boot = ? ORDER BY first LIMIT ?",
            (device, boot, LOST_TOLD),
        ).fetchall()
        return orjson.dumps(orjson.loads(body) | {"lost": lost}) if lost else body

    def _transaction(self) -> "_Transaction":
        return _Transaction(self._db, self)


def _numbered(body: Mapping[str, Any]) -> bool:
    """Whether a device numbers its messages as the city understands it; else they are numbered here."""
    boot, seq = body.get("boot"), body.get("seq")
    return type(boot) is str and 0 < len(boot) <= LONGEST_BOOT and type(seq) is int and 1 <= seq <= MAX_NUMBER


class _Transaction:
    """All of it or nothing; `held` goes back with it."""

    def __init__(self, db: sqlite3.Connection, spool: Spool) -> None:
        self._db, self._spool = db, spool

    def __enter__(self) -> None:
        self._held = self._spool._held
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: Any, *_fault: Any) -> None:
        if kind is None:
            self._db.execute("COMMIT")
        else:
            self._spool._held = self._held
            self._db.execute("ROLLBACK")
